"""Names of images: the shortest that a benchmark takes, and which prediction belongs to which image."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path, PurePosixPath

from gazemap.errors import DataError

_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp", ".gif", ".npy", ".mat")
_SHOWN = 3


def minimal_names(files: Sequence[Path]) -> list[str]:
    """The files' names without the folders that all share: "001.jpg", or "Action/001.jpg".

    These are the keys that pysaliency and the MIT/Tuebingen benchmark use.
    """
    shared = os.path.commonpath([file.parent for file in files])
    return [file.relative_to(shared).as_posix() for file in files]


def match_names(files: Sequence[Path], keys: Sequence[str], kind: str) -> list[str]:
    """The key of each image's prediction.

    Names are compared without suffixes (.jpg, .png, .npy and the like, and `kind`, as
    `gazemap predict` writes them), and from the end. An image asks for as many of its folders as
    tell it from the other images, mostly none; of several keys, the one that agrees for longest
    is taken. No two images can get the same key, since what each asks for is its own.

    Args:
        files: of the images.
        keys: names of the predictions, with "/" between folders; those of other images may be among them.
        kind: what the predictions hold, "saliency" or "log_density".

    Raises:
        DataError: images without a key, or with several that fit equally; counts and the first names.
    """
    wanted = [_parts(file.as_posix(), kind) for file in files]
    shared = Counter(parts[-depth:] for parts in wanted for depth in range(1, len(parts) + 1))
    by_stem = defaultdict(list)
    for key in keys:
        parts = _parts(key, kind)
        by_stem[parts[-1]].append((key, parts))
    matched, missing, ambiguous = [], [], []
    for file, parts in zip(files, wanted, strict=True):
        least = sum(shared[parts[-depth:]] > 1 for depth in range(1, len(parts) + 1)) + 1
        fits = [(key, _agreement(parts, other)) for key, other in by_stem[parts[-1]]]
        longest = max((length for _, length in fits), default=0)
        best = [key for key, length in fits if length == longest >= least]
        if not best:
            missing.append(file.name)
        elif len(best) > 1:
            ambiguous.append(f"{file.name} ({_some(best)})")
        matched.append(best[0] if best else "")
    if missing or ambiguous:
        raise DataError(_refusal(missing, ambiguous, len(files), keys))
    return matched


def _parts(name: str, kind: str) -> tuple[str, ...]:
    *folders, last = PurePosixPath(name.replace("\\", "/")).parts
    while PurePosixPath(last).suffix.lower() in (*_SUFFIXES, f".{kind}", f".{kind}16"):
        last = PurePosixPath(last).stem
    return (*folders, last)


def _agreement(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    """How many parts are equal, from the end."""
    pairs = zip(reversed(first), reversed(second), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _refusal(missing: list[str], ambiguous: list[str], count: int, keys: Sequence[str]) -> str:
    lines = []
    if missing:
        lines.append(f"{len(missing)} of {count} images have no prediction: {_some(missing)}.")
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
