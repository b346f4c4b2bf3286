"""The report: one self-contained HTML page that opens offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.data.batches.cache import cached_arrays
from gazemap.data.batches.targets import TargetMaker
from gazemap.data.dataset import GazeDataset
from gazemap.evaluation.evaluate import CENTER_BIAS, DERIVED, GOLD_STANDARD, MEAN_MAP, UNIFORM
from gazemap.evaluation.names import REPORT, scores_file
from gazemap.evaluation.overlap import without_seen
from gazemap.evaluation.predictions import Maps
from gazemap.evaluation.reuse import scores_in
from gazemap.evaluation.scores import Scores
from gazemap.evaluation.seen import named_split
from gazemap.metrics import PROTOCOLS
from gazemap.models.base import SaliencyModel
from gazemap.models.files import describe
from gazemap.models.weights import load_model
from gazemap.reports import diagnosis
from gazemap.reports.figures import runs as figures
from gazemap.reports.findings import Network, center_bias_grids, examples, load_network, wrap_cases
from gazemap.reports.pages import png, render
from gazemap.system.files import write_text
from gazemap.training.recipe import saved_recipe
from gazemap.training.result import collapse_warning


@dataclass(frozen=True)
class Published:
    """A row of numbers that a paper printed, with the data they were measured on."""

    name: str
    dataset: str
    scores: Mapping[str, float]
    protocol: str = "as published"


def write_report(
    path: Path,
    *,
    title: str,
    runs: Sequence[Path],
    dataset: GazeDataset,
    scores: Sequence[Scores],
    published: Sequence[Published] = (),
    progress: bool = False,
) -> Path:
    """Put scores, curves, filters, predictions and the diagnosis of trained runs on one page.

    Args:
        path: of the HTML file.
        title: the page's heading.
        runs: run folders; the names of their recipes are rows of `scores`.
        dataset: the one that they were trained on.
        scores: one entry per protocol, all of the split val.
        published: numbers to show beside the measured ones.
        progress: show bars.

    Returns:
        `path`.

    Raises:
        WeightsError: a run without weights.
        OutputError: `path` cannot be written.
    """
    val = dataset.split("val")
    networks = [load_network(run, val, progress) for run in runs]
    shares = {
        network.name: diagnosis.center_share(
            network.saliency, network.arrays.targets.numpy(), center_bias_grids(dataset, network)
        )
        for network in networks
    }
    scales = _layer_scales(networks)
    page = render(
        "report.html",
        title=title,
        dataset=dataset,
        scores=scores,
        summaries={name: protocol.summary for name, protocol in PROTOCOLS.items()},
        derived=DERIVED if any(PROTOCOLS[entry.protocol].derives for entry in scores) else "",
        baselines=(CENTER_BIAS, UNIFORM, GOLD_STANDARD),
        published=published,
        published_metrics=list(published[0].scores) if published else [],
        sections=[_section(network, val, scores) for network in networks],
        truth_spread=diagnosis.spread(networks[0].arrays.targets.numpy()),
        scales=scales,
        scales_figures={when: png(figures.layer_scales(table)) for when, table in scales.items()},
        shares={name: _medians(share) for name, share in shares.items()},
        made_by=scores[0].made_by,
        center_figure=png(figures.center_share({name: share.correlation for name, share in shares.items()})),
    )
    write_text(path, page)
    return path


def _layer_scales(networks: Sequence[Network]) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """When -> network -> layer -> what `diagnosis.layer_scales` says of it."""
    fresh = {n.name: diagnosis.fresh_model(n.recipe) for n in networks}
    trained = {n.name: n.model for n in networks}
    return {
        when: {n.name: diagnosis.layer_scales(models[n.name], n.recipe, n.arrays) for n in networks}
        for when, models in (("before training", fresh), ("with the best weights", trained))
    }


def _section(network: Network, val: GazeDataset, scores: Sequence[Scores]) -> dict[str, Any]:
    """Everything that the page shows about one run."""
    about = network.about
    cases = wrap_cases(network, scores)
    outside = diagnosis.outside_unit_range(network.grids)
    return {
        "name": network.name,
        "about": about,
        "options": network.model.options,
        "layers": _layer_rows(network),
        "parameters": network.model.parameter_count(),
        "warning": collapse_warning(about["val_loss"], about["mean_map_loss"]),
        "curves": png(
            figures.loss_curves(network.log, about["mean_map_loss"], " + ".join(network.recipe.loss))
        ),
        "filters": png(figures.filters(network.first_filters)),
        "predictions": png(figures.predictions(examples(network, val, _most_exact(scores)))),
        "eight_bit": png(figures.eight_bit(cases)) if cases else None,
        "spread": diagnosis.spread(network.grids),
        "outside": float(outside.mean()),
        "outside_images": int((outside > 0).sum()),
        "images": len(outside),
        "is_saliency": network.model.output == "saliency",
    }


def _most_exact(scores: Sequence[Scores]) -> Scores:
    return next((entry for entry in scores if entry.protocol == "exact"), scores[-1])


def _layer_rows(network: Network) -> list[tuple[str, str, str]]:
    """Name, shape of the weights and number of parameters of every layer that has some."""
    return [
        (
            name,
            " x ".join(str(side) for side in layer.weight.shape),
            f"{sum(p.numel() for p in layer.parameters()):,}",
        )
        for name, layer in network.model.layers.items()
    ]


def _medians(share: diagnosis.CenterShare) -> dict[str, float]:
    return {
        "correlation": float(np.nanmedian(share.correlation)),
        "cc": float(np.nanmean(share.cc)),
        "cc_without": float(np.nanmean(share.cc_without)),
    }


def report_run(
    run: Path,
    dataset: GazeDataset,
    protocols: list[str] | None = None,
    *,
    unseen: bool = False,
    progress: bool = False,
) -> Path:
    """Score one run's network on the split val and write report.html into its folder.

    Args:
        run: a run folder.
        dataset: the one that it was trained on.
        protocols: keys of `PROTOCOLS`; all by default.
        unseen: leave out the images that the network was trained on, from the whole page.
        progress: show bars.

    Raises:
        InputError: with `unseen`, no image is left; see `write_report` for the rest.
    """
    recipe = saved_recipe(describe(run)["recipe"], f"the recipe in {run}")
    if unseen:
        learned = {recipe.name: load_model(run).training_images}
        dataset = without_seen(learned, dataset, "val", progress=progress)
    runs = {recipe.name: run}
    scores = score_runs(runs, dataset, protocols or list(PROTOCOLS), run, unseen=unseen, progress=progress)
    return write_report(
        run / "report.html", title=recipe.name, runs=[run], dataset=dataset, scores=scores, progress=progress
    )


def score_runs(
    runs: Mapping[str, Path],
    dataset: GazeDataset,
    protocols: Sequence[str],
    out: Path,
    *,
    unseen: bool = False,
    progress: bool = False,
) -> list[Scores]:
    """Score trained runs, and the mean training map, under several protocols.

    Args:
        runs: row -> run folder.
        dataset: with the splits train and val.
        protocols: keys of `PROTOCOLS`.
        out: receives the scores per image, a file per protocol; one that the same things made is used again.
        unseen: leave out the images that a network was trained on.
        progress: show bars.
    """
    models = {name: load_model(run) for name, run in runs.items()}
    first = next(iter(runs))
    target = saved_recipe(describe(runs[first])["recipe"], f"the recipe in {runs[first]}").data.target
    maker = TargetMaker(models[first].input_size, models[first].output_size, "stretch", target)
    mean = cached_arrays(maker, dataset.split("train").samples, progress=progress).mean(axis=0)
    rows: dict[str, SaliencyModel | Maps] = {MEAN_MAP: Maps(mean), **models}
    return [
        scores_in(
            scores_file(out, dataset, named_split("val", unseen=unseen), protocol, REPORT),
            rows,
            dataset,
            "val",
            protocol,
            unseen=unseen,
            progress=progress,
        )
        for protocol in protocols
    ]
