"""A sweep: the same recipe with one thing changed at a time, over several seeds, scored alike.

A sweep's file names a recipe and its entries, each a list of what `--set` takes:

    name: losses
    recipe: simplenet-osie
    seeds: [0, 1, 2]
    set: ["training.epochs=4"]
    entries:
      kld: []
      mse: ["loss={mse: 1}", "model.options.output=saliency"]
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from gazemap.data.dataset import GazeDataset
from gazemap.errors import RecipeError
from gazemap.evaluation.evaluate import CENTER_BIAS, GOLD_STANDARD
from gazemap.evaluation.fingerprint import choose_protocol
from gazemap.evaluation.names import scores_file
from gazemap.evaluation.reuse import scores_in
from gazemap.evaluation.scores import Scores, SweepRow, bootstrap
from gazemap.metrics import get_metric, get_protocol
from gazemap.models.weights import load_model
from gazemap.reports.figures import runs as figures
from gazemap.system.checking import validated
from gazemap.system.files import replacing, write_text
from gazemap.system.yaml_files import names_in, read_yaml
from gazemap.training.checkpoint import RunFolder
from gazemap.training.loop import train
from gazemap.training.recipe import Recipe, load_recipe

_SHIPPED = resources.files("gazemap.reports.studies") / "sweeps"


class Sweep(BaseModel):
    """What a sweep's file says.

    Attributes:
        name: of the sweep.
        recipe: a shipped recipe's name or a .yaml file.
        seeds: each entry is trained once with each.
        protocol: how all are scored.
        metrics: those of the table and the figure.
        one_map: score log densities by one map for all metrics; see `evaluate`.
        set: what is set in the recipe for all entries, as `--set` takes it.
        entries: name -> what is set for it alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    recipe: str
    seeds: tuple[int, ...] = Field(default=(0,), min_length=1)
    protocol: str = "exact"
    metrics: tuple[str, ...] = ("information_gain", "nss", "cc", "sauc", "kld")
    one_map: bool = False
    set: tuple[str, ...] = ()
    entries: dict[str, tuple[str, ...]] = Field(min_length=1)


@dataclass(frozen=True)
class SweepResult:
    """What `run_sweep` found.

    Attributes:
        rows: the baselines and the entries, in order.
        scores: of every run on every image; its notes say which images the means leave out.
    """

    rows: tuple[SweepRow, ...]
    scores: Scores


def shipped_sweeps() -> list[str]:
    """The names of the sweeps that come with gazemap."""
    return names_in(_SHIPPED)


def load_sweep(name_or_path: str | Path, overrides: Sequence[str] = ()) -> Sweep:
    """Read a sweep and every recipe that it makes.

    Args:
        name_or_path: a shipped sweep's name or a .yaml file.
        overrides: what `--set` says; comes after the sweep's own `set` and before each entry.

    Raises:
        RecipeError: no such sweep, a wrong key, an entry that makes no sound recipe, or a wrong metric
            or protocol.
    """
    content, source = read_yaml("sweep", name_or_path, _SHIPPED)
    sweep = validated(Sweep, content, source, RecipeError)
    get_protocol(sweep.protocol)
    for metric in sweep.metrics:
        get_metric(metric)
    sweep = sweep.model_copy(update={"set": (*sweep.set, *overrides)})
    recipes_of(sweep)  # a wrong entry is refused before the first is trained
    return sweep


def recipes_of(sweep: Sweep) -> dict[str, list[Recipe]]:
    """Entry -> its recipe with each seed, named ENTRY-SEED."""
    return {
        entry: [
            load_recipe(
                sweep.recipe, [*sweep.set, *overrides, f"training.seed={seed}", f"name={entry}-{seed}"]
            )
            for seed in sweep.seeds
        ]
        for entry, overrides in sweep.entries.items()
    }


def run_sweep(
    sweep: Sweep, dataset: GazeDataset, out: str | Path, *, device: str = "auto", progress: bool = False
) -> SweepResult:
    """Train every entry with every seed, then score all.

    Runs and scores that are there already are used again where all that made them is the same, so the
    sweep can be interrupted at any moment, and entries can be added to it.

    Args:
        sweep: from `load_sweep`.
        dataset: with the splits train and val.
        out: receives a run folder ENTRY-SEED each, the scores of every image, table.csv and figure.png.
        device: auto, cpu or cuda.
        progress: show bars.

    Raises:
        DataError: the data set lacks a split, or fixations.
        OutputError: `out` cannot be written.
        WeightsError: `out` holds a run of another recipe, data set or version.
    """
    out, recipes = Path(out), recipes_of(sweep)
    runs = {recipe.name: recipe for seeds in recipes.values() for recipe in seeds}
    for name, recipe in runs.items():
        RunFolder(out / name, recipe, dataset).state()  # another run is refused before work starts
    for name, recipe in runs.items():
        train(recipe, dataset, out / name, if_exists="resume", device=device, progress=progress)
    scores = _scores(sweep, runs, dataset, out, progress)
    rows = [
        _row(sweep, scores, name, [name])
        for name in (CENTER_BIAS, GOLD_STANDARD)
        if name in scores.rows  # the baselines are the same for all
    ]
    rows += [_row(sweep, scores, entry, [own.name for own in seeds]) for entry, seeds in recipes.items()]
    write_text(out / "table.csv", as_csv(sweep, rows, scores))
    title = f"{sweep.name}, {dataset.name} val, {scores.protocol}"
    made_by = {"made_by": json.dumps(scores.made_by)}  # a text in the PNG file
    with replacing(out / "figure.png") as temporary:
        figures.sweep(rows, sweep.metrics, title).savefig(temporary, dpi=110, metadata=made_by)
    return SweepResult(tuple(rows), scores)


def _scores(sweep: Sweep, runs: Iterable[str], dataset: GazeDataset, out: Path, progress: bool) -> Scores:
    """Every run's scores, in one file."""
    protocol = choose_protocol(sweep.protocol, sweep.metrics, one_map=sweep.one_map)
    return scores_in(
        scores_file(out, dataset, "val", protocol.name, "sweep"),
        {run: load_model(out / run) for run in runs},
        dataset,
        "val",
        sweep.protocol,
        metrics=sweep.metrics,
        one_map=sweep.one_map,
        progress=progress,
    )


def as_csv(sweep: Sweep, rows: Sequence[SweepRow], scores: Scores) -> str:
    """Mean, interval and the seeds' means of each metric, over how many images, and what made them."""
    made_by = f"{scores.protocol},{scores.made_by['dataset']},{scores.made_by['version']}"
    lines = ["entry,metric,mean,low,high,seeds,images,protocol,dataset,version"]
    for row in rows:
        for metric in sweep.metrics:
            interval = row.intervals[metric]
            seeds = " ".join(f"{value:.5f}" for value in row.seeds[metric])
            numbers = ",".join(f"{value:.5f}" for value in (interval.mean, interval.low, interval.high))
            lines.append(f"{row.name},{metric},{numbers},{seeds},{scores.scored(metric).sum()},{made_by}")
    return "\n".join(lines) + "\n"


def _row(sweep: Sweep, scores: Scores, name: str, runs: Sequence[str]) -> SweepRow:
    scored = {metric: scores.scored(metric) for metric in sweep.metrics}  # the same images for every row
    per_seed = {
        metric: np.stack([scores.per_image[run][metric][scored[metric]] for run in runs])
        for metric in sweep.metrics
    }
    return SweepRow(
        name=name,
        intervals={metric: bootstrap(values.mean(axis=0)) for metric, values in per_seed.items()},
        seeds={metric: [bootstrap(own).mean for own in values] for metric, values in per_seed.items()},
    )
