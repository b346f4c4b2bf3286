"""The blur by which a page shows fixations as a density, also where a data set states none."""

from __future__ import annotations

from dataclasses import replace

from gazemap.data.dataset import GazeDataset
from gazemap.gaze.blurring import fourier_sigma

_CYCLES = 8  # of the MIT benchmark's blur


def with_blur(dataset: GazeDataset) -> GazeDataset:
    """The data set with a blur for each image: its own, else one degree, else the MIT benchmark's."""
    samples = [
        replace(s, sigma=s.sigma or s.pixels_per_degree or fourier_sigma(s.size, _CYCLES)) for s in dataset
    ]
    return dataset.with_samples(samples)


def blur_described(dataset: GazeDataset) -> str:
    """The blur of `with_blur` in words."""
    if all(sample.sigma for sample in dataset):
        return "the set's own blur"
    if all(sample.sigma or sample.pixels_per_degree for sample in dataset):
        return "a blur of one degree of visual angle, where the set states none"
    return f"the MIT benchmark's blur ({_CYCLES} cycles per image), where the set states none"
