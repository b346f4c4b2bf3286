"""Names of images: the shortest that tell them apart, and which image a name means."""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile
from pathlib import Path, PurePosixPath

from gazemap.errors import DataError
from gazemap.images.formats import ENDINGS

_SUFFIXES = (*ENDINGS, ".npy", ".mat")
_SHOWN = 3
_ALIKE = (
    0.75  # difflib's ratio of two names' letters: two signs swapped in five are alike, half a name is not
)

_Parts = tuple[str, ...]  # folders and stem of a name


def composed(name: str) -> str:
    """A name in Unicode's composed form (NFC): some systems write a letter and its accent as two signs."""
    return unicodedata.normalize("NFC", name)


def minimal_names(files: Sequence[Path]) -> list[str]:
    """The files' names without the folders that all share: "001.jpg", or "Action/001.jpg".

    These are the keys that pysaliency and the MIT/Tuebingen benchmark use.
    """
    shared = os.path.commonpath([file.parent for file in files])
    return [file.relative_to(shared).as_posix() for file in files]


def images_meant(names: Sequence[str], images: Sequence[str], suffixes: Sequence[str] = ()) -> list[int]:
    """The position of the image that each name means, or -1 where it is none, or not certain.

    The one rule: without suffixes (.jpg, .png, .npy and the like), a name fits an image where one of the
    two is the end of the other, folder by folder: "osie/1001" fits "1001", and "scene/1001" does not fit
    "osie/1001". Of several images that a name ends in, the longest is meant; a name that is itself the
    end of several images means none. Names are compared in Unicode's composed form; those that fit none are
    compared without regard to case.

    Args:
        names: with slashes or backslashes between folders.
        images: the images' names, as far as their folders tell them apart.
        suffixes: further ones that are left out, as ".saliency".
    """
    parts = [[_parts(name, suffixes) for name in both] for both in (names, images)]
    meant = _meant(*parts)
    if -1 in meant:
        folded = [[tuple(part.casefold() for part in whole) for whole in both] for both in parts]
        without_case = _meant(*folded)
        meant = [index if exact < 0 else exact for exact, index in zip(meant, without_case, strict=True)]
    return meant


def _meant(names: Sequence[_Parts], images: Sequence[_Parts]) -> list[int]:
    whole, ends = defaultdict(list), defaultdict(list)
    for index, parts in enumerate(images):
        whole[parts].append(index)
        for end in _ends(parts):
            ends[end].append(index)
    meant = []
    for parts in names:
        contained = next((whole[end] for end in _ends(parts) if end in whole), None)
        fits = contained or ends.get(parts, [])
        meant.append(fits[0] if len(fits) == 1 else -1)
    return meant


def match_names(files: Sequence[Path], keys: Sequence[str], kind: str) -> list[str]:
    """The key of each image's prediction, by the rule of `images_meant`.

    Folders that all images share say nothing, nor do those that all keys share. Of several keys of one
    image, that is taken which agrees with its path for longest.

    Args:
        files: of the images.
        keys: names of the predictions, with "/" between folders; those of other images may be among them.
        kind: what the predictions hold, "saliency" or "log_density"; `gazemap predict` adds it to names.

    Raises:
        DataError: images without a key, or with several that fit equally; counts and the first names.
    """
    suffixes = (f".{kind}", f".{kind}16")
    short = minimal_names([Path(key.replace("\\", "/")) for key in keys]) if keys else []
    by_image: dict[int, list[str]] = defaultdict(list)
    for key, index in zip(keys, images_meant(short, minimal_names(files), suffixes), strict=True):
        by_image[index].append(key)
    matched, missing, ambiguous = [], [], []
    for index, file in enumerate(files):
        parts = _parts(file.as_posix(), suffixes)
        fits = [(key, _agreement(parts, _parts(key, suffixes))) for key in by_image[index]]
        longest = max((length for _, length in fits), default=(0, 0))
        best = _finest([key for key, length in fits if length == longest], kind)
        if not best:
            missing.append(file.name)
        elif len(best) > 1:
            ambiguous.append(f"{file.name} ({_some(best)})")
        matched.append(best[0] if best else "")
    if missing or ambiguous:
        raise DataError(_refusal(missing, ambiguous, len(files), keys))
    return matched


def doubts(names: Collection[str], images: Collection[str]) -> str:
    """The question after the first names that mean no image: " face_3: did you mean face_03?"; or empty.

    Names are near where their numbers are equal and their letters alike: face_04 is never meant by face_3.
    """
    by_numbers: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for image in images:
        by_numbers[_numbers(image)].append(image)
    asked = []
    for name in sorted(names)[:_SHOWN]:
        letters = defaultdict(list)
        for image in by_numbers[_numbers(name)]:
            letters[_letters(image)].append(image)
        near = difflib.get_close_matches(_letters(name), letters, n=1, cutoff=_ALIKE)
        if near or _letters(name) in letters:  # names of numbers alone have no letters
            alike = sorted(letters[near[0] if near else _letters(name)])[:_SHOWN]
            asked.append(f" {name}: did you mean {' or '.join(alike)}?")
    return "".join(asked)


def _numbers(name: str) -> tuple[str, ...]:
    """Without leading zeros."""
    return tuple(digits.lstrip("0") for digits in re.findall("[0-9]+", _last(name)))


def _letters(name: str) -> str:
    """In small letters, without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", _last(name)).casefold() if sign.isalpha())


def _last(name: str) -> str:
    return _parts(name, ())[-1] if name else ""


def _finest(keys: list[str], kind: str) -> list[str]:
    """Of maps that `gazemap predict` wrote in 8 and in 16 bits, those in 16."""
    fine = [key for key in keys if PurePosixPath(key).stem.endswith(f".{kind}16")]
    return fine if len(fine) == 1 and len(keys) == 2 else keys


def _parts(name: str, suffixes: Sequence[str]) -> _Parts:
    """The folders and the stem."""
    *folders, last = PurePosixPath(composed(name).replace("\\", "/")).parts
    while PurePosixPath(last).suffix.lower() in (*_SUFFIXES, *suffixes):
        last = PurePosixPath(last).stem
    return (*folders, last)


def _ends(parts: _Parts) -> Iterator[_Parts]:
    """a/b/c, b/c, c."""
    return (parts[start:] for start in range(len(parts)))


def _agreement(first: _Parts, second: _Parts) -> tuple[int, int]:
    """How many parts are equal, from the end: without regard to case, and with it."""
    pairs = [*zip(reversed(first), reversed(second), strict=False)]
    folded = takewhile(lambda pair: pair[0].casefold() == pair[1].casefold(), pairs)
    return sum(1 for _ in folded), sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _refusal(missing: list[str], ambiguous: list[str], count: int, keys: Sequence[str]) -> str:
    lines = []
    if missing:
        lines.append(
            f"{len(missing)} of {count} images have no prediction: {_some(missing)}.{doubts(missing, keys)}"
        )
    if ambiguous:
        lines.append(f"{len(ambiguous)} of {count} images have several that fit: {_some(ambiguous)}.")
    lines.append(
        f"There are {len(keys)} predictions: {_some(keys)}. They need the images' names, of any suffix, "
        "with folders where names repeat."
    )
    return " ".join(lines)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
