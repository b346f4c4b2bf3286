"""The command line: parse, call, print. No logic lives here."""

from __future__ import annotations

import sys

import typer

from gazemap.cli import analysis, data, evaluation, prediction, reports, training
from gazemap.errors import GazemapError
from gazemap.system.memory import keep_freed_memory, use_huge_pages

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def gazemap() -> None:
    """Predict where people look in an image, and measure how well that is predicted."""


for stage in (prediction, analysis, training, evaluation, reports):
    app.add_typer(stage.app)
app.add_typer(data.app, name="data")


def main() -> None:
    """Run the command line; a user's mistake ends in one clear message, not a traceback."""
    use_huge_pages()
    keep_freed_memory()
    try:
        app()
    except GazemapError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("Stopped. What was saved is kept: run it again to go on, train with --resume.", err=True)
        sys.exit(130)
