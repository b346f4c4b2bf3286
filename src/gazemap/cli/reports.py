"""Reports of runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gazemap.cli.options import DataOption, UnseenOption

app = typer.Typer()


@app.command()
def report(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    data: DataOption,
    protocol: Annotated[
        list[str] | None, typer.Option(help="A protocol to score by, once or several times; default: all.")
    ] = None,
    unseen: UnseenOption = False,
) -> None:
    """Score a run and write its report.html."""
    from gazemap.data.dataset import load_dataset
    from gazemap.reports.report import report_run

    page = report_run(run, load_dataset(data), protocol, unseen=unseen, progress=True)
    typer.echo(f"Report: {page}")
