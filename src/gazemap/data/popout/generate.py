"""The built-in data set: visual-search displays with known targets, so the truth is known exactly.

Fixations are drawn from a stated density, a mixture of three parts:

    p(x, y) = 0.55 N(target, 0.045 W) + 0.30 N(center, (0.22 W, 0.22 H)) + 0.15 uniform

cut off at the frame. The target is the one item that differs from its fellows in color,
orientation, size or shape (Treisman & Gelade 1980), or a patch of contrast in a texture.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gazemap.data.dataset import DatasetInfo, GazeDataset
from gazemap.data.popout.displays import KINDS, draw_display
from gazemap.data.writing.folder import write_dataset
from gazemap.data.writing.items import ImportedSet, Item
from gazemap.errors import InputError
from gazemap.gaze.fixations import Fixations
from gazemap.system.tables import Columns, Kind, read_parquet, rows_of, table_of, write_parquet
from gazemap.types import Floats, Size

TARGET_WEIGHT, CENTER_WEIGHT, NOISE_WEIGHT = 0.55, 0.30, 0.15
TARGET_SIGMA = 0.045  # of the width
CENTER_SIGMA = 0.22  # of the width and of the height
OBSERVERS, FIXATIONS_EACH = 15, 8

_TARGETS_FILE = "targets.parquet"
_TARGETS: dict[str, Kind] = {"image_id": "text", "kind": "text", "x": "float64", "y": "float64"}
_SPLITS = (("train", 0.7), ("val", 0.9), ("test", 1.0))  # upper ends of the shares, in order


def popout(
    out: str | Path,
    *,
    images: int = 1000,
    seed: int = 0,
    size: Size = (240, 320),
    progress: bool = False,
) -> GazeDataset:
    """Make the data set: the same seed gives the same bytes.

    70 % of the images are train, 20 % val, 10 % test; the four kinds of singleton and the textures
    take turns.

    Args:
        out: a new folder.
        images: how many.
        seed: of all random numbers.
        size: (H, W) of the images in pixels, at least 64 x 64.
        progress: show a bar.

    Raises:
        InputError: too few images for three splits, or too small a size.
        OutputError: `out` cannot be written.
    """
    if images < 10 or min(size) < 64:
        raise InputError(f"images must be at least 10 and size at least (64, 64), got {images} and {size}.")
    info = DatasetInfo(
        name="popout",
        title="Visual-search displays with known targets",
        citation="gazemap's own; displays after Treisman & Gelade, Cognitive Psychology 12, 1980.",
        license="MIT, as gazemap",
        source=source_of(images, seed, size),
        sigma=round(TARGET_SIGMA * size[1], 3),
    )
    targets = np.empty((images, 2))
    source = ImportedSet(info, _items(images, seed, size, targets), images)
    dataset = write_dataset(source, out, progress=progress)
    kinds = [KINDS[index % len(KINDS)] for index in range(images)]
    columns: Columns = {"image_id": dataset.image_ids, "kind": kinds, "x": targets[:, 0], "y": targets[:, 1]}
    write_parquet(table_of(columns, _TARGETS), dataset.path / _TARGETS_FILE)
    return dataset


def source_of(images: int, seed: int, size: Size) -> str:
    """What `dataset.json` says of where the displays are from: all that decides what they are."""
    return f"generated: {images} images of {size[1]} x {size[0]} pixels, seed {seed}"


def targets_of(dataset: GazeDataset) -> dict[str, tuple[float, float]]:
    """image_id -> the target's center, x and y in pixels.

    Raises:
        DataError: the data set has no targets.parquet, as one that `popout` made has.
    """
    rows = rows_of(read_parquet(dataset.path / _TARGETS_FILE))
    return {str(row["image_id"]): (float(row["x"]), float(row["y"])) for row in rows}


def true_density(target: tuple[float, float], size: Size) -> Floats:
    """(H, W), sums to 1: the density that the fixations of a display are drawn from.

    Args:
        target: x and y in pixels, as in targets.parquet.
        size: (H, W) of the display.
    """
    height, width = size

    def normal(x: float, y: float, sigma_x: float, sigma_y: float) -> Floats:
        columns = np.exp(-0.5 * ((np.arange(width) + 0.5 - x) / sigma_x) ** 2)
        rows = np.exp(-0.5 * ((np.arange(height) + 0.5 - y) / sigma_y) ** 2)
        bump = np.outer(rows, columns)
        return np.asarray(bump / bump.sum())

    at_target = normal(*target, TARGET_SIGMA * width, TARGET_SIGMA * width)
    at_center = normal(width / 2, height / 2, CENTER_SIGMA * width, CENTER_SIGMA * height)
    noise = 1 / (height * width)
    return TARGET_WEIGHT * at_target + CENTER_WEIGHT * at_center + NOISE_WEIGHT * noise


def _items(images: int, seed: int, size: Size, targets: Floats) -> Iterator[Item]:
    for index in range(images):
        random = np.random.default_rng([seed, index])
        display = draw_display(KINDS[index % len(KINDS)], size, random)
        targets[index] = display.target
        # the kinds take turns, so the split is decided by blocks of one of each kind
        position = (index // len(KINDS) + 0.5) / -(-images // len(KINDS))
        split = next(name for name, end in _SPLITS if position <= end)
        fixations = _draw_fixations(display.target, size, random)
        yield Item(f"{index:05}", display.image, split, fixations=fixations)


def _draw_fixations(target: tuple[float, float], size: Size, random: np.random.Generator) -> Fixations:
    height, width = size
    n = OBSERVERS * FIXATIONS_EACH
    cells = random.choice(height * width, size=n, p=true_density(target, size).ravel())
    onset = np.tile(np.arange(FIXATIONS_EACH) * 0.3, OBSERVERS)
    return Fixations(
        x=cells % width + random.random(n),
        y=cells // width + random.random(n),
        observer=np.repeat([f"{number:02}" for number in range(1, OBSERVERS + 1)], FIXATIONS_EACH),
        onset=onset,
        duration=np.full(n, 0.3),
    )
