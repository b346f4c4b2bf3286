"""What every score is compared with: the center bias and the gold standard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from gazemap.data.dataset import GazeDataset
from gazemap.data.sample import Sample
from gazemap.errors import DataError
from gazemap.gaze.blurring import blur
from gazemap.gaze.fixations import Fixations, blurred_by_bands, blurred_points, fixation_map
from gazemap.images.resizing import resize
from gazemap.system.array_cache import ArrayCache
from gazemap.system.array_pool import POOL
from gazemap.types import Floats, Size

CENTER_BIAS = "center bias"
UNIFORM = "uniform"
GOLD_STANDARD = "gold standard"
MEAN_MAP = "mean training map"  # of a report's networks: a row like a model's, the same for all images
BASELINES = (CENTER_BIAS, UNIFORM, GOLD_STANDARD, MEAN_MAP)

# A kernel density of points is zero where nobody happened to look. Mixing in these shares keeps every pixel
# possible. They are our choice, the same for every data set.
_CENTER_SHARE = 0.1
_UNIFORM_SHARE = 0.01

_GRID = (240, 320)  # of a mean of maps, which is smooth
_KEPT = 128 * 2**20  # bytes of a data set's maps that stay in memory, one for each size of its images


class FixationCounts:
    """The fixations of every image of a data set, counted at any size.

    Args:
        dataset: whose images; points are kept as shares of the image's width and height.
    """

    def __init__(self, dataset: GazeDataset) -> None:
        self._points = relative_points(dataset)
        self._totals = ArrayCache(_KEPT)

    def __len__(self) -> int:
        """How many fixations there are, on all images."""
        return sum(map(len, self._points))

    def of(self, indices: Sequence[int], size: Size) -> Floats:
        """(H, W): the counts of some images together."""
        points = np.concatenate([self._points[index] for index in indices])
        return fixation_map(points[:, 0] * size[1], points[:, 1] * size[0], size)

    def of_all(self, size: Size) -> Floats:
        """(H, W): the counts of all images together."""
        return self._totals.get(size, lambda: self.of(range(len(self._points)), size))

    def of_others(self, index: int, size: Size) -> Floats:
        """(H, W): the counts of all images but one: the total minus its own."""
        return self.of_all(size) - self.of([index], size)


class CenterBias:
    """The density of the fixations on other images: a model that ignores the image.

    Args:
        counts: of those images.
        sigma: of the kernel, as a share of the image's width.
    """

    def __init__(self, counts: FixationCounts, sigma: float) -> None:
        self.counts = counts
        self.sigma = sigma
        self._densities = ArrayCache(_KEPT)

    def density(self, size: Size) -> Floats:
        """(H, W), sums to 1, nowhere 0: of all images."""
        return self._densities.get(size, lambda: self._blurred(self.counts.of_all(size)))

    def density_without(self, index: int, size: Size) -> Floats:
        """(H, W), sums to 1, nowhere 0: of all images but one."""
        return self._blurred(self.counts.of_others(index, size))

    def _blurred(self, counts: Floats) -> Floats:
        return mix_uniform(blur(counts, self.sigma * counts.shape[1]))


class MeanOfMaps:
    """The mean of other images' dense maps: the center bias of a data set that has no points.

    Args:
        dataset: whose images have maps; those without are left out.
    """

    def __init__(self, dataset: GazeDataset) -> None:
        self._samples = [*dataset]
        self._total = np.zeros(_GRID)
        for sample in self._samples:
            self._total += self._own(sample)
        if not self._total.any():
            raise DataError(f"Data set {dataset.name!r} has neither fixation points nor dense maps here.")

    def density(self, size: Size) -> Floats:
        """(H, W), sums to 1, nowhere 0: of all images."""
        return self._resized(self._total, size)

    def density_without(self, index: int, size: Size) -> Floats:
        """(H, W), sums to 1, nowhere 0: of all images but one."""
        return self._resized(self._total - self._own(self._samples[index]), size)

    def _own(self, sample: Sample) -> Floats:
        """On the grid on which the maps of images of all sizes are added; sums to 1."""
        if sample.map_file is None:
            return np.zeros(_GRID)
        return replace(sample, fixations=None).density(_GRID)

    def _resized(self, total: Floats, size: Size) -> Floats:
        return mix_uniform(np.maximum(resize(total, size), 0.0))


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
    """A density, normalized and mixed with 1 % of the uniform one, so that no pixel is impossible."""
    total = density.sum()
    if not total > 0:
        return np.full_like(density, 1 / density.size)
    mixed: Floats = density * ((1 - _UNIFORM_SHARE) / total)
    mixed += _UNIFORM_SHARE / density.size
    return mixed


def leave_one_out(
    sample: Sample, size: Size, sigma: float, center_bias: Floats
) -> Iterator[tuple[Floats, Fixations]]:
    """The gold standard's cases: what the other observers predict, and where the held-out one fixated.

    Args:
        sample: an image with known observers.
        size: (H, W) of the maps.
        sigma: of the kernel, in pixels of `size`.
        center_bias: (H, W), sums to 1; 10 % of it is mixed in, for regions that few observers cover.

    Yields:
        density of the other observers' fixations, and the fixations of the held-out observer in pixels of
        the map; for every observer with fixations on this image, where others have some, too.
    """
    if sample.fixations is None or sample.fixations.observer is None:
        return
    fixations = sample.fixations.scaled(sample.size, size)
    everyone = blurred_points(fixations.x, fixations.y, size, sigma)
    inside = fixations.inside(size)
    # mixed in: 1 % of the uniform density into the others', and then the center bias into both
    mixed_in = _CENTER_SHARE * center_bias + (1 - _CENTER_SHARE) * _UNIFORM_SHARE / center_bias.size
    for observer in fixations.observers:
        own = fixations.of_observer(observer)
        seen = np.count_nonzero(own.inside(size))
        if seen and np.count_nonzero(inside) > seen:
            density, bands = POOL.empty(size), []
            for band, values in blurred_by_bands(own.x, own.y, size, sigma):
                np.subtract(everyone[band], values, out=values)
                np.maximum(values, 0.0, out=density[band])  # rounding may leave -1e-20
                bands.append(band)
            scale = (1 - _CENTER_SHARE) * (1 - _UNIFORM_SHARE) / density.sum()
            for band in bands:
                density[band] *= scale
                density[band] += mixed_in[band]
            yield density, own
        elif seen and len(own) < len(fixations):  # no other fixation lies in the image
            yield _CENTER_SHARE * center_bias + (1 - _CENTER_SHARE) / center_bias.size, own
