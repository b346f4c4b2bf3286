"""Masks whose flat colors were blurred, by lossy compression or smooth edges: two areas are told apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazemap.types import Floats

_ALIKE = 24  # levels that lossy compression changes a flat color by, at most
_RAGGED = 8  # colors without one pixel inside a part of their own, which drawn areas do not have


def areas_meant(
    packed: NDArray[np.int64], *, lossy: bool
) -> tuple[NDArray[np.int64], NDArray[np.intp]] | None:
    """The flat colors of a mask and the number of each pixel's among them; None where that is not certain.

    A file that may be lossy, or has colors that only lie on edges, is taken for two areas where all parts
    have one of two colors: each pixel then belongs to the one that it is more like.

    Args:
        packed: (H, W) one number per color, 0xrrggbb.
        lossy: whether the file's format changes colors.
    """
    values, labels, counts = np.unique(packed, return_inverse=True, return_counts=True)
    labels = labels.reshape(packed.shape)
    drawn = np.bincount(labels[_inside(packed)], minlength=len(values)) > 0
    ragged = len(values) - np.count_nonzero(drawn)
    if not lossy and (ragged <= _RAGGED or ragged <= len(values) / 2):
        return values, labels
    flat = _unlike(_channels(values[drawn]), counts[drawn])
    if len(flat) == 1:
        return values[drawn][flat], np.zeros_like(labels)
    if len(flat) != 2:
        return None
    distances = [np.square(_channels(values) - _channels(values[drawn])[color]).sum(axis=1) for color in flat]
    return values[drawn][flat], np.argmin(distances, axis=0)[labels]


def _inside(packed: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(H, W): whether the pixels to all four sides have the same color; beyond the edge they do."""
    framed = np.pad(packed, 1, mode="edge")
    sides = (framed[:-2, 1:-1], framed[2:, 1:-1], framed[1:-1, :-2], framed[1:-1, 2:])
    same: NDArray[np.bool_] = np.all([side == packed for side in sides], axis=0)
    return same


def _channels(packed: NDArray[np.int64]) -> Floats:
    """(n, 3): red, green, blue."""
    return np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1).astype(np.float64)


def _unlike(colors: Floats, counts: NDArray[np.int64]) -> list[int]:
    """The most frequent colors of which no two are alike, by their value."""
    chosen: list[int] = []
    for index in np.argsort(-counts, kind="stable").tolist():
        if all(np.abs(colors[index] - colors[other]).max() > _ALIKE for other in chosen):
            chosen.append(index)
    return sorted(chosen)
