"""`gazemap data`: parts of data sets, new splits, merges and near-duplicates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazemap.cli.options import SeedOption
from gazemap.errors import InputError

if TYPE_CHECKING:
    from gazemap.data.dataset import GazeDataset

app = typer.Typer()

SetArgument = Annotated[Path, typer.Argument(metavar="SET", help="A gaze data set's folder.")]
OutArgument = Annotated[Path, typer.Argument(help="A new folder for the gaze data set.")]
NamesOption = Annotated[str | None, typer.Option(help="Of these names, with commas between.")]
PixelsOption = Annotated[str | None, typer.Option(metavar="LOW:HIGH", help="Pixels, HIGH included.")]
AspectOption = Annotated[str | None, typer.Option(metavar="LOW:HIGH", help="Width / height, HIGH included.")]
SecondsOption = Annotated[str | None, typer.Option(metavar="LOW:HIGH", help="Seconds, less than HIGH.")]
Range = tuple[float, float]


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
    first: Annotated[int | None, typer.Option(help="Of each scanpath; of what the others leave.")] = None,
) -> None:
    """Write a part of a data set as a new one; of LOW:HIGH, either may be left out.

    A fixation lies in the --window if it begins there, seconds after the image appeared.
    """
    from gazemap.data import views
    from gazemap.data.dataset import load_dataset

    sizes = _ranges({"width": width, "height": height, "aspect": aspect})
    times = _ranges({"durations": durations, "window": window})
    dataset = load_dataset(path)
    if split is not None:
        dataset = dataset.split(split)
    if images is not None:
        dataset = views.of_images(dataset, images.split(","))
    if sizes:
        dataset = views.of_sizes(dataset, **sizes)
    if observers is not None:
        dataset = views.of_observers(dataset, observers.split(","))
    if "durations" in times:
        dataset = views.of_durations(dataset, times["durations"])
    if "window" in times:
        dataset = views.of_window(dataset, times["window"])
    if first is not None:
        dataset = views.first_fixations(dataset, first)
    _save(dataset, out)


@app.command("split")
def split_(
    path: SetArgument,
    out: OutArgument,
    shares: Annotated[str | None, typer.Option(help="train=.8,val=.2: splits by hash.")] = None,
    folds: Annotated[int | None, typer.Option(help="How many, for cross-validation.")] = None,
    fold: Annotated[int | None, typer.Option(help="Which of them is val: 1, 2, ...")] = None,
    seed: SeedOption = 0,
) -> None:
    """Write a data set with new splits; near-duplicates (one group) stay together."""
    from gazemap.cli.options import assignments
    from gazemap.data.dataset import load_dataset
    from gazemap.data.splits import folds as make_folds
    from gazemap.data.splits import hashed_splits

    if shares is not None and folds is None and fold is None:
        _save(hashed_splits(load_dataset(path), assignments("--shares", shares.split(",")), seed), out)
    elif shares is None and folds is not None and fold is not None:
        if not 1 <= fold <= folds:
            raise InputError(f"--fold takes 1 to {folds}, the number of folds; {fold} came.")
        _save(make_folds(load_dataset(path), folds, seed)[fold - 1], out)
    else:
        raise InputError("Splits need either --shares, or --folds and --fold.")


@app.command()
def merge(
    paths: Annotated[list[Path], typer.Argument(metavar="SET SET...", help="Gaze data sets' folders.")],
    out: OutArgument,
    name: Annotated[str, typer.Option(help="Of the new data set.")],
) -> None:
    """Write several data sets as one; names of images and observers get their set's in front."""
    from gazemap.data.dataset import load_dataset
    from gazemap.data.merging import merge as merge_datasets

    _save(merge_datasets([load_dataset(path) for path in paths], name), out)


@app.command()
def duplicates(
    path: SetArgument,
    distance: Annotated[
        int, typer.Option(min=0, max=32, help="Of hashes, in bits; more finds more, and false pairs.")
    ] = 10,
    write: Annotated[
        bool, typer.Option("--write", help="Store each group, and move it into one split.")
    ] = False,
) -> None:
    """Find images that are likely the same picture; look at them before you --write."""
    from gazemap.data.dataset import load_dataset
    from gazemap.data.near_duplicates import near_duplicates, regrouped
    from gazemap.data.saving import save_splits

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
    from gazemap.data.saving import save_dataset

    typer.echo(str(save_dataset(dataset, out, progress=True)))


def _ranges(texts: dict[str, str | None]) -> dict[str, Range]:
    """The options LOW:HIGH that were given; open ends reach from 0 to infinity."""
    return {name: _range(name, text) for name, text in texts.items() if text is not None}


def _range(name: str, text: str) -> Range:
    low, separator, high = text.partition(":")
    try:
        bounds = float(low or 0), float(high or "inf")
    except ValueError:
        bounds = (1.0, 0.0)
    if not separator or not bounds[0] <= bounds[1]:
        raise InputError(
            f"--{name} takes LOW:HIGH, two numbers of which either may be left out, as 0.1:; {text!r} came."
        )
    return bounds
