"""Maps as figures show them: in times chance, small; of a long image with lines between its folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from PIL import Image

from gazemap.analysis.designs import on_grid
from gazemap.images.folds import Fold
from gazemap.images.resizing import size_of_length
from gazemap.metrics import resize
from gazemap.prediction.pictures import starts_at
from gazemap.prediction.prediction import Prediction
from gazemap.types import Floats, Pixels, Size

EDGE = "#00c2ff"  # seen on most photos, and on every color of the map
_SHORT_SIDE = 320  # pixels of a picture within a figure, where it is long
_LONG_SIDE = 640
_LARGEST = 4096


@dataclass(frozen=True, eq=False)
class FoldedMap:
    """A map of an image that is predicted fold by fold.

    Attributes:
        times_chance: (H, W), each fold's density in times chance.
        folds: where they lie.
    """

    times_chance: NDArray[np.floating]
    folds: Sequence[Fold]


ShownMap: TypeAlias = "NDArray[np.floating] | FoldedMap"  # a density, (H, W), that sums to 1; or fold by fold


def shown_map(prediction: Prediction) -> ShownMap:
    """What a figure shows of a prediction."""
    if len(prediction.folds) == 1:
        return prediction.density
    return FoldedMap(prediction.times_chance, [part.fold for part in prediction.folds])


def times_chance(shown: ShownMap) -> Floats:
    """A map in times chance, at the size at which it is drawn; of a density 1 on average."""
    if isinstance(shown, FoldedMap):
        whole = shown.times_chance
        return np.asarray(resize(whole, drawn_size((whole.shape[0], whole.shape[1]))), dtype=np.float64)
    placed = on_grid(shown, drawn_size((shown.shape[0], shown.shape[1])))
    return placed * placed.size


def drawn_size(size: Size) -> Size:
    """(h, w) at which an image of (H, W) is drawn within a figure."""
    length = max(_LONG_SIDE, round(_SHORT_SIDE * max(size) / min(size)))
    return size_of_length(size, min(length, max(size), _LARGEST))


def small(image: Pixels) -> Pixels:
    """An image at the size at which it is drawn."""
    picture = Image.fromarray(image)
    picture.thumbnail(drawn_size((image.shape[0], image.shape[1]))[::-1], Image.Resampling.LANCZOS)
    return np.asarray(picture)


def draw_fold_lines(axes: Axes, shown: ShownMap, size: Sequence[int]) -> None:
    """Lines where folds but the first begin to be shown, and their numbers.

    Args:
        axes: with the map or its image.
        shown: the map.
        size: (H, W) that the axes count in.
    """
    if not isinstance(shown, FoldedMap):
        return
    whole = shown.times_chance.shape[0], shown.times_chance.shape[1]
    folds = [fold.scaled(whole, (size[0], size[1])) for fold in shown.folds]
    for fold in folds[1:]:
        x, y = starts_at(fold, folds)
        if y:
            axes.plot([x, fold.x + fold.width], [y, y], color=EDGE, linewidth=1, linestyle="--")
        if x:
            axes.plot([x, x], [y, fold.y + fold.height], color=EDGE, linewidth=1, linestyle="--")
        label = {"facecolor": "white", "edgecolor": EDGE, "pad": 1.2, "linewidth": 0.6}
        right = fold.x + fold.width - 0.01 * size[1], y + 0.01 * fold.height
        axes.text(*right, f"fold {fold.number}", va="top", ha="right", fontsize=6, bbox=label)
