"""One name per split, whatever a source calls it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_MEANT = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}


def split_named(text: str) -> str:
    """The split that a text names: "Val", "valid" and "validation" are "val"; other names stay."""
    return _MEANT.get(text.strip().casefold(), text)


def no_split(name: str, splits: Mapping[str, int], path: Path) -> str:
    """That a data set in `path` has no split of this name, which it has, and how to make a usual one."""
    known = ", ".join(f"{split} ({count})" for split, count in splits.items())
    shares = {"train": "train=.9,val=.1", "val": "train=.9,val=.1", "test": "train=.8,val=.1,test=.1"}
    how = f"gazemap data split {path} --shares {shares[name]} --out {path}-split" if name in shares else ""
    return f"no split {name!r}. It has: {known}." + (f" To split it anew: {how}" if how else "")
