"""What a model predicts for the images of a set, beside where people looked, on one grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazemap.data.batches.cache import cached_arrays
from gazemap.data.batches.targets import ImageMaker
from gazemap.data.dataset import GazeDataset
from gazemap.data.sample import Sample
from gazemap.errors import DataError
from gazemap.evaluation.predictions import maps_of
from gazemap.gaze.fixations import fixation_map
from gazemap.images.placement import Placement
from gazemap.models.conditions import blurred
from gazemap.prediction.predictor import Predictor
from gazemap.types import Floats, Size

_DEGREE = 1 / 40  # of the width: where an image is seen 40 degrees wide


@dataclass(frozen=True, eq=False)
class Looks:
    """Predictions and what was measured, of N images, on the network's grid.

    Attributes:
        predicted: (N, h, w), the log densities of the network as it was trained.
        measured: (N, h, w), the share of the fixations in each cell, or the stored map; each sums to 1.
        groups: (N,), of the images; near-duplicates share one.
        left_out: names of images where nobody looked.
    """

    predicted: Floats
    measured: Floats
    groups: NDArray[np.str_]
    left_out: tuple[str, ...]

    def of(self, places: NDArray[np.intp]) -> Looks:
        """Some of the images."""
        return Looks(self.predicted[places], self.measured[places], self.groups[places], ())

    def coarse(self) -> Looks:
        """The same on cells of twice the side, four times as fast, where the grid can be halved."""
        height, width = self.predicted.shape[1:]
        if height % 2 or width % 2:
            return self
        return Looks(
            np.log(halved(np.exp(self.predicted))), halved(self.measured), self.groups, self.left_out
        )


def looks_at(predictor: Predictor, images: GazeDataset, *, progress: bool = False) -> Looks:
    """Predict a set's images, and lay what was measured into the network's frame.

    Raises:
        DataError: an image cannot be read, or nobody looked at any.
    """
    found = maps_of(predictor, images, progress=progress).images
    grids = np.stack([one.grid for one in found]).astype(np.float64)
    size: Size = (grids.shape[1], grids.shape[2])
    measured = np.stack([_measured(predictor, sample, size) for sample in images.samples])
    known = measured.sum(axis=(1, 2)) > 0
    if not known.any():
        raise DataError(
            f"{images.name} has no image that somebody looked at. Give a set with fixations or maps."
        )
    measured = measured[known] / measured[known].sum(axis=(1, 2), keepdims=True)
    groups = np.array([sample.group or sample.image_id for sample in images.samples])
    left_out = [
        sample.image_id for sample, is_known in zip(images.samples, known, strict=True) if not is_known
    ]
    return Looks(grids[known], measured, groups[known], tuple(left_out))


def prior_of(predictor: Predictor, looks: Looks) -> Floats:
    """(h, w), the log of a model's own center bias; zeros where it has none."""
    own = predictor.log_prior
    return np.zeros(looks.measured.shape[1:]) if own is None else own.astype(np.float64)


def frames_of(
    predictor: Predictor, images: GazeDataset, looks: Looks, *, progress: bool = False
) -> NDArray[np.uint8]:
    """uint8 (N, 3, H, W), the images of `looks` in the network's frame."""
    known = [sample for sample in images.samples if sample.image_id not in looks.left_out]
    maker = ImageMaker(predictor.input_size, predictor.fit)
    return np.asarray(cached_arrays(maker, known, description=f"Decoding {images.name}", progress=progress))


def by_a_degree(measured: Floats) -> Floats:
    """(N, h, w), what was measured, blurred by a fortieth of the width: about a degree."""
    with np.errstate(divide="ignore"):
        result: Floats = np.exp(blurred(np.log(measured), _DEGREE))
    return result


def halved(grids: Floats) -> Floats:
    """(..., h, w) -> (..., h / 2, w / 2): the sums of two by two cells."""
    return grids[..., ::2, ::2] + grids[..., 1::2, ::2] + grids[..., ::2, 1::2] + grids[..., 1::2, 1::2]


def _measured(predictor: Predictor, sample: Sample, size: Size) -> Floats:
    placement = Placement(sample.size, predictor.input_size, predictor.fit)
    if sample.fixations is None:
        stored = sample.density((min(sample.size[0], 4 * size[0]), min(sample.size[1], 4 * size[1])))
        return np.asarray(placement.place(stored.astype(np.float32), size), dtype=np.float64)
    points = placement.place_fixations(sample.fixations, size)
    return fixation_map(points.x, points.y, size)
