"""What people use predictions for: crops, regions, two designs compared, several models on a sheet."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gazemap.cli.options import ModelOption

app = typer.Typer()

ImageArgument = Annotated[Path, typer.Argument(help="An image file.")]
FigureOption = Annotated[Path | None, typer.Option(help="A figure's file, .png, .pdf or .svg.")]
BoxesOption = Annotated[
    list[str] | None,
    typer.Option(help="NAME=X,Y,WIDTH,HEIGHT in pixels, or a .csv or .json file; again for further ones."),
]


@app.command()
def crop(
    image: ImageArgument,
    out: Annotated[Path, typer.Option(help="The crop's file, of the image's format.")],
    model: ModelOption = None,
    aspect: Annotated[str | None, typer.Option(help="Width:height, as 16:9 or 1.91:1.")] = None,
    size: Annotated[
        str | None, typer.Option(metavar="WIDTHxHEIGHT", help="Exact size of the file, and so its aspect.")
    ] = None,
    share: Annotated[
        float | None, typer.Option(help="The smallest crop that keeps this, e.g. 0.8; default: the largest.")
    ] = None,
    figure: FigureOption = None,
) -> None:
    """Write the crop of an aspect that keeps most of the attention."""
    from gazemap.models.files import DEFAULT_MODEL
    from gazemap.reports.crop import crop as write_crop

    model = model or Path(DEFAULT_MODEL)
    made = write_crop(image, out, model=model, aspect=aspect, size=size, share=share, figure=figure)
    typer.echo("\n".join(made.notes()))


@app.command()
def regions(
    image: ImageArgument,
    model: ModelOption = None,
    boxes: BoxesOption = None,
    mask: Annotated[
        Path | None, typer.Option(help="An image of the same size; each gray value or color is a region.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The table as .csv or .json.")] = None,
    figure: FigureOption = None,
) -> None:
    """Say which share of the attention falls on each region, and how much more than by chance."""
    from gazemap.models.files import DEFAULT_MODEL
    from gazemap.reports.regions import regions as find_regions

    model = model or Path(DEFAULT_MODEL)
    found = find_regions(image, model=model, boxes=boxes or (), mask=mask, out=out, figure=figure)
    _print_table(found.headings, found.cells(), image.name)
    typer.echo("\n".join(found.notes()))


@app.command()
def diff(
    a: Annotated[Path, typer.Argument(help="An image of the first design.")],
    b: Annotated[Path, typer.Argument(help="An image of the second.")],
    model: ModelOption = None,
    boxes: BoxesOption = None,
    boxes_b: Annotated[
        list[str] | None, typer.Option(help="The same in B; default: at the same relative positions.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The table as .csv or .json.")] = None,
    figure: FigureOption = None,
) -> None:
    """Compare where people are predicted to look in two designs; changes are B - A."""
    from gazemap.models.files import DEFAULT_MODEL
    from gazemap.reports.diff import diff as compare_designs

    model = model or Path(DEFAULT_MODEL)
    found = compare_designs(a, b, model=model, boxes=boxes or (), boxes_b=boxes_b, out=out, figure=figure)
    typer.echo("\n".join(found.notes()))
    if found.changes:
        _print_table(found.headings, found.cells(), None)


@app.command()
def sheet(
    images: Annotated[list[Path], typer.Argument(help="Image files, up to 30.")],
    out: Annotated[Path, typer.Option(help="The figure's file, .png, .pdf or .svg.")],
    model: Annotated[
        list[Path] | None, typer.Option(help="As elsewhere; several of them. Default: gazenet alone.")
    ] = None,
) -> None:
    """Show several models' predictions of the same images on one sheet and one scale."""
    from gazemap.models.files import DEFAULT_MODEL
    from gazemap.reports.sheet import sheet as write_sheet

    made = write_sheet(images, out, model=model or [Path(DEFAULT_MODEL)], progress=True)
    typer.echo("\n".join(made.notes()))


def _print_table(headings: Sequence[str], cells: Sequence[Sequence[str]], title: str | None) -> None:
    table = Table(*headings, title=title)
    for row in cells:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 120).print(table)
