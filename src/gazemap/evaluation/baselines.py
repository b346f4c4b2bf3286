"""What a score stands beside: the center bias and the gold standard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from gazemap.data.dataset import GazeDataset
from gazemap.data.sample import Sample
from gazemap.gaze.blurring import blur
from gazemap.gaze.fixations import blurred_points, fixation_map
from gazemap.types import Floats, Size

# A kernel density of points is zero where nobody happened to look. These shares keep every pixel
# possible; they are our choice, the same for every data set.
_CENTER_SHARE = 0.1
_UNIFORM_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class CenterBias:
    """The density of other images' fixations: a model that ignores the image.

    Attributes:
        points: (n, 2), x and y as shares of the width and height of their image.
        sigma: of the kernel, as a share of the image's width.
    """

    points: Floats
    sigma: float
    _densities: dict[Size, Floats] = field(default_factory=dict, repr=False, compare=False)

    def density(self, size: Size) -> Floats:
        """(H, W), sums to 1, nowhere 0."""
        if size not in self._densities:
            height, width = size
            counts = fixation_map(self.points[:, 0] * width, self.points[:, 1] * height, size)
            self._densities[size] = mix_uniform(blur(counts, self.sigma * width))
        return self._densities[size]


def relative_points(dataset: GazeDataset) -> list[Floats]:
    """Each image's fixations, (n, 2), x and y as shares of the image's width and height."""
    points = []
    for sample in dataset:
        height, width = sample.size
        known = sample.fixations
        if known is None:
            points.append(np.empty((0, 2)))
        else:
            points.append(np.stack([known.x / width, known.y / height], axis=1))
    return points


def mix_uniform(density: Floats) -> Floats:
    """A density normalized and mixed with 1 % of the uniform one, so that no pixel is impossible."""
    total = density.sum()
    normalized = density / total if total > 0 else np.full_like(density, 1 / density.size)
    return (1 - _UNIFORM_SHARE) * normalized + _UNIFORM_SHARE / density.size


def leave_one_out(
    sample: Sample, size: Size, sigma: float, center_bias: Floats
) -> Iterator[tuple[Floats, Floats]]:
    """The gold standard's cases: what the other observers predict, and where this one looked.

    Args:
        sample: an image with known observers.
        size: (H, W) of the maps.
        sigma: of the kernel, in pixels of `size`.
        center_bias: (H, W), sums to 1; mixed in with 10 %, for places that few observers cover.

    Yields:
        density of the other observers' fixations and fixation_map of the held-out observer, for
        every observer with fixations on this image whose fellows have some too.
    """
    if sample.fixations is None or sample.fixations.observer is None:
        return
    fixations = sample.fixations.scaled(sample.size, size)
    everyone = blurred_points(fixations.x, fixations.y, size, sigma)
    for observer in fixations.observers:
        own = fixations.of_observer(observer)
        held_out = fixation_map(own.x, own.y, size)
        if held_out.any() and len(own) < len(fixations):
            others = everyone - blurred_points(own.x, own.y, size, sigma)
            density = mix_uniform(np.maximum(others, 0.0))  # rounding may leave -1e-20
            yield (1 - _CENTER_SHARE) * density + _CENTER_SHARE * center_bias, held_out
