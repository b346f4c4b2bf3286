"""The table of areas: what is predicted for them, how observers looked at them, or both side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gazemap.analysis.area_shares import AreaShare
from gazemap.analysis.looks import AreaLooks
from gazemap.errors import InputError
from gazemap.evaluation.intervals import Interval
from gazemap.gaze.shapes import Area
from gazemap.prediction.prediction import Prediction
from gazemap.reports.measured_areas import MeasuredArea
from gazemap.system.notebooks import table
from gazemap.system.plain import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SHOWN = 30  # rows, on screen and in notebooks
_TOLD = 10  # notes of one kind, each in a line
_ALIKE = ("rank", "attention", "times_chance", "seen", "fixations_in_time")  # both predicted and measured


@dataclass(frozen=True, eq=False)
class PredictedAreas:
    """What is predicted for the areas of an image.

    Attributes:
        image: the file.
        model: the name of the model.
        prediction: of the image.
        areas: of it.
        rows: of each fold a row per area, greatest share first, then per group.
    """

    image: Path
    model: str
    prediction: Prediction
    areas: Sequence[Area]
    rows: Sequence[AreaShare]

    @property
    def is_folded(self) -> bool:
        """Whether each share is one of a fold, not of the whole image."""
        return len(self.prediction.folds) > 1


@dataclass(frozen=True, eq=False)
class MeasuredAreas:
    """How the observers of a data set looked at areas.

    Attributes:
        dataset: the name of the data set.
        rows: of each image a row per area, then per group.
        looks: image's name -> each observer's looks at each of its areas.
    """

    dataset: str
    rows: Sequence[MeasuredArea]
    looks: dict[str, Sequence[AreaLooks]]


@dataclass(frozen=True, eq=False)
class AreaTable:
    """Areas of an image as they are predicted, of images as they were looked at, or of an image as both.

    Attributes:
        seconds: of the columns `seen` and `fixations_in_time`.
        predicted: None where only recordings were asked for.
        measured: None where only a prediction was asked for.
        remarks: what was assumed, what overlaps, is missing or is not known, in sentences.
        out: the table's file, if one was asked for.
        looks: the file of every observer's looks, if one was asked for.
        figure: the file that shows the areas, if one was asked for.
    """

    seconds: float
    predicted: PredictedAreas | None
    measured: MeasuredAreas | None
    remarks: Sequence[str]
    out: Path | None = None
    looks: Path | None = None
    figure: Path | None = None

    @property
    def title(self) -> str:
        """What the areas are of."""
        if self.predicted is None:
            return self.measured.dataset if self.measured else ""
        by = f"{self.predicted.image.name}, predicted by {self.predicted.model}"
        return f"{by}, and measured in {self.measured.dataset}" if self.measured else by

    def rows(self) -> list[dict[str, Any]]:
        """The table as it is written, with all digits; what is not known is None.

        Side by side, what both have is `predicted_NAME` and `measured_NAME`.
        """
        if self.measured is None:
            return [asdict(row) for row in self.predicted.rows] if self.predicted else []
        if self.predicted is None:
            return [row.row() for row in self.measured.rows]
        rows = []
        for share, own in self._pairs():
            known = own.row()
            about = {name: known.pop(name) for name in ("image", "name", "members", "size", "observers")}
            predicted = {f"predicted_{name}": getattr(share, name) for name in _ALIKE}
            rows.append(about | predicted | {f"measured_{name}": value for name, value in known.items()})
        return rows

    @property
    def _count(self) -> int:
        """How many rows there are."""
        found = self.predicted or self.measured
        return len(found.rows) if found else 0

    def _pairs(self) -> list[tuple[AreaShare, MeasuredArea]]:
        assert self.predicted is not None
        assert self.measured is not None
        own = {row.name: row for row in self.measured.rows}
        return [(share, own[share.name]) for share in self.predicted.rows]

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns of `cells`."""
        seen, count = f"seen in {self.seconds:g} s", f"fixations in {self.seconds:g} s"
        if self.measured is None:
            fold = ("fold",) if self.predicted and self.predicted.is_folded else ()
            return (*fold, "rank", "area", "attention", "size", "times chance", seen, count)
        if self.predicted is None:
            named = ("image", "area", "rank", "attention", "times chance", "looked", seen, "first look, s")
            return (*named, "dwell time, s", "visits", "revisits")
        both = ("rank", "attention", "times chance", seen, count)
        return ("area", "size", *(f"{name}, {kind}" for name in both for kind in ("predicted", "measured")))

    def cells(self) -> list[list[str]]:
        """The first 30 rows as texts; `headings` are their columns. Brackets hold intervals."""
        if self.predicted and self.measured:
            return [_side_by_side(*pair) for pair in self._pairs()[:_SHOWN]]
        if self.predicted:
            is_folded = self.predicted.is_folded
            return [
                [*([str(row.fold)] if is_folded else []), *_predicted(row)]
                for row in self.predicted.rows[:_SHOWN]
            ]
        return [_measured(row) for row in self.measured.rows[:_SHOWN]] if self.measured else []

    def notes(self) -> list[str]:
        """What the numbers mean, what was assumed, overlaps or is missing, and what was written."""
        lines = []
        if self.measured:
            lines.append(
                "In brackets: bootstrap 95 % intervals over the observers who have a fixation in the image."
            )
        if self.predicted and self.measured:
            lines.append(_agreement(self._pairs()))
        lines += self.remarks[:_TOLD]
        if len(self.remarks) > _TOLD:
            lines.append(f"... and {len(self.remarks) - _TOLD} more remarks.")
        if (count := self._count) > _SHOWN:
            lines.append(f"Of {count:,} rows the first {_SHOWN} are shown.")
        written = {"Table": self.out, "Every observer's looks": self.looks, "Figure": self.figure}
        return lines + [f"{name}: {path}" for name, path in written.items() if path]

    def plot(self) -> Figure:
        """The image and its density with the areas' edges, and the shares as bars.

        Raises:
            InputError: nothing is predicted.
            DataError: the image's file is gone or was changed into something else.
        """
        from gazemap.images.reading import read_image
        from gazemap.reports.figures import predictions as figures
        from gazemap.reports.figures.maps import shown_map

        if self.predicted is None:
            raise InputError("A figure of areas shows a prediction: give an image, not a data set.")
        found = self.predicted
        return figures.areas(read_image(found.image), shown_map(found.prediction), found.rows, found.areas)

    def __repr__(self) -> str:
        return f"<AreaTable of {self.title}: {self._count} rows>"

    def _repr_html_(self) -> str:
        return table(self.title, [self.headings, *self.cells()], self.notes())

    def as_json(self) -> dict[str, Any]:
        """The rows with all digits, and what they are of."""
        about = {
            "image": self.predicted.image if self.predicted else None,
            "model": self.predicted.model if self.predicted else None,
            "dataset": self.measured.dataset if self.measured else None,
            "seconds": self.seconds,
        }
        files = {"out": self.out, "looks": self.looks, "figure": self.figure}
        values: dict[str, Any] = plain(about | {"areas": self.rows(), "notes": list(self.remarks)} | files)
        return values


def _predicted(row: AreaShare) -> list[str]:
    shares = (f"{row.attention:.1%}", f"{row.size:.1%}", f"{row.times_chance:.2f}")
    return [str(row.rank), row.label, *shares, f"{row.seen:.0%}", f"{row.fixations_in_time:.2f}"]


def _measured(row: MeasuredArea) -> list[str]:
    return [
        *(row.image, row.label, str(row.rank), _short(row.attention, ".1%"), _short(row.times_chance)),
        *(_short(row.looked, ".1%"), _short(row.seen, ".1%"), _short(row.time_to_first)),
        *(_short(row.dwell_time), _short(row.visits), _short(row.revisits)),
    ]


def _side_by_side(share: AreaShare, own: MeasuredArea) -> list[str]:
    return [
        *(share.label, f"{share.size:.1%}", str(share.rank), str(own.rank)),
        *(f"{share.attention:.1%}", _short(own.attention, ".1%")),
        *(f"{share.times_chance:.2f}", _short(own.times_chance)),
        *(f"{share.seen:.0%}", _short(own.seen, ".0%")),
        *(f"{share.fixations_in_time:.2f}", _short(own.fixations_in_time)),
    ]


def _agreement(pairs: Sequence[tuple[AreaShare, MeasuredArea]]) -> str:
    within = sum(own.attention.low <= share.attention <= own.attention.high for share, own in pairs)
    return f"Predicted shares of attention within the measured intervals: {within} of {len(pairs)}."


def _short(found: Interval, form: str = ".2f") -> str:
    if not found.is_known:
        return "-"
    interval = f" [{found.low:{form}}, {found.high:{form}}]" if found.low == found.low else ""
    return f"{found.mean:{form}}{interval}"
