"""`gazemap data`: import, export, look, check."""

from __future__ import annotations

import sys
from dataclasses import astuple
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from gazemap.cli.options import SeedOption, SetOption

app = typer.Typer(no_args_is_help=True, help="Gaze data sets: import, look, check.")


@app.command()
def sources() -> None:
    """List the public data sets that `download` gets, with their terms."""
    from gazemap.data.importers import IMPORTERS
    from gazemap.data.sources import SOURCES

    table = Table(
        "", "files", "checksum", "license", Column("page and note", overflow="fold"), show_lines=True
    )
    for name, source in SOURCES.items():
        checksums = {file.filename: file.checksum or "none" for file in source.files} | {**source.members}
        kinds = "\n".join(checksum.partition(":")[0] for checksum in checksums.values())
        terms = IMPORTERS[source.format or name].info.license
        table.add_row(name, "\n".join(checksums), kinds, terms, f"{source.page}\n{source.note}".strip())
    Console(width=None if sys.stdout.isatty() else 180).print(table)


@app.command()
def download(
    name: Annotated[str, typer.Argument(help="A name that `gazemap data sources` lists.")],
    out: Annotated[Path, typer.Argument(help="A new folder for the files, for `import` to read.")],
) -> None:
    """Get a public data set's files; run again, it goes on where it stopped."""
    from gazemap.data.download import download_dataset

    typer.echo(str(download_dataset(name, out, progress=True)))


@app.command("import")
def import_(
    format: Annotated[str, typer.Argument(help="A name that `gazemap data formats` lists.")],
    source: Annotated[Path, typer.Argument(help="The folder or file as its authors give it out.")],
    out: Annotated[Path, typer.Argument(help="A new folder for the gaze data set.")],
    option: Annotated[
        list[str] | None, typer.Option(help="name=value; `formats` lists each format's.")
    ] = None,
) -> None:
    """Turn a foreign data set into a gaze data set."""
    from gazemap.cli.options import assignments
    from gazemap.data.importers import import_dataset

    _describe(import_dataset(format, source, out, options=assignments("--option", option), progress=True))


@app.command()
def export(
    path: Annotated[Path, typer.Argument(help="A gaze data set's folder.")],
    out: Annotated[Path, typer.Argument(help="A new folder for the files.")],
    format: Annotated[str, typer.Option(help="Whose files: pysaliency.")],
) -> None:
    """Write a gaze data set in another program's form."""
    from gazemap.data.dataset import load_dataset
    from gazemap.data.exporting import export_dataset

    typer.echo(str(export_dataset(load_dataset(path), out, format, progress=True)))


@app.command()
def formats() -> None:
    """List the formats that can be imported, with the complete sets' counts and the options."""
    from gazemap.data.importers import IMPORTERS

    table = Table("", "what", "edition", "images", "observers", "fixations", "options", show_lines=True)
    for name, importer in IMPORTERS.items():
        options = escape("\n".join(importer.choices))
        cells = [
            (edition, *("" if n is None else f"{n:,}" for n in astuple(counts)))
            for edition, counts in importer.editions.items()
        ]
        columns = ("\n".join(column) for column in zip(*cells, strict=True)) if cells else [""] * 4
        table.add_row(name, importer.info.title, *columns, options)
    Console(width=None if sys.stdout.isatty() else 180).print(table)


@app.command()
def popout(
    out: Annotated[Path, typer.Argument(help="A new folder for the gaze data set.")],
    images: Annotated[int, typer.Option(help="How many displays.")] = 1000,
    seed: SeedOption = 0,
) -> None:
    """Make the built-in data set: visual-search displays whose true density is known."""
    from gazemap.data.popout import popout as make

    _describe(make(out, images=images, seed=seed))


@app.command()
def info(path: Annotated[Path, typer.Argument(help="A gaze data set's folder.")]) -> None:
    """What a gaze data set holds and where it comes from."""
    from gazemap.data.dataset import load_dataset

    _describe(load_dataset(path))


@app.command()
def check(path: Annotated[Path, typer.Argument(help="A gaze data set's folder.")]) -> None:
    """Read everything and name each unreadable, missing, unpaired or out-of-frame item."""
    from gazemap.data.check import check_dataset

    problems = check_dataset(path)
    for problem in problems:
        typer.echo(f"{problem.item}: {problem.what}")
    typer.echo(f"{len(problems)} problem(s) in {path}.")
    raise typer.Exit(1 if problems else 0)


@app.command()
def view(
    path: Annotated[Path, typer.Argument(help="A gaze data set's folder.")],
    out: Annotated[
        Path | None, typer.Option(help="The page; by default the set's name in the current folder.")
    ] = None,
    images: Annotated[int, typer.Option(help="How many to show.")] = 48,
    seed: SeedOption = 0,
) -> None:
    """Show a data set on an HTML page: images, fixations, center bias, observers, problems."""
    from gazemap.contact_sheet import write_contact_sheet
    from gazemap.data.dataset import load_dataset

    page = out or Path(f"{path.resolve().name}.html")
    sheet = write_contact_sheet(page, load_dataset(path), images=images, seed=seed, progress=True)
    typer.echo(f"Contact sheet: {sheet}")


@app.command()
def prepare(
    path: Annotated[Path, typer.Argument(help="A gaze data set's folder.")],
    recipe: Annotated[str, typer.Option(help="A shipped recipe's name or a .yaml file.")],
    set_: SetOption = None,
) -> None:
    """Decode the images at a recipe's size ahead of its runs, into the cache."""
    from gazemap.data.cache import cache_folder
    from gazemap.data.dataset import load_dataset
    from gazemap.training import load_recipe
    from gazemap.training.run import load_splits

    for split, arrays in zip(
        ("train", "val"),
        load_splits(load_recipe(recipe, set_), load_dataset(path), progress=True),
        strict=True,
    ):
        height, width = arrays.images.shape[2:]
        size = sum(part.nbytes for part in arrays.parts) / 2**20
        typer.echo(f"{split}: {len(arrays)} images at {width} x {height}, {size:.0f} MiB in {cache_folder()}")


def _describe(dataset: object) -> None:
    typer.echo(str(dataset))
