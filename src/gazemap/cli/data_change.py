"""`gazemap data`: the commands that make another data set, or another form of one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gazemap.cli.command import Answer, command
from gazemap.cli.options import NewSetOption, SeedOption, SetArgument, SetOption
from gazemap.cli.parsing import assignments, bounds, names, numbers
from gazemap.cli.results import made_dataset

app = typer.Typer()

_CHANGE, _USE = "Change", "Use elsewhere"


@command(
    app,
    _CHANGE,
    "gazemap data select gaze/osie --split val --out gaze/osie-val",
    "gazemap data select gaze/scene --window 0:1.5 --out gaze/scene-early",
)
def select(
    dataset: SetArgument,
    out: NewSetOption,
    split: Annotated[str | None, typer.Option(metavar="NAME", help="Images of this split.")] = None,
    images: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Images of these names, with commas between them.")
    ] = None,
    width: Annotated[
        str | None,
        typer.Option(metavar="LOW:HIGH", help="Images that are LOW to HIGH pixels wide, both included."),
    ] = None,
    height: Annotated[
        str | None,
        typer.Option(metavar="LOW:HIGH", help="Images that are LOW to HIGH pixels high, both included."),
    ] = None,
    aspect: Annotated[
        str | None,
        typer.Option(metavar="LOW:HIGH", help="Images whose width / height is LOW to HIGH, both included."),
    ] = None,
    observers: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="Fixations of these observers, with commas between them."),
    ] = None,
    durations: Annotated[
        str | None,
        typer.Option(metavar="LOW:HIGH", help="Fixations that lasted for LOW to less than HIGH seconds."),
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(
            metavar="LOW:HIGH",
            help="Fixations that began LOW to less than HIGH seconds after the image appeared.",
        ),
    ] = None,
    first: Annotated[
        int | None,
        typer.Option(metavar="N", help="The first N fixations of each observer on each image, by onset."),
    ] = None,
) -> Answer:
    """Write a part of a data set as a new one.

    Each choice is made of what the choices listed above it have left. In LOW:HIGH, either number may be
    left out.
    """
    from gazemap.data.subsets.new_sets import select_dataset

    part = select_dataset(
        dataset,
        out,
        split=split,
        images=names(images),
        width=bounds("--width", width),
        height=bounds("--height", height),
        aspect=bounds("--aspect", aspect),
        observers=names(observers),
        durations=bounds("--durations", durations),
        window=bounds("--window", window),
        first=first,
        progress=True,
    )
    return made_dataset(part)


@command(
    app,
    _CHANGE,
    "gazemap data split gaze/osie --shares train=.8,val=.2 --out gaze/osie-82",
    "gazemap data split gaze/osie --folds 5 --fold 1 --out gaze/osie-fold1",
)
def split(
    dataset: SetArgument,
    out: NewSetOption,
    shares: Annotated[
        str | None,
        typer.Option(
            metavar="SHARES",
            help="The splits and the share of the images in each, as in train=.8,val=.2.",
        ),
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(metavar="N", help="The number of folds, for cross-validation, in place of --shares."),
    ] = None,
    fold: Annotated[
        int | None, typer.Option(metavar="N", help="The fold that becomes val, counted from 1.")
    ] = None,
    seed: SeedOption = 0,
) -> Answer:
    """Write a data set with new splits; near-duplicate images stay together."""
    from gazemap.data.subsets.new_sets import split_dataset

    wanted = None if shares is None else numbers("--shares", shares.split(","))
    return made_dataset(
        split_dataset(dataset, out, shares=wanted, folds=folds, fold=fold, seed=seed, progress=True)
    )


@command(app, _CHANGE, "gazemap data merge gaze/osie gaze/scene --name both --out gaze/both")
def merge(
    datasets: Annotated[list[Path], typer.Argument(metavar="SET", help="The folders of gaze data sets.")],
    out: NewSetOption,
    name: Annotated[str, typer.Option(metavar="NAME", help="The name of the new data set.")],
) -> Answer:
    """Write several data sets as one; the names of images and observers begin with the name of their set."""
    from gazemap.data.subsets.new_sets import merge_datasets

    return made_dataset(merge_datasets(datasets, out, name=name, progress=True))


@command(app, _CHANGE, "gazemap data duplicates gaze/osie", "gazemap data duplicates gaze/osie --apply")
def duplicates(
    dataset: SetArgument,
    distance: Annotated[
        int,
        typer.Option(
            metavar="BITS",
            help="In how many of 64 bits the hashes of two images may differ, 0 to 32. More bits find more "
            "pairs, also of different pictures.",
        ),
    ] = 10,
    apply: Annotated[
        bool,
        typer.Option(
            "--apply",
            metavar="",
            help="Store the groups in the data set, and move each group into one split. Look at them first.",
        ),
    ] = False,
) -> Answer:
    """Find images that are likely the same picture, so that they can be kept in one split."""
    from gazemap.data.subsets.duplicates import find_duplicates

    found = find_duplicates(dataset, distance=distance, apply=apply, progress=True)
    lines = [
        f"group {group}: {pair.first} and {pair.second}, {pair.distance} bits apart, "
        f"correlation {pair.correlation:.2f}{', mirrored' if pair.mirrored else ''}"
        for group, pairs in found.groups.items()
        for pair in pairs
    ]
    lines.append(f"{len(lines)} pair(s) in {len(found.groups)} group(s), of {found.images} images.")
    lines += [f"{move.image_id}: {move.old} -> {move.new}" for move in found.moves]
    if found.applied:
        lines.append(f"Written to {dataset / 'images.parquet'}; {len(found.moves)} image(s) moved.")
    return Answer(found, lines)


@command(app, _USE, "gazemap data export gaze/osie --format pysaliency --out osie-pysaliency")
def export(
    dataset: SetArgument,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="The new folder for the files.")],
    format: Annotated[
        str, typer.Option(metavar="NAME", help="The program that reads the files: pysaliency.")
    ],
) -> Answer:
    """Write a data set in the form of another program."""
    from gazemap.data.exporting import export_dataset

    made = export_dataset(dataset, out, format=format, progress=True)
    line = f"{made.folder}: {made.images:,} images and {made.fixations:,} fixations, for {made.format}."
    return Answer(made, [line])


@command(app, _USE, "gazemap data bids mine --format eyelink --out mine-bids")
def bids(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="The recording, or the folder of recordings.")
    ],
    format: Annotated[
        str,
        typer.Option(metavar="NAME", help="Their format: one of recordings, of `gazemap data formats`."),
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="The new folder for the data set of BIDS.")],
    option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="An option of the format, or images, screen, screen_cm or distance_cm. May be given several "
            "times.",
        ),
    ] = None,
    task: Annotated[
        str, typer.Option(metavar="TEXT", help="What the observers were asked to do.")
    ] = "free viewing",
) -> Answer:
    """Write recordings of eye trackers as a data set of BIDS, with every sample and the images.

    BIDS asks how large the screen was and how far the eyes were. Where the recordings do not say it, give
    --option screen_cm=53x30 and --option distance_cm=60.
    """
    from gazemap.data.bids import write_bids

    options = assignments("--option", option)
    made = write_bids(source, out, format=format, options=options, task=task, progress=True)
    return Answer(made, made.notes())


@command(app, _USE, "gazemap data prepare gaze/osie --recipe shallow-fixed-osie")
def prepare(
    dataset: SetArgument,
    recipe: Annotated[
        str,
        typer.Option(
            metavar="RECIPE", help="The recipe: a name that `gazemap recipes` lists, or a .yaml file."
        ),
    ],
    set_: SetOption = None,
) -> Answer:
    """Decode the images at the size that a recipe trains at, before its runs, into the cache."""
    from gazemap.training.prepare import prepare

    found = prepare(dataset, recipe, overrides=set_ or (), progress=True)
    lines = [
        f"{name}: {split.images} images at {split.size[1]} x {split.size[0]}, {split.nbytes / 2**20:.0f} MiB "
        f"in {found.cache}"
        for name, split in found.splits.items()
    ]
    return Answer(found, lines)
