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
from gazemap.types import Pixels


@dataclass(frozen=True, eq=False)
class PredictedFile:
    """An image file and its prediction, from which all kinds of output are made.

    Attributes:
        file: the image.
        prediction: at the image's own size.
        pixels: (H, W, 3), where the whole image is in memory.
    """

    file: Path
    prediction: Prediction
    pixels: Pixels | None = None

    @cached_property
    def picture(self) -> Pixels:
        """The image, (h, w, 3), at the size of `prediction.shown`; read where it is not in memory."""
        size = self.prediction.shown.placement.size
        pixels = read_reduced(self.file, lambda _: size)[0] if self.pixels is None else self.pixels
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


def _saliency(predicted: PredictedFile, path: Path) -> None:
    _png(levels(predicted.prediction.saliency, 8), path)


def _saliency16(predicted: PredictedFile, path: Path) -> None:
    _png(levels(predicted.prediction.saliency, 16), path)


def _npy(predicted: PredictedFile, path: Path) -> None:
    np.save(path, predicted.prediction.log_density.astype(np.float32))


def _overlay(predicted: PredictedFile, path: Path) -> None:
    _jpeg(overlay(predicted.picture, predicted.prediction.shown.saliency), path)


def _contour(predicted: PredictedFile, path: Path) -> None:
    _jpeg(contours(predicted.picture, predicted.prediction.shown.density), path)


def _json(predicted: PredictedFile, path: Path) -> None:
    path.write_text(json.dumps(summarize(predicted.prediction), indent=1) + "\n", encoding="utf-8")


def _png(values: NDArray[np.uint8 | np.uint16], path: Path) -> None:
    # four times faster than the default, a tenth larger
    Image.fromarray(values).save(path, compress_level=1, compress_type=zlib.Z_RLE)


def _jpeg(pixels: Pixels, path: Path) -> None:
    Image.fromarray(pixels).save(path, quality=90)


@dataclass(frozen=True)
class OutputKind:
    """One kind of output.

    Attributes:
        ending: what follows the image's file name.
        about: in a few words.
        write: makes the file.
        draws: whether it shows the image itself.
    """

    ending: str
    about: str
    write: Callable[[PredictedFile, Path], None]
    draws: bool = False


OUTPUTS = {
    "saliency": OutputKind(".saliency.png", "the map in 8 bits", _saliency),
    "saliency16": OutputKind(".saliency16.png", "the map in 16 bits", _saliency16),
    "npy": OutputKind(".log_density.npy", "the log density, float32", _npy),
    "overlay": OutputKind(".overlay.jpg", "the map laid over the image", _overlay, draws=True),
    "contour": OutputKind(
        ".contour.jpg", "lines around what holds 25, 50 and 75 % of attention", _contour, draws=True
    ),
    "json": OutputKind(".attention.json", "the most salient points, each ninth's share of attention", _json),
}
DEFAULT_OUTPUTS = ("saliency", "overlay")


def chosen_outputs(names: Sequence[str]) -> list[OutputKind]:
    """The kinds of the given names, each once.

    Raises:
        InputError: no such kind, or none.
    """
    if not names:
        raise InputError(f"Nothing is to be written. Name one or several of {', '.join(OUTPUTS)}.")
    for name in names:
        check_name("output", name, OUTPUTS)
    return [OUTPUTS[name] for name in dict.fromkeys(names)]
