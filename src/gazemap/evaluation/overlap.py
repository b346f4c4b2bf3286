"""Which images of a split a model has learned from: unchanged, resized, saved again or mirrored."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gazemap.data.batches.looks import looks_of
from gazemap.data.dataset import GazeDataset
from gazemap.errors import InputError
from gazemap.evaluation.seen import CHOSEN, TRAINED, UNKNOWN, Seen, trained_on
from gazemap.images.fingerprints import known_again
from gazemap.models.training_images import TrainingImages


def seen_by(
    learned: Mapping[str, TrainingImages | None], images: GazeDataset, *, progress: bool = False
) -> dict[str, dict[str, str]]:
    """The images that each row knows: image_id -> how it knows it, see the module `seen`.

    Args:
        learned: row -> what its weights have learned from; None where that is not known.
        images: those that are scored.
        progress: show a bar.

    Raises:
        DataError: an image file is missing or damaged.
    """
    looks = looks_of(images, progress=progress) if any(learned.values()) else None
    found = {}
    for row, own in learned.items():
        how = np.full(len(images), "" if own is not None and own.complete else UNKNOWN, dtype=object)
        if own is not None and looks is not None:
            how[known_again(looks, own.chosen)] = CHOSEN
            how[known_again(looks, own.trained)] = TRAINED
        found[row] = {
            image_id: text for image_id, text in zip(images.image_ids, how.tolist(), strict=True) if text
        }
    return found


def without_seen(
    learned: Mapping[str, TrainingImages | None], dataset: GazeDataset, split: str, *, progress: bool = False
) -> GazeDataset:
    """The data set without the images of a split that a row was trained on; other splits stay whole.

    Raises:
        InputError: no image of the split is left.
        DataError: no such split, or an image file is missing or damaged.
    """
    images = dataset.split(split)
    places = unseen_places(images, seen_by(learned, images, progress=progress))
    kept = {images[place].image_id for place in places}
    return dataset.with_samples([s for s in dataset if s.split != split or s.image_id in kept])


def unseen_places(images: GazeDataset, seen: Mapping[str, Seen]) -> list[int]:
    """The positions of the images that no row was trained on.

    Raises:
        InputError: none is left.
    """
    known = {image_id for own in seen.values() for image_id in trained_on(own)}
    places = [place for place, image_id in enumerate(images.image_ids) if image_id not in known]
    if not places:
        rows = " and ".join(row for row, own in seen.items() if trained_on(own))
        raise InputError(
            f"All {len(images)} images of this split of {images.name} are training images of {rows}, so "
            "--unseen leaves nothing to score. Choose another split or data set."
        )
    return places
