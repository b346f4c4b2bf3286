"""Foreign formats -> gaze data sets. `IMPORTERS` lists them all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gazemap.data.dataset import GazeDataset
from gazemap.data.importers.bristol_pickle import BRISTOL_PICKLE
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.osie import OSIE
from gazemap.data.importers.salicon_folder import SALICON_FOLDER
from gazemap.data.importers.scene import SCENE
from gazemap.data.writing import write_dataset
from gazemap.errors import DataError, InputError, unknown_name

IMPORTERS: dict[str, Importer] = {
    "osie": OSIE,
    "scene": SCENE,
    "salicon-folder": SALICON_FOLDER,
    "bristol-pickle": BRISTOL_PICKLE,
}


def import_dataset(
    format: str,
    source: str | Path,
    out: str | Path,
    *,
    options: Mapping[str, Any] | None = None,
    progress: bool = False,
) -> GazeDataset:
    """Turn a foreign data set into a gaze data set's folder.

    Args:
        format: a key of `IMPORTERS`.
        source: the folder or file as its authors give it out; only read.
        out: a new folder.
        options: of the format; `Importer.options` lists them.
        progress: show a bar.

    Raises:
        InputError: an unknown format or option.
        DataError: the source is not of that format, or its points do not fit its images; names the
            file, field or shape.
        OutputError: `out` cannot be written.
    """
    if format not in IMPORTERS:
        raise InputError(unknown_name("format", format, IMPORTERS))
    if not Path(source).exists():
        raise DataError(f"There is no file or folder {source}. Give the data set's own.")
    return write_dataset(IMPORTERS[format].open(Path(source), options or {}), out, progress=progress)
