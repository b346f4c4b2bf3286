"""The ground truth that predictions are scored against: per image, as a protocol wants it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from gazemap.data.dataset import GazeDataset
from gazemap.data.sample import Sample
from gazemap.errors import DataError
from gazemap.evaluation.baselines import CenterBias, FixationCounts, MeanOfMaps
from gazemap.gaze.blurring import blur, fourier_blur, fourier_sigma
from gazemap.metrics import GroundTruth, Protocol, get_metric
from gazemap.metrics.scoring.preparing import Context, Prepared, prepare_density
from gazemap.types import Floats, Size

_POINTS = {"fixation_map", "other_fixation_map"}


def needs_points(metric: str) -> bool:
    """Whether a metric compares with fixation points, not with a density alone."""
    return not _POINTS.isdisjoint(get_metric(metric).needs)


def with_metrics_of(protocol: Protocol, images: GazeDataset, *, asked: bool) -> Protocol:
    """The protocol with the metrics that a split can be scored by: of maps alone, those that need no points.

    Args:
        protocol: with the metrics that are wanted.
        images: the split.
        asked: whether each of them was asked for by name.

    Raises:
        DataError: the split has neither points nor maps, or maps alone, and a metric that was asked for, or
            each of the protocol's, needs points.
    """
    if any(sample.fixations is not None and len(sample.fixations) for sample in images):
        return protocol
    if not any(sample.map_file for sample in images):
        raise DataError(
            f"Data set {images.name!r} has neither fixation points nor dense maps in this split. Choose "
            "another split or data set."
        )
    served = tuple(name for name in protocol.metrics if not needs_points(name))
    refused = [name for name in protocol.metrics if name not in served]
    if refused and (asked or not served):
        raise DataError(
            f"Data set {images.name!r} has no fixation points in this split, only maps, and "
            f"{', '.join(refused)} need points. Metrics that do without: cc, kld, sim, emd."
        )
    return replace(protocol, metrics=served)


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageGroundTruth(GroundTruth):
    """What predictions for one image are compared with; all maps are (H, W), of the same size.

    Attributes:
        size: (H, W).
        context: what is needed to derive the best map for each metric.
        fixation_map: counts, or 0 and 1 where the protocol ignores repeats; None where only a dense map is
            known.
        density: the blurred fixation_map, or the dense map as it is stored; sums to 1.
        other_fixation_map: the negatives of the shuffled AUC.
        baseline: the center bias, sums to 1; information gain is measured over it.
    """

    size: Size
    context: Context
    fixation_map: Floats | None
    density: Floats
    other_fixation_map: Floats
    baseline: Floats


class GroundTruths:
    """The ground truth of every image of a split; what the images share is made once.

    Args:
        images: the split that is scored.
        center_images: the images whose fixations, or maps where there are none, make the center bias.
            Where they are the split itself, an image's own are left out of its center bias.
        protocol: decides the size, the blur and the negatives.
        seed: draws the other images, where the protocol uses only some of them.

    Raises:
        DataError: no image of `center_images` has points or a map, or no blur is known.
    """

    def __init__(
        self, images: GazeDataset, center_images: GazeDataset, protocol: Protocol, seed: int
    ) -> None:
        self.images = images
        self.protocol = protocol
        self._counts = FixationCounts(images)
        self._leaves_one_out = center_images is images
        self._sigma = self._relative_sigma()
        self._seed = seed
        center_counts = self._counts if self._leaves_one_out else FixationCounts(center_images)
        self.center_bias = (
            CenterBias(center_counts, self._sigma) if len(center_counts) else MeanOfMaps(center_images)
        )
        with_points = sum(sample.fixations is not None for sample in images)
        self._shared: tuple[Size, tuple[Prepared, Prepared]] | None = None  # of the latest size
        self._fixations_per_image = len(self._counts) / with_points if with_points else math.inf

    def of(self, index: int) -> ImageGroundTruth:
        """The ground truth of image `index` of the split."""
        sample = self.images[index]
        size = self.protocol.frame or sample.size
        counts = self._counts.of([index], size)
        fixated = counts if self.protocol.repeats else (counts > 0).astype(np.float64)
        sigma = self._blur(size)
        baseline = (
            self.center_bias.density_without(index, size)
            if self._leaves_one_out
            else self.center_bias.density(size)
        )
        return ImageGroundTruth(
            size=size,
            context=Context(baseline, sigma, self._fixations_per_image),
            fixation_map=None if sample.fixations is None else fixated,
            density=self._density(sample, fixated, sigma),
            other_fixation_map=self._others(index, counts, size),
            baseline=baseline,
        )

    def baselines(self, truth: ImageGroundTruth) -> tuple[Prepared, Prepared]:
        """The center bias and the uniform density of one image, ready to be scored.

        Images of one size share them, and what is derived of them, unless each has a center bias of its own.
        """
        known = self._shared
        if known is not None and known[0] == truth.size and not self._leaves_one_out:
            return known[1]
        # without a context: what is best against center-biased negatives is no longer uniform
        uniform = prepare_density(np.full(truth.size, 1 / np.prod(truth.size)), self.protocol)
        made = prepare_density(truth.baseline, self.protocol, truth.context), uniform
        self._shared = truth.size, made
        return made

    def _blur(self, size: Size) -> float:
        """Sigma in pixels of a frame of this size."""
        if self.protocol.cycles is None:
            return self._sigma * size[1]
        return fourier_sigma(size, self.protocol.cycles)

    def _density(self, sample: Sample, fixated: Floats, sigma: float) -> Floats:
        if sample.fixations is None:
            return sample.density((fixated.shape[0], fixated.shape[1]))
        if self.protocol.cycles is None:
            blurred = blur(fixated, sigma)
        else:
            blurred = np.maximum(fourier_blur(fixated, self.protocol.cycles), 0.0)
        density: Floats = blurred / max(blurred.sum(), np.finfo(np.float64).tiny)
        return density

    def _relative_sigma(self) -> float:
        """The blur as a share of the image's width, the same for every image of the set."""
        if self.protocol.sigma is not None and self.protocol.frame is not None:
            return self.protocol.sigma / self.protocol.frame[1]
        known = [s.sigma / s.size[1] for s in self.images if s.sigma is not None]
        if not known and self.protocol.cycles is not None:
            shares = [fourier_sigma(s.size, self.protocol.cycles) / s.size[1] for s in self.images]
            return float(np.median(shares))
        if not known:
            raise DataError(
                f"The data set {self.images.name!r} states no blur, which protocol {self.protocol.name!r} "
                'needs. Add "sigma" to its dataset.json: the standard deviation of the Gaussian blur of its '
                "ground truth, in pixels; usually that of 1 degree of visual angle."
            )
        return float(np.median(known))

    def _others(self, index: int, own: Floats, size: Size) -> Floats:
        if self.protocol.others is None:
            others = self._counts.of_others(index, size)
            return others if self.protocol.others_at_own else np.where(own > 0, 0.0, others)
        random = np.random.default_rng([self._seed, index])
        candidates = np.delete(np.arange(len(self.images)), index)
        drawn = random.choice(candidates, size=min(self.protocol.others, len(candidates)), replace=False)
        counts = self._counts.of(drawn.tolist(), size)
        return counts if self.protocol.repeats else (counts > 0).astype(np.float64)
