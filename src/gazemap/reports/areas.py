"""`gazemap areas`: how the observers of a data set looked at areas of its images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gazemap.analysis.area_files import AreasLike, area_files, read_areas
from gazemap.analysis.looks import AreaLooks
from gazemap.analysis.tables import check_table, write_table
from gazemap.data.dataset import DatasetLike, as_dataset
from gazemap.errors import InputError
from gazemap.evaluation.intervals import Interval
from gazemap.gaze.shapes import overlapping
from gazemap.reports.measured_areas import MeasuredArea, measured_areas
from gazemap.system.notebooks import table
from gazemap.system.plain import plain
from gazemap.system.progress import bar

_SHOWN = 30  # rows, on screen and in notebooks
_TOLD = 10  # notes of one kind, each in a line


@dataclass(frozen=True, eq=False)
class AreaTable:
    """How areas were looked at.

    Attributes:
        dataset: the name of the data set.
        seconds: of the column `seen`.
        rows: a row per image and area, then per image and group.
        looks: image's name -> each observer's looks at each of its areas.
        overlaps: every two areas that have a part of an image in common, in sentences.
        unlike: what was asked for and is not there, in sentences.
        out: the file of every observer's looks, if one was asked for.
        summary: the file of the rows, if one was asked for.
    """

    dataset: str
    seconds: float
    rows: Sequence[MeasuredArea]
    looks: dict[str, Sequence[AreaLooks]]
    overlaps: Sequence[str]
    unlike: Sequence[str]
    out: Path | None
    summary: Path | None

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns of `cells`."""
        seen = f"seen in {self.seconds:g} s"
        named = ("image", "area", "rank", "attention", "times chance", "looked", seen, "first look, s")
        return (*named, "dwell time, s", "visits", "revisits")

    def cells(self) -> list[list[str]]:
        """The first 30 rows as texts; `headings` are their columns. Brackets hold intervals."""
        return [
            [
                *(row.image, row.area, str(row.rank), _percent(row.attention), _short(row.times_chance)),
                *(_percent(row.looked), _percent(row.seen), _short(row.time_to_first)),
                *(_short(row.dwell_time), _short(row.visits), _short(row.revisits)),
            ]
            for row in self.rows[:_SHOWN]
        ]

    def notes(self) -> list[str]:
        """What the numbers mean, what overlaps or is missing, and what was written, in sentences."""
        overlaps, unlike = self.overlaps, self.unlike
        return [
            "In brackets: bootstrap 95 % intervals over the observers who have a fixation in the image.",
            *overlaps[:_TOLD],
            *([f"... and {len(overlaps) - _TOLD} more overlaps."] if len(overlaps) > _TOLD else []),
            *unlike,
            *(
                [f"Of {len(self.rows):,} rows the first {_SHOWN} are shown."]
                if len(self.rows) > _SHOWN
                else []
            ),
            *([f"Every observer's looks: {self.out}"] if self.out else []),
            *([f"Table: {self.summary}"] if self.summary else []),
        ]

    def __repr__(self) -> str:
        return f"<AreaTable of {self.dataset}: {len(self.rows)} rows of {len(self.looks)} images>"

    def _repr_html_(self) -> str:
        return table(self.dataset, [self.headings, *self.cells()], self.notes())

    def as_json(self) -> dict[str, Any]:
        """The rows with all digits; what is not known is None."""
        about = {"dataset": self.dataset, "seconds": self.seconds, "out": self.out, "summary": self.summary}
        values: dict[str, Any] = plain(
            about | {"areas": [row.row() for row in self.rows], "notes": self.notes()}
        )
        return values


def areas(
    dataset: DatasetLike,
    *,
    areas: AreasLike,
    seconds: float = 2.0,
    out: str | Path | None = None,
    summary: str | Path | None = None,
    progress: bool = False,
) -> AreaTable:
    """How the observers of a data set looked at areas of its images: attention, first looks, dwell times.

    Args:
        dataset: a gaze data set, or its folder. Images without areas are left out.
        areas: of all images alike, or of images by their names; see `read_areas`.
        seconds: within how many an area is looked at, to be counted as seen.
        out: a file of every observer's looks at every area, .csv or .json; the columns are the image and the
            names of `AreaLooks`.
        summary: a file of the rows, .csv or .json; see `MeasuredArea.row`.
        progress: show a bar.

    Raises:
        InputError: areas of another form, of no image of the set, or outside of theirs; seconds that are not
            over 0; the name of a file that cannot be written.
        DataError: the data set cannot be read, or does not say who looked.
        OutputError: a file cannot be written.
    """
    if not 0 < seconds < math.inf:
        raise InputError(f"The seconds within which areas are seen must be over 0, got {seconds}.")
    out, summary = Path(out) if out else None, Path(summary) if summary else None
    if out is not None and out == summary:
        raise InputError(f"Every observer's looks and the table must be two files, got {out} for both.")
    for file in (out, summary):
        if file:
            check_table(file, *area_files(areas))
    named = read_areas(areas)
    opened = as_dataset(dataset)
    chosen = [(sample, own) for sample in opened if (own := named.of(sample.image_id))]
    unlike = _strangers(named.strangers(opened.image_ids))
    if not chosen:
        raise InputError(f"No image of {opened.name} has areas. {' '.join(unlike)}")
    for sample, own in chosen:
        for area in own:
            try:
                area.check_inside(sample.size)
            except InputError as error:
                raise InputError(f"{sample.image_id}: {error}") from None
    rows: list[MeasuredArea] = []
    looks: dict[str, Sequence[AreaLooks]] = {}
    overlaps: dict[str, None] = {}
    for sample, own in bar(chosen, "Measuring", progress=progress):
        found, looks[sample.image_id] = measured_areas(sample, own, seconds)
        rows += found
        overlaps |= {
            f"{sample.image_id}: {a} and {b} overlap; a fixation on both counts for each.": None
            for a, b in overlapping(own, sample.size)
        }
    made = AreaTable(opened.name, seconds, rows, looks, [*overlaps], [*unlike, *_unknown(rows)], out, summary)
    if out:
        every = [{"image": image} | asdict(row) for image, some in looks.items() for row in some]
        if not every:
            raise InputError(f"No observer of {opened.name} looked at an image that has areas.")
        write_table(out, every)
    if summary:
        write_table(summary, [row.row() for row in rows])
    return made


def _strangers(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return [f"There are areas of images that the set does not have: {', '.join(names[:_TOLD])}{more}."]


def _unknown(rows: Sequence[MeasuredArea]) -> list[str]:
    """What the data set does not know, in sentences."""
    looked_at = [row for row in rows if row.observers]
    notes = []
    if any(not row.visits.is_known for row in looked_at):
        notes.append("The set has no onsets: first looks, what is seen in time, and visits are not known.")
    if any(not row.fixation_time.is_known for row in looked_at):
        notes.append("The set has no durations: dwell times are not known.")
    return notes


def _percent(found: Interval) -> str:
    return _short(found, ".1%")


def _short(found: Interval, form: str = ".2f") -> str:
    if not found.is_known:
        return "-"
    interval = f" [{found.low:{form}}, {found.high:{form}}]" if found.low == found.low else ""
    return f"{found.mean:{form}}{interval}"
