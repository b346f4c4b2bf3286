"""Foreign formats -> gaze data sets. `IMPORTERS` lists them all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gazemap.data.dataset import GazeDataset
from gazemap.data.importers.bids import BIDS
from gazemap.data.importers.bristol_pickle import BRISTOL_PICKLE
from gazemap.data.importers.cat2000 import CAT2000_TEST, CAT2000_TRAIN
from gazemap.data.importers.coco_scanpaths import COCO_FREEVIEW, COCO_SEARCH18
from gazemap.data.importers.dut_omron import DUT_OMRON
from gazemap.data.importers.eyelink import EYELINK
from gazemap.data.importers.figrim import FIGRIM
from gazemap.data.importers.fiwi import FIWI
from gazemap.data.importers.folders import FOLDERS, REDDY_FOLDER, SALICON_FOLDER, SAM_FOLDER
from gazemap.data.importers.gazepoint import GAZEPOINT
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.isun import ISUN
from gazemap.data.importers.jspsych import JSPSYCH
from gazemap.data.importers.mit300 import MIT300
from gazemap.data.importers.mit1003 import MIT1003
from gazemap.data.importers.osie import OSIE
from gazemap.data.importers.pascal_s import PASCAL_S
from gazemap.data.importers.psychopy import PSYCHOPY
from gazemap.data.importers.pupil_cloud import PUPIL_CLOUD
from gazemap.data.importers.pupil_core import PUPIL_CORE
from gazemap.data.importers.pysaliency import PYSALIENCY
from gazemap.data.importers.raw_samples import SAMPLES
from gazemap.data.importers.salicon import SALICON, SALICON_TEST
from gazemap.data.importers.salicon_json import SALICON_JSON
from gazemap.data.importers.scene import SCENE
from gazemap.data.importers.smi import SMI
from gazemap.data.importers.table import TABLE
from gazemap.data.importers.tobii import TOBII_PRO_LAB
from gazemap.data.importers.toronto import TORONTO
from gazemap.data.writing.folder import write_dataset
from gazemap.errors import DataError, lookup

IMPORTERS: dict[str, Importer] = {
    "osie": OSIE,
    "scene": SCENE,
    "salicon": SALICON,
    "salicon-test": SALICON_TEST,
    "salicon-json": SALICON_JSON,
    "folders": FOLDERS,
    "salicon-folder": SALICON_FOLDER,
    "sam-folder": SAM_FOLDER,
    "reddy-folder": REDDY_FOLDER,
    "bristol-pickle": BRISTOL_PICKLE,
    "mit1003": MIT1003,
    "mit300": MIT300,
    "cat2000-train": CAT2000_TRAIN,
    "cat2000-test": CAT2000_TEST,
    "toronto": TORONTO,
    "pascal-s": PASCAL_S,
    "figrim": FIGRIM,
    "isun": ISUN,
    "dut-omron": DUT_OMRON,
    "fiwi": FIWI,
    "coco-freeview": COCO_FREEVIEW,
    "coco-search18": COCO_SEARCH18,
    "table": TABLE,
    "samples": SAMPLES,
    "jspsych": JSPSYCH,
    "eyelink": EYELINK,
    "tobii-pro-lab": TOBII_PRO_LAB,
    "smi": SMI,
    "gazepoint": GAZEPOINT,
    "pupil-core": PUPIL_CORE,
    "pupil-cloud": PUPIL_CLOUD,
    "psychopy": PSYCHOPY,
    "bids": BIDS,
    "pysaliency": PYSALIENCY,
}


def formats(name: str | None = None) -> dict[str, Importer]:
    """The formats that can be imported, by name.

    Args:
        name: of one; None for all.

    Raises:
        InputError: there is no such format; gives the nearest name.
    """
    return dict(IMPORTERS) if name is None else {name: lookup("format", name, IMPORTERS)}


def import_dataset(
    source: str | Path,
    out: str | Path,
    *,
    format: str,
    options: Mapping[str, Any] | None = None,
    progress: bool = False,
) -> GazeDataset:
    """Turn a foreign data set into a gaze data set's folder.

    Args:
        source: the folder or file as its authors publish it; it is only read.
        out: a new folder.
        format: a key of `IMPORTERS`.
        options: of the format, as values or as the text that a user types: `{"edition": "2017"}`.
            `Importer.choices` lists them.
        progress: show a bar.

    Raises:
        InputError: an unknown format or option.
        DataError: the source is not of that format, or its points do not fit its images; names the
            file, field or shape.
        OutputError: `out` cannot be written.
    """
    importer = lookup("format", format, IMPORTERS)
    if not Path(source).exists():
        raise DataError(f"There is no file or folder {source}. Give the path of the data set's files.")
    return write_dataset(importer.open(Path(source), options or {}), out, progress=progress)
