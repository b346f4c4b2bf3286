"""Everything but data sets: train, evaluate, compare, predict, submit, report, reproduce."""

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
    ModelOption,
    OutOption,
    OutputOption,
    SeedOption,
    SetOption,
    SplitOption,
    chosen_model,
)

if TYPE_CHECKING:
    from gazemap.scores import Scores
    from gazemap.significance import Difference

app = typer.Typer()


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
def sweep(
    study: Annotated[str, typer.Argument(help="A shipped study's name, or a .yaml file of one's own.")],
    data: DataOption,
    out: OutOption,
    set_: SetOption = None,
    device: DeviceOption = "auto",
) -> None:
    """Train one recipe with one thing changed at a time, and compare; run again, it goes on."""
    from gazemap.data.dataset import load_dataset
    from gazemap.sweep import load_sweep, run_sweep

    chosen = load_sweep(study, set_ or ())
    rows = run_sweep(chosen, load_dataset(data), out, device=device)
    table = Table("", *chosen.metrics, title=f"{chosen.name}, {chosen.protocol}")
    for row in rows:
        table.add_row(row.name, *(str(row.intervals[m]).replace(" [", "\n[") for m in chosen.metrics))
    Console(width=None if sys.stdout.isatty() else 180).print(table)
    typer.echo(f"Mean over seeds and images with bootstrap 95 % interval over images: {out / 'table.csv'}")


@app.command(name="cross-validate")
def cross_validate(
    recipe: Annotated[str, typer.Argument(help="A shipped recipe's name or a .yaml file.")],
    data: DataOption,
    out: OutOption,
    beside: Annotated[
        list[Path] | None, typer.Option(help="Another data set to train on in every fold; several of them.")
    ] = None,
    folds: Annotated[int, typer.Option(help="How many.")] = 5,
    fold: Annotated[int | None, typer.Option(help="Only this one, from 1.")] = None,
    protocol: Annotated[str, typer.Option(help="See `gazemap metrics`.")] = "exact",
    set_: SetOption = None,
    device: DeviceOption = "auto",
) -> None:
    """Train a recipe once a fold, score each image by the run that did not see it; run again, it goes on."""
    from gazemap.cross_validation import CrossValidation
    from gazemap.data.dataset import load_dataset
    from gazemap.training import load_recipe

    others = [load_dataset(path) for path in beside or []]
    study = CrossValidation(
        load_recipe(recipe, set_), load_dataset(data), others, folds, out, protocol, device
    )
    scores = study.run(fold)
    if scores is None:
        typer.echo(f"Folds are missing in {out}; their scores are pooled when all are there.")
        return
    _print_scores(scores, f"{folds} folds")
    typer.echo(f"Per image: {out / 'scores.parquet'}")


@app.command()
def recipes() -> None:
    """List the recipes that come with gazemap, for `train`, and the studies, for `sweep`."""
    from gazemap.sweep import shipped_studies
    from gazemap.training.recipe import shipped_recipes

    for name in shipped_recipes():
        typer.echo(name)
    for name in shipped_studies():
        typer.echo(f"{name} (study)")


@app.command()
def metrics() -> None:
    """List the protocols and what each chooses, and the metrics."""
    from gazemap.metrics import METRICS, PROTOCOLS
    from gazemap.metrics.protocols import choices

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
    protocol: Annotated[str, typer.Option(help="How scores are computed.")] = "exact",
    out: Annotated[Path | None, typer.Option(help="Per-image scores; default: in the run folder.")] = None,
    seed: SeedOption = 0,
    output: OutputOption = "saliency",
    metric: Annotated[
        list[str] | None, typer.Option(help="One or several; default: the protocol's own.")
    ] = None,
    one_map: Annotated[
        bool, typer.Option("--one-map", help="Score a log density by one map for all metrics.")
    ] = False,
) -> None:
    """Score a model, or maps from elsewhere, beside the center bias, a uniform map and the gold standard."""
    from gazemap.comparison import explained
    from gazemap.data.dataset import load_dataset
    from gazemap.evaluation import DERIVED
    from gazemap.evaluation import evaluate as run_evaluation
    from gazemap.metrics import get_protocol
    from gazemap.stored import StoredMaps, open_model_or_maps

    dataset = load_dataset(data)
    entry = open_model_or_maps(run, dataset.split(split), output)
    if isinstance(entry, StoredMaps) and entry.ignored:
        typer.echo(f"{entry.ignored} maps are for none of the images and are left out.")
    name = run.stem if run.is_file() else run.resolve().name
    scores = run_evaluation(
        {name: entry}, dataset, split, protocol, metrics=metric, one_map=one_map, seed=seed, progress=True
    )
    _print_scores(scores, split)
    folder = run if run.is_dir() else run.parent
    shared = not run.exists() or (isinstance(entry, StoredMaps) and run.is_file())  # no folder of its own
    prefix = f"{name}-" if shared else ""
    target = out or folder / f"{prefix}scores-{scores.dataset}-{split}-{scores.protocol}.parquet"
    scores.write(target)
    typer.echo(f"Mean over images with bootstrap 95 % interval. Per image: {target}")
    share = explained(scores, name)
    if share.mean == share.mean:  # defined: not NaN
        typer.echo(f"{name} explains {share} of the gold standard's information gain.")
    if get_protocol(protocol).derives and not one_map:
        typer.echo(DERIVED)


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(help="A run folder that was evaluated, or a file of scores.")],
    b: Annotated[Path, typer.Argument(help="Another; differences are B - A.")],
    protocol: Annotated[str, typer.Option(help="Whose scores are compared.")] = "exact",
    split: SplitOption = "val",
    row_a: Annotated[str | None, typer.Option(help="A row of A; default: the run's own.")] = None,
    row_b: Annotated[str | None, typer.Option(help="A row of B, e.g. 'center bias'.")] = None,
    metric: Annotated[str | None, typer.Option(help="Of the images listed; default: the first.")] = None,
    out: Annotated[Path | None, typer.Option(help="A figure's file; the differences go beside it.")] = None,
) -> None:
    """Compare two models image by image: how sure is the difference, and where is it largest?"""
    from gazemap.comparison import check_figure, compare_runs

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
        images.add_row(better, image_id, *(f"{value:.3f}" for value in numbers))
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(table)
    for line in result.notes():
        typer.echo(line)
    console.print(images)
    if out:
        typer.echo(f"Figure: {out}. Differences per image: {result.write(out)}")


def _print_scores(scores: Scores, part: str) -> None:
    table = Table(title=f"{scores.dataset} {part}, {len(scores.image_ids)} images, {scores.protocol}")
    for heading in ("", *scores.metrics):
        table.add_column(heading)
    for row, intervals in scores.table():
        table.add_row(row, *(str(interval).replace(" [", "\n[") for interval in intervals))
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _difference_cells(entry: Difference) -> list[str]:
    direction = "higher" if entry.higher_is_better else "lower"
    if entry.left_out == len(entry.a):
        return [direction, *"------"]
    means = [f"{mean:.3f}" for mean in entry.means]
    return [
        direction,
        *means,
        str(entry.mean),
        f"{entry.p:.4f}",
        f"{entry.p_holm:.4f}",
        f"{entry.share_better:.0%}",
    ]


@app.command()
def predict(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Files, folders, patterns in quotes, @LIST (a file with one path a line), or - for stdin.",
        ),
    ],
    model: ModelOption = None,
    out: Annotated[Path, typer.Option(help="Where the results go.")] = Path("predictions"),
    write: Annotated[
        list[str] | None,
        typer.Option(
            help="One or several of saliency, saliency16, npy, overlay, contour, json; "
            "default: saliency and overlay."
        ),
    ] = None,
    engine: Annotated[str, typer.Option(help="torch, onnx or openvino.")] = "torch",
    no_center_bias: Annotated[
        bool, typer.Option("--no-center-bias", help="For images that are parts of others.")
    ] = False,
    device: DeviceOption = "auto",
) -> None:
    """Predict any number of images; for DIR/photo.jpg, write OUT/photo.jpg.saliency.png and the like.

    Run again, it goes on where it stopped. Files that cannot be read are listed in OUT/failed.jsonl.
    """
    from gazemap.models.parts import set_center_bias
    from gazemap.prediction import DEFAULT_OUTPUTS, predict_files
    from gazemap.training.device import choose_device

    network = chosen_model(model)
    if no_center_bias:
        set_center_bias(network, None)
    network.to(choose_device(device))
    result = predict_files(
        network, sources, out, write=write or DEFAULT_OUTPUTS, engine=engine, progress=True
    )
    for failure in result.failures:
        typer.echo(str(failure), err=True)
    total = result.predicted + result.skipped + result.failed
    parts = [f"{result.predicted} of {total} images predicted, in {out}"]
    if result.skipped:
        parts.append(f"{result.skipped} were there already")
    if result.failed:
        parts.append(f"{result.failed} failed, see {out / 'failed.jsonl'}")
    typer.echo("; ".join(parts) + ".")
    raise typer.Exit(1 if result.failed else 0)


@app.command()
def submit(
    run: Annotated[Path, typer.Argument(help="A run folder, a weights file, or a folder or file of maps.")],
    data: DataOption,
    format: Annotated[str, typer.Option(help="tuebingen or salicon.")],
    out: OutOption,
    split: SplitOption = "test",
    output: OutputOption = "saliency",
) -> None:
    """Write predictions as a benchmark takes them; they are checked before they get their name."""
    from gazemap.data.dataset import load_dataset
    from gazemap.stored import open_model_or_maps
    from gazemap.submission import write_submission

    images = load_dataset(data).split(split)
    predictions = open_model_or_maps(run, images, output)
    written = write_submission(predictions, images, out, format, progress=True)
    typer.echo(f"{len(images)} predictions, read again and found right: {written}")


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
