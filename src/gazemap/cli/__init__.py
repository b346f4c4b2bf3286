"""The command line: parse, call, print. No logic lives here."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gazemap.cli import areas, checks, completion, data, models, prediction, scoring, serving, training
from gazemap.cli.help import Group
from gazemap.cli.streams import usable_streams
from gazemap.errors import GazemapError

app = typer.Typer(
    cls=Group,
    rich_markup_mode=None,
    add_completion=False,  # `completion` has it
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"gazemap {version('gazemap')}")
        raise typer.Exit


@app.callback()
def gazemap(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", metavar="", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
    install_completion: completion.InstallOption = False,
    show_completion: completion.ShowOption = False,
) -> None:
    """Predict where people look in an image, and measure how well that is predicted.

    `gazemap COMMAND --help` explains a command, with examples.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.add_typer(prediction.app)
app.add_typer(serving.app)
app.add_typer(data.app, name="data", rich_help_panel="Gaze data")
for stage in (areas, checks, scoring, training, models):
    app.add_typer(stage.app)


def main() -> None:
    """Run the command line; a user's mistake ends in one clear message, not a traceback."""
    completion.start()
    try:
        with usable_streams():
            app(prog_name="gazemap")
    except GazemapError as error:
        from gazemap.system.plain import shown

        typer.echo(shown(f"Error: {error}"), err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("Stopped. What was saved is kept: run it again to go on, train with --resume.", err=True)
        sys.exit(130)
