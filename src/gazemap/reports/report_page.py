"""The page of `gazemap report`: scores, predictions and a diagnosis of models, and how runs were trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.data.dataset import GazeDataset
from gazemap.evaluation.baselines import CENTER_BIAS, GOLD_STANDARD, UNIFORM
from gazemap.evaluation.blurs import blur_described
from gazemap.evaluation.evaluate import DERIVED
from gazemap.evaluation.scores import Scores
from gazemap.metrics import PROTOCOLS
from gazemap.reports import diagnosis
from gazemap.reports.figures import runs as figures
from gazemap.reports.findings import Findings, Subject, center_bias_grids, examples, find, wrap_cases
from gazemap.reports.pages import png, render
from gazemap.system.files import write_text
from gazemap.system.plain import plain

_UNTRAINED = (
    "{names} is not given as a run folder, which keeps how a model was trained. So this page has no loss "
    "curves, no first-layer filters, no scales of the layers and no mean training map."
)
_NO_EMD = (
    "The metric emd of {protocols} is left out: its package is not installed. Run pip install 'gazemap[emd]'."
)


@dataclass(frozen=True)
class Published:
    """A row of numbers that a paper printed, with the data they were measured on."""

    name: str
    dataset: str
    scores: Mapping[str, float]
    protocol: str = "as published"


@dataclass(frozen=True, eq=False)
class Report:
    """A report that was written.

    Attributes:
        page: the HTML file.
        scores: one entry per protocol.
        left_out: which parts the page does not have, and why, in sentences.
    """

    page: Path
    scores: Sequence[Scores]
    left_out: Sequence[str]

    def notes(self) -> list[str]:
        """What was written, and which parts it does not have."""
        return [f"Report: {self.page}", *self.left_out]

    def as_json(self) -> dict[str, Any]:
        """The page, what it does not have, and the mean of every score with its 95 % interval."""
        scores = {
            entry.protocol: {
                row: {
                    metric: {"mean": interval.mean, "low": interval.low, "high": interval.high}
                    for metric, interval in zip(entry.metrics, intervals, strict=True)
                }
                for row, intervals in entry.table()
            }
            for entry in self.scores
        }
        values: dict[str, Any] = plain({"page": self.page, "left_out": self.left_out, "scores": scores})
        return values


def write_report(
    path: Path,
    *,
    title: str,
    subjects: Sequence[Subject],
    dataset: GazeDataset,
    scores: Sequence[Scores],
    split: str = "val",
    published: Sequence[Published] = (),
    progress: bool = False,
) -> Report:
    """Put scores, predictions and a diagnosis of models on one page, and of runs how they were trained.

    Args:
        path: of the HTML file; a file that is there is replaced.
        title: the page's heading.
        subjects: the models; their names are rows of `scores`.
        dataset: the one that they are scored on.
        scores: one entry per protocol, all of the split.
        split: the images.
        published: numbers to show beside the measured ones.
        progress: show bars.

    Raises:
        OutputError: `path` cannot be written.
    """
    images = dataset.split(split)
    found = [find(about, images, progress=progress) for about in subjects]
    page = render(
        "report.html",
        title=title,
        dataset=dataset,
        scores=scores,
        left_out=(missing := _left_out(subjects, scores)),
        blur=blur_described(images),
        summaries={name: protocol.summary for name, protocol in PROTOCOLS.items()},
        derived=DERIVED if any(PROTOCOLS[entry.protocol].derives for entry in scores) else "",
        baselines=(CENTER_BIAS, UNIFORM, GOLD_STANDARD),
        published=published,
        published_metrics=list(published[0].scores) if published else [],
        sections=[_section(entry, scores) for entry in found],
        truth_spread=diagnosis.spread(found[0].targets),
        scales=_scales(found, progress),
        center=_center(dataset, found),
        made_by=scores[0].made_by,
    )
    write_text(path, page)
    return Report(path, scores, missing)


def _left_out(subjects: Sequence[Subject], scores: Sequence[Scores]) -> list[str]:
    """Which parts the page does not have, and why."""
    untrained = [entry.name for entry in subjects if not entry.training]
    without_emd = [
        entry.protocol
        for entry in scores
        if "emd" in PROTOCOLS[entry.protocol].metrics and "emd" not in entry.metrics
    ]
    return [
        *([_UNTRAINED.format(names=" and ".join(untrained))] if untrained else []),
        *([_NO_EMD.format(protocols=" and ".join(without_emd))] if without_emd else []),
    ]


def _scales(found: Sequence[Findings], progress: bool) -> list[dict[str, Any]]:
    """The scales by layer before and after training, a figure and a table each; none without a training."""
    tables = {
        entry.name: entry.about.training.scales(entry.images, progress=progress)
        for entry in found
        if entry.about.training
    }
    shown = []
    for when in dict.fromkeys(when for table in tables.values() for when in table):
        networks = {name: table[when] for name, table in tables.items() if when in table}
        shown.append({"when": when, "networks": networks, "figure": png(figures.layer_scales(networks))})
    return shown


def _center(dataset: GazeDataset, found: Sequence[Findings]) -> dict[str, Any]:
    """How much of the predictions is center bias, as a figure and a table."""
    shares = {
        entry.name: diagnosis.center_share(entry.saliency, entry.targets, center_bias_grids(dataset, entry))
        for entry in found
    }
    rows = {
        name: {
            "correlation": float(np.nanmedian(share.correlation)),
            "cc": float(np.nanmean(share.cc)),
            "cc_without": float(np.nanmean(share.cc_without)),
        }
        for name, share in shares.items()
    }
    figure = figures.center_share({name: share.correlation for name, share in shares.items()})
    return {"rows": rows, "figure": png(figure)}


def _section(found: Findings, scores: Sequence[Scores]) -> dict[str, Any]:
    """Everything that the page shows about one model."""
    cases = wrap_cases(found, scores)
    outside = diagnosis.outside_unit_range(found.grids)
    return {
        "name": found.name,
        "predictor": found.predictor,
        "training": _training(found),
        "predictions": png(figures.predictions(examples(found, _most_exact(scores)))),
        "eight_bit": png(figures.eight_bit(cases)) if cases else None,
        "spread": diagnosis.spread(found.unit_maps),
        "outside": float(outside.mean()),
        "outside_images": int((outside > 0).sum()),
        "images": len(outside),
    }


def _training(found: Findings) -> dict[str, Any] | None:
    """What the page shows of how a model was trained; None where that is not known."""
    training = found.about.training
    if training is None:
        return None
    about = training.about
    return {
        "about": about,
        "options": training.model.options,
        "layers": training.layer_rows,
        "parameters": training.model.parameter_count(),
        "warning": training.warning,
        "curves": png(
            figures.loss_curves(training.log, about["mean_map_loss"], " + ".join(training.recipe.loss))
        ),
        "filters": png(figures.filters(training.first_filters)),
    }


def _most_exact(scores: Sequence[Scores]) -> Scores:
    return next((entry for entry in scores if entry.protocol == "exact"), scores[-1])
