"""What is computed of a video, kept in parts, so that a run that was killed goes on with the next one."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.analysis.area_shares import AreaShare
from gazemap.system.files import replacing
from gazemap.system.tables import Kinds
from gazemap.types import Floats

# of the table of areas over time; the rest of `AreaShare` is of images that appear and stay
KINDS: Kinds = {
    "time": "float64",
    "name": "text",
    "members": "int32",
    "rank": "int32",
    "attention": "float64",
    "size": "float64",
    "times_chance": "float64",
}
_OF_SHARE = [name for name in KINDS if name != "time"]


@dataclass(eq=False)
class Part:
    """What was found in a part of a video, whose overlay lies in a file beside it.

    Attributes:
        pictures: how many times it has.
        unlike: at how many of them the picture is unlike photographs.
        damaged: how many pieces of the file could not be decoded.
        broke_off: whether the file could not be read on.
        is_last: whether the video ends with it.
        end: where it ends, in seconds; 0 of all but the last one.
        average: (h, w), what is predicted at its end, smoothed; None where there is no picture.
        rows: of the table of areas, columns of equal length.
    """

    pictures: int = 0
    unlike: int = 0
    damaged: int = 0
    broke_off: bool = False
    is_last: bool = False
    end: float = 0.0
    average: Floats | None = None
    rows: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in KINDS})

    def add_rows(self, time: float, shares: Sequence[AreaShare]) -> None:
        """Add the rows of a time."""
        for share in shares:
            self.rows["time"].append(time)
            for name in _OF_SHARE:
                self.rows[name].append(getattr(share, name))


@dataclass(frozen=True)
class Parts:
    """The folder of a video's parts.

    Attributes:
        folder: where they are.
    """

    folder: Path

    def overlay(self, number: int) -> Path:
        """The file with a part's piece of the overlay."""
        return self.folder / f"part-{number:06d}.mp4"

    def write(self, number: int, part: Part) -> None:
        """Keep a part, whose overlay is whole.

        Raises:
            OutputError: the folder is read-only or full.
        """
        flat: dict[str, NDArray[Any]] = {
            one.name: np.asarray(getattr(part, one.name))
            for one in fields(part)
            if one.name not in ("rows", "average")
        }
        if part.average is not None:
            flat["average"] = part.average
        flat |= {f"rows.{name}": np.asarray(values) for name, values in part.rows.items()}
        with replacing(self._file(number)) as temporary, temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **flat)

    def read(self, number: int) -> Part | None:
        """A part; None where it is not there, or is damaged."""
        try:
            with np.load(self._file(number), allow_pickle=False) as found:
                known = {one.name: found[one.name] for one in fields(Part) if one.name in found}
                average = known.pop("average", None)
                rows = {name: found[f"rows.{name}"].tolist() for name in KINDS}
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return None
        numbers = {name: value.item() for name, value in known.items()}
        return Part(**numbers, average=average, rows=rows)

    def whole(self) -> Iterator[Part]:
        """The parts that are there, from the first to the first that is missing."""
        for number in count():
            part = self.read(number)
            if part is None:
                return
            yield part
            if part.is_last:
                return

    def _file(self, number: int) -> Path:
        return self.folder / f"part-{number:06d}.npz"
