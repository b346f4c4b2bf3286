"""Which images train, validate and test: by a hash of their group, or in k folds. Groups stay whole.

An importer stores a data set's official splits; these functions give others, in memory.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import accumulate

from gazemap.data.dataset import GazeDataset
from gazemap.data.split_names import split_named
from gazemap.errors import DataError, InputError

_HASH_BYTES = 8


def split(
    dataset: GazeDataset,
    *,
    shares: Mapping[str, float] | None = None,
    folds: int | None = None,
    fold: int | None = None,
    seed: int = 0,
) -> GazeDataset:
    """New splits: by hash with `shares`, or one of several folds with `folds` and `fold`.

    Args:
        dataset: its own splits are replaced.
        shares: each split's share of the groups; see `hashed_splits`.
        folds: how many folds; see `make_folds`.
        fold: which of them is `val`, from 1.
        seed: another one gives other splits.

    Raises:
        InputError: neither shares, nor folds and fold, or one that is out of range.
        DataError: images of which neither points nor a map is known.
    """
    if shares is not None and folds is None and fold is None:
        return hashed_splits(dataset, shares, seed)
    if shares is None and folds is not None and fold is not None:
        if not 1 <= fold <= folds:
            raise InputError(f"fold must be 1 to {folds}, the number of folds, got {fold}.")
        return make_folds(dataset, folds, seed)[fold - 1]
    raise InputError(
        "New splits need either shares, such as train=.8,val=.2, or both the number of folds and a fold."
    )


def hashed_splits(dataset: GazeDataset, shares: Mapping[str, float], seed: int = 0) -> GazeDataset:
    """New splits at random, in which an image stays in its own whatever becomes of the others.

    An image's split follows from the hash of its group and the seed alone. So the shares come out
    as in independent draws, not exactly; images may be added, left out or reordered.

    Args:
        dataset: its own splits are replaced.
        shares: each split's share of the groups, as {"train": 0.8, "val": 0.1, "test": 0.1}.
        seed: another one gives other splits.

    Raises:
        InputError: shares that are no positive numbers, or do not add up to 1.
        DataError: images of which neither points nor a map is known.
    """
    shares = _by_split(shares)
    numbers = [share for share in shares.values() if isinstance(share, int | float) and share > 0]
    if len(numbers) < len(shares) or not math.isclose(sum(numbers), 1, abs_tol=1e-9):
        raise InputError(
            f"The shares of splits must be positive numbers that add up to 1, got {dict(shares)}."
        )
    ends = [*accumulate(numbers)]
    ends[-1] = 1.0  # not a rounding error below it

    def split_of(group: str) -> str:
        position = _hashed(group, seed) / 256**_HASH_BYTES
        return next(name for name, end in zip(shares, ends, strict=True) if position <= end)

    described = ", ".join(f"{name} {share:g}" for name, share in shares.items())
    splits = {group: split_of(group) for group in _sizes(dataset)}
    return _with_splits(dataset, splits, f"splits by hash of the group: {described}; seed {seed}")


def _by_split(shares: Mapping[str, float]) -> dict[str, float]:
    named = {split_named(name): share for name, share in shares.items()}
    if len(named) < len(shares):
        raise InputError(f"Two of the shares are of one split: {', '.join(shares)}. Name each split once.")
    return named


def make_folds(dataset: GazeDataset, k: int, seed: int = 0) -> list[GazeDataset]:
    """k-fold cross-validation: each image is in `val` in one of the k data sets, in `train` in the others.

    The folds' sizes differ by no more than the largest group. The order of the images has no part in it.

    Args:
        dataset: its own splits are replaced; to keep a test split apart, select the others first.
        k: at least 2, at most the number of groups.
        seed: another one gives other folds.

    Raises:
        InputError: k is out of range.
        DataError: images of which neither points nor a map is known.
    """
    sizes = _sizes(dataset)
    if not 2 <= k <= len(sizes):
        raise InputError(
            f"The number of folds must be 2 to {len(sizes)}, the groups of images in {dataset.name!r}, "
            f"got {k}."
        )
    filled = [0] * k
    fold_of: dict[str, int] = {}
    for group in sorted(sizes, key=lambda group: (-sizes[group], _hashed(group, seed))):
        fold_of[group] = filled.index(min(filled))  # the largest first, each to the emptiest fold
        filled[fold_of[group]] += sizes[group]
    return [
        _with_splits(
            dataset,
            {group: "val" if own == fold else "train" for group, own in fold_of.items()},
            f"splits by fold: {fold + 1} of {k} is val; seed {seed}",
        )
        for fold in range(k)
    ]


def _hashed(group: str, seed: int) -> int:
    digest = hashlib.sha256(f"{seed}/{group}".encode()).digest()
    return int.from_bytes(digest[:_HASH_BYTES], "big")


def _sizes(dataset: GazeDataset) -> Counter[str]:
    """The groups and how many images each holds."""
    blank = [s.image_id for s in dataset if s.fixations is None and s.map_file is None]
    if blank:
        raise DataError(
            f"Of {len(blank)} images of {dataset.name!r} neither points nor a map is known "
            f"({', '.join(blank[:3])}), so they can neither train nor validate. Select other splits first."
        )
    return Counter(sample.group for sample in dataset)


def _with_splits(dataset: GazeDataset, splits: Mapping[str, str], note: str) -> GazeDataset:
    samples = [replace(sample, split=splits[sample.group]) for sample in dataset]
    return dataset.with_samples(samples, note)
