"""What the images of a data set look like, from the cache: to find those that a model has seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gazemap.data.batches.cache import cached_arrays
from gazemap.data.batches.targets import file_content
from gazemap.data.dataset import GazeDataset
from gazemap.data.sample import Sample
from gazemap.images.fingerprints import Bytes
from gazemap.images.looks import LOOK, look


@dataclass(frozen=True)
class LookMaker:
    """An image's look, `images.looks.look`; of an image without a file zeros, which match none."""

    dtype = np.dtype(np.uint8)
    shape = (LOOK,)

    def content(self, sample: Sample) -> bytes:
        """What the look depends on, hashed."""
        return file_content(sample.file)

    def __call__(self, sample: Sample) -> Bytes:
        """The look of one image."""
        return np.zeros(LOOK, np.uint8) if sample.file is None else look(sample.file)


def looks_of(images: GazeDataset, *, progress: bool = False) -> Bytes:
    """(N, 72): the look of every image, in order.

    Raises:
        DataError: an image file is missing or damaged.
    """
    title = f"Fingerprints of {images.name}"
    return cached_arrays(LookMaker(), images.samples, description=title, progress=progress)
