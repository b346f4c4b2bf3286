"""What benchmarks take: predictions written in their formats, checked before they get their name.

`FORMATS` lists the formats. MIT/Tuebingen: saliency.tuebingen.ai, one HDF5 file. SALICON: the
challenge of 2017 took a zip of pictures; the layout inside the zip is documented nowhere that we
found. Ours has the pictures at its top, named as the images.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

import h5py
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.special import logsumexp

from gazemap.data.dataset import GazeDataset
from gazemap.errors import DataError, OutputError, check_name
from gazemap.evaluation.interchange.stored import open_predictions
from gazemap.evaluation.predictions import Predictions
from gazemap.images.names import minimal_names
from gazemap.metrics import resize
from gazemap.models.base import SaliencyModel
from gazemap.prediction.predict import predict
from gazemap.system.files import new_folder, refuse_used, replacing
from gazemap.system.progress import bar
from gazemap.types import Floats, Output, Size

SALICON_SIZE = (480, 640)
Steps = Iterable[int]


def write_submission(
    predictions: SaliencyModel | Predictions,
    path: str | Path,
    images: GazeDataset,
    format: str,
    *,
    progress: bool = False,
) -> Path:
    """Write the predictions of all images as a benchmark takes them; one image is in memory at a time.

    What was written is read again and checked (a map for every image, sizes, finite values, log
    densities' logsumexp) before it gets its name.

    Args:
        predictions: a model, or maps in the order of the images; log densities where it says so.
        path: the file or folder to write.
        images: the data set, or the split.
        format: a key of `FORMATS`.
        progress: show a bar.

    Returns:
        the file to upload.

    Raises:
        InputError: no such format.
        DataError: a prediction or image of no use; nothing is left under `path`.
        OutputError: `path` cannot be written.
    """
    check_name("submission format", format, FORMATS)
    steps = bar(range(len(images)), f"Writing {path}", progress=progress)
    return FORMATS[format](predictions, Path(path), images, steps)


def _tuebingen(
    predictions: SaliencyModel | Predictions, path: Path, images: GazeDataset, steps: Steps
) -> Path:
    """One HDF5 file, a float32 dataset per image at its size; keys as pysaliency's, log densities kept."""
    names = minimal_names(images.image_names)
    refuse_used(path)
    with replacing(path) as temporary:
        with h5py.File(temporary, "w") as file:
            for index in steps:
                frame = _frame(predictions, images, index, images[index].size)
                file.create_dataset(names[index], data=frame.astype(np.float32), compression="gzip")
        _check(temporary, images, names, predictions.output, [sample.size for sample in images])
    return path


def _salicon(predictions: SaliencyModel | Predictions, path: Path, images: GazeDataset, steps: Steps) -> Path:
    """A folder of 8-bit gray PNG, 640 x 480, and beside it a zip of it."""
    names = [str(PurePosixPath(name).with_suffix(".png")) for name in minimal_names(images.image_names)]
    for sample in images:
        if abs(sample.size[1] / sample.size[0] - 640 / 480) > 0.01:
            size = f"{sample.size[1]} x {sample.size[0]}"
            raise DataError(f"{sample.image_id} is {size}; SALICON's are 640 x 480.")
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


FORMATS: dict[str, Callable[[SaliencyModel | Predictions, Path, GazeDataset, Steps], Path]] = {
    "salicon": _salicon,
    "tuebingen": _tuebingen,
}


def _frame(predictions: SaliencyModel | Predictions, images: GazeDataset, index: int, size: Size) -> Floats:
    """The prediction of one image, (H, W) at `size`; a log density's logsumexp is 0."""
    grid: NDArray[np.floating]
    if isinstance(predictions, SaliencyModel):
        made = predict(predictions, images[index].image)
        grid = made.log_density if predictions.output == "log_density" else made.saliency
    else:
        grid = predictions.grid(index)
    frame: Floats = resize(grid, size)
    if not np.isfinite(frame).all():
        raise DataError(f"The prediction of {images[index].image_id} has values that are NaN or infinite.")
    if predictions.output == "log_density":
        frame = frame - logsumexp(frame)
    return frame


def _gray_levels(frame: Floats, output: Output) -> NDArray[np.uint8]:
    """0 to 255, rounded: truncation would cost half a level, which is much of a dark map.

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
