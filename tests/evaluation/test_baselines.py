"""The center bias of all other images: the total less the image's own, against adding the others up."""

from dataclasses import replace

import numpy as np
import pytest
from support.slow_baselines import slow_center_bias, slow_counts

from gazemap.data.dataset import GazeDataset
from gazemap.evaluation import baselines
from gazemap.evaluation.baselines import CenterBias, FixationCounts
from gazemap.evaluation.ground_truths import GroundTruths
from gazemap.metrics import PROTOCOLS


@pytest.fixture(scope="module")
def mixed(popout_set):
    """Images of several sizes, one that nobody looked at, one without points, and points off the frame."""
    samples = popout_set.split("train").samples[:6]
    sizes = [(96, 128), (96, 128), (50, 90), (64, 64), (96, 128), (80, 33)]
    resized = [
        replace(s, size=size, fixations=s.fixations.scaled(s.size, size))
        for s, size in zip(samples, sizes, strict=True)
    ]
    seen = resized[0].fixations
    resized[0] = replace(
        resized[0], fixations=replace(seen, x=np.where(np.arange(len(seen)) % 9, seen.x, 500))
    )
    resized[4] = replace(resized[4], fixations=seen.where(np.zeros(len(seen), bool)))
    resized[5] = replace(resized[5], fixations=None)
    return GazeDataset(popout_set.path, popout_set.info, resized)


@pytest.mark.parametrize("left_out", range(6))
def test_an_image_s_own_fixations_are_left_out_at_every_size(mixed, left_out):
    counts = FixationCounts(mixed)
    center_bias = CenterBias(counts, 0.06)
    for size in ((96, 128), (50, 90), (20, 33)):
        expected = slow_center_bias(mixed, left_out, 0.06, size)
        np.testing.assert_allclose(center_bias.density_without(left_out, size), expected, rtol=1e-9)
        others = sum(
            slow_counts(sample.fixations.scaled(sample.size, size), size)
            for index, sample in enumerate(mixed)
            if index != left_out and sample.fixations is not None
        )
        np.testing.assert_array_equal(counts.of_others(left_out, size), others)


def test_the_one_image_of_a_set_has_a_uniform_center_bias(mixed):
    alone = GazeDataset(mixed.path, mixed.info, mixed.samples[:1])
    density = CenterBias(FixationCounts(alone), 0.06).density_without(0, (4, 5))
    np.testing.assert_allclose(density, 1 / 20, rtol=1e-12)


def test_the_other_images_are_counted_once_not_once_per_image(popout_set, monkeypatch):
    """What is done for an image does not grow with the number of images."""
    counted = []
    real = baselines.fixation_map
    monkeypatch.setattr(
        baselines, "fixation_map", lambda x, y, size: counted.append(len(x)) or real(x, y, size)
    )
    train = popout_set.split("train")
    truths = GroundTruths(train, train, PROTOCOLS["exact"], seed=0)
    for index in range(len(train)):
        truths.of(index)
    total = sum(len(sample.fixations) for sample in train)
    assert sum(counted) <= 4 * total  # once together, and each image's own a few times


def test_what_is_kept_of_a_set_is_bounded(mixed, monkeypatch):
    monkeypatch.setattr(baselines, "_KEPT", 3 * 96 * 128 * 8)
    center_bias = CenterBias(FixationCounts(mixed), 0.06)
    for side in range(60, 130):
        center_bias.density((96, side))
    for cache in (center_bias._densities, center_bias.counts._totals):
        assert 0 < cache.nbytes <= 3 * 96 * 128 * 8
