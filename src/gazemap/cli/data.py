"""`gazemap data`: import, look, check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gazemap.cli.options import SeedOption

app = typer.Typer(no_args_is_help=True, help="Gaze data sets: import, look, check.")


@app.command("import")
def import_(
    format: Annotated[str, typer.Argument(help="osie, scene, salicon-folder or bristol-pickle.")],
    source: Annotated[Path, typer.Argument(help="The folder as its authors give it out.")],
    out: Annotated[Path, typer.Argument(help="A new folder for the gaze data set.")],
) -> None:
    """Turn a foreign data set into a gaze data set."""
    from gazemap.data.importers import import_dataset

    _describe(import_dataset(format, source, out, progress=True))


@app.command()
def popout(
    out: Annotated[Path, typer.Argument(help="A new folder for the gaze data set.")],
    images: Annotated[int, typer.Option(help="How many displays.")] = 1000,
    seed: SeedOption = 0,
) -> None:
    """Make the built-in data set: visual-search displays whose true density is known."""
    from gazemap.data.popout import popout as make

    _describe(make(out, images=images, seed=seed))


@app.command()
def info(path: Annotated[Path, typer.Argument(help="A gaze data set's folder.")]) -> None:
    """What a gaze data set holds and where it comes from."""
    from gazemap.data.dataset import load_dataset

    _describe(load_dataset(path))


@app.command()
def check(path: Annotated[Path, typer.Argument(help="A gaze data set's folder.")]) -> None:
    """Read everything and name each unreadable, missing, unpaired or out-of-frame item."""
    from gazemap.data.check import check_dataset

    problems = check_dataset(path)
    for problem in problems:
        typer.echo(f"{problem.item}: {problem.what}")
    typer.echo(f"{len(problems)} problem(s) in {path}.")
    raise typer.Exit(1 if problems else 0)


def _describe(dataset: object) -> None:
    typer.echo(str(dataset))
