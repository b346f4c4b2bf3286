"""Pictures of fixations -> counts per pixel; what is no such picture is refused with its cause."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError
from gazemap.types import Floats

# Fixation maps of public sets have 50 to 1,500 fixated pixels in 300,000 and more, and counts of some tens.
_MOST = 0.05  # the share of pixels that may be fixated
_FEW = 50  # fixated pixels that are no doubt, however small the picture
_LEVELS = 32  # different counts
_GAP = 0.45, 0.55  # of the brightest: between these a lossy picture of two values has no pixel
_DARK = 0.6  # of white: a lossy picture of two values whose brightest pixel is darker has lost some
_BLOCK = 3  # neighbors of eight; a fixated pixel of a disc or a square has as many or more


def fixation_counts(picture: NDArray[np.generic]) -> Floats:
    """(H, W): how many fixations each pixel has.

    Two values are one fixation at each pixel of the greater; few whole multiples of the least value are
    counts. What a lossy file made of two values (as JPEG does) is read at half its brightest value, where
    that tells all pixels apart without doubt: JPEG does down to a quality of about 50.

    Args:
        picture: (H, W), at least 0; 0 where nobody looked.

    Raises:
        InputError: a density, an inverted, resized or too strongly compressed picture, discs in place of
            pixels, the order of fixations in place of counts, or no map; says which.
    """
    values = np.asarray(picture)
    if values.ndim != 2 or values.dtype.kind not in "buif":
        raise InputError(
            f"A fixation map must be (H, W) numbers, got the shape {values.shape} of type {values.dtype}."
        )
    if not (values.min(initial=0) >= 0 and values.max(initial=0) < np.inf):  # nor NaN
        raise InputError("A fixation map must hold finite numbers of at least 0.")
    places = np.nonzero(values)
    levels = np.unique(values[places]).astype(np.float64)
    if len(levels) > 2 and len(levels) == len(places[0]) and _are_multiples(levels):
        raise InputError(
            f"each of its {len(levels):,} fixated pixels has a value of its own: the order of fixations, not "
            "their counts? Save 1 at each fixated pixel."
        )
    counted = 0 < len(levels) <= _LEVELS and levels[-1] <= _LEVELS * levels[0] and _are_multiples(levels)
    counts = np.zeros(values.shape)
    if counted:
        counts[places] = np.rint(values[places] / levels[0])
    elif len(levels):
        counts[_unlossy(values.astype(np.float64), levels)] = 1
    fixated = np.count_nonzero(counts)
    if fixated > max(_MOST * values.size, _FEW):
        raise InputError(_too_many(values))
    if fixated and np.median(_neighbors(counts > 0)) >= _BLOCK:
        raise InputError(
            "fixations are drawn as discs or squares, or the picture was enlarged: most fixated pixels touch "
            f"{_BLOCK} others or more. Save one pixel per fixation, at the image's size."
        )
    return counts


def _are_multiples(levels: Floats) -> bool:
    """Whether all values are whole multiples of the least."""
    multiples = levels / levels[0]
    return bool(np.allclose(multiples, np.rint(multiples), rtol=0, atol=1e-6))


def _unlossy(values: Floats, levels: Floats) -> NDArray[np.bool_]:
    """The two values that a lossy file blurred: where the greater is meant."""
    top = float(levels[-1])
    bright, lit = values > top / 2, values > 0.1 * top
    if np.count_nonzero(lit) > max(_MOST * values.size, _FEW):
        raise InputError(_too_many(values))
    doubtful = np.count_nonzero((values > _GAP[0] * top) & (values < _GAP[1] * top))
    if doubtful or (top <= 1 and top < _DARK) or not _all_near(lit, bright):
        raise InputError(
            f"it has {len(levels):,} different values, {np.count_nonzero(lit):,} pixels over a tenth of the "
            f"greatest and {np.count_nonzero(bright):,} over half of it: a picture of fixations that was "
            "resized, blurred or strongly compressed. Save two values, one pixel per fixation, in a lossless "
            "file such as PNG; or, if it is a density, put it into maps/."
        )
    return bright


def _too_many(values: NDArray[np.generic]) -> str:
    share = f"{np.count_nonzero(values) / values.size:.0%} of its pixels are over 0"
    if np.count_nonzero(values > values.max() / 2) > values.size / 2:
        return f"{share}, most of them bright: it is inverted. Save fixations brighter than the rest."
    return f"{share}: a density, not fixations. Put it into maps/."


def _all_near(lit: NDArray[np.bool_], bright: NDArray[np.bool_]) -> bool:
    """Whether what a lossy file left around fixations lies in the blocks, of 16 x 16 pixels, of such."""
    height, width = (-(-side // 16) * 16 for side in lit.shape)
    blocks = np.zeros((2, height, width), dtype=bool)
    blocks[:, : lit.shape[0], : lit.shape[1]] = lit, bright
    of_lit, of_bright = np.any(blocks.reshape(2, height // 16, 16, width // 16, 16), axis=(2, 4))
    return not bool(np.any(of_lit & ~of_bright))


def _neighbors(fixated: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Of each fixated pixel, how many of the eight around it are fixated, too."""
    framed = np.pad(fixated, 1)
    rows, columns = np.nonzero(framed)
    around = [framed[rows + i, columns + j] for i in (-1, 0, 1) for j in (-1, 0, 1)]
    counts: NDArray[np.int64] = np.sum(around, axis=0) - 1  # less itself
    return counts
