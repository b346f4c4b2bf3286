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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from gazemap.data.dataset import DatasetLike, as_dataset
from gazemap.errors import RecipeError
from gazemap.evaluation.baselines import CENTER_BIAS, GOLD_STANDARD
from gazemap.evaluation.blurs import Blur, blurred_for
from gazemap.evaluation.fingerprint import choose_protocol
from gazemap.evaluation.intervals import SweepRow, bootstrap
from gazemap.evaluation.names import scores_file
from gazemap.evaluation.reuse import scores_in
from gazemap.evaluation.scores import Scores
from gazemap.metrics import get_metric, get_protocol
from gazemap.reports.figures import runs as figures
from gazemap.reports.studies.by_workers import study_crew
from gazemap.reports.studies.recipes import SWEEPS
from gazemap.reports.studies.trained import trained_runs
from gazemap.system.checking import validated
from gazemap.system.files import replacing, write_text
from gazemap.system.locks import only_one
from gazemap.system.plain import plain
from gazemap.system.tables import as_cell
from gazemap.system.yaml_files import read_yaml
from gazemap.training.recipe import Recipe, load_recipe
from gazemap.training.result import TrainedRun

_WORKER = "gazemap.reports.studies.trained:RunWorker"


class Sweep(BaseModel):
    """What a sweep's file says.

    Attributes:
        name: of the sweep.
        recipe: a shipped recipe's name or a .yaml file.
        seeds: each entry is trained once with each.
        protocol: of the scores.
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


SweepLike = Sweep | str | Path  # a sweep, the name of one that comes with gazemap, or a .yaml file


@dataclass(frozen=True)
class SweepResult:
    """What `sweep` found.

    Attributes:
        sweep: what was asked for, overrides included.
        rows: the baselines and the entries, in order.
        scores: of every run on every image; its notes say which images the means leave out.
        runs: the trained runs, ENTRY-SEED each.
        table: the file of means and intervals, table.csv.
        figure: the picture of them, figure.png.
    """

    sweep: Sweep
    rows: tuple[SweepRow, ...]
    scores: Scores
    runs: Mapping[str, TrainedRun]
    table: Path
    figure: Path

    def as_json(self) -> dict[str, Any]:
        """The table, the runs and the files as plain JSON values; scores per image are in the files."""
        rows = {
            row.name: {
                metric: {**row.intervals[metric].as_json(), "seeds": row.seeds[metric]}
                for metric in self.sweep.metrics
            }
            for row in self.rows
        }
        content: dict[str, Any] = plain(
            {
                "sweep": self.sweep.name,
                "protocol": self.scores.protocol,
                "dataset": self.scores.dataset,
                "rows": rows,
                "notes": self.scores.notes(),
                "runs": {name: run.as_json() for name, run in self.runs.items()},
                "table": self.table,
                "figure": self.figure,
            }
        )
        return content


def load_sweep(sweep: SweepLike, overrides: Sequence[str] = ()) -> Sweep:
    """Read a sweep and every recipe that it makes.

    Args:
        sweep: the name of one that comes with gazemap, a .yaml file, or a `Sweep`.
        overrides: "a.b=value" strings that replace keys of every recipe; they come after the sweep's own
            `set`, and an entry's own come after them.

    Raises:
        RecipeError: no such sweep, a wrong key, an entry that makes no sound recipe, or a wrong metric
            or protocol.
    """
    if not isinstance(sweep, Sweep):
        content, source = read_yaml("sweep", sweep, SWEEPS)
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


def sweep(
    sweep: SweepLike,
    dataset: DatasetLike,
    out: str | Path,
    *,
    overrides: Sequence[str] = (),
    sigma: float | None = None,
    degrees: float | None = None,
    device: str = "auto",
    workers: int | None = None,
    cluster: str | None = None,
    progress: bool = False,
) -> SweepResult:
    """Train every entry with every seed, then score all.

    Called again with the same `out`, it goes on by itself: what is trained or scored there is used again
    where all that made it is the same. So it can be interrupted at any moment, and entries can be added.

    Args:
        sweep: the name of one that comes with gazemap, a .yaml file, or a `Sweep`.
        dataset: a gaze data set or its folder, with the splits train and val.
        out: receives a run folder ENTRY-SEED each, the scores of every image, table.csv and figure.png.
        overrides: "a.b=value" strings that replace keys of every recipe; see `load_sweep`.
        sigma: the blur of the scores' ground truth in pixels; see `evaluate`.
        degrees: the same in degrees of visual angle.
        device: of training and scoring: auto, cpu or cuda.
        workers: processes that share the runs and the scoring; by default this one trains one run after
            another. They open the data set themselves, so that it is given by its folder.
        cluster: "ray": workers are actors of Ray, by default as many as it has cores or GPUs.
        progress: show how each training goes, as `train` does; of workers, how many runs are done.

    Raises:
        InputError: a blur for a protocol that has its own, or a data set in memory for workers.
        RecipeError: a mistake in the sweep or in a recipe; see `load_sweep`.
        DataError: no such data set, or it lacks a split, or fixations.
        OutputError: `out` cannot be written, or is in use by another process.
        WeightsError: `out` holds a run of another recipe, data set or version.
    """
    plan, out = load_sweep(sweep, overrides), Path(out)
    recipes = [recipe for seeds in recipes_of(plan).values() for recipe in seeds]
    by = study_crew(
        _WORKER,
        "Run",
        out,
        workers=workers,
        cluster=cluster,
        device=device,
        sets={"dataset": dataset},
        recipes={recipe.name: recipe.model_dump(mode="json") for recipe in recipes},
    )
    given, dataset = dataset, as_dataset(dataset)
    blur: Blur = {"sigma": sigma, "degrees": degrees}
    protocol = choose_protocol(plan.protocol, plan.metrics, one_map=plan.one_map)
    blurred_for(dataset, protocol, **blur)  # refused before the work
    with only_one(out, f"the sweep {plan.name}"):
        runs = trained_runs(recipes, dataset, out, device, progress, by)
        scores = scores_in(
            scores_file(out, dataset, "val", protocol.name, "sweep"),
            {name: run.out for name, run in runs.items()},
            given,
            "val",
            plan.protocol,
            metrics=plan.metrics,
            one_map=plan.one_map,
            **blur,
            device=device,
            workers=workers,
            cluster=cluster,
            progress=progress,
        )
        return _compared(plan, runs, scores, out)


def _compared(plan: Sweep, runs: Mapping[str, TrainedRun], scores: Scores, out: Path) -> SweepResult:
    """The table and the figure of all runs."""
    rows = [
        _row(plan, scores, name, [name])
        for name in (CENTER_BIAS, GOLD_STANDARD)
        if name in scores.rows  # the baselines are the same for all
    ]
    rows += [
        _row(plan, scores, entry, [own.name for own in seeds]) for entry, seeds in recipes_of(plan).items()
    ]
    table, figure = out / "table.csv", out / "figure.png"
    write_text(table, as_csv(plan, rows, scores))
    title = f"{plan.name}, {scores.dataset} val, {scores.protocol}"
    made_by = {"made_by": json.dumps(scores.made_by)}  # a text in the PNG file
    with replacing(figure) as temporary:
        figures.sweep(rows, plan.metrics, title).savefig(temporary, dpi=110, metadata=made_by)
    return SweepResult(plan, tuple(rows), scores, runs, table, figure)


def as_csv(sweep: Sweep, rows: Sequence[SweepRow], scores: Scores) -> str:
    """Mean, interval and the seeds' means of each metric, over how many images, and what made them."""
    made_by = f"{scores.protocol},{scores.made_by['dataset']},{scores.made_by['version']}"
    lines = ["entry,metric,mean,low,high,seeds,images,protocol,dataset,version"]
    for row in rows:
        for metric in sweep.metrics:
            interval = row.intervals[metric]
            seeds = " ".join(f"{value:.5f}" for value in row.seeds[metric])
            numbers = ",".join(f"{value:.5f}" for value in (interval.mean, interval.low, interval.high))
            lines.append(
                f"{as_cell(row.name)},{metric},{numbers},{seeds},{scores.scored(metric).sum()},{made_by}"
            )
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
