"""Commands that score: models and maps on gaze data, one model against another, files for benchmarks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gazemap.cli.command import Answer, command
from gazemap.cli.listings import metrics_parts
from gazemap.cli.options import (
    MODEL_OR_MAPS,
    CenterBiasOption,
    ClusterOption,
    DataOption,
    DegreesOption,
    DeviceOption,
    EngineOption,
    FigureOption,
    HoldsOption,
    PixelsPerDegreeOption,
    ProtocolOption,
    SeedOption,
    SigmaOption,
    SplitOption,
    UnseenOption,
    WorkersOption,
)
from gazemap.cli.parsing import names, pixels_in_degree
from gazemap.cli.results import comparison_parts, scores_table

app = typer.Typer()
_SCORE = "Score"


@command(
    app,
    _SCORE,
    "gazemap evaluate gazenet --data gaze/osie",
    "gazemap evaluate runs/a --data gaze/osie --metrics nss,cc --out scores.csv",
)
def evaluate(
    models: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help=f"{MODEL_OR_MAPS} Several may be given, with commas between them."
        ),
    ],
    data: DataOption,
    split: SplitOption = "val",
    protocol: ProtocolOption = "exact",
    metrics: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="The metrics to compute, with commas between them. Without it, those of the protocol.",
        ),
    ] = None,
    one_map: Annotated[
        bool,
        typer.Option(
            "--one-map",
            metavar="",
            help="Score a model's log density by the same map for all metrics. Without it, some protocols "
            "derive the best map for each metric.",
        ),
    ] = False,
    unseen: UnseenOption = False,
    sigma: SigmaOption = None,
    degrees: DegreesOption = None,
    pixels_per_degree: PixelsPerDegreeOption = None,
    holds: HoldsOption = "saliency",
    seed: SeedOption = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The file for the scores per image: .parquet, .csv or .json. Without it, a .parquet file in "
            "the run folder or in the current folder.",
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", metavar="", help="Replace a file that holds scores of another model or data set."
        ),
    ] = False,
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    center_bias: CenterBiasOption = True,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
) -> Answer:
    """Score a model on gaze data, beside the center bias, a uniform map and the gold standard.

    Maps from elsewhere are scored in the same way. Scores that are there already are used again.
    """
    from gazemap.evaluation.kept import evaluate_and_keep

    found = evaluate_and_keep(
        names(models) or [],
        data,
        split,
        protocol,
        metrics=names(metrics),
        one_map=one_map,
        unseen=unseen,
        sigma=sigma,
        degrees=degrees,
        pixels_per_degree=pixels_in_degree(pixels_per_degree),
        holds=holds,
        seed=seed,
        out=out,
        force=force,
        engine=engine,
        device=device,
        center_bias=center_bias,
        workers=workers,
        cluster=cluster,
        progress=True,
    )
    return Answer(found, [scores_table(found.scores), *found.notes()])


@command(
    app,
    _SCORE,
    "gazemap compare runs/a runs/b --figure a-b.png",
    "gazemap compare runs/a runs/a --row-b 'center bias' --sort-by nss",
)
def compare(
    a: Annotated[
        Path, typer.Argument(metavar="A", help="A run folder that was evaluated, or a file of scores.")
    ],
    b: Annotated[
        Path,
        typer.Argument(metavar="B", help="Another one, with which A is compared; every difference is B - A."),
    ],
    protocol: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The protocol of the scores in a run folder. Without it, exact, or whatever a file holds.",
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The split of the scores in a run folder. Without it, val, or whatever a file holds.",
        ),
    ] = None,
    row_a: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The row of A that is compared. Without it, the model itself."),
    ] = None,
    row_b: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The row of B that it is compared with, as in 'center bias'."),
    ] = None,
    sort_by: Annotated[
        str | None,
        typer.Option(
            metavar="METRIC",
            help="The metric by which the images that differ most are listed. Without it, the first.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write the differences per image: .parquet or .csv."),
    ] = None,
    figure: FigureOption = None,
) -> Answer:
    """Compare two models image by image: how sure is the difference of their scores, where is it largest?"""
    from gazemap.reports.compare import compare

    found = compare(
        a,
        b,
        protocol=protocol,
        split=split,
        row_a=row_a,
        row_b=row_b,
        sort_by=sort_by,
        out=out,
        figure=figure,
        progress=True,
    )
    return Answer(found, comparison_parts(found))


@command(
    app,
    _SCORE,
    "gazemap report runs/a --data gaze/osie",
    "gazemap report gazenet --data gaze/osie --protocols mit",
)
def report(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A run folder, a model's file, or the name of a model.")
    ],
    data: DataOption,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="The folder for report.html and the scores. Without it, the run folder, or MODEL-SET.",
        ),
    ] = None,
    protocols: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="The protocols to score by, with commas between them. Without it, all of them.",
        ),
    ] = None,
    split: SplitOption = "val",
    unseen: UnseenOption = False,
    sigma: SigmaOption = None,
    degrees: DegreesOption = None,
    pixels_per_degree: PixelsPerDegreeOption = None,
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    center_bias: CenterBiasOption = True,
) -> Answer:
    """Score a model and write a page about it: scores, examples, what it learned."""
    from gazemap.reports.report import report

    made = report(
        model,
        data,
        out=out,
        protocols=names(protocols),
        split=split,
        unseen=unseen,
        sigma=sigma,
        degrees=degrees,
        pixels_per_degree=pixels_in_degree(pixels_per_degree),
        engine=engine,
        device=device,
        center_bias=center_bias,
        progress=True,
    )
    return Answer(made, made.notes())


@command(app, _SCORE, "gazemap submit gazenet --data gaze/mit300 --format tuebingen --out maps.h5")
def submit(
    model: Annotated[str, typer.Argument(metavar="MODEL", help=MODEL_OR_MAPS)],
    data: DataOption,
    format: Annotated[
        str, typer.Option(metavar="NAME", help="The form that the benchmark takes: tuebingen or salicon.")
    ],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="The file to upload: .h5 for tuebingen, .zip for salicon.")
    ],
    split: SplitOption = "test",
    holds: HoldsOption = "saliency",
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    center_bias: CenterBiasOption = True,
) -> Answer:
    """Write predictions in the form that a benchmark takes, and read them again to check them."""
    from gazemap.evaluation.interchange.submission import submit

    made = submit(
        model,
        data,
        out,
        format=format,
        split=split,
        holds=holds,
        engine=engine,
        device=device,
        center_bias=center_bias,
        progress=True,
    )
    return Answer(made, made.notes())


@command(app, _SCORE, "gazemap metrics", "gazemap metrics exact")
def metrics(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One protocol or one metric. Without it, all.")
    ] = None,
) -> Answer:
    """List the protocols, what each of them chooses, and the metrics."""
    from gazemap.evaluation.overview import metrics_overview

    found = metrics_overview(name)
    return Answer(found, metrics_parts(found, name))
