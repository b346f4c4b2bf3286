"""A sweep: the same recipe with one thing changed at a time, over several seeds, scored alike.

A sweep's file names a recipe and its entries, each a list of what `--set` takes:

    name: losses
    recipe: simplenet-osie
    seeds: [0, 1, 2]
    entries:
      kld: []
      mse: ["loss={mse: 1}", "model.options.output=saliency"]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gazemap import figures
from gazemap.data.dataset import GazeDataset
from gazemap.errors import DataError, RecipeError
from gazemap.evaluation import CENTER_BIAS, GOLD_STANDARD, evaluate
from gazemap.files import replacing, write_text
from gazemap.metrics import get_metric, get_protocol
from gazemap.models.weights import load_model
from gazemap.scores import Scores, SweepRow, bootstrap
from gazemap.training import load_recipe, train
from gazemap.training.recipe import Recipe
from gazemap.training.state import LAST


class Sweep(BaseModel):
    """What a sweep's file says.

    Attributes:
        name: of the sweep.
        recipe: a shipped recipe's name or a .yaml file.
        seeds: each entry is trained once with each.
        protocol: how all are scored.
        metrics: those of the table and the figure.
        entries: name -> what is set in the recipe, as `--set` takes it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    recipe: str
    seeds: tuple[int, ...] = Field(default=(0,), min_length=1)
    protocol: str = "exact"
    metrics: tuple[str, ...] = ("information_gain", "nss", "cc", "sauc", "kld")
    entries: dict[str, tuple[str, ...]] = Field(min_length=1)


def load_sweep(path: Path) -> Sweep:
    """Read a sweep's file and every recipe that it makes.

    Raises:
        RecipeError: no such file, a wrong key, an entry that makes no sound recipe, or a wrong metric
            or protocol.
    """
    try:
        sweep = Sweep.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RecipeError(f"Sweep {path} cannot be read: {error}.") from error
    except ValidationError as error:
        mistakes = "; ".join(f"{'.'.join(map(str, m['loc']))}: {m['msg']}" for m in error.errors())
        raise RecipeError(f"Sweep {path} has {error.error_count()} mistake(s): {mistakes}.") from error
    get_protocol(sweep.protocol)
    for metric in sweep.metrics:
        get_metric(metric)
    for _ in _recipes(sweep):  # a wrong entry is refused before the first is trained
        pass
    return sweep


def run_sweep(
    sweep: Sweep, dataset: GazeDataset, out: Path, *, device: str = "auto", progress: bool = True
) -> list[SweepRow]:
    """Train and score every entry with every seed; what was done before a kill stays done.

    `out` receives a run folder ENTRY-SEED each, table.csv and figure.png.

    Raises:
        DataError: the data set lacks a split, or fixations.
        OutputError: `out` cannot be written.
    """
    scores: dict[str, list[Scores]] = {}
    for entry, recipe in _recipes(sweep):
        run = out / recipe.name
        file = run / f"scores-{dataset.name}-val-{sweep.protocol}.parquet"
        if not file.exists():
            train(recipe, dataset, run, resume=(run / LAST).exists(), device=device, progress=progress)
            scored = evaluate(
                {entry: load_model(run)},
                dataset,
                "val",
                sweep.protocol,
                metrics=sweep.metrics,
                progress=progress,
            )
            scored.write(file)
        scores.setdefault(entry, []).append(Scores.read(file))
    rows = list(_rows(sweep, scores))
    write_text(out / "table.csv", as_csv(sweep, rows))
    title = f"{sweep.name}, {dataset.name} val, {sweep.protocol}"
    with replacing(out / "figure.png") as beside:
        figures.sweep(rows, sweep.metrics, title).savefig(beside, dpi=110)
    return rows


def as_csv(sweep: Sweep, rows: Sequence[SweepRow]) -> str:
    """The sweep's table: mean, interval and the seeds' means of each metric."""
    lines = ["entry,metric,mean,low,high,seeds"]
    for row in rows:
        for metric in sweep.metrics:
            interval = row.intervals[metric]
            seeds = " ".join(f"{value:.5f}" for value in row.seeds[metric])
            numbers = ",".join(f"{value:.5f}" for value in (interval.mean, interval.low, interval.high))
            lines.append(f"{row.name},{metric},{numbers},{seeds}")
    return "\n".join(lines) + "\n"


def _recipes(sweep: Sweep) -> Iterator[tuple[str, Recipe]]:
    for entry, overrides in sweep.entries.items():
        for seed in sweep.seeds:
            own = [*overrides, f"training.seed={seed}", f"name={entry}-{seed}"]
            yield entry, load_recipe(sweep.recipe, own)


def _rows(sweep: Sweep, scores: dict[str, list[Scores]]) -> Iterator[SweepRow]:
    """The baselines, which are the same for all, and then each entry."""
    first = next(iter(scores.values()))[0]
    for name in (CENTER_BIAS, GOLD_STANDARD):
        if name in first.rows:
            yield _row(sweep, name, [first], name)
    for entry, runs in scores.items():
        yield _row(sweep, entry, runs, entry)


def _row(sweep: Sweep, name: str, runs: Sequence[Scores], row: str) -> SweepRow:
    missing = [metric for metric in sweep.metrics if metric not in runs[0].metrics]
    if missing:
        raise DataError(f"The scores of {name!r} lack {', '.join(missing)}. Remove them to score anew.")
    per_seed = {metric: np.stack([run.per_image[row][metric] for run in runs]) for metric in sweep.metrics}
    return SweepRow(
        name=name,
        intervals={metric: bootstrap(values.mean(axis=0)) for metric, values in per_seed.items()},
        seeds={metric: [bootstrap(own).mean for own in values] for metric, values in per_seed.items()},
    )
