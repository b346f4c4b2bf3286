"""Each observer against the others."""

from __future__ import annotations

from collections.abc import Iterator

from gazemap.data.dataset import GazeDataset
from gazemap.data.selection import column, refuse_unknown, with_fixations


def leave_one_observer_out(dataset: GazeDataset) -> Iterator[tuple[str, GazeDataset, GazeDataset]]:
    """Each observer's own fixations, and those of all others on the same images.

    Yields:
        the observer's name, and two data sets of the same images in the same order: those that the
        observer and at least one other looked at. An observer without such an image is skipped.

    Raises:
        DataError: the observer of a fixation is not known.
    """
    refuse_unknown(dataset.samples, "observer")
    for name in dataset.observers:
        whose = [(s, column(s.fixations, "observer") == name) for s in dataset if s.fixations]
        shared = [(sample, own) for sample, own in whose if own.any() and not own.all()]
        if shared:
            held_out = [with_fixations(sample, own) for sample, own in shared]
            others = [with_fixations(sample, ~own) for sample, own in shared]
            yield (
                name,
                dataset.with_samples(held_out, f"a part of it: observers {name}"),
                dataset.with_samples(others, f"a part of it: all observers but {name}"),
            )
