"""Clutter of an image by its subband entropy (Rosenholtz, Li and Nakano 2007, Measuring visual clutter)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.types import Floats, Pixels, Size

LEVELS, ORIENTATIONS = 3, 4
_CHROMA = 0.0625  # the weight of each of the two color channels
_PLAIN = 0.008  # a range of a color channel below which it is taken for constant
_PIXELS = 640 * 480  # at which it is measured, since it depends on the size
_SIDE = 2 ** (LEVELS + 1)  # each side is a multiple of it, so that bands can be halved
_TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750]])
_TO_XYZ = np.vstack([_TO_XYZ, [0.0193339, 0.1191920, 0.9503041]])  # of sRGB, D65


def subband_entropy(image: Pixels) -> float:
    """How many bits a pixel of an image's subbands takes: the more clutter, the more.

    The image is scaled to the area of 640 x 480 pixels and taken apart by a steerable pyramid of three levels
    and four orientations; what it leaves over at low frequencies is a band, too. The measure is the mean
    entropy of the bands of L* and, with a weight of 1/16 each, of a* and b* of CIELAB.

    Args:
        image: (H, W, 3), sRGB.

    Returns:
        bits; 0 for an image of one color.
    """
    lightness, *colors = np.moveaxis(lab(_measured(image)), 2, 0)
    weights, values = [1.0], [_mean_entropy(lightness)]
    for color in colors:
        weights.append(_CHROMA)
        values.append(0.0 if np.ptp(color) < _PLAIN else _mean_entropy(color))
    return float(np.average(values, weights=weights))


def lab(image: Pixels) -> Floats:
    """(H, W, 3), the L*, a* and b* of sRGB (CIE 1976, D65)."""
    share = image / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    ratios = linear @ (_TO_XYZ / _TO_XYZ.sum(axis=1, keepdims=True)).T
    edge = 6 / 29
    x, y, z = np.moveaxis(np.where(ratios > edge**3, np.cbrt(ratios), ratios / (3 * edge**2) + 4 / 29), 2, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=2)


def bands(channel: Floats) -> list[Floats]:
    """The oriented bands of a steerable pyramid, level by level, then the rest at low frequencies.

    Simoncelli and Freeman (1995): in the frequency domain, with transitions of one octave by raised cosines.
    What lies above the first level's transition is left out, as Rosenholtz et al. do.

    Args:
        channel: (H, W), both multiples of 16.
    """
    low, (octave, angle) = np.fft.fftshift(np.fft.fft2(channel)), _polar(channel.shape)
    low = low * _falling(octave)
    found = []
    for level in range(1, LEVELS + 1):
        high = _rising(octave + level)
        found += [_space(low * high * _oriented(angle, number)) for number in range(ORIENTATIONS)]
        low = low * _falling(octave + level)
        inner = _inner(low.shape)
        low, octave, angle = low[inner], octave[inner], angle[inner]
    return [*found, _space(low)]


def entropy(values: Floats) -> float:
    """The entropy of numbers in bits, by as many equal bins as the square root of their count."""
    if np.ptp(values) <= 1e-9 * max(1.0, float(np.abs(values).max())):
        return 0.0
    counts = np.histogram(values, bins=math.ceil(math.sqrt(values.size)))[0]
    shares = counts[counts > 0] / values.size
    return float(-(shares * np.log2(shares)).sum())


def _measured(image: Pixels) -> Pixels:
    """The image at the size at which it is measured."""
    height, width = image.shape[:2]
    ratio = math.sqrt(_PIXELS / (height * width))
    size = tuple(max(_SIDE * round(side * ratio / _SIDE), _SIDE) for side in (width, height))
    if size == (width, height):
        return image
    return np.asarray(Image.fromarray(image).resize((size[0], size[1]), Image.Resampling.BILINEAR))


def _mean_entropy(channel: Floats) -> float:
    return float(np.mean([entropy(band) for band in bands(channel)]))


def _polar(size: Size) -> tuple[Floats, Floats]:
    """Of each frequency, its octave against the highest one, and its direction."""
    down, across = (2 * np.fft.fftshift(np.fft.fftfreq(side)) for side in size)
    radius = np.hypot(down[:, None], across)
    radius[size[0] // 2, size[1] // 2] = np.finfo(float).tiny
    return np.log2(radius), np.arctan2(down[:, None], across)


def _rising(octave: Floats) -> Floats:
    risen: Floats = np.sin(np.pi / 2 * np.clip(octave + 1, 0, 1))
    return risen


def _falling(octave: Floats) -> Floats:
    fallen: Floats = np.cos(np.pi / 2 * np.clip(octave + 1, 0, 1))
    return fallen


def _oriented(angle: Floats, number: int) -> NDArray[np.complex128]:
    """The share of an orientation: a power of the cosine, and a factor that keeps the band real."""
    order = ORIENTATIONS - 1
    scale = 2.0**order * math.factorial(order) / math.sqrt(ORIENTATIONS * math.factorial(2 * order))
    return (-1j) ** order * scale * np.cos(angle - np.pi * number / ORIENTATIONS) ** order


def _inner(size: Size) -> tuple[slice, slice]:
    """The lower half of all frequencies."""
    height, width = size
    return slice(height // 4, height - height // 4), slice(width // 4, width - width // 4)


def _space(frequencies: NDArray[np.complex128]) -> Floats:
    return np.fft.ifft2(np.fft.ifftshift(frequencies)).real
