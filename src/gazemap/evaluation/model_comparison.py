"""Two models compared image by image: the result, its table, notes and files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from arro3.core import Table

from gazemap.errors import InputError, lookup
from gazemap.evaluation.intervals import Interval
from gazemap.evaluation.left_out import listed
from gazemap.evaluation.seen import Seen, sentences
from gazemap.evaluation.significance import Difference
from gazemap.evaluation.text_table import aligned
from gazemap.system.files import replacing
from gazemap.system.notebooks import table
from gazemap.system.plain import plain
from gazemap.system.tables import Kind, as_frame, table_of, write_csv, write_parquet
from gazemap.system.writing import check_writable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS: dict[str, Kind] = {
    "image_id": "text",
    "metric": "text",
    "a": "float64",
    "b": "float64",
    "difference": "float64",
    "reason": "text",
    "seen": "text",
    "name_a": "text",
    "name_b": "text",
    "protocol": "text",
    "dataset": "text",
    "split": "text",
}


@dataclass(frozen=True, eq=False, repr=False)
class ModelComparison:
    """What `compare` returns; it prints as its table.

    Attributes:
        protocol: the name of the protocol that all scores were computed by.
        dataset: the data set's name.
        split: the split's name.
        image_ids: the images, in the order of the differences.
        names: of A and B.
        differences: B - A, one entry per metric.
        explained: the share of the gold standard's information gain that A and B reach.
        explained_on: on how many images; the same for both.
        left_out: metric -> image_id -> which of the two has no score there, and why.
        sort_by: the metric by which images are listed.
        seen: image_id -> how A knows the image, and B; see `Scores.seen`.
    """

    protocol: str
    dataset: str
    split: str
    image_ids: tuple[str, ...]
    names: tuple[str, str]
    differences: list[Difference]
    explained: tuple[Interval, Interval]
    explained_on: int
    left_out: dict[str, dict[str, str]]
    sort_by: str
    seen: tuple[Seen, Seen] = ({}, {})

    @property
    def title(self) -> str:
        """What was scored, and how."""
        return f"{self.dataset} {self.split}, {len(self.image_ids)} images, {self.protocol}"

    def difference(self, metric: str | None = None) -> Difference:
        """The difference in one metric; by default in the one that images are listed by.

        Raises:
            InputError: the scores have no such metric.
        """
        known = {entry.metric: entry for entry in self.differences}
        return lookup("metric", metric or self.sort_by, known)

    def extremes(self, metric: str | None = None, count: int = 5) -> list[tuple[str, str, float, float]]:
        """The images that differ most: ("A" or "B" is better, image_id, A's score, B's), `count` of each."""
        entry = self.difference(metric)
        order = np.argsort(entry.gains, kind="stable")  # NaN is sorted last
        for_a, for_b = order[entry.gains[order] < 0], order[entry.gains[order] > 0][::-1]
        return [
            (better, self.image_ids[index], float(entry.a[index]), float(entry.b[index]))
            for better, indices in (("A", for_a[:count]), ("B", for_b[:count]))
            for index in indices
        ]

    def notes(self) -> list[str]:
        """What a reader of the table must know: names, statistics, images seen in training or left out."""
        tested = sum(not np.isnan(entry.p) for entry in self.differences)
        lines = [
            f"A: {self.names[0]}. B: {self.names[1]}.",
            "B - A: mean over images with bootstrap 95 % interval. p: two-sided sign-flip permutation test; "
            f"Holm's correction for {tested} metrics.",
        ]
        for name, seen in zip(self.names, self.seen, strict=True):
            lines += sentences(name, seen, self.image_ids)
        if not any(np.isnan(share.mean) for share in self.explained):
            shares = " ".join(f"{name} {share}." for name, share in zip("AB", self.explained, strict=True))
            few = self.explained_on < len(self.image_ids)
            on = f", on {self.explained_on} of {len(self.image_ids)} images" if few else ""
            lines.append(f"Share of the gold standard's information gain{on}: {shares}")
        lines += [
            f"{metric}: {len(missing)} of {len(self.image_ids)} images lack a score of A or B "
            f"({listed(missing)})."
            for metric, missing in self.left_out.items()
            if missing
        ]
        return lines

    @property
    def headings(self) -> tuple[str, ...]:
        """Of the table's columns."""
        return ("", "better is", "A", "B", "B - A", "p", "p, Holm", "B better on")

    def cells(self) -> list[list[str]]:
        """The table as texts, a row per metric."""
        return [entry.cells() for entry in self.differences]

    def __repr__(self) -> str:
        return "\n".join([self.title, *aligned([self.headings, *self.cells()]), *self.notes()])

    def _repr_html_(self) -> str:
        return table(self.title, [self.headings, *self.cells()], self.notes())

    def plot(self) -> Figure:
        """The difference on every image, sorted, a panel per metric, as a figure of matplotlib."""
        from gazemap.evaluation.figures import score_differences

        return score_differences(self.differences, self.names, self.title)

    def to_arrow(self) -> Table:
        """A row per image and metric: image_id, metric, a, b, difference, reason, seen, and what they are of.

        `reason` says why there is no difference, and is empty where there is one; `seen` which of the two
        models knows the image, and how ("A trained on"), and is empty where neither does.
        """
        reasons = [
            self.left_out[entry.metric].get(i, "") for entry in self.differences for i in self.image_ids
        ]
        count = len(self.image_ids) * len(self.differences)
        about = {"name_a": self.names[0], "name_b": self.names[1]}
        about |= {"protocol": self.protocol, "dataset": self.dataset, "split": self.split}
        return table_of(
            {
                "image_id": self.image_ids * len(self.differences),
                "metric": np.repeat([entry.metric for entry in self.differences], len(self.image_ids)),
                "a": np.concatenate([entry.a for entry in self.differences]),
                "b": np.concatenate([entry.b for entry in self.differences]),
                "difference": np.concatenate([entry.values for entry in self.differences]),
                "reason": reasons,
                "seen": [self._seen(image_id) for image_id in self.image_ids] * len(self.differences),
                **{name: [value] * count for name, value in about.items()},
            },
            _COLUMNS,
        )

    def to_pandas(self) -> Any:  # noqa: ANN401 - pandas is not needed otherwise
        """The table of `to_arrow` as a pandas.DataFrame.

        Raises:
            MissingPackageError: pandas is not installed.
        """
        return as_frame(self.to_arrow())

    def write(self, path: str | Path) -> None:
        """Write the table of `to_arrow` as .parquet or .csv, by the suffix.

        Raises:
            InputError: another suffix.
            OutputError: the file cannot be written.
        """
        path = Path(path)
        check_table_file(path)
        with replacing(path) as temporary:
            _FORMATS[path.suffix.lower()](self.to_arrow(), temporary)

    def as_json(self) -> dict[str, Any]:
        """The table, the images that differ most, and the notes, as plain values; NaN is None."""
        extremes = [
            {"better": better, "image_id": image_id, "a": a, "b": b}
            for better, image_id, a, b in self.extremes()
        ]
        shares = {name: share.as_json() for name, share in zip("ab", self.explained, strict=True)}
        values: dict[str, Any] = plain(
            {
                "protocol": self.protocol,
                "dataset": self.dataset,
                "split": self.split,
                "images": len(self.image_ids),
                "a": self.names[0],
                "b": self.names[1],
                "metrics": {entry.metric: entry.as_json() for entry in self.differences},
                "information_gain_explained": {**shares, "images": self.explained_on},
                "sort_by": self.sort_by,
                "largest_differences": extremes,
                "notes": self.notes(),
            }
        )
        return values

    def _seen(self, image_id: str) -> str:
        known = {name: seen[image_id] for name, seen in zip("AB", self.seen, strict=True) if image_id in seen}
        return ", ".join(f"{name} {how}" for name, how in known.items())


_FORMATS: dict[str, Callable[[Table, Path], None]] = {".parquet": write_parquet, ".csv": write_csv}


def check_table_file(path: Path) -> None:
    """Refuse a file name whose suffix names no format of differences, and a place that cannot be written.

    Raises:
        InputError: the suffix is neither .parquet nor .csv.
        OutputError: nothing can be written there.
    """
    if path.suffix.lower() not in _FORMATS:
        raise InputError(
            f"The name of a table of differences must end in {' or '.join(_FORMATS)}, got {path.name}."
        )
    check_writable(path)
