"""One name per split, whatever a source calls it."""

from __future__ import annotations

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
