"""Several data sets, each of them left out in turn: the others train, and it is never seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gazemap.data.dataset import GazeDataset
from gazemap.data.sample import Sample
from gazemap.data.subsets.merging import merge
from gazemap.data.subsets.near_duplicates import near_duplicates, regrouped


@dataclass(frozen=True, eq=False)
class LeftOut:
    """A data set that is left out, and the others as one.

    Attributes:
        images: the set that is left out; near-duplicates share a group.
        others: the other sets merged, without near-duplicates of its images.
        dropped: names of those near-duplicates, with their set's name in front.
    """

    images: GazeDataset
    others: GazeDataset
    dropped: tuple[str, ...]


def without_each(datasets: Sequence[GazeDataset], name: str, *, progress: bool = False) -> list[LeftOut]:
    """Leave out each data set in turn.

    No picture is on both sides: near-duplicates of the images left out, and all of their groups, are dropped
    from the others. Nor does one train and validate: see `regrouped`.

    Args:
        datasets: two or more, of different names.
        name: of the others together.
        progress: show a bar.

    Raises:
        DataError: fewer than two sets, two of one name, no image has a file, or one cannot be read.
    """
    merged = merge(datasets, name)
    grouped = regrouped(merged, near_duplicates(merged, progress=progress))
    parts, start = {}, 0
    for dataset in datasets:
        parts[dataset.name] = grouped.samples[start : start + len(dataset)]
        start += len(dataset)
    return [_without(dataset, datasets, parts, name) for dataset in datasets]


def _without(
    left: GazeDataset, datasets: Sequence[GazeDataset], parts: dict[str, list[Sample]], name: str
) -> LeftOut:
    groups = {sample.group for sample in parts[left.name]}
    rest = [dataset for dataset in datasets if dataset.name != left.name]
    known = [sample for dataset in rest for sample in parts[dataset.name]]
    others = merge(rest, name) if len(rest) > 1 else rest[0]
    pairs = zip(left, parts[left.name], strict=True)
    return LeftOut(
        left.with_samples([replace(sample, group=grouped.group) for sample, grouped in pairs]),
        others.with_samples([sample for sample in known if sample.group not in groups]),
        tuple(sample.image_id for sample in known if sample.group in groups),
    )
