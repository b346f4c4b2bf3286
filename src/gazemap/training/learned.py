"""Fingerprints of the images that a network learns from, kept with its weights."""

from __future__ import annotations

from pathlib import Path

from gazemap.data.batches.looks import looks_of
from gazemap.data.dataset import GazeDataset
from gazemap.images.fingerprints import FINGERPRINT
from gazemap.models.training_images import TrainingImages
from gazemap.models.weights import record_training_images


def training_images(dataset: GazeDataset, *, progress: bool = False) -> TrainingImages:
    """The fingerprints of train, which is learned from, and of val, whose loss chooses the epoch.

    Args:
        dataset: with both splits.
        progress: show bars.

    Raises:
        DataError: a split is missing or an image cannot be read.
    """
    trained, chosen = (looks_of(dataset.split(name), progress=progress) for name in ("train", "val"))
    return TrainingImages(trained[:, :FINGERPRINT], chosen[:, :FINGERPRINT]).with_those_of([])


def record(path: str | Path, dataset: GazeDataset, *, progress: bool = False) -> TrainingImages:
    """Write into a weights file which images it was trained on; its weights stay as they are.

    `train` does this by itself. This is for weights that were made elsewhere or by an earlier version.

    Args:
        path: a run folder, a weights file, or the name of a model that comes with gazemap.
        dataset: the one that it was trained on, with the same splits. It must also hold the images that
            its starting weights or its teachers were trained on.
        progress: show a bar.

    Raises:
        DataError: a split is missing or an image cannot be read.
        WeightsError: there is no such file, or it is no weights file.
        OutputError: the file cannot be written.
    """
    images = training_images(dataset, progress=progress)
    record_training_images(path, images)
    return images
