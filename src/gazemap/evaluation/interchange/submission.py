"""Predictions in the formats that benchmarks take. `FORMATS` lists them.

tuebingen: one HDF5 file, for the MIT/Tuebingen benchmark, saliency.tuebingen.ai. salicon: a zip of pictures,
as the SALICON challenge of 2017 took; the layout inside that zip is documented nowhere that we found. Ours
has the pictures at its top, named as the images.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.data.dataset import DatasetLike, GazeDataset, as_dataset
from gazemap.errors import DataError, InputError, OutputError, check_name
from gazemap.evaluation.interchange.stored import StoredMaps, open_model_or_maps, open_predictions
from gazemap.evaluation.predictions import Predictions
from gazemap.images.names import minimal_names
from gazemap.metrics import resize
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import ModelLike, Predictor, load_predictor
from gazemap.system.extras import require
from gazemap.system.files import new_folder, refuse_used, replacing
from gazemap.system.progress import bar
from gazemap.system.writing import check_room, check_writable
from gazemap.types import Floats, Output, Size

SALICON_SIZE = (480, 640)
_HDF5 = (".h5", ".hdf5")
Steps = Iterable[int]


@dataclass(frozen=True)
class Submission:
    """What `submit` wrote.

    Attributes:
        path: the file to upload.
        format: a key of `FORMATS`.
        images: how many predictions it holds.
        ignored: stored maps that belong to none of the images.
    """

    path: Path
    format: str
    images: int
    ignored: int = 0

    def notes(self) -> list[str]:
        """What was done, in sentences."""
        ignored = [f"{self.ignored} maps are of other images and were ignored."] if self.ignored else []
        return [*ignored, f"{self.images} predictions, read again and checked: {self.path}"]

    def as_json(self) -> dict[str, Any]:
        """The attributes as plain values."""
        about = {"format": self.format, "images": self.images, "ignored": self.ignored}
        return {"path": str(self.path), **about}


def submit(
    model: ModelLike | Predictions,
    dataset: DatasetLike,
    out: str | Path,
    *,
    format: str,
    split: str = "test",
    holds: str = "saliency",
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    progress: bool = False,
) -> Submission:
    """Write a model's predictions, or stored maps, in the format of a benchmark.

    One image is in memory at a time. What was written is read again and checked before it gets its name: a
    map for every image, of the right size, of finite values, log densities with a logsumexp of 0.

    Args:
        model: the name of a model that comes with gazemap, a run folder, a weights or ONNX file, or a model
            in memory; a folder or file of maps; or maps in memory, in the order of the images.
        dataset: a gaze data set or its folder.
        out: the file to write; for salicon the zip, and the folder that it is of is written next to it. The
            ending .zip may be left out.
        format: "tuebingen" or "salicon", see `FORMATS`.
        split: the images to predict.
        holds: what stored maps hold, "saliency" or "log_density".
        engine: what computes the model, see `load_predictor`.
        device: where: "auto", "cpu" or "cuda".
        center_bias: False leaves the model's own center bias out.
        progress: show a bar.

    Raises:
        InputError: no such format, or no center bias that could be left out.
        DataError: no such split, or a prediction or image that cannot be used; nothing is left at `out`.
        OutputError: something is at `out` already, or it cannot be written.
    """
    check_name("submission format", format, FORMATS)
    if format == "tuebingen" and Path(out).suffix.lower() not in ("", *_HDF5):
        named = Path(out).with_suffix(".h5")
        raise InputError(f"The format tuebingen is one HDF5 file: name it {named}, got {out}.")
    check_writable(Path(out), folder=Path(out).is_dir())  # an empty folder may be there
    images = as_dataset(dataset).split(split)
    predictions: Predictor | Predictions
    if isinstance(model, str | os.PathLike):
        predictions = open_model_or_maps(model, images, holds=holds, engine=engine, device=device)
    elif isinstance(model, Predictions):
        predictions = model
    else:
        predictions = load_predictor(model, engine=engine, device=device)
    if not center_bias:
        if not isinstance(predictions, Predictor):
            raise InputError("Maps that are there already have no center bias that could be left out.")
        predictions = load_predictor(predictions, center_bias=False)
    steps = bar(range(len(images)), f"Writing {out}", progress=progress)
    written = FORMATS[format](predictions, Path(out), images, steps)
    ignored = predictions.ignored if isinstance(predictions, StoredMaps) else 0
    return Submission(written, format, len(images), ignored)


def _tuebingen(predictions: Predictor | Predictions, path: Path, images: GazeDataset, steps: Steps) -> Path:
    """One HDF5 file with a float32 dataset per image, at the image's size; named as pysaliency names them."""
    require("h5py", "Writing HDF5 files")
    import h5py

    names = minimal_names(images.image_names)
    refuse_used(path)
    with replacing(path) as temporary:
        # the temporary file is locked already, by whoever writes it
        with h5py.File(temporary, "w", locking=False) as file:
            for index in steps:
                frame = _frame(predictions, images, index, images[index].size)
                check_room(path.parent, 4 * frame.size)
                file.create_dataset(names[index], data=frame.astype(np.float32), compression="gzip")
        _check(temporary, images, names, predictions.output, [sample.size for sample in images])
    return path


def _salicon(predictions: Predictor | Predictions, path: Path, images: GazeDataset, steps: Steps) -> Path:
    """A folder of 8-bit gray PNG, 640 x 480, and next to it a zip of the folder."""
    names = [str(PurePosixPath(name).with_suffix(".png")) for name in minimal_names(images.image_names)]
    for sample in images:
        if abs(sample.size[1] / sample.size[0] - 640 / 480) > 0.01:
            size = f"{sample.size[1]} x {sample.size[0]}"
            raise DataError(
                f"{sample.image_id} is {size} pixels; images of SALICON must have the aspect of 640 x 480."
            )
    path = path.with_suffix("") if path.suffix.lower() == ".zip" else path
    archive = path.with_name(f"{path.name}.zip")
    refuse_used(archive)
    with replacing(archive) as zipped, new_folder(path) as folder:
        with zipfile.ZipFile(zipped, "w") as file:
            for index in steps:
                picture = folder / names[index]
                picture.parent.mkdir(parents=True, exist_ok=True)
                frame = _frame(predictions, images, index, SALICON_SIZE)
                Image.fromarray(_gray_levels(frame, predictions.output)).save(picture)
                file.write(picture, names[index])
        for written in (folder, zipped):
            _check(written, images, names, "saliency", [SALICON_SIZE] * len(images))
    return archive


FORMATS: dict[str, Callable[[Predictor | Predictions, Path, GazeDataset, Steps], Path]] = {
    "salicon": _salicon,
    "tuebingen": _tuebingen,
}


def _frame(predictions: Predictor | Predictions, images: GazeDataset, index: int, size: Size) -> Floats:
    """The prediction of one image, (H, W) at `size`; a log density's logsumexp is 0."""
    grid: NDArray[np.floating]
    if isinstance(predictions, Predictor):
        made = predict(images[index].image, predictions, viewport="whole")
        grid = made.log_density if predictions.output == "log_density" else made.saliency
    else:
        grid = predictions.grid(index)
    frame: Floats = resize(grid, size)
    if not np.isfinite(frame).all():
        raise DataError(f"The prediction of {images[index].image_id} has values that are NaN or infinite.")
    if predictions.output == "log_density":
        frame = frame - np.logaddexp.reduce(frame.ravel())
    return frame


def _gray_levels(frame: Floats, output: Output) -> NDArray[np.uint8]:
    """Gray levels from 0 to 255, rounded: cutting decimals off would darken the map by half a level.

    A density keeps its proportions; a saliency map, of any scale, spans all levels.
    """
    raised = np.exp(frame - frame.max()) if output == "log_density" else frame - frame.min()
    levels: NDArray[np.uint8] = (255 * raised / max(raised.max(), np.finfo(float).tiny) + 0.5).astype(
        np.uint8
    )
    return levels


def _check(path: Path, images: GazeDataset, names: list[str], output: Output, sizes: list[Size]) -> None:
    stored = open_predictions(path, images, output)
    if list(stored.keys) != names or stored.ignored:
        raise OutputError(f"{path} does not hold one map per image, named {names[0]} and so on.")
    for index, size in enumerate(sizes):
        shape = stored.grid(index).shape
        if shape != size:
            raise OutputError(f"{path}: {names[index]} is {shape} and should be {size}, (height, width).")
