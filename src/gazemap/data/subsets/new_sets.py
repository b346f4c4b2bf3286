"""A part of a data set, other splits, or several sets as one, each written to a new folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Unpack

from gazemap.data.dataset import DatasetLike, GazeDataset, as_dataset
from gazemap.data.selection import Choices
from gazemap.data.subsets.merging import merge
from gazemap.data.subsets.splits import split
from gazemap.data.writing.folder import save_dataset


def select_dataset(
    dataset: DatasetLike, out: str | Path, *, progress: bool = False, **choices: Unpack[Choices]
) -> GazeDataset:
    """Write a part of a data set as a new one.

    Args:
        dataset: a data set, or the path of its folder.
        out: a folder that does not exist yet, or is empty.
        progress: show a bar.
        choices: what is kept, as in `GazeDataset.select`.

    Raises:
        DataError: an unknown name, a choice by what the set does not know, or nothing is left.
        OutputError: `out` is in use or cannot be written.
    """
    return save_dataset(as_dataset(dataset).select(**choices), out, progress=progress)


def split_dataset(
    dataset: DatasetLike,
    out: str | Path,
    *,
    shares: Mapping[str, float] | None = None,
    folds: int | None = None,
    fold: int | None = None,
    seed: int = 0,
    progress: bool = False,
) -> GazeDataset:
    """Write a data set with new splits; near-duplicates, which share a group, stay together.

    Args:
        dataset: a data set, or the path of its folder.
        out: a folder that does not exist yet, or is empty.
        shares: each split's share of the groups, as {"train": 0.8, "val": 0.2}.
        folds: in place of shares, how many folds.
        fold: which of the folds is `val`, from 1.
        seed: another one gives other splits.
        progress: show a bar.

    Raises:
        InputError: neither shares, nor folds and fold, or one that is out of range.
        DataError: images of which neither points nor a map is known.
        OutputError: `out` is in use or cannot be written.
    """
    new = split(as_dataset(dataset), shares=shares, folds=folds, fold=fold, seed=seed)
    return save_dataset(new, out, progress=progress)


def merge_datasets(
    datasets: Sequence[DatasetLike], out: str | Path, *, name: str, progress: bool = False
) -> GazeDataset:
    """Write several data sets as one; names of images and observers get their set's name in front.

    Args:
        datasets: two or more of different names, or the paths of their folders.
        out: a folder that does not exist yet, or is empty.
        name: of the new data set.
        progress: show a bar.

    Raises:
        DataError: fewer than two data sets, or two of one name.
        OutputError: `out` is in use or cannot be written.
    """
    return save_dataset(merge([as_dataset(each) for each in datasets], name), out, progress=progress)
