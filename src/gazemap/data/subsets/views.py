"""Parts of a gaze data set, in memory: nothing on the disk is touched.

A choice of fixations leaves out the images without any that are left, and the dense maps of the
others, since those were made of all fixations.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import GazeDataset
from gazemap.data.sample import Sample
from gazemap.errors import DataError, check_name
from gazemap.gaze.fixations import Fixations

Range = tuple[float, float]
Column = Literal["observer", "onset", "duration"]
Bools = NDArray[np.bool_]

ANY: Range = (0.0, float("inf"))


def of_images(dataset: GazeDataset, image_ids: Collection[str]) -> GazeDataset:
    """The images of these names, in the data set's order.

    Raises:
        DataError: an unknown name.
    """
    wanted = {dataset[image_id].image_id for image_id in image_ids}
    chosen = [sample for sample in dataset if sample.image_id in wanted]
    return _part(dataset, chosen, f"{len(wanted)} images, by name")


def of_sizes(
    dataset: GazeDataset, *, width: Range = ANY, height: Range = ANY, aspect: Range = ANY
) -> GazeDataset:
    """The images whose width, height (pixels) and aspect (width / height) lie in [low, high].

    Raises:
        DataError: none does.
    """

    def fits(sample: Sample) -> bool:
        h, w = sample.size
        measured = ((w, width), (h, height), (w / h, aspect))
        return all(low <= value <= high for value, (low, high) in measured)

    asked = {"width": width, "height": height, "aspect": aspect}
    described = ", ".join(f"{name} {_text(bounds)}" for name, bounds in asked.items() if bounds != ANY)
    return _part(dataset, [sample for sample in dataset if fits(sample)], described)


def of_observers(dataset: GazeDataset, observers: Collection[str]) -> GazeDataset:
    """The fixations of these observers.

    Raises:
        DataError: an unknown name, or it is not known of all images who looked at them.
    """
    _refuse_unknown(dataset, ("observer",))
    known = _observers(dataset)
    for name in observers:
        check_name(f"observer of {dataset.name!r}", name, known, DataError)
    described = f"observers {', '.join(sorted(observers))}"
    return _of_fixations(dataset, lambda f: np.isin(_values(f, "observer"), [*observers]), described)


def of_durations(dataset: GazeDataset, seconds: Range) -> GazeDataset:
    """The fixations that lasted for low <= duration < high seconds.

    Raises:
        DataError: a duration is not known, or no fixation is left.
    """
    _refuse_unknown(dataset, ("duration",))
    return _of_fixations(
        dataset, lambda f: _within(_values(f, "duration"), seconds), f"durations {_text(seconds)} s"
    )


def of_window(dataset: GazeDataset, seconds: Range) -> GazeDataset:
    """The fixations that began low <= onset < high seconds after the image appeared.

    Raises:
        DataError: an onset is not known, or no fixation is left.
    """
    _refuse_unknown(dataset, ("onset",))
    return _of_fixations(
        dataset, lambda f: _within(_values(f, "onset"), seconds), f"onsets {_text(seconds)} s"
    )


def first_fixations(dataset: GazeDataset, count: int) -> GazeDataset:
    """The first `count` fixations of every observer on every image, by onset.

    Raises:
        DataError: an onset or an observer is not known, or no fixation is left.
    """
    _refuse_unknown(dataset, ("observer", "onset"))

    def early(fixations: Fixations) -> Bools:
        order = np.lexsort((_values(fixations, "onset"), _values(fixations, "observer")))
        _, starts, scanpath = np.unique(
            _values(fixations, "observer")[order], return_index=True, return_inverse=True
        )
        chosen = np.empty(len(fixations), bool)
        chosen[order] = np.arange(len(fixations)) - starts[scanpath] < count
        return chosen

    return _of_fixations(dataset, early, f"the first {count} fixations of each scanpath")


def leave_one_observer_out(dataset: GazeDataset) -> Iterator[tuple[str, GazeDataset, GazeDataset]]:
    """Each observer's own fixations, and those of all others on the same images.

    Yields:
        the observer's name, and two data sets of the same images in the same order: those that the
        observer and at least one other looked at. An observer without such an image is passed over.

    Raises:
        DataError: it is not known of all images who looked at them.
    """
    _refuse_unknown(dataset, ("observer",))
    for name in _observers(dataset):
        whose = [(s, _values(s.fixations, "observer") == name) for s in dataset if s.fixations]
        shared = [(sample, own) for sample, own in whose if own.any() and not own.all()]
        if shared:
            held_out = [_looked(sample, own) for sample, own in shared]
            others = [_looked(sample, ~own) for sample, own in shared]
            yield (
                name,
                _part(dataset, held_out, f"observers {name}"),
                _part(dataset, others, f"all observers but {name}"),
            )


def _of_fixations(dataset: GazeDataset, choose: Callable[[Fixations], Bools], described: str) -> GazeDataset:
    looked = [_looked(sample, choose(sample.fixations)) for sample in dataset if sample.fixations]
    return _part(dataset, [sample for sample in looked if sample.fixations], described)


def _looked(sample: Sample, chosen: Bools) -> Sample:
    """The image with these of its fixations alone."""
    assert sample.fixations is not None
    return replace(sample, fixations=sample.fixations.where(chosen), map_file=None)


def _part(dataset: GazeDataset, samples: list[Sample], described: str) -> GazeDataset:
    if not samples:
        raise DataError(f"Nothing of {dataset.name!r} is left by this choice: {described}. Widen it.")
    info = dataset.info.model_copy(update={"notes": (*dataset.info.notes, f"a part of it: {described}")})
    return GazeDataset(dataset.path, info, samples)


def _refuse_unknown(dataset: GazeDataset, columns: tuple[Column, ...]) -> None:
    for column in columns:
        unknown = [sample.image_id for sample in dataset if not _knows(sample.fixations, column)]
        if unknown:
            raise DataError(
                f"{dataset.name!r} does not say the {column} of each fixation, by which to choose: it is not "
                f"known on {len(unknown)} of {len(dataset)} images ({', '.join(unknown[:3])}). "
                "Choose the images where it is known first."
            )


def _knows(fixations: Fixations | None, column: Column) -> bool:
    if not fixations:  # where nobody looked, nothing is lacking
        return fixations is not None
    if getattr(fixations, column) is None:
        return False
    return column == "observer" or not np.isnan(_values(fixations, column)).any()


def _values(fixations: Fixations, column: Column) -> NDArray[Any]:
    values: NDArray[Any] | None = getattr(fixations, column)
    assert values is not None  # _refuse_unknown has seen to it
    return values


def _observers(dataset: GazeDataset) -> list[str]:
    return sorted({name for s in dataset if s.fixations is not None for name in s.fixations.observers})


def _within(values: NDArray[Any], bounds: Range) -> Bools:
    return np.asarray((values >= bounds[0]) & (values < bounds[1]))


def _text(bounds: Range) -> str:
    return f"{bounds[0]:g}:{bounds[1]:g}"
