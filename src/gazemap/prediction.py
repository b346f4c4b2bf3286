"""Prediction: the one door that Python, the command line and evaluation use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from rich.progress import track
from scipy.special import logsumexp

from gazemap.data.fits import Placement
from gazemap.data.images import read_image
from gazemap.errors import DataError, InputError
from gazemap.files import replacing
from gazemap.metrics import to_density
from gazemap.models import SaliencyModel
from gazemap.models.base import Output
from gazemap.overlays import overlay

ImageLike = str | Path | Image.Image | NDArray[np.uint8]
_BATCH = 64


@dataclass(frozen=True)
class Prediction:
    """Where people are predicted to look in one image, at the image's own size.

    Attributes:
        saliency: (H, W) float32, any scale; regression networks trained on [0, 1] stay near it.
        log_density: (H, W) float64, logsumexp 0: the log of the probability of each pixel.
    """

    saliency: NDArray[np.float32]
    log_density: NDArray[np.float64]


def predict(model: SaliencyModel, image: ImageLike) -> Prediction:
    """Predict one image: a path, a PIL image or a uint8 RGB array (H, W, 3).

    Raises:
        DataError: the file is missing, damaged or no image.
        InputError: an array of another shape or type.
    """
    pixels = as_pixels(image)
    placement = Placement((pixels.shape[0], pixels.shape[1]), model.input_size, model.fit)
    laid = placement.lay_image(pixels).transpose(2, 0, 1)
    whole = undo(predict_grids(model, laid[None])[0], placement, model.output)
    if model.output == "log_density":
        return Prediction(np.exp(whole - whole.max()).astype(np.float32), whole)
    return Prediction(whole.astype(np.float32), np.log(to_density(whole)))


def undo(grid: NDArray[np.floating], placement: Placement, output: Output) -> NDArray[np.float64]:
    """A network's grid, (h, w) -> (H, W), the image's own size; a log density is normalized anew."""
    whole = placement.undo(grid)
    return whole - logsumexp(whole) if output == "log_density" else whole


def predict_files(
    model: SaliencyModel, paths: Sequence[Path], out: Path, *, progress: bool = False
) -> list[tuple[Path, str]]:
    """Predict image files; for photo.jpg, write photo.saliency.png, .overlay.png and .log_density.npy.

    The 8-bit saliency is scaled to span 0 to 255 and rounded; the .npy keeps every digit.

    Args:
        model: from `load_model`.
        paths: image files; equal stems are refused, since they would overwrite each other.
        out: a folder.
        progress: show a bar.

    Returns:
        the files that could not be read, each with the reason; the others are done all the same.

    Raises:
        InputError: two files have the same stem.
        OutputError: `out` cannot be written.
    """
    repeated = [stem for stem, count in Counter(path.stem for path in paths).items() if count > 1]
    if repeated:
        raise InputError(f"Several images are named {repeated[0]!r}; their results need different names.")
    failures = []
    for path in track(paths, "Predicting", disable=not progress, transient=True):
        try:
            pixels = as_pixels(path)
        except DataError as error:
            failures.append((path, str(error)))
            continue
        _write(predict(model, pixels), pixels, out / path.stem)
    return failures


def _write(prediction: Prediction, pixels: NDArray[np.uint8], stem: Path) -> None:
    span = max(float(np.ptp(prediction.saliency)), np.finfo(np.float32).tiny)
    scaled = (prediction.saliency - prediction.saliency.min()) / span
    for kind, picture in (
        ("saliency", np.rint(255 * scaled).astype(np.uint8)),
        ("overlay", overlay(pixels, scaled)),
    ):
        with replacing(stem.with_name(f"{stem.name}.{kind}.png")) as beside:
            Image.fromarray(picture).save(beside)
    with replacing(stem.with_name(f"{stem.name}.log_density.npy")) as beside:
        np.save(beside, prediction.log_density)


@torch.no_grad()
def predict_grids(model: SaliencyModel, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, 3, H, W) uint8 at the model's input size -> (N, h, w) at its own grid.

    Regression networks' outputs are mapped from their `target_range` back to [0, 1].
    """
    place = next(model.parameters()).device
    low, high = model.target_range
    model.eval()
    grids = []
    for start in range(0, len(images), _BATCH):
        chunk = torch.tensor(images[start : start + _BATCH]).to(place)
        output = model(chunk.to(torch.float32).div_(255)).float()
        grids.append(output if model.output == "log_density" else (output - low) / (high - low))
    return torch.cat(grids).cpu().numpy()


def as_pixels(image: ImageLike) -> NDArray[np.uint8]:
    """Any accepted image as uint8 RGB (H, W, 3)."""
    if isinstance(image, str | Path):
        return read_image(Path(image))
    pixels = np.asarray(image.convert("RGB") if isinstance(image, Image.Image) else image)
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise InputError(
            f"An image array of shape {pixels.shape} and type {pixels.dtype} came; "
            "(H, W, 3) of uint8, RGB, is accepted."
        )
    return pixels
