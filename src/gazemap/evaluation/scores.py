"""Scores: per image, their mean and its interval, as a table and as a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from arro3.core import Table
from numpy.typing import NDArray

from gazemap.errors import InputError, check_name
from gazemap.evaluation.baselines import BASELINES
from gazemap.evaluation.blurs import OWN_BLURS
from gazemap.evaluation.intervals import Interval, bootstrap
from gazemap.evaluation.left_out import sentences
from gazemap.evaluation.score_files import COLUMNS, read_table, write_table
from gazemap.evaluation.score_tables import attributes_of
from gazemap.evaluation.seen import sentences as seen_sentences
from gazemap.evaluation.seen import trained_on
from gazemap.evaluation.text_table import aligned
from gazemap.metrics import PROTOCOLS
from gazemap.system.notebooks import table
from gazemap.system.tables import as_frame, table_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, repr=False)
class Scores:
    """What `evaluate` returns; it prints as its table.

    Attributes:
        protocol: the name of the protocol that every number here was computed by.
        dataset: the data set's name.
        split: the split's name.
        image_ids: the images, in order.
        per_image: row (model or baseline) -> metric -> (N,) scores, NaN where undefined.
        reasons: row -> metric -> image_id -> why it has no score.
        seen: row -> image_id -> how the model knows the image: "trained on", "epoch chosen on", or "not
            known" where its weights do not say; images that it has not seen are not there.
        made_by: the fingerprint of all that made them; empty where a file does not say, as CSV.
    """

    protocol: str
    dataset: str
    split: str
    image_ids: tuple[str, ...]
    per_image: dict[str, dict[str, NDArray[np.float64]]]
    reasons: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    seen: dict[str, dict[str, str]] = field(default_factory=dict)
    made_by: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> list[str]:
        """Models and baselines, in the order of the table."""
        return list(self.per_image)

    @property
    def metrics(self) -> list[str]:
        """The protocol's metrics, in order."""
        return list(next(iter(self.per_image.values())))

    def left_out(self, row: str, metric: str) -> dict[str, str]:
        """The images on which a row has no score, and why.

        Raises:
            InputError: no such row or metric.
        """
        self._check(row, metric)
        known = self.reasons.get(row, {}).get(metric, {})
        missing = np.isnan(self.per_image[row][metric])
        return {
            image_id: known.get(image_id, "the reason is not known")
            for image_id, is_missing in zip(self.image_ids, missing, strict=True)
            if is_missing
        }

    def scored(self, metric: str) -> NDArray[np.bool_]:
        """(N,): the images that the means of a metric are over, the same for every row.

        Those on which all rows have a score, so that no row can gain by failing on a hard image. A row
        without any score of this metric, as the uniform map's NSS, does not count.
        """
        known = np.array([~np.isnan(metrics[metric]) for metrics in self.per_image.values()])
        return np.asarray(known[known.any(axis=1)].all(axis=0))

    def interval(self, row: str, metric: str) -> Interval:
        """Mean over the images that `scored` gives, and its bootstrap 95 % interval.

        The interval is that of percentiles over 10,000 seeded resamples of the images.

        Raises:
            InputError: no such row or metric; gives the nearest name and all names.
        """
        self._check(row, metric)
        return bootstrap(self.per_image[row][metric][self.scored(metric)])

    def __getitem__(self, row: str) -> dict[str, Interval]:
        """A row of the table: metric -> interval, as in `scores["gazenet"]["nss"].mean`.

        Raises:
            InputError: no such row; gives the nearest name and all names.
        """
        if row not in self.per_image and row in self.metrics:
            raise InputError(
                f"{row!r} is a metric; name the row first: scores[{self.rows[0]!r}][{row!r}]. The rows are "
                f"{', '.join(self.rows)}."
            )
        check_name("row", row, self.rows)
        return {metric: self.interval(row, metric) for metric in self.metrics}

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def _count(self, row: str, metric: str) -> int:
        """How many images a mean is over."""
        return int((self.scored(metric) & ~np.isnan(self.per_image[row][metric])).sum())

    def _check(self, row: str, metric: str) -> None:
        check_name("row", row, self.rows)
        check_name("metric", metric, self.metrics)

    def table(self) -> list[tuple[str, list[Interval]]]:
        """Every row with the interval of every metric."""
        return [(row, [self.interval(row, metric) for metric in self.metrics]) for row in self.rows]

    @property
    def title(self) -> str:
        """What was scored, and how."""
        return f"{self.dataset} {self.split}, {len(self.image_ids)} images, {self.protocol}"

    def heading(self, metric: str) -> str:
        """The metric's name; with the number of images where its means leave some out."""
        count = int(self.scored(metric).sum())
        return (
            metric if count == len(self.image_ids) else f"{metric} ({count} of {len(self.image_ids)} images)"
        )

    def label(self, row: str) -> str:
        """The row's name; with a star where the model was trained on some of the images."""
        return f"{row} *" if trained_on(self.seen.get(row, {})) else row

    def notes(self) -> list[str]:
        """What a reader of the table must know: images that a model has seen, and images without a score."""
        missing = {row: {metric: self.left_out(row, metric) for metric in self.metrics} for row in self.rows}
        seen = [line for row, own in self.seen.items() for line in seen_sentences(row, own, self.image_ids)]
        return [*seen, *sentences(missing, len(self.image_ids)), *self._truth_notes()]

    def _truth_notes(self) -> list[str]:
        """What the ground truth was made of, where that is not what the data set and the protocol state."""
        lines = []
        blur = self.made_by.get("blur", OWN_BLURS[0])
        if blur not in OWN_BLURS:
            lines.append(f"The ground truth has {blur}.")
        wanted = self.made_by.get("protocol", {}).get("metrics", self.metrics)
        full = PROTOCOLS[self.protocol].metrics if self.protocol in PROTOCOLS else ()
        if "emd" in full and {*full} - {*wanted} == {"emd"}:
            lines.append("emd is left out, which needs a package: pip install 'gazemap[emd]'.")
        if without := [name for name in wanted if name not in self.metrics]:
            lines.append(
                f"This split has dense maps alone. {', '.join(without)} need fixation points and are left "
                "out; the center bias is the mean of other images' maps."
            )
        return lines

    @property
    def headings(self) -> tuple[str, ...]:
        """Of the table's columns: none for the rows' names, then the metrics."""
        return ("", *map(self.heading, self.metrics))

    def cells(self) -> list[list[str]]:
        """The table as texts: a row's name and its intervals."""
        return [[self.label(row), *map(str, intervals)] for row, intervals in self.table()]

    def __repr__(self) -> str:
        return "\n".join([self.title, *aligned([self.headings, *self.cells()]), *self.notes()])

    def _repr_html_(self) -> str:
        return table(self.title, [self.headings, *self.cells()], self.notes())

    def plot(self, *metrics: str) -> Figure:
        """Every row's mean with its 95 % interval, a panel per metric, as a figure of matplotlib.

        Args:
            metrics: which; all by default.

        Raises:
            InputError: no such metric; gives the nearest name and all names.
        """
        from gazemap.evaluation.figures import score_intervals

        shown = metrics or self.metrics
        rows = {row: {metric: self.interval(row, metric) for metric in shown} for row in self.rows}
        return score_intervals(rows, BASELINES, self.title)

    def of_images(self, image_ids: tuple[str, ...]) -> Scores:
        """The scores of some of the images, in the order in which they are named."""
        positions = {image_id: position for position, image_id in enumerate(self.image_ids)}
        order = [positions[image_id] for image_id in image_ids]
        per_image = {
            row: {metric: scores[order] for metric, scores in metrics.items()}
            for row, metrics in self.per_image.items()
        }
        seen = {row: {i: how for i, how in own.items() if i in positions} for row, own in self.seen.items()}
        return replace(self, image_ids=image_ids, per_image=per_image, seen=seen)

    def to_arrow(self) -> Table:
        """A row per image, model and metric, with the columns of `score_files.COLUMNS`.

        It is an arro3 table, which every library that knows Arrow takes: `pyarrow.table(scores.to_arrow())`.
        `reason` says why a score is NaN, and is empty where there is one; `seen` how the model knows the
        image, and is empty where it has not seen it.
        """
        pairs = [(row, metric) for row in self.rows for metric in self.metrics]
        images, total = len(self.image_ids), len(self.image_ids) * len(pairs)
        missing = [self.left_out(row, metric) for row, metric in pairs]
        return table_of(
            {
                "image_id": [*self.image_ids] * len(pairs),
                "row": np.repeat([row for row, _ in pairs], images),
                "metric": np.repeat([metric for _, metric in pairs], images),
                "score": np.concatenate([self.per_image[row][metric] for row, metric in pairs]),
                "reason": [reasons.get(image_id, "") for reasons in missing for image_id in self.image_ids],
                "seen": [self.seen.get(row, {}).get(i, "") for row, _ in pairs for i in self.image_ids],
                "protocol": [self.protocol] * total,
                "dataset": [self.dataset] * total,
                "split": [self.split] * total,
            },
            COLUMNS,
        )

    def to_pandas(self) -> Any:  # noqa: ANN401 - pandas is not needed otherwise
        """The table of `to_arrow` as a pandas.DataFrame.

        Raises:
            MissingPackageError: pandas is not installed.
        """
        return as_frame(self.to_arrow())

    def as_json(self) -> dict[str, Any]:
        """The table and its notes as plain values; NaN is None.

        `rows` has, by row and metric, the mean, its interval (low, high) and over how many images they are;
        `seen` has, by row, how many images the model knows in each way. `write` keeps the scores per image.
        """
        rows = {
            row: {
                metric: {**interval.as_json(), "images": self._count(row, metric)}
                for metric, interval in zip(self.metrics, intervals, strict=True)
            }
            for row, intervals in self.table()
        }
        about = {"protocol": self.protocol, "dataset": self.dataset, "split": self.split}
        return {
            **about,
            "images": len(self.image_ids),
            "metrics": self.metrics,
            "rows": rows,
            "seen": {row: dict(Counter(own.values())) for row, own in self.seen.items()},
            "notes": self.notes(),
        }

    def write(self, path: str | Path) -> None:
        """Write the table of `to_arrow` as .parquet, .csv or .json, by the suffix.

        Raises:
            InputError: another suffix.
            OutputError: the file cannot be written.
        """
        write_table(self.to_arrow(), Path(path), self.made_by)

    @classmethod
    def read(cls, path: str | Path) -> Scores:
        """The inverse of `write`; rows, metrics and images in the order in which the file names them.

        Raises:
            InputError: a suffix that `write` does not know.
            DataError: no such file, one of another kind, or one in which scores are missing or there
                twice; names the file and what is wrong.
        """
        table, made_by = read_table(Path(path))
        return cls(**attributes_of(table, Path(path)), made_by=made_by)
