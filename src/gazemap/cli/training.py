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
    from gazemap.training.result import TrainedRun

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
    from gazemap.training.loop import train as run_training

    run = run_training(
        recipe,
        data,
        out,
        overrides=set_ or (),
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
    from gazemap.reports.studies.sweep import sweep as run_sweep

    result = run_sweep(sweep, data, out, overrides=set_ or (), device=device, progress=True)
    chosen = result.sweep
    table = Table("", *chosen.metrics, title=f"{chosen.name}, {chosen.protocol}")
    for row in result.rows:
        table.add_row(row.name, *(str(row.intervals[m]).replace(" [", "\n[") for m in chosen.metrics))
    Console(width=None if sys.stdout.isatty() else 180).print(table)
    for line in result.scores.notes():
        typer.echo(line)
    typer.echo(f"Mean over seeds and images with bootstrap 95 % interval over images: {result.table}")


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
    from gazemap.reports.studies.cross_validation import cross_validate as run_cross_validation

    result = run_cross_validation(
        recipe,
        data,
        out,
        extra_data=extra_data or (),
        folds=folds,
        fold=fold,
        protocol=protocol,
        overrides=set_ or (),
        device=device,
        progress=True,
    )
    if result.scores is None:
        typer.echo(f"Folds are missing in {out}; their scores are pooled when all are there.")
        return
    print_scores(result.scores)
    typer.echo(f"Per image: {result.file}")


@app.command()
def recipes() -> None:
    """List the recipes that come with gazemap, for `train`, and the sweeps, for `sweep`."""
    from gazemap.reports.studies.recipes import recipes as list_recipes

    for file in list_recipes().files:
        typer.echo(file.name if file.kind == "recipe" else f"{file.name} (sweep)")


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
    from gazemap.reports.studies.reproduction import reproduce as run_reproduction

    made = run_reproduction(study, data, out, full=full, overrides=set_ or (), device=device, progress=True)
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
