"""Gaussian blur as banded matrix products, and the MIT benchmark's blur in the Fourier domain."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gazemap.system.array_cache import keeping
from gazemap.types import Floats, Size

_TRUNCATE = 4.0  # sigmas at which the kernel is cut, as SciPy does by default
_BAND = 64  # rows or columns that are blurred together


@keeping(256 * 2**20)
def gaussian_matrix(n: int, sigma: float) -> Floats:
    """(n, n): row i is the 1-D Gaussian blur of a unit impulse at i.

    The border is reflected and the kernel cut at 4 sigmas, as scipy.ndimage's
    `gaussian_filter` does by default, so that products with it equal that filter. Read-only. The latest
    are kept, up to 256 MiB: those of 32 sides of 1,024 pixels, or of two of 4,000.
    """
    reach = int(_TRUNCATE * sigma + 0.5)
    taps = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (taps / sigma) ** 2)
    # the row and its mirror image, again and again: the kernel is laid around a circle of 2 n
    circle = np.bincount(taps % (2 * n), kernel / kernel.sum(), minlength=2 * n)
    twice = np.concatenate([circle, circle])
    direct = sliding_window_view(twice, n)[2 * n : n : -1]
    mirrored = sliding_window_view(twice[::-1], n)[:n]
    matrix: Floats = direct + mirrored
    return matrix


def blur(values: NDArray[np.floating], sigma: float) -> Floats:
    """(H, W) -> (H, W): scipy's `gaussian_filter(values, sigma)`, as matrix products.

    Where few pixels are not 0, as in a fixation_map, only those are spread along their rows, and
    only the rows that hold some are spread down.
    """
    height, width = values.shape
    rows, columns = np.divmod(np.flatnonzero(values != 0), width)  # on booleans it is ten times faster
    if len(rows) <= 4 * height:
        return blur_points(rows, columns, values[rows, columns], (height, width), sigma)
    across, reach = gaussian_matrix(width, sigma), _reach(sigma)
    spread = np.empty(values.shape)
    for start in range(0, width, _BAND):
        block = slice(start, start + _BAND)
        near = slice(max(start - reach, 0), start + _BAND + reach)
        spread[:, block] = values[:, near] @ across[near, block]
    return _spread_down(spread, np.arange(height), height, sigma)


def blur_points(
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    weights: NDArray[np.floating],
    size: Size,
    sigma: float,
) -> Floats:
    """(H, W): what `blur` makes of a map that is 0 but for some pixels, without the map.

    Args:
        rows: (n,), ascending.
        columns: (n,); a pixel may come several times.
        weights: (n,), the values of the pixels.
        size: (H, W).
        sigma: of the blur, in pixels.
    """
    if not len(rows):
        return np.zeros(size)
    return _spread_down(*_spread_across(rows, columns, weights, size[1], sigma), size[0], sigma)


def blur_points_by_bands(
    rows: NDArray[np.int64], columns: NDArray[np.int64], size: Size, sigma: float
) -> Iterator[tuple[slice, Floats]]:
    """As `blur_points` of weights of 1, for who goes on with some rows at a time while they are in the cache.

    Yields:
        which rows, and their values, (k, W), which are written over by the next.
    """
    if not len(rows):
        yield slice(None), np.zeros(size)
        return
    spread, held = _spread_across(rows, columns, np.ones(len(rows)), size[1], sigma)
    values = np.empty((_BAND, size[1]))
    for band, near, down in _bands(held, size[0], sigma):
        yield band, np.matmul(down, spread[near], out=values[: len(down)])


def _spread_across(
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    weights: NDArray[np.floating],
    width: int,
    sigma: float,
) -> tuple[Floats, NDArray[np.int64]]:
    """(n, W), the rows that hold points, blurred along themselves, and (n,), which they are."""
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    across = gaussian_matrix(width, sigma)[columns]
    return np.add.reduceat(across * weights[:, None], starts, axis=0), rows[starts]


def _spread_down(spread: Floats, held: NDArray[np.int64], height: int, sigma: float) -> Floats:
    """(H, W) of some rows, (n, W), that are blurred along themselves; `held` says which they are."""
    blurred = np.empty((height, spread.shape[1]))
    for band, near, down in _bands(held, height, sigma):
        np.matmul(down, spread[near], out=blurred[band])
    return blurred


def _bands(
    held: NDArray[np.int64], height: int, sigma: float
) -> Iterator[tuple[slice, slice, NDArray[np.float64]]]:
    """Some rows at a time: which, which of those held reach them, and (rows, held) by which weights."""
    weights, reach = gaussian_matrix(height, sigma)[held], _reach(sigma)
    for start in range(0, height, _BAND):
        band = slice(start, start + _BAND)
        near = slice(*np.searchsorted(held, [start - reach, start + _BAND + reach]))
        yield band, near, weights[near, band].T


def _reach(sigma: float) -> int:
    return int(_TRUNCATE * sigma + 0.5) + 1


def blur_by_taps(values: NDArray[np.floating], sigma: float) -> Floats:
    """(..., H, W) -> the same shape: as `blur`, summed tap by tap: SciPy's filter to the last bit.

    Equal surroundings give equal values, so that an AUC sees ties, and every machine gives the same
    ones, so that the built-in pictures are the same everywhere. Matrix products give neither. For small
    sigmas.
    """
    reach = int(_TRUNCATE * sigma + 0.5)
    kernel = np.exp(-0.5 / sigma**2 * np.arange(-reach, reach + 1) ** 2)
    kernel = (kernel / kernel.sum())[reach:]
    blurred = np.asarray(values, dtype=np.float64)
    for axis in (-2, -1):
        side = blurred.shape[axis]
        padded = np.moveaxis(blurred, axis, 0)
        padded = np.pad(padded, [(reach, reach)] + [(0, 0)] * (padded.ndim - 1), mode="symmetric")
        total = padded[reach : reach + side] * kernel[0]
        for tap in range(reach, 0, -1):
            pair = padded[reach - tap : reach - tap + side] + padded[reach + tap : reach + tap + side]
            total += pair * kernel[tap]
        blurred = np.moveaxis(total, 0, axis)
    return blurred


def fourier_blur(values: NDArray[np.floating], cycles: float) -> Floats:
    """(H, W) -> (H, W): the MIT benchmark's blur (antonioGaussian.m): half height at `cycles` per image.

    The map is set into a square of zeros whose side is the next power of two, which is taken to be
    periodic; `fourier_sigma` gives the kernel's width.
    """
    height, width = values.shape
    side = _square_side((height, width))
    down, across = np.fft.fftfreq(side, 1 / side), np.fft.rfftfreq(side, 1 / side)
    gain = np.exp(-np.log(2) / cycles**2 * (down[:, None] ** 2 + across[None] ** 2))
    spectrum = np.fft.rfft2(np.asarray(values, dtype=np.float64), (side, side)) * gain
    blurred: Floats = np.fft.irfft2(spectrum, (side, side))[:height, :width]
    return blurred


def fourier_sigma(size: tuple[int, int], cycles: float) -> float:
    """The sigma of `fourier_blur` in pixels: 24.0 for a side of 513 to 1024 pixels and 8 cycles."""
    return float(_square_side(size) * np.sqrt(np.log(2)) / (np.sqrt(2) * np.pi * cycles))


def _square_side(size: tuple[int, int]) -> int:
    return max(1 << (max(size) - 1).bit_length(), 2)
