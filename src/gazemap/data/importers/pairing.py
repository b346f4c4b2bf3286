"""What importers share: files paired by name, files without a partner, a split where a set has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile
from pathlib import Path

from gazemap.data.dataset import SetAside
from gazemap.errors import DataError
from gazemap.images.formats import ENDINGS
from gazemap.images.names import composed, doubts

_SHOWN = 3


def visible(folder: Path, suffixes: Sequence[str] = ENDINGS) -> Iterator[Path]:
    """All files below a folder with these suffixes, but for hidden ones, such as macOS's "._1.jpg"."""
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in suffixes and not hidden:
            yield path


def image_files(source: Path, images: Path | None) -> dict[str, Path]:
    """The images that belong to a table or recording, sorted by name: image_id -> file.

    Args:
        source: the table or recording, or the folder of several.
        images: their folder, relative to it; by default the folder `images` there, or else its own.

    Raises:
        DataError: there is none, or several have one name.
    """
    beside = source if source.is_dir() else source.parent
    usual = beside / "images"
    folder = beside / images if images else usual if usual.is_dir() else beside
    files = [*visible(folder)]
    if not files:
        raise DataError(f"{folder} holds no image. Name the folder of the images: images=FOLDER.")
    named = [(path.relative_to(folder).with_suffix("").as_posix(), path) for path in sorted(files)]
    repeated = sorted({name for name, path in named if dict(named)[name] != path})
    if repeated:
        raise DataError(f"{folder} has several images of one name: {some(repeated)}. Names must be unique.")
    return dict(named)


def by_stem(folder: Path, suffixes: Sequence[str]) -> dict[str, Path]:
    """A folder's files with these suffixes, by their names in Unicode's composed form; no hidden ones.

    Of several with the same stem, the suffix that comes first.

    Raises:
        DataError: two files have names that look the same, but are written in different forms.
    """
    ranks = {suffix: rank for rank, suffix in enumerate(suffixes)}
    found = [path for path in folder.glob("[!.]*") if path.suffix.lower() in ranks]
    named: dict[str, Path] = {}
    for path in sorted(found, key=lambda path: -ranks[path.suffix.lower()]):
        other = named.get(composed(path.stem), path)
        if other.stem != path.stem:
            raise DataError(
                f"{folder} holds two files that are named {composed(path.stem)}, in two forms of Unicode: "
                f"{other.name!a} and {path.name!a}. Remove one of them."
            )
        named[composed(path.stem)] = path
    return named


def matched(files: dict[str, Path], stems: Collection[str]) -> dict[str, Path]:
    """The same files, by the names of the images that they belong to.

    A name that no image has is matched without regard to case, where that leaves no doubt. Where not one
    name is an image's, but each is one with the same ending or beginning ("001_fixMap"), that is left out.

    Args:
        files: by stem, see `by_stem`.
        stems: of the images.
    """
    if stems and files and not {*files} & {*stems}:
        files = _without_affix(files, stems)
    by_folded = {folded: stem for stem, folded in _unambiguous(stems).items()}
    ours = _unambiguous(files)
    meant = {}
    for stem, path in files.items():
        other = by_folded.get(ours.get(stem, ""), stem)
        meant[stem if stem in stems or other in files else other] = path
    return meant


def _unambiguous(stems: Collection[str]) -> dict[str, str]:
    """Those that differ by more than case from all others -> their form without case."""
    count = Counter(stem.casefold() for stem in stems)
    return {stem: stem.casefold() for stem in stems if count[stem.casefold()] == 1}


def _without_affix(files: dict[str, Path], stems: Collection[str]) -> dict[str, Path]:
    """Without what all names end or begin with and no image does, if images' names are left."""
    start, end = _shared_start([*files]), _shared_start([stem[::-1] for stem in files])[::-1]
    candidates = [end[cut:] for cut in range(len(end))] + [start[:cut] for cut in range(len(start), 0, -1)]
    for affix in candidates:
        cut = {
            stem.removesuffix(affix) if stem.endswith(affix) else stem.removeprefix(affix): path
            for stem, path in files.items()
        }
        if len(cut) == len(files) and {*cut} & {*stems}:
            return cut
    return files


def _shared_start(texts: Sequence[str]) -> str:
    pairs = zip(min(texts), max(texts), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def picture_in(pictures: dict[str, Path], folder: Path, stem: str) -> Path:
    """The picture of a name; where there is none, the path that reading it then names as missing."""
    return pictures.get(composed(stem), folder / f"{stem}.jpg")


def no_pairs(source: Path, images: Collection[str], others: Collection[str]) -> str:
    """What is wrong where no image has a partner: some names of both sides, and what is looked for."""
    return (
        f"{source}: no image has a map or fixation file of the same name. Images: {some(images)}. Maps and "
        f"fixations: {some(others)}. Taken are files that end in {', '.join(ENDINGS)}; of fixations .mat, "
        "too, and .npy."
    )


def some(names: Collection[str]) -> str:
    """The first names, and how many more; "none"."""
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(sorted(names)[:_SHOWN]) + more or "none"


def unpaired(stems: set[str], where: str, reason: str, images: Collection[str] = ()) -> list[SetAside]:
    """One entry for all files of a folder that have no partner, with the nearest of `images`; or none."""
    if not stems:
        return []
    asked = doubts(stems, images)
    return [SetAside(item=f"{where}: {some(stems)}", reason=f"{reason}.{asked}" if asked else reason)]


def last_are_val(count: int, share: float) -> list[str]:
    """The split of each of `count` images: "val" for the last share of them, rounded, else "train"."""
    val = round(share * count)
    return ["train"] * (count - val) + ["val"] * val


def unstated_splits(splits: Sequence[str], share: float) -> str:
    """What must be said of splits by `last_are_val`, where a user may state others."""
    return (
        f"no splits are stated: {splits.count('val')} of {len(splits)} images are val, the last by name "
        f"(val={share:g})"
    )
