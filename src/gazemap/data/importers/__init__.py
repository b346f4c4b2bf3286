"""Foreign formats -> gaze data sets. `IMPORTERS` lists them all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gazemap.data.dataset import GazeDataset
from gazemap.data.importers.bristol_pickle import read_bristol_pickle
from gazemap.data.importers.osie import read_osie
from gazemap.data.importers.salicon_folder import read_salicon_folder
from gazemap.data.importers.scene import read_scene
from gazemap.data.writing import Source, write_dataset
from gazemap.errors import DataError, InputError, unknown_name

IMPORTERS: dict[str, Callable[[Path], Source]] = {
    "osie": read_osie,
    "scene": read_scene,
    "salicon-folder": read_salicon_folder,
    "bristol-pickle": read_bristol_pickle,
}


def import_dataset(
    format: str, source: str | Path, out: str | Path, *, progress: bool = False
) -> GazeDataset:
    """Turn a foreign data set into a gaze data set's folder.

    Args:
        format: a key of `IMPORTERS`.
        source: the folder as its authors give it out; only read.
        out: a new folder.
        progress: show a bar.

    Raises:
        InputError: an unknown format.
        DataError: the source is not of that format; names the file, field or shape.
        OutputError: `out` cannot be written.
    """
    if format not in IMPORTERS:
        raise InputError(unknown_name("format", format, IMPORTERS))
    if not Path(source).is_dir():
        raise DataError(f"There is no folder {source}. Give the data set's own folder.")
    return write_dataset(IMPORTERS[format](Path(source)), out, progress=progress)
