"""Near-duplicates: the same picture twice, perhaps mirrored, cut or saved anew, must share a split.

Candidates have nearly the same perceptual hash (64 signs of low frequencies); they are verified by
the correlation of their gray values, since a hash alone pairs pictures that have little in common,
and a correlation alone pairs all bright skies over dark ground.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import GazeDataset
from gazemap.errors import DataError, InputError
from gazemap.images.fingerprints import signs
from gazemap.images.looks import FLAT, gray_version, perceptual_hashes
from gazemap.system.progress import bar

# On OSIE, Scene and 83 images of SALICON (1,283, so 822,403 pairs), distance 10 finds the one true
# pair and no false one, 14 ten false ones. It finds every image again that was saved at a
# low quality or brightened, 99 % when 2 % are cut from each side, 94 % when 4 % are from one.
DISTANCE = 10
CORRELATION = 0.7

_MAX_DISTANCE = 32  # the mean of two pictures that have nothing in common
_HASH_SIDE = 8
_ROWS = 1024  # of the table of all distances, computed at once


@dataclass(frozen=True)
class Pair:
    """Two images that are likely the same picture.

    Attributes:
        first: an image_id.
        second: another, later in the data set.
        distance: of their hashes, 0 to 64 bits.
        correlation: of their gray values, at 64 x 64 pixels.
        mirrored: whether one is the mirror image of the other.
    """

    first: str
    second: str
    distance: int
    correlation: float
    mirrored: bool


def near_duplicates(dataset: GazeDataset, *, distance: int = DISTANCE, progress: bool = False) -> list[Pair]:
    """Pairs of images that are likely the same picture: proposals, which somebody should look at.

    Images that show next to nothing (flat ones) and those without a file are not compared.

    Args:
        dataset: of any size; each image is decoded once, at a reduced size where its format allows.
        distance: up to how many of 64 bits hashes may differ, 0 to 32; more finds heavier changes, and
            false pairs.
        progress: show a bar.

    Raises:
        InputError: the distance is out of range.
        DataError: no image has a file, or one cannot be read.
    """
    if not 0 <= distance <= _MAX_DISTANCE:
        raise InputError(f"distance must be 0 to {_MAX_DISTANCE} bits, got {distance}.")
    files = {sample.image_id: sample.file for sample in dataset if sample.file is not None}
    if not files:
        raise DataError(f"{dataset.name!r} has no image files to compare, only its points are known.")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        looks = pool.map(_look, files.values())
        description = f"Comparing {dataset.name}"
        seen = [*bar(looks, description, len(files), progress=progress)]
    images = [(image_id, look) for image_id, look in zip(files, seen, strict=True) if look.gray.std() > FLAT]
    pairs: dict[tuple[str, str], Pair] = {}
    for mirrored in (True, False):  # a picture that is its own mirror image pairs as it is
        pairs |= {(pair.first, pair.second): pair for pair in _pairs(images, mirrored, distance)}
    order = {image_id: position for position, image_id in enumerate(dataset.image_ids)}
    return sorted(pairs.values(), key=lambda pair: (order[pair.first], order[pair.second]))


def regrouped(dataset: GazeDataset, pairs: Sequence[Pair]) -> GazeDataset:
    """The data set with each pair in one group, and each group in one split.

    Groups that are linked become one. A group that lies in several splits goes to `test` if it has
    an image there, else to `val`: no evaluation loses an image, and none is of a picture that was
    trained on. Among other splits, the one of most of its images takes it.

    Raises:
        DataError: a pair names an unknown image.
    """
    joined = {sample.group: sample.group for sample in dataset}  # group -> one that it is linked with

    def name(group: str) -> str:
        while joined[group] != group:
            group = joined[group]
        return group

    for pair in pairs:
        first, second = sorted(name(dataset[image_id].group) for image_id in (pair.first, pair.second))
        joined[second] = first
    groups = [name(sample.group) for sample in dataset]
    splits: dict[str, Counter[str]] = {group: Counter() for group in groups}
    for group, sample in zip(groups, dataset, strict=True):
        splits[group][sample.split] += 1
    samples = [
        replace(sample, group=group, split=_strictest(splits[group]))
        for group, sample in zip(groups, dataset, strict=True)
    ]
    return dataset.with_samples(samples)


def _strictest(counts: Counter[str]) -> str:
    evaluated = [name for name in ("test", "val") if name in counts]
    return evaluated[0] if evaluated else min(counts, key=lambda name: (-counts[name], name))


class _Look(NamedTuple):
    """What is compared: gray values, uint8 (64, 64), and the hash of the image and its mirror image."""

    gray: NDArray[np.uint8]
    bits: NDArray[np.bool_]
    mirrored_bits: NDArray[np.bool_]


def _look(file: Path) -> _Look:
    gray = gray_version(file)
    return _Look(np.asarray(gray), *perceptual_hashes(gray, _HASH_SIDE))


def _pairs(images: Sequence[tuple[str, _Look]], mirrored: bool, distance: int) -> Iterator[Pair]:
    if not images:
        return
    names = [image_id for image_id, _ in images]
    gray = np.stack([look.gray for _, look in images])
    others = gray[:, :, ::-1] if mirrored else gray
    own_signs = signs(np.stack([look.bits for _, look in images]))
    other_signs = signs(np.stack([look.mirrored_bits if mirrored else look.bits for _, look in images]))
    length = own_signs.shape[1]
    for start in range(0, len(images), _ROWS):
        # bits that differ, by a product of +1 and -1: exact, and faster than counting them
        distances = (length - own_signs[start : start + _ROWS] @ other_signs.T) / 2
        rows, columns = np.nonzero(np.triu(distances <= distance, start + 1))
        for at in range(0, len(rows), _ROWS):
            first, second = rows[at : at + _ROWS], columns[at : at + _ROWS]
            correlations = _correlations(gray[start + first], others[second])
            for i, j, r in zip(first.tolist(), second.tolist(), correlations.tolist(), strict=True):
                if r >= CORRELATION:
                    yield Pair(names[start + i], names[j], int(distances[i, j]), r, mirrored)


def _correlations(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Of each image of (n, h, w) with its partner: (n,)."""
    centered = [values.reshape(len(values), -1) - values.mean((1, 2))[:, None] for values in (a, b)]
    norms = np.linalg.norm(centered[0], axis=1) * np.linalg.norm(centered[1], axis=1)
    return np.asarray((centered[0] * centered[1]).sum(axis=1) / norms)
