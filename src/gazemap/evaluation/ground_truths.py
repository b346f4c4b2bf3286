"""The ground truth that predictions are scored against: per image, as a protocol wants it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gazemap.data.dataset import GazeDataset
from gazemap.errors import DataError
from gazemap.evaluation.baselines import CenterBias, FixationCounts
from gazemap.gaze.blurring import blur, fourier_blur, fourier_sigma
from gazemap.metrics import GroundTruth, Protocol
from gazemap.metrics.scoring.preparing import Context
from gazemap.types import Floats, Size


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageGroundTruth(GroundTruth):
    """What predictions for one image are compared with; all maps are (H, W), of the same size.

    Attributes:
        size: (H, W).
        context: what is needed to derive the best map for each metric.
        fixation_map: counts, or 0 and 1 where the protocol ignores repeats.
        density: the blurred fixation_map, sums to 1.
        other_fixation_map: the negatives of the shuffled AUC.
        baseline: the center bias, sums to 1; information gain is measured over it.
    """

    size: Size
    context: Context
    fixation_map: Floats
    density: Floats
    other_fixation_map: Floats
    baseline: Floats


class GroundTruths:
    """The ground truth of every image of a split; what the images share is made once.

    Args:
        images: the split that is scored.
        center_images: the images whose fixations make the center bias. Where they are the split itself,
            an image's own fixations are left out of its center bias.
        protocol: decides the size, the blur and the negatives.
        seed: draws the other images, where the protocol uses only some of them.

    Raises:
        DataError: no fixation points, or no blur is known.
    """

    def __init__(
        self, images: GazeDataset, center_images: GazeDataset, protocol: Protocol, seed: int
    ) -> None:
        self.images = images
        self.protocol = protocol
        self._counts = FixationCounts(images)
        self._leaves_one_out = center_images is images
        center_counts = self._counts if self._leaves_one_out else FixationCounts(center_images)
        for counts, of in ((self._counts, images), (center_counts, center_images)):
            if not len(counts):
                raise DataError(
                    f"Data set {of.name!r} has no fixation points in this split, only maps. The protocol "
                    f"{protocol.name!r} needs points: choose another split or data set."
                )
        self._seed = seed
        self.center_bias = CenterBias(center_counts, self._relative_sigma())
        self._fixations_per_image = len(self._counts) / len(images)

    def of(self, index: int) -> ImageGroundTruth:
        """The ground truth of image `index` of the split."""
        size = self.protocol.frame or self.images[index].size
        counts = self._counts.of([index], size)
        fixated = counts if self.protocol.repeats else (counts > 0).astype(np.float64)
        if self.protocol.cycles is None:
            sigma = self.center_bias.sigma * size[1]
            blurred = blur(fixated, sigma)
        else:
            sigma = fourier_sigma(size, self.protocol.cycles)
            blurred = np.maximum(fourier_blur(fixated, self.protocol.cycles), 0.0)
        baseline = (
            self.center_bias.density_without(index, size)
            if self._leaves_one_out
            else self.center_bias.density(size)
        )
        return ImageGroundTruth(
            size=size,
            context=Context(baseline, sigma, self._fixations_per_image),
            fixation_map=fixated,
            density=blurred / max(blurred.sum(), np.finfo(np.float64).tiny),
            other_fixation_map=self._others(index, counts, size),
            baseline=baseline,
        )

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
        return (self._counts.of(drawn.tolist(), size) > 0).astype(np.float64)
