"""The center bias and fixation maps written down plainly: one point at a time, SciPy's own filter."""

import numpy as np
from scipy.ndimage import gaussian_filter


def slow_counts(fixations, size):
    """(H, W): how many of the points lie in each pixel; those outside count nowhere."""
    counts = np.zeros(size)
    for x, y in zip(fixations.x, fixations.y, strict=True):
        if 0 <= x <= size[1] and 0 <= y <= size[0]:
            counts[min(int(y), size[0] - 1), min(int(x), size[1] - 1)] += 1
    return counts


def slow_center_bias(samples, left_out, relative_sigma, size):
    """(H, W): 99 % of the other images' blurred fixations, at their share of the image, 1 % uniform."""
    counts = np.zeros(size)
    for index, sample in enumerate(samples):
        if index != left_out and sample.fixations is not None:
            counts += slow_counts(sample.fixations.scaled(sample.size, size), size)
    blurred = gaussian_filter(counts, relative_sigma * size[1])
    normalized = blurred / blurred.sum() if counts.any() else np.full(size, 1 / counts.size)
    return 0.99 * normalized + 0.01 / counts.size
