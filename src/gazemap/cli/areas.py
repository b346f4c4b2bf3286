"""Commands on areas of interest: what is predicted and measured of them, and where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gazemap.cli.command import Answer, command
from gazemap.cli.options import (
    AREAS,
    MODEL,
    CenterBiasOption,
    ConditionOption,
    DeviceOption,
    EngineOption,
    FigureOption,
    ImageArgument,
    ModelOption,
    SecondsOption,
    ViewportOption,
)
from gazemap.cli.tables import Table

app = typer.Typer()


@command(
    app,
    "Predict",
    "gazemap areas page.png --areas button=500,400,160,60",
    "gazemap areas gaze/mine --areas areas --out table.csv --looks looks.csv",
)
def areas(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IMAGE|SET",
            help="An image file, for which areas are predicted; or the folder of a gaze data set, in which "
            "they are measured.",
        ),
    ],
    areas: Annotated[list[str], typer.Option(metavar="AREAS", help=AREAS)],
    measured: Annotated[
        Path | None,
        typer.Option(
            metavar="SET",
            help="A gaze data set that has the image, too: how its observers looked at the areas is shown "
            "beside what is predicted.",
        ),
    ] = None,
    seconds: SecondsOption = 2.0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write the table, into this .csv or .json file."),
    ] = None,
    looks: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also write every observer's looks at every area, into this .csv or .json file.",
        ),
    ] = None,
    figure: FigureOption = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="MODEL", help=f"{MODEL} Without it: gazenet.")
    ] = None,
    condition: ConditionOption = None,
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    center_bias: CenterBiasOption = True,
    viewport: ViewportOption = None,
) -> Answer:
    """Say how much attention areas get, as predicted for an image, as measured in a data set, or both.

    Predicted: the share of attention, times chance, the probability of being seen in time, and the expected
    fixations. Measured: first looks, dwell times and visits, too, with intervals over observers.
    """
    from gazemap.reports.areas import areas as tell

    found = tell(
        source,
        areas=areas,
        measured=measured,
        seconds=seconds,
        out=out,
        looks=looks,
        figure=figure,
        model=model,
        condition=condition,
        engine=engine,
        device=device,
        center_bias=center_bias,
        viewport=viewport,
        progress=True,
    )
    return Answer(found, [Table(found.headings, found.cells(), found.title, narrow="list"), *found.notes()])


@command(
    app,
    "Predict",
    "gazemap describe photo.jpg",
    "gazemap describe page.png --condition web-page --areas button=500,400,160,60",
)
def describe(
    image: ImageArgument,
    areas: Annotated[list[str] | None, typer.Option(metavar="AREAS", help=AREAS)] = None,
    model: ModelOption = "gazenet",
    condition: ConditionOption = None,
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    center_bias: CenterBiasOption = True,
    viewport: ViewportOption = None,
) -> Answer:
    """Say how focused a map is and how cluttered its image, against named sets of images.

    Each number comes with how many of the photographs of OSIE and of 25 web pages have less, and with what
    it does not mean.
    """
    from gazemap.reports.describe import describe as tell

    found = tell(
        image,
        areas=areas or None,
        model=model,
        condition=condition,
        engine=engine,
        device=device,
        center_bias=center_bias,
        viewport=viewport,
    )
    return Answer(found, [Table(found.headings, found.cells(), found.title, narrow="list"), *found.notes()])
