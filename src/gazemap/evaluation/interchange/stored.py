"""Maps that another program stored, matched to a data set's images and read one at a time."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

import numpy as np

from gazemap.data.dataset import GazeDataset
from gazemap.errors import DataError, InputError
from gazemap.evaluation.interchange.archives import MapArchive, open_archive
from gazemap.images.names import match_names
from gazemap.metrics.densities import LOG_SUM_TOLERANCE
from gazemap.models.files import BEST
from gazemap.prediction.predictor import Predictor, load_predictor
from gazemap.system.fingerprint import digest
from gazemap.system.processors import usable_cores
from gazemap.types import Floats, Output

_ASPECT = 0.05  # aspects count as equal, and images as square, up to this relative difference


@dataclass(frozen=True)
class StoredMaps:
    """Stored maps of a data set's images: a row for `evaluate` whose memory does not grow with the images.

    Attributes:
        archive: the folder or file that they are in.
        keys: the name of each image's map in the archive, in the order of the images.
        images: the data set, or the split, that they are for.
        output: what the numbers mean.
    """

    archive: MapArchive
    keys: tuple[str, ...]
    images: GazeDataset
    output: Output

    @property
    def name(self) -> str:
        """The name of its row of scores: the folder's own, or the file's without suffix."""
        path = self.archive.path
        return path.stem if path.is_file() else path.resolve().name

    @property
    def ignored(self) -> int:
        """How many maps the archive holds for none of the images."""
        return len(self.archive.keys) - len(self.keys)

    def grid(self, index: int) -> Floats:
        """The map of image `index`, (h, w) float64; read again at every call, from any thread.

        Raises:
            DataError: damaged, no map, transposed, or not what `output` says; names the file and key.
        """
        key = self.keys[index]
        grid = self.archive.read(key)
        where = f"{self.archive.path}: {key}"
        _check_aspect(grid, self.images[index].size, where)
        _check_output(grid, self.output, where)
        return grid

    def digest(self) -> str:
        """A digest of every image's map and of what the numbers mean; each map is read once for it.

        Raises:
            DataError: as `grid`.
        """
        with ThreadPoolExecutor(usable_cores()) as pool:
            return digest([self.output.encode(), *pool.map(self._content, range(len(self.keys)))])

    def _content(self, index: int) -> bytes:
        grid = self.grid(index)
        return digest([repr(grid.shape).encode(), grid.tobytes()]).encode()


def open_predictions(path: str | Path, images: GazeDataset, holds: str = "saliency") -> StoredMaps:
    """Open stored maps: a folder, zip or tar of pictures, NPY or MAT files, or an HDF5 file.

    The maps are matched to the images by their names at once, see `images.names.match_names`. The first map
    is read and checked now, since a mistake is mostly in all of them; every other one when it is used.
    A map of another size than its image is resized by the protocol that scores it.

    Args:
        path: a folder with subfolders, or a file.
        images: the data set, or the split, that the maps are for; maps of other images are ignored.
        holds: what the numbers mean: "saliency", of any scale (uint8 and uint16 become 0 to 1 of their
            range), or "log_density", natural logarithms whose logsumexp is 0.

    Raises:
        InputError: `holds` is neither.
        DataError: missing or damaged, images without exactly one map, or a first map that cannot be used.
    """
    if holds not in get_args(Output):
        raise InputError(f"holds must be {' or '.join(get_args(Output))}, got {holds!r}.")
    output = cast("Output", holds)
    archive = open_archive(Path(path))
    keys = match_names(images.image_names, archive.keys, output)
    stored = StoredMaps(archive, tuple(keys), images, output)
    stored.grid(0)
    return stored


def open_model_or_maps(
    path: str | os.PathLike[str],
    images: GazeDataset,
    *,
    holds: str = "saliency",
    engine: str = "auto",
    device: str = "auto",
) -> Predictor | StoredMaps:
    """The model of that name, run folder, weights or ONNX file; or else the maps in that folder or file.

    Args:
        path: what exists at this path comes before the name of a model that comes with gazemap.
        images: those that stored maps are for.
        holds: what stored maps hold, see `open_predictions`.
        engine: what computes a model, see `load_predictor`.
        device: where.

    Raises:
        WeightsError: nothing is there, or weights that cannot be loaded.
        InputError: as `open_predictions` and `load_predictor`.
        DataError: as `open_predictions`.
        MissingPackageError: as `load_predictor`.
    """
    place = Path(path)
    is_model = (place / BEST).exists() or place.suffix in (".safetensors", ".onnx") or not place.exists()
    if is_model:
        return load_predictor(path, engine=engine, device=device, threads=1)  # of several at once
    return open_predictions(place, images, holds)


def _check_aspect(grid: Floats, size: tuple[int, int], where: str) -> None:
    aspect, expected = np.log(grid.shape[0] / grid.shape[1]), np.log(size[0] / size[1])
    if abs(expected) > _ASPECT and abs(aspect + expected) < min(_ASPECT, abs(aspect - expected)):
        raise DataError(
            f"{where} is {grid.shape} and its image {size}, (height, width): height and width are swapped. "
            "Transpose the maps; a network's own grid must be resized to its image."
        )


def _check_output(grid: Floats, output: Output, where: str) -> None:
    if output == "saliency" and not _looks_like_logs(grid):
        return
    total = float(np.logaddexp.reduce(grid.ravel()))
    if output == "saliency" and abs(total) < LOG_SUM_TOLERANCE:
        raise DataError(
            f"{where} is a log density (no value above 0, logsumexp {total:.1g}), not a saliency map. "
            "Say what the maps hold: --holds log_density."
        )
    if output == "saliency":
        raise DataError(
            f"{where} has no value above 0: it looks like a log map. Subtract its logsumexp ({total:.4g}) "
            "and say --holds log_density; if it is saliency, shift it so that its least value is 0."
        )
    if output == "log_density" and abs(total) > LOG_SUM_TOLERANCE:
        found = "is a density, not its logarithm" if abs(grid.sum() - 1) < 0.01 else "is no log density"
        raise DataError(
            f"{where} {found}: its logsumexp must be 0 within {LOG_SUM_TOLERANCE}, got {total:.4g}. "
            "Take a density's logarithm, subtract a log density's logsumexp, or say --holds saliency."
        )


def _looks_like_logs(grid: Floats) -> bool:
    """Whether a map is nowhere above 0, and not the same everywhere but for the uniform log density."""
    most = grid.max()
    is_uniform = most < 0 and abs(most + np.log(grid.size)) < 1e-6
    return bool(most <= 0 and (grid.min() < most or is_uniform))
