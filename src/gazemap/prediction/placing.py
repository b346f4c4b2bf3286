"""Images of any size -> a network's frames, one for each fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazemap.images.folds import Fold, Viewport, fold_notes, folds_of
from gazemap.images.placement import Placement
from gazemap.images.unlike import looks_of, unlike_notes
from gazemap.prediction.inputs import ImageLike, as_needed_pixels
from gazemap.prediction.predictor import Predictor
from gazemap.types import Pixels, Size

# times the frame: with 1.25 a prediction changes by up to 0.002 nats (KLD), see docs/how-to/many-images.md
_SPARE = 2


@dataclass(frozen=True, eq=False)
class PlacedImage:
    """An image in a network's frame, in each of its folds.

    Attributes:
        size: (H, W), its own.
        pixels: (H, W, 3), where it was decoded at its own size.
        folds: in which it is predicted; one, if it is seen at once.
        placements: how each of them lies in the frame.
        frames: uint8 (n, 3, h, w).
        notes: what was assumed of it, and whether it is unlike photographs.
        icc_profile: of its file.
    """

    size: Size
    pixels: Pixels | None
    folds: tuple[Fold, ...]
    placements: Sequence[Placement]
    frames: NDArray[np.uint8]
    notes: tuple[str, ...]
    icc_profile: bytes | None


def read_placed(predictor: Predictor, image: ImageLike, viewport: Viewport = None) -> PlacedImage:
    """An image as it is decoded for a model, at least twice its frame in each fold, and laid into that.

    Raises:
        DataError: a file is missing, damaged, too large or no image.
        InputError: anything else, see `as_pixels`, or a viewport that is too small for it.
    """

    def needed(size: Size) -> tuple[float, float]:
        fold = folds_of(size, viewport)[0].size
        content = Placement(fold, predictor.input_size, predictor.fit).content
        height, width = (
            _SPARE * side * whole / part for side, whole, part in zip(content, size, fold, strict=True)
        )
        return height, width

    decoded = as_needed_pixels(image, needed)
    size, stored = decoded.size, (decoded.pixels.shape[0], decoded.pixels.shape[1])
    folds = folds_of(size, viewport)
    placed = [place(predictor, decoded.pixels[fold.scaled(size, stored).part], fold.size) for fold in folds]
    looks = [looks_of(frame, placement) for placement, frame in placed]
    known = predictor.conditions
    return PlacedImage(
        size,
        decoded.pixels if stored == size else None,
        folds,
        [placement for placement, _ in placed],
        np.stack([frame for _, frame in placed]),
        decoded.notes
        + fold_notes(size, folds, viewport)
        + unlike_notes(looks, size, known.default, known.by_name),
        decoded.icc_profile,
    )


def place(
    predictor: Predictor, pixels: Pixels, size: Size | None = None
) -> tuple[Placement, NDArray[np.uint8]]:
    """An image in the model's frame, uint8 (3, h, w), and how it lies there.

    Args:
        predictor: whose frame it is.
        pixels: (H, W, 3), RGB.
        size: the image's own (H, W), where the pixels are a reduced copy.
    """
    placement = Placement(size or pixels.shape[:2], predictor.input_size, predictor.fit)
    return placement, placement.place_image(pixels).transpose(2, 0, 1)
