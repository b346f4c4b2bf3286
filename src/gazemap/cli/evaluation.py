"""Evaluation: scores, comparisons, files for benchmarks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from gazemap.evaluation.significance import Difference

from gazemap.cli.tables import print_scores

app = typer.Typer()


@app.command()
def metrics() -> None:
    """List the protocols and what each chooses, and the metrics."""
    from gazemap.metrics import METRICS, PROTOCOLS
    from gazemap.metrics.scoring.protocols import choices

    chosen = {name: choices(protocol) for name, protocol in PROTOCOLS.items()}
    table = Table("", *chosen, title="Protocols", show_lines=True)
    for choice in next(iter(chosen.values())):
        table.add_row(choice, *(values[choice] for values in chosen.values()))
    listed = Table("", "range", "unit", "better", "computed from", title="Metrics")
    for name, metric in METRICS.items():
        direction = "higher" if metric.higher_is_better else "lower"
        span = f"{metric.low:g} to {metric.high:g}"
        listed.add_row(name, span, metric.unit, direction, ", ".join(("prediction", *metric.needs)))
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
    from gazemap.data.dataset import load_dataset
    from gazemap.evaluation.comparison import explained
    from gazemap.evaluation.evaluate import DERIVED
    from gazemap.evaluation.fingerprint import choose_protocol
    from gazemap.evaluation.interchange.stored import StoredMaps, open_model_or_maps
    from gazemap.evaluation.names import scores_file_beside
    from gazemap.evaluation.reuse import scores_in
    from gazemap.evaluation.score_files import check_scores_file
    from gazemap.evaluation.seen import named_split
    from gazemap.metrics import get_protocol

    if out:
        check_scores_file(out)
    dataset = load_dataset(data)
    entry = open_model_or_maps(run, dataset.split(split), output)
    if isinstance(entry, StoredMaps) and entry.ignored:
        typer.echo(f"{entry.ignored} maps are for none of the images and are left out.")
    chosen = choose_protocol(protocol, metric, one_map=one_map)
    part = named_split(split, unseen=unseen)
    target = out or scores_file_beside(run, entry.name, dataset, part, chosen.name)
    is_there = target.exists() and not force
    scores = scores_in(
        target,
        {entry.name: entry},
        dataset,
        split,
        protocol,
        metrics=metric,
        one_map=one_map,
        seed=seed,
        unseen=unseen,
        replace_others=force,
        progress=True,
    )
    print_scores(scores)
    if left := len(dataset.split(split)) - len(scores.image_ids):
        typer.echo(f"Left out: {left} images that {entry.name} was trained on.")
    if is_there:
        typer.echo("The scores were there already, made by the same model, data set and protocol.")
    typer.echo(f"Mean over images with bootstrap 95 % interval. Per image: {target}")
    share = explained(scores, entry.name)
    if share.mean == share.mean:  # defined: not NaN
        typer.echo(f"{scores.label(entry.name)} explains {share} of the gold standard's information gain.")
    if get_protocol(protocol).derives and not one_map:
        typer.echo(DERIVED)


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
    out: Annotated[
        Path | None, typer.Option(help="The file of a figure; a table of the differences goes beside it.")
    ] = None,
) -> None:
    """Compare two models image by image: how sure is the difference, and where is it largest?"""
    from gazemap.evaluation.comparison import compare_runs
    from gazemap.evaluation.scores import three_decimals
    from gazemap.reports.figures.comparison import write_comparison
    from gazemap.reports.figures.saving import check_figure

    if out:
        check_figure(out)
    result = compare_runs(a, b, protocol=protocol, split=split, row_a=row_a, row_b=row_b, progress=True)
    chosen = result.difference(metric)
    table = Table("", "better is", "A", "B", "B - A", "p", "p, Holm", "B better on", title=result.title)
    for entry in result.differences:
        table.add_row(entry.metric, *_difference_cells(entry))
    images = Table("better", "image", "A", "B", "B - A", title=f"Largest differences, {chosen.metric}")
    for better, image_id, score_a, score_b in result.extremes(chosen.metric):
        numbers = (score_a, score_b, score_b - score_a)
        images.add_row(better, image_id, *map(three_decimals, numbers))
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(table)
    for line in result.notes():
        typer.echo(line)
    console.print(images)
    if out:
        typer.echo(f"Figure: {out}. Differences per image: {write_comparison(result, out)}")


def _difference_cells(entry: Difference) -> list[str]:
    from gazemap.evaluation.scores import three_decimals

    direction = "higher" if entry.higher_is_better else "lower"
    if entry.left_out == len(entry.a):
        return [direction, *"------"]
    means = [three_decimals(mean) for mean in entry.means]
    return [
        direction,
        *means,
        str(entry.mean),
        f"{entry.p:.4f}",
        f"{entry.p_holm:.4f}",
        f"{entry.share_better:.0%}",
    ]


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
    from gazemap.data.dataset import load_dataset
    from gazemap.evaluation.interchange.stored import open_model_or_maps
    from gazemap.evaluation.interchange.submission import write_submission

    images = load_dataset(data).split(split)
    predictions = open_model_or_maps(run, images, output)
    written = write_submission(predictions, out, images, format, progress=True)
    typer.echo(f"{len(images)} predictions, read again and found right: {written}")
