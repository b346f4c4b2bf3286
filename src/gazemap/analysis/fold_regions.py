"""Regions of an image that is predicted fold by fold: their parts in each fold, and those that are cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from gazemap.analysis.regions import Mask, RegionShare, box_shares, mask_shares
from gazemap.errors import InputError
from gazemap.gaze.areas import Box, check_inside, check_names
from gazemap.images.folds import Fold
from gazemap.prediction.prediction import Prediction

_SLIVER = 1e-6  # pixels of a box that rounding alone leaves in a fold


def region_shares(prediction: Prediction, where: Sequence[Box] | Mask) -> list[RegionShare]:
    """The share of each fold's attention on each region that lies in it, fold by fold, greatest first.

    Args:
        prediction: of an image, seen at once or fold by fold.
        where: boxes inside of it, or a mask of its size. A region that lies in several folds has a row for
            its part in each, also where folds overlap.

    Raises:
        InputError: boxes that reach out of the image, or two of one name; a mask of another size.
    """
    if isinstance(where, Mask):
        if where.labels.shape != prediction.placement.size:
            raise InputError(
                f"The mask must be of the image's shape {prediction.placement.size}, got "
                f"{where.labels.shape}."
            )
    else:
        check_names(where)
        check_inside(where, prediction.placement.size)
    return [row for part in prediction.folds for row in _shares(part, where)]


def _shares(part: Prediction, where: Sequence[Box] | Mask) -> Iterator[RegionShare]:
    """The rows of one fold, in pixels of the image."""
    fold = part.fold
    if isinstance(where, Mask):
        rows = mask_shares(part.density, mask_within(where, fold))
    else:
        rows = box_shares(part.density, [box for box in (within(box, fold) for box in where) if box])
    for row in rows:
        yield replace(row, x=row.x + fold.x, y=row.y + fold.y, fold=fold.number)


def within(box: Box, fold: Fold) -> Box | None:
    """The part of a box that lies in a fold, in pixels of the fold; None where there is none."""
    moved = Box(box.name, box.x - fold.x, box.y - fold.y, box.width, box.height)
    left, top = max(moved.x, 0.0), max(moved.y, 0.0)
    right, bottom = min(moved.right, fold.width), min(moved.bottom, fold.height)
    if (left, top, right, bottom) == (moved.x, moved.y, moved.right, moved.bottom):
        return moved
    if right - left <= _SLIVER or bottom - top <= _SLIVER:
        return None
    return Box(box.name, left, top, right - left, bottom - top)


def mask_within(mask: Mask, fold: Fold) -> Mask:
    """The part of a mask that lies in a fold, with the regions that are there."""
    found, labels = np.unique(mask.labels[fold.part], return_inverse=True)
    return Mask(tuple(mask.names[number] for number in found), labels.reshape(fold.size))


def cut_notes(rows: Sequence[RegionShare]) -> list[str]:
    """Regions that lie in several folds, in sentences."""
    folds: dict[str, list[int]] = {}
    for row in rows:
        folds.setdefault(row.name, []).append(row.fold)
    return [
        f"{name} lies in folds {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}: each row is its part "
        "there, and that part's share of the fold."
        for name, numbers in folds.items()
        if len(numbers) > 1
    ]
