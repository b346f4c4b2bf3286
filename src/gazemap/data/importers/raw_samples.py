"""Any table of raw samples, one per row, such as those of webcams in browsers; or a folder of such tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.recorded import WITHOUT, Recordings, recorded
from gazemap.data.importers.text_tables import text_table
from gazemap.data.importers.tracker_tables import (
    Columns,
    each_file,
    export_files,
    read_columns,
    reading_table,
)
from gazemap.data.writing.frames import SECONDS, TimeUnit
from gazemap.errors import DataError, meant
from gazemap.gaze.recordings.raw import per_second, raw_recordings
from gazemap.gaze.recordings.recording import Recording

_INFO = DatasetInfo(
    name="samples",
    title="Raw samples and a folder of images",
    citation="of those who recorded them",
    license="as its source says",
    source=(
        "one sample per row; x and y are pixels of the screen from its upper left corner, or shares of it; "
        "the image lies where options say; onsets count from the first sample of its trial"
    ),
)
_TIMES = ("timestamp", "time", "t")  # names of their column; the first that is there
_OBSERVERS = ("observer", "participant", "subject")
_OPTIONS = {"time": "timestamp", "participant": "observer"}  # that name these columns
_TEXTS = ("image", "participant", "trial")
_ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")


def read(
    source: Path,
    *,
    image: str = "image",
    x: str = "x",
    y: str = "y",
    timestamp: str | None = None,
    observer: str | None = None,
    trial: str | None = None,
    unit: TimeUnit | None = None,
    convention: Literal["continuous", "normalized"] = "continuous",
) -> Recordings:
    """A table of raw samples with a header, or a folder of such tables; fixations are found in them.

    Rows that follow each other with one image and trial are a trial; a step back in time begins one, too.
    Rows without an image are none.

    Args:
        source: .csv, .tsv or .txt with any separator, also packed (.gz); or a folder of these, as of one per
            observer.
        image: the column of the images' names.
        x: the column of x.
        y: the column of y.
        timestamp: the column of times; by default timestamp, time or t.
        observer: the column of the observers' names; by default observer, participant or subject, where
            there is one; else the names of the tables.
        trial: the column of trials; by default trial, where there is one.
        unit: of the times; by default told by the steps between samples, of which a second has 4 to 2,000.
        convention: what x and y count: continuous, pixels of the screen; normalized, shares of it, 0 to 1.

    Raises:
        DataError: there is no table.
    """
    files = export_files(source, _ENDINGS, "table of samples")
    columns: dict[str, tuple[str, ...]] = {
        "image": (image,),
        "x": (x,),
        "y": (y,),
        "time": (timestamp,) if timestamp else _TIMES,
        "participant": (observer,) if observer else _OBSERVERS,
        "trial": (trial or "trial",),
    }
    stated = {"participant": observer, "trial": trial}
    required = {"image", "x", "y", "time", *(key for key, name in stated.items() if name)}

    def recordings(path: Path) -> Iterator[Recording]:
        found = _columns(path, columns, required, unit)
        alone = path.name.partition(".")[0]
        return raw_recordings(found, path.name, alone, in_shares=convention == "normalized")

    return Recordings(_INFO, each_file(files, recordings))


def _columns(
    path: Path, names: dict[str, tuple[str, ...]], required: set[str], unit: TimeUnit | None
) -> Columns:
    with reading_table(path):
        table = text_table(path, [names[key][0] for key in ("image", "x", "y")])
        places = {
            key: table.header.index(name)
            for key, own in names.items()
            if (name := next((name for name in own if name in table.header), None))
        }
        missing = [key for key in names if key in required and key not in places]
        if missing:
            wanted = "; ".join(" or ".join(names[key]) for key in missing)
            near = "".join(meant(names[key][0], table.header) for key in missing)
            say = ", ".join(f"{_OPTIONS.get(key, key)}=NAME" for key in missing)
            raise DataError(
                f"{path} has no column {wanted}.{near} Its columns: "
                f"{', '.join(table.header) or 'none'}. Say which it is: {say}."
            )
        columns = read_columns(table, places, _TEXTS)
    known = np.isfinite(columns["time"])
    if not known.any():
        raise DataError(f"{path} has no row with a time.")
    columns = {key: values[known] for key, values in columns.items()}
    return columns | {"time": columns["time"] / (SECONDS[unit] if unit else per_second(columns["time"]))}


SAMPLES = Importer(
    read=read,
    then=recorded,
    info=_INFO,
    editions={},
    oddities=(
        "fixations are found in the samples, by dispersion unless fixations=velocity; options say what its "
        "columns are; the screen must be stated, in pixels and in centimeters, and its distance; samples at "
        "(0, 0), (-1, -1) and other signs of trackers are lost; times without a unit are told by their steps"
    ),
    without={key: reason for key, reason in WITHOUT.items() if key != "convention"},
)
