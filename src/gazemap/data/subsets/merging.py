"""Several gaze data sets as one, in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gazemap.data.dataset import DatasetInfo, GazeDataset
from gazemap.data.sample import Sample
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations


def merge(datasets: Sequence[GazeDataset], name: str) -> GazeDataset:
    """One data set of all images, in order.

    Names of images, groups and observers get their set's name in front ("osie/1001", "osie/01"),
    always, so that none depends on what it is merged with. Splits stay. An image's `domain` says
    where it comes from, and its blur and pixels per degree stay its own.

    Args:
        datasets: two or more, of different names.
        name: of the whole.

    Raises:
        DataError: fewer than two, or two of one name.
    """
    names = [dataset.name for dataset in datasets]
    if len(names) < 2 or len(set(names)) < len(names):
        raise DataError(
            "A merge needs two or more data sets of different names, got "
            f"{', '.join(names) or 'none'}. A data set's name is in its dataset.json."
        )
    samples = [_prefixed(sample, dataset.name) for dataset in datasets for sample in dataset]
    return GazeDataset(datasets[0].path.parent / name, _info(datasets, name), samples)


def _prefixed(sample: Sample, prefix: str) -> Sample:
    return replace(
        sample,
        image_id=f"{prefix}/{sample.image_id}",
        group=f"{prefix}/{sample.group}",
        fixations=None if sample.fixations is None else _of_prefixed_observers(sample.fixations, prefix),
    )


def _of_prefixed_observers(fixations: Fixations, prefix: str) -> Fixations:
    if fixations.observer is None:
        return fixations
    return replace(fixations, observer=np.char.add(f"{prefix}/", fixations.observer))


def _info(datasets: Sequence[GazeDataset], name: str) -> DatasetInfo:
    """What all sets share is said once, what differs with their names; numbers that differ are not known."""

    def joined(of: Callable[[DatasetInfo], str]) -> str:
        texts = {dataset.name: of(dataset.info) for dataset in datasets if of(dataset.info)}
        if len(set(texts.values())) == 1 and len(texts) == len(datasets):
            return next(iter(texts.values()))
        return "; ".join(f"{set_name}: {text}" for set_name, text in texts.items())

    def common(of: Callable[[DatasetInfo], Any]) -> Any:  # noqa: ANN401
        values = {of(dataset.info) for dataset in datasets}
        return values.pop() if len(values) == 1 else None

    return DatasetInfo(
        name=name,
        title=" + ".join(dataset.info.title for dataset in datasets),
        citation=joined(lambda info: info.citation),
        license=joined(lambda info: info.license),
        source=joined(lambda info: info.source),
        homepage=joined(lambda info: info.homepage),
        edition=joined(lambda info: info.edition),
        task=joined(lambda info: info.task),
        pixels_per_degree=common(lambda info: info.pixels_per_degree),
        viewing_seconds=common(lambda info: info.viewing_seconds),
        sigma=common(lambda info: info.sigma),
        mirrored_copies=any(dataset.info.mirrored_copies for dataset in datasets),
        set_aside=tuple(
            entry.model_copy(update={"item": f"{dataset.name}/{entry.item}"})
            for dataset in datasets
            for entry in dataset.info.set_aside
        ),
        notes=tuple(f"{dataset.name}: {note}" for dataset in datasets for note in dataset.info.notes),
        recordings=tuple(
            replace(entry, recording=f"{dataset.name}/{entry.recording}")
            for dataset in datasets
            for entry in dataset.info.recordings
        ),
    )
