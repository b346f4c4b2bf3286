"""Images -> predictions, by one door for all: `predict_frames`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import overload

import numpy as np
from numpy.typing import NDArray

from gazemap.images.placement import Placement
from gazemap.images.reading import DecodedImage
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.inputs import ImageLike, as_needed_pixels
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.predictor import ModelLike, Predictor, load_predictor
from gazemap.system.progress import bar
from gazemap.types import Pixels, Size

_BATCH = 64
_SPARE = (
    2  # times the frame: with 1.25 a prediction changes by up to 0.002 nats (KLD), see docs/prediction.md
)


@overload
def predict(  # type: ignore[overload-overlap]
    images: ImageLike,
    model: ModelLike = DEFAULT_MODEL,
    *,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
) -> Prediction: ...


@overload  # a str is a sequence of str for mypy, but no list or tuple
def predict(
    images: Sequence[ImageLike],
    model: ModelLike = DEFAULT_MODEL,
    *,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
) -> list[Prediction]: ...


def predict(
    images: ImageLike | Sequence[ImageLike],
    model: ModelLike = DEFAULT_MODEL,
    *,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
) -> Prediction | list[Prediction]:
    """Predict one image, or several at once; many files are for `predict_files`, which says the same of each.

    The model of the last call stays open, so that a loop opens it once.

    A JPEG file of four times the network's frame or more is decoded at 1/2, 1/4 or 1/8 of its size, but
    not below twice the frame: what is predicted differs from that of its pixels by 0.0001 nats (KLD).

    Args:
        images: a path, a file's bytes, a Pillow image, a NumPy array or a tensor, see `as_pixels`; of
            any size and aspect. Or a list of such.
        model: the name of a model that comes with gazemap, a run folder, a weights file or an ONNX file;
            or a model in memory.
        engine: "onnx", "torch" or "openvino"; "auto" as in `load_predictor`.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves out where people look anyway: for images that are parts of others.

    Returns:
        of a list, a list in its order.

    Raises:
        DataError: an image file is missing, damaged, too large or no image.
        InputError: any other image, or an array of another shape, type or range; or as `load_predictor`.
        WeightsError: as `load_predictor`.
        MissingPackageError: as `load_predictor`.
    """
    several = isinstance(images, list | tuple)
    given: Sequence[ImageLike] = images if several else [images]  # type: ignore[list-item, assignment]
    predictor = load_predictor(model, engine=engine, device=device, center_bias=center_bias)
    decoded = [read(predictor, entry) for entry in given]
    if not decoded:
        return []
    placed = [place(predictor, image.pixels, image.size) for image in decoded]
    frames = np.stack([frame for _, frame in placed])
    predictions = [
        replace(prediction, notes=image.notes, icc_profile=image.icc_profile)
        for prediction, image in zip(
            predict_frames(predictor, frames, [placement for placement, _ in placed], given),
            decoded,
            strict=True,
        )
    ]
    return predictions if several else predictions[0]


def predict_frames(
    predictor: Predictor,
    frames: NDArray[np.uint8],
    placements: Sequence[Placement],
    images: Sequence[ImageLike] | None = None,
    *,
    progress: bool = False,
) -> list[Prediction]:
    """The one way from images to predictions: of arrays, files, data sets and reports alike.

    A PyTorch model is left as it is, in training mode too.

    Args:
        predictor: whose frames they are.
        frames: uint8 (N, 3, H, W), RGB, at the predictor's input size, see `place`.
        placements: how each of the N images lies in its frame.
        images: the N images themselves, for pictures of the predictions.
        progress: show a bar.

    Raises:
        WeightsError: the model puts out NaN or infinity.
    """
    known = images if images is not None else [None] * len(frames)
    found: list[Prediction] = []
    with predictor.computing():
        for start in bar(range(0, len(frames), _BATCH), "Predicting", progress=progress):
            part = slice(start, start + _BATCH)
            grids = predictor.grids(frames[part])
            found += [
                Prediction(grid, placement, predictor.output, image)
                for grid, placement, image in zip(grids, placements[part], known[part], strict=True)
            ]
    return found


def read(predictor: Predictor, image: ImageLike) -> DecodedImage:
    """An image as it is decoded for a model: at least twice its frame.

    Raises:
        DataError: a file is missing, damaged, too large or no image.
        InputError: anything else, see `as_pixels`.
    """

    def needed(size: Size) -> tuple[float, float]:
        height, width = Placement(size, predictor.input_size, predictor.fit).content
        return _SPARE * height, _SPARE * width

    return as_needed_pixels(image, needed)


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
