"""Reports of runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gazemap.cli.options import DataOption

app = typer.Typer()


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
    from gazemap.reports.report import report_run

    typer.echo(f"Report: {report_run(run, load_dataset(data), protocol, progress=True)}")
