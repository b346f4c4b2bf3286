"""Images -> predictions, by one door for all: `predict_frames`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import overload

import numpy as np
import torch
from numpy.typing import NDArray

from gazemap.errors import WeightsError
from gazemap.images.placement import Placement
from gazemap.metrics import to_density
from gazemap.models.base import SaliencyModel
from gazemap.prediction.inputs import ImageLike, as_needed_pixels
from gazemap.system.progress import bar
from gazemap.types import AnyFloats, Floats, Output, Pixels, Size

# images as they lie in a network's frame, uint8 (N, 3, H, W) -> its grids, float32 (N, h, w)
Engine = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

_BATCH = 64
_SPARE = (
    2  # times the frame: with 1.25 a prediction changes by up to 0.002 nats (KLD), see docs/prediction.md
)
_SHOWN_PIXELS = 2**24
_SHOWN_SIDE = 65_500  # more a side than JPEG can hold


@dataclass(frozen=True, eq=False)  # equal is the same one: arrays have no plain equality
class Prediction:
    """Where people are predicted to look in one image, at the image's own size.

    `saliency`, `density` and `log_density` are made when they are first asked for.

    Attributes:
        grid: (h, w), what the network put out for its whole frame.
        placement: how the image lies in that frame.
        output: what the grid holds.
    """

    grid: AnyFloats
    placement: Placement
    output: Output

    @cached_property
    def saliency(self) -> NDArray[np.float32]:
        """(H, W), any scale; of a log density, the density with a greatest value of 1.

        Regression networks that were trained on [0, 1] stay near it.
        """
        whole = np.empty(self.placement.size, np.float32)
        for rows in row_bands(whole.shape):
            whole[rows] = self.placement.unplace(self.grid, rows)
        if self.output == "log_density":
            whole -= whole.max()
            np.exp(whole, out=whole)
        return whole

    @cached_property
    def density(self) -> Floats:
        """(H, W), the probability of each pixel; sums to 1. Of a saliency, see `to_density`."""
        if self.output == "saliency":
            # a regression network may be below 0 everywhere: nothing stands out, and nothing is refused
            density: Floats = to_density(np.maximum(self.placement.unplace(self.grid), 0.0))
            return density
        return np.exp(self.log_density)

    @cached_property
    def log_density(self) -> Floats:
        """(H, W), the log of the probability of each pixel; logsumexp 0."""
        if self.output == "saliency":
            return np.log(self.density)
        return unplace(self.grid, self.placement, self.output)

    @property
    def scored(self) -> AnyFloats:
        """What metrics are given: the grid where the image fills it; else (H, W), the image's own size."""
        if self.placement.fit == "stretch":
            return self.grid
        return unplace(self.grid, self.placement, self.output)

    @cached_property
    def shown(self) -> Prediction:
        """The same for pictures and summaries: of an image of no more than 16 megapixels."""
        height, width = self.placement.size
        ratio = min((_SHOWN_PIXELS / (height * width)) ** 0.5, _SHOWN_SIDE / max(height, width))
        if ratio >= 1:
            return self
        size = max(1, int(height * ratio)), max(1, int(width * ratio))
        return replace(self, placement=replace(self.placement, size=size))


def row_bands(size: tuple[int, ...]) -> Iterator[slice]:
    """The rows of a map in bands of about a million pixels, which need less memory at a time."""
    step = max(1, 2**20 // size[1])
    for start in range(0, size[0], step):
        yield slice(start, start + step)


@overload
def predict(  # type: ignore[overload-overlap]
    model: SaliencyModel, image: ImageLike, engine: Engine | None = None
) -> Prediction: ...


@overload  # a str is a sequence of str for mypy, but no list or tuple
def predict(
    model: SaliencyModel, image: Sequence[ImageLike], engine: Engine | None = None
) -> list[Prediction]: ...


def predict(
    model: SaliencyModel, image: ImageLike | Sequence[ImageLike], engine: Engine | None = None
) -> Prediction | list[Prediction]:
    """Predict one image, or several at once; many files are for `predict_files`, which says the same of each.

    A JPEG file of four times the network's frame or more is decoded at 1/2, 1/4 or 1/8 of its size, but
    not below twice the frame: what is predicted differs from that of its pixels by 0.0001 nats (KLD).

    Args:
        model: from `load_model`, on any device.
        image: a path, a file's bytes, a Pillow image, a NumPy array or a tensor, see `as_pixels`; of
            any size and aspect. Or a list of such.
        engine: what computes the network's grids, from `make_engine`; PyTorch by default.

    Returns:
        of a list, a list in its order.

    Raises:
        DataError: a file is missing, damaged, too large or no image.
        InputError: anything else, or an array of another shape, type or range.
    """
    several = isinstance(image, list | tuple)
    images: Sequence[ImageLike] = image if several else [image]  # type: ignore[list-item, assignment]
    placed = [place(model, *read(model, entry)) for entry in images]
    if not placed:
        return []
    frames = np.stack([frame for _, frame in placed])
    predictions = predict_frames(model, frames, [placement for placement, _ in placed], engine)
    return predictions if several else predictions[0]


def predict_frames(
    model: SaliencyModel,
    frames: NDArray[np.uint8],
    placements: Sequence[Placement],
    engine: Engine | None = None,
    *,
    progress: bool = False,
) -> list[Prediction]:
    """The one way from images to predictions: of arrays, files, data sets and reports alike.

    The model is left as it is, in training mode too.

    Args:
        model: whose frames they are.
        frames: uint8 (N, 3, H, W), RGB, at the model's input size, see `place`.
        placements: how each of the N images lies in its frame.
        engine: what computes the grids, from `make_engine`; PyTorch by default.
        progress: show a bar.

    Raises:
        WeightsError: the model puts out NaN or infinity.
    """
    compute = engine or partial(predict_grids, model)
    starts = range(0, len(frames), _BATCH)
    with evaluating(model):
        return [
            Prediction(grid, placement, model.output)
            for start in bar(starts, "Predicting", progress=progress)
            for grid, placement in zip(
                compute(frames[start : start + _BATCH]), placements[start : start + _BATCH], strict=True
            )
        ]


def read(model: SaliencyModel, image: ImageLike) -> tuple[Pixels, Size]:
    """An image as it is decoded for a model: (h, w, 3), at least twice its frame; and its own (H, W).

    Raises:
        DataError: a file is missing, damaged, too large or no image.
        InputError: anything else, see `as_pixels`.
    """

    def needed(size: Size) -> tuple[float, float]:
        height, width = Placement(size, model.input_size, model.fit).content
        return _SPARE * height, _SPARE * width

    return as_needed_pixels(image, needed)


def place(
    model: SaliencyModel, pixels: Pixels, size: Size | None = None
) -> tuple[Placement, NDArray[np.uint8]]:
    """An image in the model's frame, uint8 (3, h, w), and how it lies there.

    Args:
        model: whose frame it is.
        pixels: (H, W, 3), RGB.
        size: the image's own (H, W), where the pixels are a reduced copy.
    """
    placement = Placement(size or pixels.shape[:2], model.input_size, model.fit)
    return placement, placement.place_image(pixels).transpose(2, 0, 1)


def unplace(grid: AnyFloats, placement: Placement, output: Output) -> Floats:
    """A network's grid, (h, w) -> (H, W), the image's own size; a log density is normalized anew."""
    whole = placement.unplace(grid)
    if output == "log_density":
        peak = whole.max()
        total = sum(float(np.exp(whole[rows] - peak).sum()) for rows in row_bands(whole.shape))
        whole -= peak + np.log(total)
    return whole


@contextmanager
def evaluating(model: torch.nn.Module) -> Iterator[None]:
    """The model in eval mode; afterwards every part of it is in its own mode again.

    Where several threads compute one model, put this around them all.
    """
    training = [part for part in model.modules() if part.training]
    model.eval()
    try:
        yield
    finally:
        for part in training:
            part.training = True


@torch.no_grad()
def predict_grids(model: SaliencyModel, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What PyTorch computes of some frames: uint8 (N, 3, H, W) -> (N, h, w).

    Regression networks' outputs are mapped as in `in_range`. The model is left in its mode.
    """
    device = next(model.parameters()).device
    with evaluating(model):
        images = torch.tensor(frames).to(device).to(torch.float32).div_(255)
        grids = model(images).float().cpu().numpy()
    return in_range(model, grids)


def in_range(model: SaliencyModel, grids: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a network put out, a regression's mapped from its `target_range` back to [0, 1].

    Raises:
        WeightsError: NaN or infinity; the weights are damaged.
    """
    if not np.isfinite(grids).all():
        raise WeightsError(
            f"{model.name} puts out numbers that are not finite. Its weights are damaged, or its "
            "training went wrong: take other weights."
        )
    low, high = model.target_range
    return grids if model.output == "log_density" else (grids - low) / (high - low)
