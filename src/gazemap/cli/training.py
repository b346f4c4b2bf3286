"""Training: one run, sweeps, cross-validation, a reproduction."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from gazemap.cli.options import (
    DataOption,
    DeviceOption,
    OutOption,
    SetOption,
)
from gazemap.cli.tables import print_scores

if TYPE_CHECKING:
    from gazemap.training.loop import TrainedRun

app = typer.Typer()


@app.command()
def train(
    recipe: Annotated[str, typer.Argument(help="A shipped recipe's name or a .yaml file.")],
    data: DataOption,
    out: OutOption,
    set_: SetOption = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in this folder.")] = False,
    device: DeviceOption = "auto",
) -> None:
    """Train a model as a recipe says."""
    from gazemap.data.dataset import load_dataset
    from gazemap.training.loop import train as run_training
    from gazemap.training.recipe import load_recipe

    run = run_training(
        load_recipe(recipe, set_),
        load_dataset(data),
        out,
        if_exists="resume" if resume else "refuse",
        device=device,
        progress=True,
    )
    _print_run(run)


@app.command()
def sweep(
    sweep: Annotated[str, typer.Argument(help="A shipped sweep's name, or a .yaml file of one's own.")],
    data: DataOption,
    out: OutOption,
    set_: SetOption = None,
    device: DeviceOption = "auto",
) -> None:
    """Train one recipe with one thing changed at a time, and compare; run again, it goes on."""
    from gazemap.data.dataset import load_dataset
    from gazemap.reports.studies.sweep import load_sweep, run_sweep

    chosen = load_sweep(sweep, set_ or ())
    result = run_sweep(chosen, load_dataset(data), out, device=device, progress=True)
    table = Table("", *chosen.metrics, title=f"{chosen.name}, {chosen.protocol}")
    for row in result.rows:
        table.add_row(row.name, *(str(row.intervals[m]).replace(" [", "\n[") for m in chosen.metrics))
    Console(width=None if sys.stdout.isatty() else 180).print(table)
    for line in result.scores.notes():
        typer.echo(line)
    typer.echo(f"Mean over seeds and images with bootstrap 95 % interval over images: {out / 'table.csv'}")


@app.command(name="cross-validate")
def cross_validate(
    recipe: Annotated[str, typer.Argument(help="A shipped recipe's name or a .yaml file.")],
    data: DataOption,
    out: OutOption,
    extra_data: Annotated[
        list[Path] | None,
        typer.Option(help="Another data set to train on in every fold. Can be given several times."),
    ] = None,
    folds: Annotated[int, typer.Option(help="The number of folds.")] = 5,
    fold: Annotated[int | None, typer.Option(help="Train this fold alone, counted from 1.")] = None,
    protocol: Annotated[str, typer.Option(help="See `gazemap metrics`.")] = "exact",
    set_: SetOption = None,
    device: DeviceOption = "auto",
) -> None:
    """Train once per fold, score each image by the run that did not see it; run again, it goes on."""
    from gazemap.data.dataset import load_dataset
    from gazemap.reports.studies.cross_validation import cross_validate as run_cross_validation
    from gazemap.reports.studies.cross_validation import pooled_file
    from gazemap.training.recipe import load_recipe

    dataset = load_dataset(data)
    scores = run_cross_validation(
        load_recipe(recipe, set_),
        dataset,
        out,
        folds=folds,
        only=fold,
        extra=[load_dataset(path) for path in extra_data or []],
        protocol=protocol,
        device=device,
        progress=True,
    )
    if scores is None:
        typer.echo(f"Folds are missing in {out}; their scores are pooled when all are there.")
        return
    print_scores(scores)
    typer.echo(f"Per image: {pooled_file(out, dataset, folds, protocol)}")


@app.command()
def recipes() -> None:
    """List the recipes that come with gazemap, for `train`, and the sweeps, for `sweep`."""
    from gazemap.reports.studies.sweep import shipped_sweeps
    from gazemap.training.recipe import shipped_recipes

    for name in shipped_recipes():
        typer.echo(name)
    for name in shipped_sweeps():
        typer.echo(f"{name} (sweep)")


@app.command()
def reproduce(
    study: Annotated[str, typer.Argument(help="The study's name: nurick2021.")],
    data: DataOption,
    out: OutOption,
    full: Annotated[bool, typer.Option("--full", help="Train by the full-length recipes.")] = False,
    set_: SetOption = None,
    device: DeviceOption = "auto",
) -> None:
    """Train a published study's networks, score them and write the report."""
    from gazemap.data.dataset import load_dataset
    from gazemap.reports.studies.reproduction import reproduce as run_reproduction

    made = run_reproduction(
        study, load_dataset(data), out, full=full, overrides=set_, device=device, progress=True
    )
    for run in made.runs.values():
        _print_run(run)
    typer.echo(f"Report: {made.report}")


def _print_run(run: TrainedRun) -> None:
    typer.echo(
        f"{run.out}: best validation loss {run.best_loss:.5f} in epoch {run.best_epoch}; "
        f"the mean training map's is {run.mean_map_loss:.5f}."
    )
    if run.warning:
        typer.echo(f"Warning: {run.warning}")
