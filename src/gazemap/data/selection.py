"""Choices among images and fixations: what `GazeDataset.select` is made of.

A choice of fixations leaves out the images of which no fixation is left, and the dense maps of the
others, since they were made from all fixations. Each function returns the samples that are left, and a
description of the choice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Literal, TypedDict

import numpy as np
from numpy.typing import NDArray

from gazemap.data.sample import Sample
from gazemap.errors import DataError, InputError, check_name, meant
from gazemap.gaze.fixations import Fixations

Range = tuple[float, float]
Chosen = tuple[list[Sample], str]
Column = Literal["observer", "onset", "duration"]
Bools = NDArray[np.bool_]

_SHOWN = 3  # names in a message


class Choices(TypedDict, total=False):
    """What `GazeDataset.select` chooses by; None, or nothing, keeps all."""

    split: str | None
    images: Collection[str] | None
    width: Range | None
    height: Range | None
    aspect: Range | None
    observers: Collection[str] | None
    durations: Range | None
    window: Range | None
    first: int | None


def check_choices(ranges: Mapping[str, Range | None], first: int | None) -> None:
    """Refuse a choice that means nothing, whatever the data set.

    Raises:
        InputError: a range whose low end is not at most its high end, or `first` below 1.
    """
    for name, bounds in ranges.items():
        if bounds is not None and not (len(bounds) == 2 and bounds[0] <= bounds[1]):
            raise InputError(f"{name} must be (low, high) with low <= high, got {bounds}.")
    if first is not None and first < 1:
        raise InputError(f"first must be at least 1, got {first}.")


def steps(samples: Sequence[Sample], name: str, choices: Choices) -> Iterator[Chosen]:
    """What each choice leaves of what the one before it left; the split is no choice here.

    Args:
        samples: to choose from.
        name: of their data set, for messages.
        choices: as `GazeDataset.select` has them.

    Raises:
        InputError: as `check_choices`.
        DataError: an unknown name, a choice by what the set does not know, or nothing is left.
    """
    sizes = {key: choices.get(key) for key in ("width", "height", "aspect")}
    spans = {key: choices.get(key) for key in ("durations", "window")}
    check_choices({**sizes, **spans}, choices.get("first"))  # type: ignore[dict-item] # these are ranges
    wanted: list[tuple[Any, Callable[..., Chosen]]] = [
        (choices.get("images"), of_images),
        ({key: given for key, given in sizes.items() if given is not None} or None, of_sizes),
        (choices.get("observers"), of_observers),
        (spans["durations"], of_durations),
        (spans["window"], of_window),
        (choices.get("first"), of_first),
    ]
    for choice, choose in wanted:
        if choice is not None:
            samples, described = choose(samples, choice)
            if not samples:
                raise DataError(f"No image of {name!r} is left by this choice: {described}. Widen it.")
            yield samples, described


def check_image_ids(image_ids: Iterable[str], known: Collection[str]) -> None:
    """Refuse names of images that a data set does not have.

    Raises:
        DataError: names the first one, the nearest name and some of those that there are.
    """
    unknown = sorted({*image_ids}.difference(known))
    if unknown:
        some = ", ".join(repr(name) for name in islice(known, _SHOWN))
        raise DataError(
            f"The data set has no image {unknown[0]!r}.{meant(unknown[0], known)} It has {len(known):,} "
            f"images, such as {some}; `image_ids` lists all."
        )


def of_images(samples: Sequence[Sample], image_ids: Collection[str]) -> Chosen:
    """The images of these names, in the order of the samples.

    Raises:
        DataError: an unknown name.
    """
    wanted = {*image_ids}
    check_image_ids(wanted, [sample.image_id for sample in samples])
    return [sample for sample in samples if sample.image_id in wanted], f"{len(wanted)} images, by name"


def of_sizes(samples: Sequence[Sample], bounds: Mapping[str, Range]) -> Chosen:
    """The images whose width, height (pixels) and aspect (width / height) lie in [low, high]."""

    def fits(sample: Sample) -> bool:
        height, width = sample.size
        measured = {"width": width, "height": height, "aspect": width / height}
        return all(low <= measured[name] <= high for name, (low, high) in bounds.items())

    described = ", ".join(f"{name} {_text(low_high)}" for name, low_high in bounds.items())
    return [sample for sample in samples if fits(sample)], described


def of_observers(samples: Sequence[Sample], observers: Collection[str]) -> Chosen:
    """The fixations of these observers.

    Raises:
        DataError: an unknown name, or the observer of a fixation is not known.
    """
    refuse_unknown(samples, "observer")
    known = observers_of(samples)
    for name in observers:
        check_name("observer", name, known, DataError)
    described = f"observers {', '.join(sorted(observers))}"
    return _of_fixations(samples, lambda f: np.isin(column(f, "observer"), [*observers])), described


def of_durations(samples: Sequence[Sample], seconds: Range) -> Chosen:
    """The fixations that lasted for low <= duration < high seconds.

    Raises:
        DataError: a duration is not known.
    """
    refuse_unknown(samples, "duration")
    chosen = _of_fixations(samples, lambda f: _within(column(f, "duration"), seconds))
    return chosen, f"durations of {_text(seconds)} seconds"


def of_window(samples: Sequence[Sample], seconds: Range) -> Chosen:
    """The fixations that began low <= onset < high seconds after the image appeared.

    Raises:
        DataError: an onset is not known.
    """
    refuse_unknown(samples, "onset")
    chosen = _of_fixations(samples, lambda f: _within(column(f, "onset"), seconds))
    return chosen, f"onsets at {_text(seconds)} seconds"


def of_first(samples: Sequence[Sample], count: int) -> Chosen:
    """The first `count` fixations of every observer on every image, by onset.

    Raises:
        DataError: an onset or an observer is not known.
    """
    refuse_unknown(samples, "observer", "onset")

    def early(fixations: Fixations) -> Bools:
        observer = column(fixations, "observer")
        order = np.lexsort((column(fixations, "onset"), observer))
        _, starts, scanpath = np.unique(observer[order], return_index=True, return_inverse=True)
        chosen = np.empty(len(fixations), bool)
        chosen[order] = np.arange(len(fixations)) - starts[scanpath] < count
        return chosen

    return _of_fixations(samples, early), f"the first {count} fixations of each scanpath"


def observers_of(samples: Iterable[Sample]) -> list[str]:
    """The names of all observers with at least one fixation, sorted."""
    return sorted({name for s in samples if s.fixations is not None for name in s.fixations.observers})


def refuse_unknown(samples: Sequence[Sample], *columns: Column) -> None:
    """Refuse samples of which a column is not known of every fixation.

    Raises:
        DataError: names the column and the first images.
    """
    for name in columns:
        unknown = [sample.image_id for sample in samples if not _knows(sample.fixations, name)]
        if unknown:
            raise DataError(
                f"The {name} of each fixation must be known for this, but is unknown for {len(unknown)} of "
                f"{len(samples)} images ({', '.join(unknown[:3])}). Select images with it."
            )


def with_fixations(sample: Sample, chosen: Bools) -> Sample:
    """The image with only these of its fixations."""
    assert sample.fixations is not None
    return replace(sample, fixations=sample.fixations.where(chosen), map_file=None)


def column(fixations: Fixations, name: Column) -> NDArray[Any]:
    """A column that `refuse_unknown` has let pass."""
    values: NDArray[Any] | None = getattr(fixations, name)
    assert values is not None
    return values


def spread(samples: Sequence[Sample], count: int, seed: int) -> list[Sample]:
    """One random image of each of `count` equal parts of a data set, in order; all if it has fewer."""
    count = min(count, len(samples))
    starts = np.linspace(0, len(samples), count + 1).astype(int)
    chosen = np.random.default_rng(seed).integers(starts[:-1], starts[1:])
    return [samples[i] for i in chosen.tolist()]


def _of_fixations(samples: Sequence[Sample], choose: Callable[[Fixations], Bools]) -> list[Sample]:
    parts = [with_fixations(sample, choose(sample.fixations)) for sample in samples if sample.fixations]
    return [sample for sample in parts if sample.fixations]


def _knows(fixations: Fixations | None, name: Column) -> bool:
    if not fixations:  # where there is no fixation, nothing is unknown
        return fixations is not None
    if getattr(fixations, name) is None:
        return False
    return name == "observer" or not np.isnan(column(fixations, name)).any()


def _within(values: NDArray[Any], bounds: Range) -> Bools:
    return np.asarray((values >= bounds[0]) & (values < bounds[1]))


def _text(bounds: Range) -> str:
    low, high = bounds
    return f"{low:g} or more" if high == math.inf else f"{low:g} to {high:g}"
