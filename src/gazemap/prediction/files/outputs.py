"""What can be written of a prediction: `OUTPUTS` lists the kinds."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.errors import InputError, check_name
from gazemap.images.reading import read_reduced
from gazemap.prediction.files.pictures import contours, overlay
from gazemap.prediction.files.summary import summarize
from gazemap.prediction.predict import Prediction, row_bands


@dataclass(frozen=True)
class Predicted:
    """An image file and its prediction, from which all kinds of output are made.

    Attributes:
        file: the image.
        prediction: at the image's own size.
    """

    file: Path
    prediction: Prediction

    @cached_property
    def picture(self) -> NDArray[np.uint8]:
        """The image, (h, w, 3), read again, at the size of `prediction.shown`."""
        size = self.prediction.shown.placement.size
        pixels, _ = read_reduced(self.file, lambda _: size)
        if pixels.shape[:2] == size:
            return pixels
        return np.asarray(Image.fromarray(pixels).resize(size[::-1], Image.Resampling.BILINEAR))


def levels(saliency: NDArray[np.floating], bits: int) -> NDArray[np.uint8 | np.uint16]:
    """Saliency in whole levels, rounded; proportional to it, so that divided by its sum it is a density.

    Args:
        saliency: (H, W); the greatest value becomes the highest level, what is negative becomes 0.
        bits: 8 or 16.
    """
    top, peak = 2**bits - 1, float(saliency.max())
    whole = np.zeros(saliency.shape, np.uint8 if bits == 8 else np.uint16)
    if peak > 0:
        for rows in row_bands(whole.shape):
            whole[rows] = np.rint(np.maximum(saliency[rows], 0) * (top / peak))
    return whole


def _saliency(path: Path, predicted: Predicted) -> None:
    _png(path, levels(predicted.prediction.saliency, 8))


def _saliency16(path: Path, predicted: Predicted) -> None:
    _png(path, levels(predicted.prediction.saliency, 16))


def _npy(path: Path, predicted: Predicted) -> None:
    np.save(path, predicted.prediction.log_density.astype(np.float32))


def _overlay(path: Path, predicted: Predicted) -> None:
    _jpeg(path, overlay(predicted.picture, predicted.prediction.shown.saliency))


def _contour(path: Path, predicted: Predicted) -> None:
    _jpeg(path, contours(predicted.picture, predicted.prediction.shown.density))


def _json(path: Path, predicted: Predicted) -> None:
    path.write_text(json.dumps(summarize(predicted.prediction), indent=1) + "\n", encoding="utf-8")


def _png(path: Path, values: NDArray[np.uint8 | np.uint16]) -> None:
    # four times faster than the default, a tenth larger
    Image.fromarray(values).save(path, compress_level=1, compress_type=zlib.Z_RLE)


def _jpeg(path: Path, pixels: NDArray[np.uint8]) -> None:
    Image.fromarray(pixels).save(path, quality=90)


@dataclass(frozen=True)
class OutputKind:
    """One kind of output.

    Attributes:
        ending: what follows the image's file name.
        about: in a few words.
        write: makes the file.
    """

    ending: str
    about: str
    write: Callable[[Path, Predicted], None]


OUTPUTS = {
    "saliency": OutputKind(".saliency.png", "the map in 8 bits", _saliency),
    "saliency16": OutputKind(".saliency16.png", "the map in 16 bits", _saliency16),
    "npy": OutputKind(".log_density.npy", "the log density, float32", _npy),
    "overlay": OutputKind(".overlay.jpg", "the map laid over the image", _overlay),
    "contour": OutputKind(".contour.jpg", "lines around what holds 25, 50 and 75 % of attention", _contour),
    "json": OutputKind(".attention.json", "the most salient points, each ninth's share of attention", _json),
}
DEFAULT_OUTPUTS = ("saliency", "overlay")


def chosen_outputs(names: Sequence[str]) -> list[OutputKind]:
    """The kinds of the given names, each once.

    Raises:
        InputError: no such kind, or none.
    """
    if not names:
        raise InputError(f"Nothing is to be written; {', '.join(OUTPUTS)} are accepted.")
    for name in names:
        check_name("output", name, OUTPUTS)
    return [OUTPUTS[name] for name in dict.fromkeys(names)]
