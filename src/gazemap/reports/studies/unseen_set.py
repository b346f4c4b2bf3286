"""One data set that a model never saw: how well it is predicted, and what few numbers would win back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.adaptation.curve import COUNTS, DRAWS, AdaptationCurve, adaptation_curve
from gazemap.adaptation.looks import looks_at, prior_of
from gazemap.data.dataset import GazeDataset
from gazemap.evaluation.baselines import CENTER_BIAS, GOLD_STANDARD
from gazemap.evaluation.explained import GAIN, explained
from gazemap.evaluation.intervals import Interval, three_decimals
from gazemap.evaluation.scores import Scores
from gazemap.prediction.predictor import load_predictor
from gazemap.reports.figures.transfer import UnseenRow
from gazemap.system.files import write_text
from gazemap.system.fingerprint import fingerprint
from gazemap.system.json_text import parse_json
from gazemap.system.plain import plain
from gazemap.training.result import TrainedRun

METRICS = ("nss", "cc", "kld")  # of the table, beside information gain
CURVE = "adaptation.json"  # in the run folder
_LEAST = 5  # images, as for `gazemap adapt`
_UNKNOWN = Interval(float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True, eq=False)
class UnseenSet:
    """What a run that never saw a data set is worth on it.

    Attributes:
        name: of the set.
        row: the model's, in the scores.
        run: trained on the other sets.
        scores: on the set.
        file: what holds these scores.
        dropped: images of other sets that were not trained on, as near-duplicates of images of this one.
        maps_alone: how many images of other sets were not trained on, since the recipe's losses compare with
            points and only a map of these is known.
        curve: what few numbers gain; None where the model predicts no density, or there are too few images.
    """

    name: str
    row: str
    run: TrainedRun
    scores: Scores
    file: Path
    dropped: tuple[str, ...]
    maps_alone: int
    curve: AdaptationCurve | None

    @property
    def share(self) -> Interval:
        """The share of the gold standard's information gain; NaN where it is not defined."""
        return explained(self.scores, self.row)

    def of(self, row: str, metric: str) -> Interval:
        """A mean score; NaN where the row or the metric is not there."""
        known = row in self.scores.rows and metric in self.scores.metrics
        return self.scores.interval(row, metric) if known else _UNKNOWN

    def score_cells(self) -> list[str]:
        """Of the table of scores: the set, images, bits, the share of the gold standard, other metrics.

        The center bias's score is behind the model's; its bits are 0.
        """
        share = f"{self.share.mean:.1%}" if self.share.is_known else "-"
        cells = [self.name, str(len(self.scores.image_ids)), str(self.of(self.row, GAIN)), share]
        for metric in METRICS:
            own, center = self.of(self.row, metric), self.of(CENTER_BIAS, metric)
            beside = f" (center {three_decimals(center.mean)})" if center.is_known else ""
            cells.append(f"{three_decimals(own.mean)}{beside}" if own.is_known else "-")
        return cells

    def curve_cells(self) -> list[str]:
        """Of the table of what is won back: the set, power, blur, bits by both, bits from few images."""
        if self.curve is None:
            return [self.name, *["-"] * (3 + len(COUNTS))]
        gains = [self.curve.mean(count) for count in COUNTS]
        return [
            self.name,
            f"{self.curve.power:.2f}",
            f"{self.curve.blur:.1%}",
            f"{self.curve.sharpening.mean:+.3f}",
            *("-" if np.isnan(gain) else f"{gain:+.3f}" for gain in gains),
        ]

    def figure_row(self) -> UnseenRow:
        """What the figure shows."""
        gains = {}
        if self.curve is not None:
            gains["power and blur"] = self.curve.sharpening.mean
            gains |= {f"from {count} images": self.curve.mean(count) for count in self.curve.adapted}
        return UnseenRow(self.name, self.of(self.row, GAIN), self.of(GOLD_STANDARD, GAIN), gains)

    def quantities(self) -> Iterator[tuple[str, str, Interval]]:
        """Everything that is measured, as (row, name, interval); one number has an interval of no width."""
        for row in (self.row, CENTER_BIAS, GOLD_STANDARD):
            if row in self.scores.rows:
                yield from ((row, metric, self.of(row, metric)) for metric in self.scores.metrics)
        yield self.row, "share of the gold standard", self.share
        if self.curve is not None:
            yield self.row, "power", Interval(*[self.curve.power] * 3)
            yield self.row, "blur", Interval(*[self.curve.blur] * 3)
            yield self.row, "bits by power and blur", self.curve.sharpening
            for count, gains in self.curve.adapted.items():
                spread = Interval(self.curve.mean(count), min(gains), max(gains))
                yield self.row, f"bits by adapting to {count} images", spread

    def notes(self) -> list[str]:
        """What a reader of the tables must know of this set, in sentences."""
        own = {row: self.scores.per_image[row] for row in (self.row, CENTER_BIAS)}  # the rows of the table
        lines = [f"{self.name}: {note}" for note in replace(self.scores, per_image=own).notes()]
        if self.dropped:
            shown = ", ".join(self.dropped[:3]) + (", ..." if len(self.dropped) > 3 else "")
            lines.append(
                f"{self.name}: {len(self.dropped)} images of other sets were not trained on, as "
                f"near-duplicates of its images ({shown})."
            )
        if self.maps_alone:
            lines.append(
                f"{self.name}: {self.maps_alone} images of other sets were not trained on. Only their maps "
                "are known, and the recipe's losses compare with points."
            )
        if self.run.warning:
            lines.append(f"{self.name}: {self.run.warning}")
        return lines

    def as_json(self) -> dict[str, Any]:
        """All of it as plain JSON values; the scores per image are in the file."""
        content: dict[str, Any] = plain(
            {
                "run": self.run.as_json(),
                "scores": self.scores.as_json(),
                "file": self.file,
                "share": self.share.as_json(),
                "dropped": self.dropped,
                "maps_alone": self.maps_alone,
                "adaptation": self.curve and self.curve.as_json(),
            }
        )
        return content


def curve_in(
    out: Path, images: GazeDataset, *, device: str = "auto", progress: bool = False
) -> AdaptationCurve | None:
    """The curve of a run on a set's images, from its folder where all that made it is the same.

    Args:
        out: the run folder.
        images: those that are scored.
        device: where the model runs.
        progress: show a bar.

    Returns:
        None where the model predicts no density, or fewer than five images are known.

    Raises:
        DataError: an image cannot be read.
        OutputError: the folder cannot be written.
    """
    base = load_predictor(out, device=device).as_trained()
    if base.output != "log_density" or len({sample.group for sample in images}) < _LEAST:
        return None
    made_by = fingerprint(model=base.fingerprint, dataset=images.fingerprint, counts=COUNTS, draws=DRAWS)
    kept = _kept(out / CURVE)
    if kept.get("made_by") == made_by:
        return AdaptationCurve.from_json(kept["curve"])
    looks = looks_at(base, images, progress=progress)
    if len({*looks.groups}) < _LEAST:
        return None
    curve = adaptation_curve(looks, prior_of(base, looks))
    write_text(out / CURVE, json.dumps({"made_by": made_by, "curve": curve.as_json()}, indent=1) + "\n")
    return curve


def _kept(file: Path) -> Mapping[str, Any]:
    """What was kept; nothing where there is no such file, or it is damaged, and so is made anew."""
    try:
        content = parse_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
