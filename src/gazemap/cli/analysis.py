"""What people use predictions for: crops, regions, two designs compared, several models on a sheet."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from gazemap.cli.options import ModelOption
from gazemap.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gazemap.analysis.designs import DesignDifference, RegionChange
    from gazemap.analysis.regions import RegionShare
    from gazemap.gaze.areas import Box

app = typer.Typer()

ImageArgument = Annotated[Path, typer.Argument(help="An image file.")]
FigureOption = Annotated[Path | None, typer.Option(help="A figure's file, .png, .pdf or .svg.")]
BoxOption = Annotated[
    list[str] | None, typer.Option(metavar="NAME=X,Y,WIDTH,HEIGHT", help="Pixels; one or several.")
]
BoxesOption = Annotated[Path | None, typer.Option(help="CSV or JSON with name, x, y, width, height.")]


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
    from gazemap.analysis.crops import parse_size
    from gazemap.analysis.images import crop_image
    from gazemap.images.reading import read_image
    from gazemap.models.files import DEFAULT_MODEL
    from gazemap.reports.figures import predictions as prediction_figures
    from gazemap.reports.figures.saving import check_figure, write_figure

    if (aspect is None) == (size is None):
        raise InputError("A crop needs either --aspect or --size.")
    exact = parse_size(size) if size else None
    if figure:
        check_figure(figure)
    made = crop_image(image, out, model=model or DEFAULT_MODEL, aspect=aspect, size=exact, share=share)
    chosen = made.crop
    typer.echo(
        f"{out}: x {chosen.x}, y {chosen.y}, {chosen.width} x {chosen.height} pixels; "
        f"{chosen.share:.1%} of the attention on {chosen.area:.1%} of the area."
    )
    if exact:
        typer.echo(f"Resized to {exact[1]} x {exact[0]}, by {exact[1] / chosen.width:.3g}.")
    if figure:
        write_figure(prediction_figures.crop(read_image(image), made.density, chosen), figure)


@app.command()
def regions(
    image: ImageArgument,
    model: ModelOption = None,
    boxes: BoxesOption = None,
    box: BoxOption = None,
    mask: Annotated[
        Path | None, typer.Option(help="An image of the same size; each gray value or color is a region.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The table as .csv or .json.")] = None,
    figure: FigureOption = None,
) -> None:
    """Say which share of the attention falls on each region, and how much more than by chance."""
    from gazemap.analysis.images import image_regions
    from gazemap.analysis.regions import check_table, write_shares
    from gazemap.gaze.areas import overlaps
    from gazemap.images.reading import read_image
    from gazemap.models.files import DEFAULT_MODEL
    from gazemap.reports.figures import predictions as prediction_figures
    from gazemap.reports.figures.saving import check_figure, write_figure

    named = _boxes(boxes, box)
    if bool(named) == (mask is not None):
        raise InputError("Regions are either boxes, by --boxes or --box, or a --mask.")
    if out:
        check_table(out)
    if figure:
        check_figure(figure)
    found = image_regions(image, model=model or DEFAULT_MODEL, boxes=named, mask=mask)
    _print_shares(found.shares, image.name)
    for a, b in overlaps(named):
        typer.echo(f"{a} and {b} overlap; what falls on both counts for both.")
    if out:
        write_shares(found.shares, out)
    if figure:
        drawn = prediction_figures.regions(read_image(image), found.density, found.shares, found.where)
        write_figure(drawn, figure)


@app.command()
def diff(
    a: Annotated[Path, typer.Argument(help="An image of the first design.")],
    b: Annotated[Path, typer.Argument(help="An image of the second.")],
    model: ModelOption = None,
    boxes: BoxesOption = None,
    box: BoxOption = None,
    boxes_b: Annotated[
        Path | None, typer.Option(help="Where they lie in B; default: at the same relative places.")
    ] = None,
    out: FigureOption = None,
) -> None:
    """Compare where people are predicted to look in two designs; changes are B - A."""
    from gazemap.analysis.box_tables import read_boxes
    from gazemap.analysis.images import compare_images
    from gazemap.images.reading import read_image
    from gazemap.models.files import DEFAULT_MODEL
    from gazemap.reports.figures import predictions as prediction_figures
    from gazemap.reports.figures.saving import check_figure, write_figure

    if out:
        check_figure(out)
    named, moved = _boxes(boxes, box), read_boxes(boxes_b) if boxes_b else None
    found = compare_images(a, b, model=model or DEFAULT_MODEL, boxes=named, boxes_b=moved)
    names = a.name, b.name
    _print_difference(found.difference, found.changes, names)
    if out:
        images = read_image(a), read_image(b)
        drawn = prediction_figures.designs(images, found.difference, names, found.changes, found.boxes)
        write_figure(drawn, out)


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
    from gazemap.reports.prediction_sheet import write_prediction_sheet

    chosen = model or [Path(DEFAULT_MODEL)]
    write_prediction_sheet(images, out, models=chosen, progress=True)
    typer.echo(f"{len(images)} image(s), {len(chosen)} model(s): {out}")


def _boxes(path: Path | None, texts: Sequence[str] | None) -> list[Box]:
    """The boxes of --boxes and of --box together."""
    from gazemap.analysis.box_tables import parse_box, read_boxes
    from gazemap.gaze.areas import check_names

    boxes = [*(read_boxes(path) if path else []), *map(parse_box, texts or [])]
    check_names(boxes)
    return boxes


def _print_shares(shares: Sequence[RegionShare], title: str) -> None:
    table = Table("rank", "region", "attention", "area", "times chance", title=title)
    for row in shares:
        table.add_row(str(row.rank), row.name, f"{row.share:.1%}", f"{row.area:.1%}", f"{row.ratio:.2f}")
    Console(width=None if sys.stdout.isatty() else 120).print(table)


def _print_difference(
    difference: DesignDifference, changes: Sequence[RegionChange], names: tuple[str, str]
) -> None:
    typer.echo(f"A: {names[0]}\nB: {names[1]}")
    typer.echo(f"{difference.total_variation:.1%} of the attention lies elsewhere (total variation).")
    typer.echo(f"CC {difference.cc:.3f}, SIM {difference.sim:.3f}")
    typer.echo(f"KLD(A || B) {difference.kld_a_b:.3f}, KLD(B || A) {difference.kld_b_a:.3f} nats")
    if changes:
        table = Table("region", "A", "B", "B - A", "times chance, A", "B")
        for row in changes:
            shares = f"{row.a:.1%}", f"{row.b:.1%}", f"{row.change:+.1%}"
            table.add_row(row.name, *shares, f"{row.ratio_a:.2f}", f"{row.ratio_b:.2f}")
        Console(width=None if sys.stdout.isatty() else 120).print(table)
