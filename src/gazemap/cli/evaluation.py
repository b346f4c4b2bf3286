"""Evaluation: scores, comparisons, files for benchmarks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gazemap.cli.options import (
    DataOption,
    OutOption,
    OutputOption,
    SeedOption,
    SplitOption,
    UnseenOption,
)
from gazemap.cli.tables import print_scores

app = typer.Typer()


@app.command()
def metrics() -> None:
    """List the protocols and what each chooses, and the metrics."""
    from gazemap.evaluation.overview import metrics_overview

    overview = metrics_overview()
    table = Table("", *overview.protocols, title="Protocols", show_lines=True)
    for choice in next(iter(overview.protocols.values())):
        table.add_row(choice, *(values[choice] for values in overview.protocols.values()))
    listed = Table("", "range", "unit", "better", "computed from", title="Metrics")
    for name, about in overview.metrics.items():
        listed.add_row(name, *(about[key] for key in ("range", "unit", "better", "computed from")))
    console = Console(width=None if sys.stdout.isatty() else 180)
    console.print(table)
    console.print(listed)


@app.command()
def evaluate(
    run: Annotated[Path, typer.Argument(help="A run folder, a weights file, or a folder or file of maps.")],
    data: DataOption,
    split: SplitOption = "val",
    protocol: Annotated[str, typer.Option(help="How scores are computed; see `gazemap metrics`.")] = "exact",
    out: Annotated[
        Path | None,
        typer.Option(help="Scores per image, .parquet, .csv or .json; default: in the run folder."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace scores that another model or data set made.")
    ] = False,
    seed: SeedOption = 0,
    output: OutputOption = "saliency",
    metric: Annotated[
        list[str] | None,
        typer.Option(help="A metric to compute, once or several times; default: the protocol's own."),
    ] = None,
    one_map: Annotated[
        bool, typer.Option("--one-map", help="Score a log density by one map for all metrics.")
    ] = False,
    unseen: UnseenOption = False,
) -> None:
    """Score a model, or maps from elsewhere, beside the center bias, a uniform map and the gold standard."""
    from gazemap.evaluation.kept import evaluate_and_keep

    result = evaluate_and_keep(
        run,
        data,
        split,
        protocol,
        metrics=metric,
        one_map=one_map,
        seed=seed,
        unseen=unseen,
        holds=output,
        out=out,
        force=force,
        progress=True,
    )
    print_scores(result.scores)
    for line in result.notes()[len(result.scores.notes()) :]:
        typer.echo(line)


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(help="A run folder that was evaluated, or a file of scores.")],
    b: Annotated[Path, typer.Argument(help="What A is compared with; differences are B - A.")],
    protocol: Annotated[str, typer.Option(help="The protocol whose scores are compared.")] = "exact",
    split: SplitOption = "val",
    row_a: Annotated[str | None, typer.Option(help="The row of A; default: the run's own.")] = None,
    row_b: Annotated[str | None, typer.Option(help="The row of B, e.g. 'center bias'.")] = None,
    metric: Annotated[
        str | None, typer.Option(help="The metric by which images are listed; default: the first.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The table of differences, .parquet or .csv.")] = None,
    figure: Annotated[Path | None, typer.Option(help="A figure of them, .png, .pdf or .svg.")] = None,
) -> None:
    """Compare two models image by image: how sure is the difference, and where is it largest?"""
    from gazemap.evaluation.scores import three_decimals
    from gazemap.reports.compare import compare as compare_scores

    result = compare_scores(
        a,
        b,
        protocol=protocol,
        split=split,
        row_a=row_a,
        row_b=row_b,
        sort_by=metric,
        out=out,
        figure=figure,
        progress=True,
    )
    table = Table(*result.headings, title=result.title)
    for cells in result.cells():
        table.add_row(*cells)
    images = Table("better", "image", "A", "B", "B - A", title=f"Largest differences, {result.sort_by}")
    for better, image_id, score_a, score_b in result.extremes():
        numbers = (score_a, score_b, score_b - score_a)
        images.add_row(better, image_id, *map(three_decimals, numbers))
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(table)
    for line in result.notes():
        typer.echo(line)
    console.print(images)


@app.command()
def submit(
    run: Annotated[Path, typer.Argument(help="A run folder, a weights file, or a folder or file of maps.")],
    data: DataOption,
    format: Annotated[str, typer.Option(help="The benchmark's format: tuebingen or salicon.")],
    out: OutOption,
    split: SplitOption = "test",
    output: OutputOption = "saliency",
) -> None:
    """Write predictions as a benchmark takes them; they are checked before they get their name."""
    from gazemap.evaluation.interchange import submission

    written = submission.submit(run, data, out, format=format, split=split, holds=output, progress=True)
    for line in written.notes():
        typer.echo(line)
