"""The command that checks areas of images against what is required of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gazemap.cli.command import Answer, command
from gazemap.cli.options import (
    AREAS,
    CenterBiasOption,
    ConditionOption,
    DeviceOption,
    EngineOption,
    ModelOption,
    ViewportOption,
)
from gazemap.cli.tables import Table

app = typer.Typer()


@command(
    app,
    "Predict",
    'gazemap check page.png --areas areas.json --require "cta seen 2s>=50%"',
    "gazemap check page.png --areas areas.json --baseline before.json",
)
def check(
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE", help="Image files, whose names must differ.")
    ],
    areas: Annotated[list[str], typer.Option(metavar="AREAS", help=AREAS)],
    require: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TEXT",
            help="What must be true of an area, in quotes: its name, then share (or nothing), times chance, "
            "seen 2s, rank or drop, then >=, >, <= or <, then a number. May be given several times.",
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Shares as they once were: no area may have lost more than the tolerance of its share.",
        ),
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option(
            metavar="PART",
            help="The part of itself that a share may be off by, for noise of the model, as in 0.15.",
        ),
    ] = 0.15,
    save_baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write the shares as they are now, into this .json file."),
    ] = None,
    junit: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write a report in the form of JUnit, into this .xml file."),
    ] = None,
    model: ModelOption = "gazenet",
    condition: ConditionOption = None,
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    center_bias: CenterBiasOption = True,
    viewport: ViewportOption = None,
) -> Answer:
    """Check that areas of images get the attention that is required, or what they had in a baseline.

    The exit status is 0 where all is met, 1 where something is not, and 2 for a mistake, such as an area that
    nobody has named.
    """
    from gazemap.analysis.check import check

    found = check(
        images,
        areas=areas,
        require=require or (),
        baseline=baseline,
        tolerance=tolerance,
        save_baseline=save_baseline,
        junit=junit,
        model=model,
        condition=condition,
        engine=engine,
        device=device,
        center_bias=center_bias,
        viewport=viewport,
        progress=True,
    )
    shown = [Table(found.headings, found.cells(), found.title, narrow="list")] if found.rows else []
    return Answer(found, [*shown, *found.notes()], 0 if found.is_met else 1)
