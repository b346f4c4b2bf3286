"""pysaliency's Fixations, FixationTrains and ScanpathFixations -> points by stimulus."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gazemap.data.importers.hdf5 import Hdf5, opened
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.types import Floats

Columns = dict[str, Any]  # what is known of each fixation, by the names of `Fixations`, (n,) each


@dataclass(frozen=True, eq=False)
class Looks:
    """All fixations of a file, ordered by stimulus; those of stimulus i are bounds[i] to bounds[i + 1]."""

    columns: Columns
    bounds: NDArray[np.int64]

    def of_stimulus(self, index: int) -> Fixations:
        """Those on one stimulus, in the file's order."""
        own = slice(self.bounds[index], self.bounds[index + 1])
        columns = {name: values[own] for name, values in self.columns.items()}
        return Fixations(**{name: v for name, v in columns.items() if name in "xy" or _known(v).any()})


def _known(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a column says something: export writes "" and NaN for what is known of other images only."""
    known: NDArray[np.bool_] = values != "" if values.dtype.kind == "U" else ~np.isnan(values)
    return known


@dataclass(frozen=True)
class _Names:
    """Where a type of file keeps its (scanpaths, longest) arrays and what is known of each scanpath."""

    x: str
    y: str
    t: str
    n: str
    subject: str
    of_scanpath: str
    of_fixation: str


_TRAINS = _Names(
    x="train_xs",
    y="train_ys",
    t="train_ts",
    n="train_ns",
    subject="train_subjects",
    of_scanpath="scanpath_attributes/",
    of_fixation="scanpath_fixation_attributes/",
)
_SCANPATHS = _Names(
    x="scanpaths/xs",
    y="scanpaths/ys",
    t="scanpaths/fixation_attributes/ts",
    n="scanpaths/n",
    subject="scanpaths/scanpath_attributes/subject",
    of_scanpath="scanpaths/scanpath_attributes/",
    of_fixation="scanpaths/fixation_attributes/",
)
_DURATIONS = ("durations", "duration")


def read_looks(path: Path, count: int, ours: bool, onset_unit: Literal["s", "ms"]) -> Looks | None:
    """The fixations on `count` stimuli; None where there is no such file, as for withheld test sets.

    Args:
        path: fixations.hdf5.
        count: how many stimuli there are.
        ours: `gazemap data export` wrote the stimuli, so that ts are onsets or NaN, never an order.
        onset_unit: of ts.

    Raises:
        DataError: damaged, of another form, or it names a stimulus that is not there.
    """
    if not path.exists():
        return None
    with opened(path) as file:
        kind = file.kind()
        if kind == "Fixations":
            n, columns = _flat(file, ours)
        elif kind in ("FixationTrains", "ScanpathFixations"):
            n, columns = _scanpaths(file, _TRAINS if kind == "FixationTrains" else _SCANPATHS, ours)
        else:
            raise DataError(
                f"{path} must be of type Fixations, FixationTrains or ScanpathFixations, got {kind!r}."
            )
    if len(n) and not (n.min() >= 0 and n.max() < count):
        raise DataError(f"{path} names stimuli {n.min()} to {n.max()}; there are only 0 to {count - 1}.")
    if "onset" in columns and onset_unit == "ms":
        columns["onset"] = columns["onset"] / 1000
    order = np.argsort(n, kind="stable")
    ordered = {name: values[order] for name, values in columns.items()}
    return Looks(ordered, np.searchsorted(n[order], np.arange(count + 1)))


def _flat(file: Hdf5, ours: bool) -> tuple[NDArray[np.int64], Columns]:
    """Each fixation by itself; one subject, or time 0, for all means that it is not known."""
    n = _integers(file, "n")
    x, y, t = (_floats(file, name, n.shape) for name in ("x", "y", "t"))
    observer = _labels(file, "subject" if "subject" in file.names else "subjects", n.shape)
    columns = {
        "x": x,
        "y": y,
        **_onset(t, None if ours else np.zeros(len(t))),
        **_duration(file, "", n.shape),
    }
    if not ours and len(set(observer.tolist())) > 1:
        columns["observer"] = observer
    return n, columns


def _scanpaths(file: Hdf5, names: _Names, ours: bool) -> tuple[NDArray[np.int64], Columns]:
    """Rows of fixations, filled up with NaN to the length of the longest."""
    x = _floats(file, names.x)
    if x.ndim != 2:
        raise DataError(f"{file.path}: {names.x} must have shape (scanpaths, fixations), got {x.shape}.")
    given = ~np.isnan(x)
    lengths = np.where(given.any(axis=1), x.shape[1] - given[:, ::-1].argmax(axis=1), 0)
    position = np.broadcast_to(np.arange(x.shape[1]), x.shape)
    filled = position < lengths[:, None]
    y, t = (_floats(file, name, x.shape)[filled] for name in (names.y, names.t))
    n = _integers(file, names.n)
    if n.shape != lengths.shape:
        raise DataError(f"{file.path}: {names.n} has shape {n.shape} for {len(lengths)} scanpaths.")
    observer = f"{names.of_scanpath}observer"
    observer = observer if observer in file.names else names.subject
    return np.repeat(n, lengths), {
        "x": x[filled],
        "y": y,
        "observer": np.repeat(_labels(file, observer, n.shape), lengths),
        **_onset(t, None if ours else position[filled]),
        **{key: values[filled] for key, values in _duration(file, names.of_fixation, x.shape).items()},
    }


def _onset(times: Floats, order: NDArray[Any] | None) -> Columns:
    """Nothing where no time is known, or where the times only count 0, 1, 2."""
    unknown = np.isnan(times).all() or (order is not None and np.array_equal(times, order))
    return {} if unknown else {"onset": times}


def _duration(file: Hdf5, group: str, shape: tuple[int, ...]) -> Columns:
    names = [group + name for name in _DURATIONS if group + name in file.names]
    return {"duration": _floats(file, names[0], shape)} if names else {}


def _floats(file: Hdf5, name: str, shape: tuple[int, ...] | None = None) -> Floats:
    if shape is not None and file.shape(name) != shape:
        raise DataError(f"{file.path}: {name} must have shape {shape}, got {file.shape(name)}.")
    return file.array(name).astype(np.float64)


def _integers(file: Hdf5, name: str) -> NDArray[np.int64]:
    values = file.array(name)
    if values.ndim != 1 or not np.array_equal(values, values.astype(np.int64)):
        raise DataError(f"{file.path}: {name} must be a row of integers, got shape {values.shape}.")
    return values.astype(np.int64)


def _labels(file: Hdf5, name: str, shape: tuple[int, ...]) -> NDArray[np.str_]:
    """Names, or numbers as "07"."""
    if file.shape(name) != shape:
        raise DataError(f"{file.path}: {name} must have shape {shape}, got {file.shape(name)}.")
    if file.is_text(name):
        return np.array(file.texts(name), dtype=str)
    known, inverse = np.unique(file.array(name), return_inverse=True)
    return np.array([f"{value:02g}" for value in known.tolist()], dtype=str)[inverse]
