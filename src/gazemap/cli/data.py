"""`gazemap data`: the commands that get a gaze data set and look at it, and those of `data_change`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gazemap.cli import data_change
from gazemap.cli.command import Answer, command
from gazemap.cli.help import Group
from gazemap.cli.listings import formats_parts, sources_parts
from gazemap.cli.options import NewSetOption, SeedOption, SetArgument
from gazemap.cli.parsing import assignments
from gazemap.cli.results import made_dataset

app = typer.Typer(cls=Group, rich_markup_mode=None, invoke_without_command=True)
_GET, _LOOK = "Get", "Look"


@app.callback()
def data(context: typer.Context) -> None:
    """Get gaze data sets, look at them, change them."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@command(app, _GET, "gazemap data sources", "gazemap data sources osie")
def sources(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One data set. Without it, all are listed.")
    ] = None,
) -> Answer:
    """List the public data sets that `gazemap data download` gets, with their terms."""
    from gazemap.data.download.catalogue import sources

    found = sources(name)
    return Answer(found, sources_parts(found, whole=name is not None))


@command(app, _GET, "gazemap data download osie --out raw/osie")
def download(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name that `gazemap data sources` lists.")],
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="The new folder for the files, for `gazemap data import`.")
    ],
) -> Answer:
    """Download the files of a public data set; run it again after a stop, and it goes on where it was."""
    from gazemap.data.download.download import download_dataset

    got = download_dataset(name, out, progress=True)
    options = "".join(f" --option {key}={value}" for key, value in got.options.items())
    lines = [
        f"{got.name} is in {got.folder}.",
        f"License: {got.info.license}.",
        f"Cite {got.info.citation}",
        *(
            f"No checksum is published for {file}; it has sha256 {digest}."
            for file, digest in got.digests.items()
        ),
        f"Next: gazemap data import {got.folder} --format {got.format}{options} --out gaze/{got.name}",
    ]
    return Answer(got, lines)


@command(app, _GET, "gazemap data formats", "gazemap data formats table")
def formats(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One format. Without it, all are listed.")
    ] = None,
) -> Answer:
    """List the formats that `gazemap data import` reads, with the options of each."""
    from gazemap.data.importers import formats

    found = formats(name)
    return Answer(found, formats_parts(found, whole=name is not None))


@command(
    app,
    _GET,
    "gazemap data import raw/osie --format osie --out gaze/osie",
    "gazemap data import mine.csv --format table --out gaze/mine",
    name="import",
)
def import_dataset(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="The folder or file, as its authors give it out.")
    ],
    format: Annotated[
        str, typer.Option(metavar="NAME", help="Its format: a name that `gazemap data formats` lists.")
    ],
    out: NewSetOption,
    option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="An option of the format, as `gazemap data formats NAME` lists them. May be given several "
            "times.",
        ),
    ] = None,
) -> Answer:
    """Turn gaze data of another format into a gaze data set."""
    from gazemap.data.importers import import_dataset

    options = assignments("--option", option)
    return made_dataset(import_dataset(source, out, format=format, options=options, progress=True))


@command(app, _GET, "gazemap data popout --out gaze/popout --images 600")
def popout(
    out: NewSetOption,
    images: Annotated[int, typer.Option(metavar="N", help="The number of images to make.")] = 1000,
    seed: SeedOption = 0,
) -> Answer:
    """Make the built-in data set: visual-search displays whose true density is known."""
    from gazemap.data.popout.generate import popout

    return made_dataset(popout(out, images=images, seed=seed, progress=True))


@command(app, _LOOK, "gazemap data info gaze/osie")
def info(path: SetArgument) -> Answer:
    """Say what a data set holds, where it comes from, and under which terms."""
    from gazemap.data.dataset import load_dataset

    return made_dataset(load_dataset(path))


@command(app, _LOOK, "gazemap data check gaze/osie")
def check(path: SetArgument) -> Answer:
    """Read a whole data set and name everything that is unreadable, missing, unpaired or out of its image."""
    from gazemap.data.check import check_dataset

    found = check_dataset(path, progress=True)
    lines = [f"{problem.item}: {problem.what}" for problem in found.problems]
    return Answer(found, [*lines, f"{len(lines)} problem(s) in {path}."], 0 if found.is_sound else 1)


@command(app, _LOOK, "gazemap data view gaze/osie --images 100")
def view(
    dataset: SetArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The file for the page, .html. Without it, the name of the set in the current folder.",
        ),
    ] = None,
    images: Annotated[int, typer.Option(metavar="N", help="The number of images to show.")] = 48,
    seed: SeedOption = 0,
) -> Answer:
    """Show a data set on an HTML page: images, fixations, center bias, observers and problems."""
    from gazemap.reports.view import view

    page = view(dataset, out, images=images, seed=seed, progress=True)
    return Answer(page, page.notes())


app.add_typer(data_change.app)
