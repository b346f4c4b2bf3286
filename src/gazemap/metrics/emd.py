"""The earth mover's distance between maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError
from gazemap.images.resizing import resize, shrink
from gazemap.metrics.kernels.arrays import Arrays, Maps, Score, in_main_memory
from gazemap.metrics.kernels.checks import refuse_negative
from gazemap.metrics.kernels.reading import read
from gazemap.system.array_cache import keeping
from gazemap.system.extras import require
from gazemap.types import Floats

if TYPE_CHECKING:
    from torch import Tensor


@overload
def emd(saliency: Tensor, density: Maps, *, downsize: float = 32.0) -> Tensor: ...
@overload
def emd(saliency: Arrays, density: Maps, *, downsize: float = 32.0) -> Score: ...
def emd(saliency: Maps, density: Maps, *, downsize: float = 32.0) -> Score | Tensor:
    """Earth mover's distance (Rubner et al. 2000; EMD.m): how far must the mass be moved?

    The truth is shrunk bicubically, the prediction resized to it; both are divided by their sums.
    The cost of moving is the distance in shrunk pixels; the optimum is exact (network simplex of
    the library POT). Bicubic weights can leave values below 0, which are cut off; so are a
    prediction's own.

    Args:
        saliency: (H, W) or (B, H, W), non-negative.
        density: of the same shape, the blurred fixations, non-negative, any scale.
        downsize: how many pixels make one; the original's is 32, 1 compares the maps as they are.

    Returns:
        a score per image, in shrunk pixels, lower is better, 0 for equal maps. NaN if a map has
        NaN, infinite values or nothing above 0, and where a whole image shrinks to one pixel.

    Raises:
        InputError: a log density, a density with negative values, or `downsize` below 1.
        MissingPackageError: POT is not installed; the extra `emd` brings it.
    """
    if not downsize >= 1:
        raise InputError(f"downsize must be at least 1, got {downsize}.")
    reader = read(saliency, ranks=True)
    reader.refuse_log_density("saliency")
    truth = reader.pixels(density, "density")
    refuse_negative(truth, "density")
    pairs = (in_main_memory(pixels.values).reshape(reader.shape) for pixels in (reader.first, truth))
    return reader.scores(np.array([_distance(p, q, downsize) for p, q in zip(*pairs, strict=True)]))


def _distance(prediction: Floats, truth: Floats, downsize: float) -> float:
    require("ot", "The earth mover's distance")
    import ot

    small = shrink(truth, downsize) if downsize > 1 else truth
    if small.size == 1 < truth.size:
        return float("nan")  # nothing is left that could lie elsewhere
    masses = [np.maximum(values, 0).ravel() for values in (resize(prediction, small.shape, "bicubic"), small)]
    totals = [values.sum() for values in masses]
    if not 0 < np.min(totals) <= np.max(totals) < np.inf:  # NaN too
        return float("nan")
    p, q = (values / total for values, total in zip(masses, totals, strict=True))
    surplus = p - q  # a distance obeys the triangle inequality: what both have need not move
    moved = float(np.abs(surplus).sum()) / 2
    if not moved > 0:
        return 0.0
    above, below = surplus > 0, surplus < 0
    cost = _distances(*small.shape)[np.ix_(above, below)]
    given, taken = surplus[above] / surplus[above].sum(), surplus[below] / surplus[below].sum()
    return float(ot.emd2(given, taken, cost, numItermax=10_000_000)) * moved


@keeping(64 * 2**20)
def _distances(height: int, width: int) -> NDArray[np.float64]:
    """(n, n): between the n = height * width pixels, in pixels. Kept up to 64 MiB."""
    rows, columns = np.divmod(np.arange(height * width), width)
    distances: NDArray[np.float64] = np.hypot(rows[:, None] - rows, columns[:, None] - columns)
    return distances
