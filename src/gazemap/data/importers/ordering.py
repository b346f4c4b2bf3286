"""The split of sets that have no official one: by the images' order."""

from __future__ import annotations


def last_are_val(count: int, share: float) -> list[str]:
    """The split of each of `count` images: "val" for the last share of them, rounded, else "train"."""
    val = round(share * count)
    return ["train"] * (count - val) + ["val"] * val
