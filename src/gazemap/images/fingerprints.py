"""Images known again by 40 bytes each: as they are, resized, squashed, saved anew or mirrored.

A fingerprint is the start of the SHA-256 of the file and a perceptual hash, the signs of 16 x 16 low
frequencies of the gray image. No picture can be made of it. A look (`looks.look`) is a fingerprint and the
hash of the mirror image, so that both are compared with what is known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

EXACT = 8  # bytes of the file's digest
HASH = 32  # bytes of a hash, of 256 bits
FINGERPRINT = EXACT + HASH

# Of 4,524 images of OSIE, Scene, SALICON, EMOd, MIT1003 and COCO (10,231,026 pairs, each also mirrored),
# the 26 that are the same picture, 23 of them squashed to 256 x 256, differ in 6 bits at most; the nearest
# others in 72. Of 2,102 of them every copy of half the size, squashed to 256 x 256, as JPEG of quality 30
# or 10, as PNG, brightened, gray, cut by 1 % at each side, or mirrored, halved and JPEG, is found, in 36
# bits at most; of those cut by 2 % at each side 99.9 %, by 4 % at one side 94 %.
DISTANCE = 56

_ROWS = 4096  # of the table of all distances, computed at once


def known_again(looks: Bytes, fingerprints: Bytes) -> NDArray[np.bool_]:
    """(N,): which images are among those that are known, as they are, changed or mirrored.

    Args:
        looks: (N, 72), of the images in question.
        fingerprints: (n, 40), the first 40 bytes of the looks of those that are known.
    """
    exact, hashes, mirrored = np.split(looks, [EXACT, FINGERPRINT], axis=1)
    known, known_hashes = np.split(fingerprints, [EXACT], axis=1)
    found = np.isin(_words(exact), _words(known))
    shown = known_hashes[known_hashes.any(axis=1)]
    for own in (hashes, mirrored):
        found |= own.any(axis=1) & (_least_distances(own, shown) <= DISTANCE)
    return found


def signs(bits: NDArray[np.bool_]) -> NDArray[np.float32]:
    """+1 and -1 of bits: of (..., k) signs, the bits that differ are (k - a @ b.T) / 2, exact and fast."""
    return np.where(bits, np.float32(1), np.float32(-1))


def _words(exact: Bytes) -> NDArray[np.uint64]:
    return np.ascontiguousarray(exact).view(np.uint64)[:, 0]


def _least_distances(hashes: Bytes, known: Bytes) -> NDArray[np.float32]:
    """(N,): the fewest bits in which each hash differs from any of those that are known."""
    own, others = (signs(np.unpackbits(values, axis=1).astype(bool)) for values in (hashes, known))
    length = own.shape[1]
    nearest = np.full(len(own), np.inf, np.float32)
    for start in range(0, len(own) if len(known) else 0, _ROWS):
        rows = slice(start, start + _ROWS)
        nearest[rows] = (length - (own[rows] @ others.T).max(axis=1)) / 2
    return nearest
