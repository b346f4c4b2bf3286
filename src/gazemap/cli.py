"""The command line: parse, call, print. No logic lives here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gazemap.errors import GazemapError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
data_app = typer.Typer(no_args_is_help=True, help="Gaze data sets: import, look, check.")
app.add_typer(data_app, name="data")

DataOption = Annotated[Path, typer.Option("--data", help="A gaze data set's folder.")]
OutOption = Annotated[Path, typer.Option("--out", help="Where the results go.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="Replace one key of the recipe: a.b=value.")
]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
SplitOption = Annotated[str, typer.Option(help="The images to score.")]
SeedOption = Annotated[int, typer.Option(help="Of everything random.")]


@app.callback()
def gazemap() -> None:
    """Predict where people look in an image, and measure how well that is predicted."""


@data_app.command("import")
def import_(
    format: Annotated[str, typer.Argument(help="osie, scene, salicon-folder or bristol-pickle.")],
    source: Annotated[Path, typer.Argument(help="The folder as its authors give it out.")],
    out: Annotated[Path, typer.Argument(help="A new folder for the gaze data set.")],
) -> None:
    """Turn a foreign data set into a gaze data set."""
    from gazemap.data.importers import import_dataset

    _describe(import_dataset(format, source, out, progress=True))


@data_app.command()
def popout(
    out: Annotated[Path, typer.Argument(help="A new folder for the gaze data set.")],
    images: Annotated[int, typer.Option(help="How many displays.")] = 1000,
    seed: SeedOption = 0,
) -> None:
    """Make the built-in data set: visual-search displays whose true density is known."""
    from gazemap.data.popout import popout as make

    _describe(make(out, images=images, seed=seed))


@data_app.command()
def info(path: Annotated[Path, typer.Argument(help="A gaze data set's folder.")]) -> None:
    """What a gaze data set holds and where it comes from."""
    from gazemap.data.dataset import load_dataset

    _describe(load_dataset(path))


@data_app.command()
def check(path: Annotated[Path, typer.Argument(help="A gaze data set's folder.")]) -> None:
    """Read everything and name each unreadable, missing, unpaired or out-of-frame item."""
    from gazemap.data.check import check_dataset

    problems = check_dataset(path)
    for problem in problems:
        typer.echo(f"{problem.item}: {problem.what}")
    typer.echo(f"{len(problems)} problem(s) in {path}.")
    raise typer.Exit(1 if problems else 0)


@app.command()
def train(
    recipe: Annotated[str, typer.Argument(help="A shipped recipe's name or a .yaml file.")],
    data: DataOption,
    out: OutOption,
    set_: SetOption = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on after a kill.")] = False,
    device: DeviceOption = "auto",
) -> None:
    """Train a model as a recipe says."""
    from gazemap.data.dataset import load_dataset
    from gazemap.training import load_recipe
    from gazemap.training import train as run_training

    run = run_training(load_recipe(recipe, set_), load_dataset(data), out, resume=resume, device=device)
    typer.echo(
        f"{run.out}: best validation loss {run.best_loss:.5f} in epoch {run.best_epoch}; "
        f"the mean training map's is {run.mean_map_loss:.5f}."
    )
    if run.warning:
        typer.echo(f"Warning: {run.warning}")


@app.command()
def recipes() -> None:
    """List the recipes that come with gazemap."""
    from gazemap.training.recipe import shipped_recipes

    for name in shipped_recipes():
        typer.echo(name)


@app.command()
def evaluate(
    run: Annotated[Path, typer.Argument(help="A run folder or a weights file.")],
    data: DataOption,
    split: SplitOption = "val",
    protocol: Annotated[str, typer.Option(help="How scores are computed.")] = "exact",
    out: Annotated[Path | None, typer.Option(help="Per-image scores; default: in the run folder.")] = None,
    seed: SeedOption = 0,
) -> None:
    """Score a trained model, beside the center bias, a uniform map and the gold standard."""
    from gazemap.data.dataset import load_dataset
    from gazemap.evaluation import evaluate as run_evaluation
    from gazemap.models.weights import load_model

    name = run.stem if run.is_file() else run.resolve().name
    scores = run_evaluation(
        {name: load_model(run)}, load_dataset(data), split, protocol, seed=seed, progress=True
    )
    table = Table(title=f"{scores.dataset} {split}, {len(scores.image_ids)} images, {protocol}")
    for heading in ("", *scores.metrics):
        table.add_column(heading)
    for row, intervals in scores.table():
        table.add_row(row, *map(str, intervals))
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    folder = run if run.is_dir() else run.parent
    target = out or folder / f"scores-{scores.dataset}-{split}-{protocol}.parquet"
    scores.write(target)
    typer.echo(f"Mean over images with bootstrap 95 % interval. Per image: {target}")


@app.command()
def predict(
    run: Annotated[Path, typer.Argument(help="A run folder or a weights file.")],
    images: Annotated[list[Path], typer.Argument(help="Image files.")],
    out: OutOption,
) -> None:
    """Write saliency.png, overlay.png and log_density.npy for each image."""
    from gazemap.models.weights import load_model
    from gazemap.prediction import predict_files

    failures = predict_files(load_model(run), images, out, progress=True)
    for path, reason in failures:
        typer.echo(f"{path}: {reason}", err=True)
    typer.echo(f"{len(images) - len(failures)} of {len(images)} images predicted, in {out}.")
    raise typer.Exit(1 if failures else 0)


@app.command()
def report(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    data: DataOption,
    protocol: Annotated[
        list[str] | None, typer.Option(help="One or several; default: all protocols.")
    ] = None,
) -> None:
    """Score a run and write its report.html."""
    from gazemap.data.dataset import load_dataset
    from gazemap.reproduction import report_run

    typer.echo(f"Report: {report_run(run, load_dataset(data), protocol)}")


@app.command()
def reproduce(
    study: Annotated[str, typer.Argument(help="nurick2021.")],
    data: DataOption,
    out: OutOption,
    full: Annotated[bool, typer.Option("--full", help="Full-length recipes.")] = False,
    set_: SetOption = None,
    device: DeviceOption = "auto",
) -> None:
    """Train a published study's networks, score them and write the report."""
    from gazemap.data.dataset import load_dataset
    from gazemap.reproduction import reproduce as run_reproduction

    run_reproduction(study, load_dataset(data), out, full=full, overrides=set_, device=device, say=typer.echo)


def _describe(dataset: object) -> None:
    typer.echo(str(dataset))


def main() -> None:
    """Run the command line; a user's mistake ends in one clear message, not a traceback."""
    try:
        app()
    except GazemapError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("Stopped. What was saved is kept; --resume goes on.", err=True)
        sys.exit(130)
