"""What importers share: files paired by name, files without a partner, a split where a set has none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gazemap.data.dataset import SetAside

_SHOWN = 3


def by_stem(folder: Path, suffixes: Sequence[str]) -> dict[str, Path]:
    """A folder's files with these suffixes; of several with the same stem, the suffix that comes first."""
    ranks = {suffix: rank for rank, suffix in enumerate(suffixes)}
    found = [path for path in folder.glob("*") if path.suffix.lower() in ranks]
    return {path.stem: path for path in sorted(found, key=lambda path: -ranks[path.suffix.lower()])}


def unpaired(stems: set[str], where: str, reason: str) -> list[SetAside]:
    """One entry for all files of a folder that have no partner; no entry if there are none."""
    if not stems:
        return []
    more = f" and {len(stems) - _SHOWN:,} more" if len(stems) > _SHOWN else ""
    return [SetAside(item=f"{where}: {', '.join(sorted(stems)[:_SHOWN])}{more}", reason=reason)]


def last_are_val(count: int, share: float) -> list[str]:
    """The split of each of `count` images: "val" for the last share of them, rounded, else "train"."""
    val = round(share * count)
    return ["train"] * (count - val) + ["val"] * val
