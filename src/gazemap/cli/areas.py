"""The command that measures areas of interest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gazemap.cli.command import Answer, command
from gazemap.cli.options import SetArgument
from gazemap.cli.tables import Table

app = typer.Typer()


@command(
    app,
    "Gaze data",
    "gazemap areas gaze/mine --areas areas --out looks.csv",
    "gazemap areas gaze/mine --areas button=500,400,160,60 --seconds 1",
)
def areas(
    dataset: SetArgument,
    areas: Annotated[
        list[str],
        typer.Option(
            metavar="AREAS",
            help="An area of all images as NAME=X,Y,WIDTH,HEIGHT in pixels; a file of areas: .csv, .json "
            "(COCO and LabelMe, too), .svg or .png; or a folder with such a file per image. May be given "
            "several times.",
        ),
    ],
    seconds: Annotated[
        float, typer.Option(metavar="SECONDS", help="An area is seen if it is looked at within this time.")
    ] = 2.0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also write every observer's looks at every area, into this .csv or .json file.",
        ),
    ] = None,
    summary: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write the table, into this .csv or .json file."),
    ] = None,
) -> Answer:
    """Say how observers looked at areas of images: attention, first looks, dwell times, visits."""
    from gazemap.reports.areas import areas as measure

    found = measure(dataset, areas=areas, seconds=seconds, out=out, summary=summary, progress=True)
    return Answer(found, [Table(found.headings, found.cells(), found.dataset, narrow="list"), *found.notes()])
