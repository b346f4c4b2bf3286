"""Images -> predictions, by one door for all: `predict_frames`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from gazemap.images.folds import ViewportLike, parse_viewport
from gazemap.images.placement import Placement
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.folded import FoldedPrediction
from gazemap.prediction.inputs import ImageLike
from gazemap.prediction.placing import PlacedImage, read_placed
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.predictor import ModelLike, Predictor, load_predictor
from gazemap.system.processors import usable_cores
from gazemap.system.progress import bar

_BATCH = 64
ALIKE = 16  # frames at once on a GPU, of a data set's images; and the images of a part that workers take


@overload
def predict(  # type: ignore[overload-overlap]
    images: ImageLike,
    model: ModelLike = DEFAULT_MODEL,
    *,
    condition: str | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    viewport: ViewportLike = None,
) -> Prediction: ...


@overload  # a str is a sequence of str for mypy, but no list or tuple
def predict(
    images: Sequence[ImageLike],
    model: ModelLike = DEFAULT_MODEL,
    *,
    condition: str | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    viewport: ViewportLike = None,
) -> list[Prediction]: ...


def predict(
    images: ImageLike | Sequence[ImageLike],
    model: ModelLike = DEFAULT_MODEL,
    *,
    condition: str | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    viewport: ViewportLike = None,
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
        condition: the viewing condition by name, such as "web-page"; as in `load_predictor`.
        engine: what computes, see `load_predictor`.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves out where people look anyway: for images that are parts of others.
        viewport: what is seen at once, in pixels of the image: (height, width), or "1280x800" with the
            width first; "whole": all of it. By default all, but of an image longer than 2:1 a screen of
            the shape 16:10, see `folds_of`.

    Returns:
        of a list, a list in its order. An image that is not seen at once is a `FoldedPrediction`: each
        fold is a density of its own.

    Raises:
        DataError: an image file is missing, damaged, too large or no image.
        InputError: any other image, or an array of another shape, type or range; no such viewport; or as
            `load_predictor`.
        WeightsError: as `load_predictor`.
        MissingPackageError: as `load_predictor`.
    """
    several = isinstance(images, list | tuple)
    given: Sequence[ImageLike] = images if several else [images]  # type: ignore[list-item, assignment]
    seen = parse_viewport(viewport)
    predictor = load_predictor(
        model, condition=condition, engine=engine, device=device, center_bias=center_bias
    )
    predictions = predict_placed(predictor, [read_placed(predictor, image, seen) for image in given], given)
    return predictions if several else predictions[0]


def predict_placed(
    predictor: Predictor,
    placed: Sequence[PlacedImage],
    images: Sequence[ImageLike],
    *,
    batch: int = _BATCH,
) -> list[Prediction]:
    """The predictions of images, each whole or fold by fold.

    Args:
        predictor: whose frames they lie in.
        placed: see `read_placed`.
        images: the images themselves, for pictures of the predictions.
        batch: how many frames are computed together.
    """
    if not placed:
        return []
    found = iter(
        predict_frames(
            predictor,
            np.concatenate([image.frames for image in placed]),
            [placement for image in placed for placement in image.placements],
            batch=batch,
        )
    )
    together = [list(islice(found, len(image.folds))) for image in placed]
    return [
        _of_folds(image, parts, source) for image, parts, source in zip(placed, together, images, strict=True)
    ]


def _of_folds(placed: PlacedImage, parts: list[Prediction], image: ImageLike) -> Prediction:
    """One prediction of an image from those of its folds."""
    known: dict[str, Any] = {"image": image, "notes": placed.notes, "icc_profile": placed.icc_profile}
    first = parts[0]
    if len(parts) == 1:
        return replace(first, **known)
    return FoldedPrediction(
        np.stack([part.grid for part in parts]),
        replace(first.placement, size=placed.size),
        first.output,
        folds=tuple(replace(part, stated_fold=fold) for part, fold in zip(parts, placed.folds, strict=True)),
        **known,
    )


def predict_frames(
    predictor: Predictor,
    frames: NDArray[np.uint8],
    placements: Sequence[Placement],
    images: Sequence[ImageLike] | None = None,
    *,
    batch: int = _BATCH,
    progress: bool = False,
) -> list[Prediction]:
    """The one way from images to predictions: of arrays, files, data sets and reports alike.

    Each frame is a prediction of its own, whatever its image's shape. A PyTorch model is left as it is,
    in training mode too.

    Args:
        predictor: whose frames they are.
        frames: uint8 (N, 3, H, W), RGB, at the predictor's input size, see `place`.
        placements: how each of the N images lies in its frame.
        images: the N images themselves, for pictures of the predictions.
        batch: how many are computed together.
        progress: show a bar.

    Raises:
        WeightsError: the model puts out NaN or infinity.
    """
    known = images if images is not None else [None] * len(frames)
    found: list[Prediction] = []
    with predictor.computing():
        for start in bar(range(0, len(frames), batch), "Predicting", progress=progress):
            part = slice(start, start + batch)
            grids = predictor.grids(frames[part])
            found += [
                Prediction(grid, placement, predictor.output, image)
                for grid, placement, image in zip(grids, placements[part], known[part], strict=True)
            ]
    return found


def predict_frames_alike(
    predictor: Predictor,
    frames: NDArray[np.uint8],
    placements: Sequence[Placement],
    *,
    progress: bool = False,
) -> list[Prediction]:
    """As `predict_frames`, but to the same bits with any number of cores, and in parts of 16 frames.

    On a CPU each frame is computed alone, by one thread, and several frames at once. On a GPU 16 are
    computed together.

    Raises:
        WeightsError: the model puts out NaN or infinity.
    """
    if predictor.device != "cpu":
        return predict_frames(predictor, frames, placements, batch=ALIKE, progress=progress)

    def predicted(index: int) -> Prediction:
        return predict_frames(predictor, frames[index : index + 1], placements[index : index + 1])[0]

    with computing_by_one_thread(predictor), ThreadPoolExecutor(usable_cores()) as pool:
        found = pool.map(predicted, range(len(frames)))
        return [*bar(found, "Predicting", len(frames), progress=progress)]


@contextmanager
def computing_by_one_thread(predictor: Predictor) -> Iterator[None]:
    """To put around several calls, of threads that are started in it: PyTorch computes each by one thread.

    Its bits depend on the number of threads; those of ONNX Runtime do not.
    """
    with ExitStack() as held:
        held.enter_context(predictor.computing())
        if predictor.engine == "torch":
            from gazemap.prediction.engines.pytorch import one_thread

            held.enter_context(one_thread())
        yield
