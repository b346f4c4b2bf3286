"""Gaze data sets in memory, of images that no file holds."""

from pathlib import Path

import numpy as np

from gazemap.data.dataset import DatasetInfo, GazeDataset
from gazemap.data.sample import Sample
from gazemap.gaze.fixations import Fixations


def fixations(*rows):
    """Of rows (observer, x, onset, duration); y is 1, and what is None throughout is not known."""
    observer, x, onset, duration = zip(*rows, strict=True) if rows else ((),) * 4
    known = {
        name: None if set(values) == {None} else np.array(values)
        for name, values in (("observer", observer), ("onset", onset), ("duration", duration))
    }
    return Fixations(x=np.array(x, dtype=float), y=np.ones(len(rows)), **known)


def sample(image_id, *, group=None, split="train", size=(40, 60), points=None, map_file=None, sigma=None):
    return Sample(
        image_id=image_id,
        file=None,
        size=size,
        split=split,
        group=group or image_id,
        fixations=points,
        map_file=map_file,
        domain="tiny",
        sigma=sigma,
    )


def dataset(*samples, name="tiny", **more):
    facts = {"title": "Tiny", "citation": "Nobody", "license": "MIT", "source": "made"} | more
    return GazeDataset(Path("nowhere") / name, DatasetInfo(name=name, **facts), [*samples])


def rows_of(dataset, image="a"):
    """The fixations of an image: x, y, onset and duration of each."""
    found = dataset[image].fixations
    values = zip(found.x, found.y, found.onset, found.duration, strict=True)
    return [tuple(round(float(value), 9) for value in row) for row in values]
