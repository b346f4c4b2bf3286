"""`gazemap data`: import, export, look, check."""

from __future__ import annotations

import sys
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from gazemap.cli.options import SeedOption, SetOption
from gazemap.errors import InputError

if TYPE_CHECKING:
    from gazemap.data.dataset import GazeDataset
    from gazemap.data.selection import Range

app = typer.Typer(no_args_is_help=True, help="Gaze data sets: import, look, check.")


SetArgument = Annotated[Path, typer.Argument(metavar="SET", help="A gaze data set's folder.")]
OutArgument = Annotated[Path, typer.Argument(help="A new folder for the gaze data set.")]
NamesOption = Annotated[str | None, typer.Option(help="Names to keep, with commas between.")]
PixelsOption = Annotated[
    str | None, typer.Option(metavar="LOW:HIGH", help="From LOW to HIGH pixels, both included.")
]
AspectOption = Annotated[
    str | None, typer.Option(metavar="LOW:HIGH", help="Width / height from LOW to HIGH, both included.")
]
SecondsOption = Annotated[
    str | None, typer.Option(metavar="LOW:HIGH", help="From LOW to less than HIGH seconds.")
]


@app.command()
def sources() -> None:
    """List the public data sets that `download` gets, with their terms."""
    from gazemap.data.download.catalogue import SOURCES

    table = Table(
        "", "files", "checksum", "license", Column("page and note", overflow="fold"), show_lines=True
    )
    for name, source in SOURCES.items():
        checksums = {file.filename: file.checksum or "none" for file in source.files} | {**source.members}
        kinds = "\n".join(checksum.partition(":")[0] for checksum in checksums.values())
        terms = source.license
        table.add_row(name, "\n".join(checksums), kinds, terms, f"{source.page}\n{source.note}".strip())
    Console(width=None if sys.stdout.isatty() else 180).print(table)


@app.command()
def download(
    name: Annotated[str, typer.Argument(help="A name that `gazemap data sources` lists.")],
    out: Annotated[Path, typer.Argument(help="A new folder for the files, for `import` to read.")],
) -> None:
    """Get a public data set's files; run again, a download that was stopped goes on where it was."""
    from gazemap.data.download.download import download_dataset

    got = download_dataset(name, out, progress=True)
    typer.echo(f"{got.name} is in {got.folder}.\nLicense: {got.info.license}.\nCite {got.info.citation}")
    for file, digest in got.digests.items():
        typer.echo(f"No checksum is published for {file}; it has sha256 {digest}.")
    option = "".join(f" --option {name}={value}" for name, value in got.options.items())
    typer.echo(f"Next: gazemap data import {got.format} {got.folder} gaze/{got.name}{option}")


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
    from gazemap.data.importers import import_dataset

    options = {name: value for name, _, value in (text.partition("=") for text in option or [])}
    _describe(import_dataset(source, out, format=format, options=options, progress=True))


@app.command()
def export(
    path: Annotated[Path, typer.Argument(help="A gaze data set's folder.")],
    out: Annotated[Path, typer.Argument(help="A new folder for the files.")],
    format: Annotated[str, typer.Option(help="Whose files: pysaliency.")],
) -> None:
    """Write a gaze data set in another program's form."""
    from gazemap.data.dataset import load_dataset
    from gazemap.data.exporting import export_dataset

    typer.echo(str(export_dataset(load_dataset(path), out, format=format, progress=True).folder))


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
    from gazemap.data.popout.generate import popout as make

    _describe(make(out, images=images, seed=seed, progress=True))


@app.command()
def info(path: Annotated[Path, typer.Argument(help="A gaze data set's folder.")]) -> None:
    """What a gaze data set holds and where it comes from."""
    from gazemap.data.dataset import load_dataset

    _describe(load_dataset(path))


@app.command()
def check(path: Annotated[Path, typer.Argument(help="A gaze data set's folder.")]) -> None:
    """Read everything and name each unreadable, missing, unpaired or out-of-frame item."""
    from gazemap.data.check import check_dataset

    problems = check_dataset(path, progress=True).problems
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
    from gazemap.reports.view import view as write_page

    made = write_page(path, out, images=images, seed=seed, progress=True)
    typer.echo("\n".join(made.notes()))


@app.command()
def prepare(
    path: Annotated[Path, typer.Argument(help="A gaze data set's folder.")],
    recipe: Annotated[str, typer.Option(help="A shipped recipe's name or a .yaml file.")],
    set_: SetOption = None,
) -> None:
    """Decode the images at a recipe's size ahead of its runs, into the cache."""
    from gazemap.training.prepare import prepare as prepare_dataset

    prepared = prepare_dataset(path, recipe, overrides=set_ or (), progress=True)
    for name, split in prepared.splits.items():
        height, width = split.size
        size = f"{split.images} images at {width} x {height}, {split.nbytes / 2**20:.0f} MiB"
        typer.echo(f"{name}: {size} in {prepared.cache}")


def _describe(dataset: GazeDataset) -> None:
    """Print what a data set holds, where it comes from, and under which terms."""
    info, counted = dataset.info, dataset.summary()
    (height, width), *others = counted.sizes
    splits = ", ".join(f"{name} {count}" for name, count in counted.splits.items())
    lines = [
        f"{info.name}: {info.title}" + (f", {info.edition}" if info.edition else ""),
        f"  images     {counted.images} ({splits}), {width} x {height}"
        + (f" and {len(others)} other sizes" if others else ""),
        f"  fixations  {counted.fixations:,}"
        + (f" of {counted.observers} observers" if counted.observers else ""),
        f"  maps       {counted.maps}",
        "  blur       " + ("not stated" if info.sigma is None else f"{info.sigma} px"),
        f"  source     {info.source}",
        f"  license    {info.license}",
        f"  cite       {info.citation}",
        *(f"  note       {note}" for note in info.notes),
        *(f"  set aside  {entry.item}: {entry.reason}" for entry in info.set_aside),
    ]
    typer.echo("\n".join(lines))


@app.command()
def select(
    path: SetArgument,
    out: OutArgument,
    split: Annotated[str | None, typer.Option(help="The images of this split.")] = None,
    images: NamesOption = None,
    width: PixelsOption = None,
    height: PixelsOption = None,
    aspect: AspectOption = None,
    observers: NamesOption = None,
    durations: SecondsOption = None,
    window: SecondsOption = None,
    first: Annotated[
        int | None, typer.Option(help="How many fixations to keep of each scanpath, by onset.")
    ] = None,
) -> None:
    """Write a part of a data set as a new one; of LOW:HIGH, either may be left out.

    A fixation lies in the --window if it begins there, seconds after the image appeared. Each choice is
    made of what those listed before it left.
    """
    from gazemap.data.dataset import load_dataset

    part = load_dataset(path).select(
        split=split,
        images=_names(images),
        width=_range("width", width),
        height=_range("height", height),
        aspect=_range("aspect", aspect),
        observers=_names(observers),
        durations=_range("durations", durations),
        window=_range("window", window),
        first=first,
    )
    _save(part, out)


@app.command("split")
def split_(
    path: SetArgument,
    out: OutArgument,
    shares: Annotated[str | None, typer.Option(help="train=.8,val=.2: splits by hash.")] = None,
    folds: Annotated[int | None, typer.Option(help="The number of folds, for cross-validation.")] = None,
    fold: Annotated[int | None, typer.Option(help="The fold that is val: 1, 2, ...")] = None,
    seed: SeedOption = 0,
) -> None:
    """Write a data set with new splits; near-duplicates (one group) stay together."""
    from gazemap.cli.options import assignments
    from gazemap.data.dataset import load_dataset
    from gazemap.data.subsets.splits import split

    named = None if shares is None else assignments("--shares", shares.split(","))
    _save(split(load_dataset(path), shares=named, folds=folds, fold=fold, seed=seed), out)


@app.command()
def merge(
    paths: Annotated[list[Path], typer.Argument(metavar="SET SET...", help="Gaze data sets' folders.")],
    out: OutArgument,
    name: Annotated[str, typer.Option(help="The new data set's name.")],
) -> None:
    """Write several data sets as one; names of images and observers get their set's in front."""
    from gazemap.data.dataset import load_dataset
    from gazemap.data.subsets.merging import merge as merge_datasets

    _save(merge_datasets([load_dataset(path) for path in paths], name), out)


@app.command()
def duplicates(
    path: SetArgument,
    distance: Annotated[
        int,
        typer.Option(
            min=0, max=32, help="Bits by which hashes may differ; more finds more, and false pairs."
        ),
    ] = 10,
    write: Annotated[
        bool, typer.Option("--write", help="Store each group, and move it into one split.")
    ] = False,
) -> None:
    """Find images that are likely the same picture; look at them before you --write."""
    from gazemap.data.dataset import load_dataset
    from gazemap.data.subsets.near_duplicates import near_duplicates, regrouped
    from gazemap.data.writing.folder import save_splits

    dataset = load_dataset(path)
    pairs = near_duplicates(dataset, distance=distance, progress=True)
    grouped = regrouped(dataset, pairs)
    for pair in sorted(pairs, key=lambda pair: grouped[pair.first].group):
        mirrored = ", mirrored" if pair.mirrored else ""
        typer.echo(
            f"group {grouped[pair.first].group}: {pair.first} and {pair.second}, "
            f"{pair.distance} bits apart, correlation {pair.correlation:.2f}{mirrored}"
        )
    groups = len({grouped[pair.first].group for pair in pairs})
    typer.echo(f"{len(pairs)} pair(s) in {groups} group(s), of {len(dataset)} images.")
    moves = [(old, new) for old, new in zip(dataset, grouped, strict=True) if old.split != new.split]
    for old, new in moves:
        typer.echo(f"{old.image_id}: {old.split} -> {new.split}")
    if write:
        save_splits(grouped)
        typer.echo(f"Written to {path / 'images.parquet'}; {len(moves)} image(s) moved.")


def _save(dataset: GazeDataset, out: Path) -> None:
    from gazemap.data.writing.folder import save_dataset

    typer.echo(str(save_dataset(dataset, out, progress=True)))


def _names(text: str | None) -> list[str] | None:
    return None if text is None else text.split(",")


def _range(name: str, text: str | None) -> Range | None:
    """What LOW:HIGH says; open ends reach from 0 to infinity."""
    if text is None:
        return None
    low, separator, high = text.partition(":")
    try:
        bounds = float(low or 0), float(high or "inf")
    except ValueError:
        bounds = (1.0, 0.0)
    if not separator or not bounds[0] <= bounds[1]:
        raise InputError(
            f"--{name} takes LOW:HIGH, two numbers of which either may be left out, as 0.1:; got {text!r}."
        )
    return bounds
