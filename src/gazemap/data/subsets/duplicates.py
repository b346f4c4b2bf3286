"""Near-duplicates of a data set: found, and on request moved into one split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gazemap.data.dataset import DatasetLike, as_dataset
from gazemap.data.subsets.near_duplicates import DISTANCE, Pair, near_duplicates, regrouped
from gazemap.data.writing.folder import save_splits


@dataclass(frozen=True)
class Move:
    """An image that changes its split, so that its group lies in one split alone."""

    image_id: str
    old: str
    new: str


@dataclass(frozen=True)
class Duplicates:
    """Images that are likely the same picture.

    Attributes:
        images: how many the data set has.
        groups: the pairs that were found, by the group that they share from now on.
        moves: the images that change their split.
        applied: whether groups and moves were written to the data set.
    """

    images: int
    groups: Mapping[str, tuple[Pair, ...]]
    moves: tuple[Move, ...]
    applied: bool

    @property
    def pairs(self) -> list[Pair]:
        """All pairs, group by group."""
        return [pair for pairs in self.groups.values() for pair in pairs]

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "images": self.images,
            "groups": {group: [asdict(pair) for pair in pairs] for group, pairs in self.groups.items()},
            "moves": [asdict(move) for move in self.moves],
            "applied": self.applied,
        }


def find_duplicates(
    dataset: DatasetLike, *, distance: int = DISTANCE, apply: bool = False, progress: bool = False
) -> Duplicates:
    """Find images that are likely the same picture; see `near_duplicates` and `regrouped`.

    Args:
        dataset: a data set, or the path of its folder.
        distance: up to how many of 64 bits hashes may differ, 0 to 32; more finds heavier changes,
            and false pairs.
        apply: write each group to the data set's images.parquet, and move it into one split.
        progress: show a bar.

    Raises:
        InputError: the distance is out of range.
        DataError: no image has a file, or one cannot be read; with `apply`, the data set is only a part
            of what its folder holds.
        OutputError: images.parquet cannot be written; the old one is left.
    """
    dataset = as_dataset(dataset)
    pairs = near_duplicates(dataset, distance=distance, progress=progress)
    grouped = regrouped(dataset, pairs)
    groups: dict[str, list[Pair]] = {group: [] for group in sorted({grouped[p.first].group for p in pairs})}
    for pair in pairs:
        groups[grouped[pair.first].group].append(pair)
    moves = [
        Move(old.image_id, old.split, new.split)
        for old, new in zip(dataset, grouped, strict=True)
        if old.split != new.split
    ]
    if apply:
        save_splits(grouped)
    found = {group: tuple(members) for group, members in groups.items()}
    return Duplicates(len(dataset), found, tuple(moves), apply)
