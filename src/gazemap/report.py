"""The report: one self-contained HTML page that opens offline."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gazemap import diagnosis, figures
from gazemap.data.batches import Arrays, load_arrays
from gazemap.data.dataset import GazeDataset
from gazemap.evaluation import CENTER_BIAS, GOLD_STANDARD, UNIFORM
from gazemap.files import write_text
from gazemap.metrics import PROTOCOLS
from gazemap.metrics import resize
from gazemap.models import SaliencyModel
from gazemap.models.weights import describe, load_model
from gazemap.prediction import predict_grids
from gazemap.scores import Scores
from gazemap.training.log import read_metrics
from gazemap.training.loop import TrainedRun
from gazemap.training.recipe import Recipe

_BASELINES = (CENTER_BIAS, UNIFORM, GOLD_STANDARD)


@dataclass(frozen=True)
class Published:
    """A row of numbers that a paper printed, with where they were measured."""

    name: str
    dataset: str
    scores: Mapping[str, float]
    protocol: str = "as published"


@dataclass(frozen=True)
class Section:
    """Everything that the page shows about one run; figures are PNG data addresses."""

    name: str
    about: Mapping[str, Any]
    layers: Sequence[tuple[str, str, int]]
    parameters: int
    warning: str | None
    curves: str
    filters: str
    predictions: str
    eight_bit: str | None
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class _Network:
    """A trained run with its predictions on the validation split."""

    name: str
    model: SaliencyModel
    recipe: Recipe
    about: Mapping[str, Any]
    grids: NDArray[np.float32]
    saliency: NDArray[np.float32]


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
        scores: one entry a protocol, all of the split val.
        published: numbers to show beside the measured ones.
        progress: show bars.

    Returns:
        `path`.
    """
    val = dataset.split("val")
    first = load_model(runs[0])
    recipe = Recipe.model_validate(_tuples(describe(runs[0])["recipe"]))
    arrays = load_arrays(
        val,
        input_size=first.input_size,
        target_size=first.output_size,
        target=recipe.data.target,
        progress=progress,
    )
    networks = [_load(run, arrays) for run in runs]
    center = resize(_center_bias(dataset, first.output_size), first.output_size)
    truths = arrays.targets.numpy()
    shares = {
        network.name: diagnosis.center_share(network.saliency, truths, center)
        for network in networks
    }
    initial = {network.name: diagnosis.initial_scales(network.recipe, arrays) for network in networks}
    page = _environment().get_template("report.html").render(
        title=title,
        dataset=dataset,
        scores=scores,
        protocols=PROTOCOLS,
        baselines=_BASELINES,
        published=published,
        sections=[
            _section(run, network, val, arrays, shares[network.name], scores)
            for run, network in zip(runs, networks, strict=True)
        ],
        truth_spread=diagnosis.spread(truths),
        scales=_png(figures.layer_scales(initial)),
        initial=initial,
        shares={name: _summary(share) for name, share in shares.items()},
        center_figure=_png(figures.center_share({n: s.correlation for n, s in shares.items()})),
    )
    write_text(path, page)
    return path
