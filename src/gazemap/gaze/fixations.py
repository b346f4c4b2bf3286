"""Points <-> fixation_map <-> density. A density is a matrix product, at any size and blur.

Pixel (row i, column j) covers [j, j + 1) x [i, i + 1): x runs right, y runs down, from 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError
from gazemap.gaze.blurring import blur, blur_points, blur_points_by_bands
from gazemap.gaze.fixation_pictures import fixation_counts
from gazemap.gaze.numbers import numbers
from gazemap.types import Floats, Size

MAX_SIGMA = 100_000.0  # pixels of a blur: wider than every image is


def pixel_indices(x: Floats, y: Floats, size: Size) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the points that lie in the frame.

    A point exactly on the far edge (x = W or y = H) belongs to the last pixel; points outside the
    frame are left out.
    """
    height, width = size
    inside = (x >= 0) & (x <= width) & (y >= 0) & (y <= height)
    columns = np.minimum(x[inside].astype(np.int64), width - 1)
    rows = np.minimum(y[inside].astype(np.int64), height - 1)
    return rows, columns


def fixation_map(x: Floats, y: Floats, size: Size) -> Floats:
    """(H, W) counts of the points in each pixel; see `pixel_indices` for the edges."""
    height, width = size
    rows, columns = pixel_indices(x, y, size)
    counts = np.bincount(rows * width + columns, minlength=height * width)
    return counts.reshape(size).astype(np.float64)


def density(x: Floats, y: Floats, size: Size, sigma: float) -> Floats:
    """(H, W), sums to 1: the Gaussian blur of the points' fixation_map, as a matrix product.

    Args:
        x: (n,) pixels of the frame.
        y: (n,) pixels of the frame.
        size: (H, W) of the frame.
        sigma: of the blur, in pixels of the frame; 0 for none.

    Returns:
        the uniform density where no point lies in the frame.

    Raises:
        InputError: sigma is negative, NaN or infinite.
    """
    blurred = blurred_points(x, y, size, sigma)
    total = blurred.sum()
    return blurred / total if total > 0 else np.full(size, 1 / blurred.size)


def blurred_points(x: Floats, y: Floats, size: Size, sigma: float) -> Floats:
    """(H, W), sums to the number of points in the frame: what `blur` makes of their fixation_map.

    Raises:
        InputError: sigma is negative, NaN or infinite.
    """
    if not checked_sigma(sigma) > 0:
        return fixation_map(x, y, size)
    rows, columns = pixel_indices(x, y, size)
    if len(rows) > 4 * size[0]:  # many are quicker as a map
        return blur(fixation_map(x, y, size), sigma)
    order = np.argsort(rows, kind="stable")
    return blur_points(rows[order], columns[order], np.ones(len(rows)), size, sigma)


def blurred_by_bands(x: Floats, y: Floats, size: Size, sigma: float) -> Iterator[tuple[slice, Floats]]:
    """As `blurred_points`, some rows at a time; see `blur_points_by_bands`."""
    if not checked_sigma(sigma) > 0:
        yield slice(None), fixation_map(x, y, size)
        return
    rows, columns = pixel_indices(x, y, size)
    order = np.argsort(rows, kind="stable")
    yield from blur_points_by_bands(rows[order], columns[order], size, sigma)


def checked_sigma(sigma: float) -> float:
    """The width of a blur, unchanged.

    Raises:
        InputError: it is negative, NaN, infinite or above `MAX_SIGMA`.
    """
    if not 0 <= sigma < math.inf:
        raise InputError(f"sigma must be a finite number, at least 0 (no blur), got {sigma}.")
    if sigma > MAX_SIGMA:
        raise InputError(f"sigma must be at most {MAX_SIGMA:,.0f} pixels, got {sigma:g}.")
    return sigma


@dataclass(frozen=True, eq=False)
class Fixations:
    """Where people looked in one image; arrays (n,), all in the same order.

    Two are equal where the same is known of them, with equal numbers in the same order; a NaN equals
    a NaN.

    Attributes:
        x: pixels to the right, from the image's left edge, continuous.
        y: pixels down, from its upper edge.
        observer: the name of who looked, where known.
        onset: seconds since the image appeared, where known.
        duration: seconds, where known.
    """

    x: Floats
    y: Floats
    observer: NDArray[np.str_] | None = None
    onset: Floats | None = None
    duration: Floats | None = None

    def __post_init__(self) -> None:
        """Take lists, too.

        Raises:
            InputError: no numbers, or not as many of each.
        """
        for name, values in self.columns.items():
            if not isinstance(values, np.ndarray):
                taken = np.asarray(values, dtype=str) if name == "observer" else numbers(values, name)
                object.__setattr__(self, name, taken)
        shapes = {name: values.shape for name, values in self.columns.items()}
        if len({*shapes.values()}) > 1 or self.x.ndim != 1:
            raise InputError(f"Fixations must have as many numbers of each, shape (n,), got shapes {shapes}.")

    @classmethod
    def of_pixels(cls, fixated: NDArray[np.generic]) -> Fixations:
        """The fixations of a picture of them, (H, W), each at the center of its pixel; see `fixation_counts`.

        Raises:
            InputError: it is no picture of fixations; says what it may be.
        """
        counts = fixation_counts(fixated)
        rows, columns = np.nonzero(counts)
        often = counts[rows, columns].astype(np.int64)
        return cls(x=np.repeat(columns + 0.5, often), y=np.repeat(rows + 0.5, often))

    def __len__(self) -> int:
        return len(self.x)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fixations):
            return NotImplemented
        return self.columns.keys() == other.columns.keys() and all(
            np.array_equal(values, other.columns[name], equal_nan=name != "observer")
            for name, values in self.columns.items()
        )

    def __hash__(self) -> int:
        return hash((len(self), *self.columns))  # of what stays when somebody writes to the arrays

    def __repr__(self) -> str:
        observers = "" if self.observer is None else f", observers={len(self.observers)}"
        return f"Fixations({len(self)}{observers}, known={', '.join(self.columns)!r})"

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """What is known, by name, each (n,)."""
        named = {column.name: getattr(self, column.name) for column in fields(self)}
        return {name: values for name, values in named.items() if values is not None}

    @property
    def observers(self) -> list[str]:
        """The names of the observers with at least one fixation, sorted."""
        return [] if self.observer is None else sorted(set(self.observer.tolist()))

    def of_observer(self, name: str) -> Fixations:
        """The fixations of one observer; none if the observer has none or is not known."""
        return self.where(np.zeros(len(self), bool) if self.observer is None else self.observer == name)

    def where(self, chosen: NDArray[np.bool_]) -> Fixations:
        """The fixations for which `chosen`, (n,), is true."""
        return Fixations(**{name: values[chosen] for name, values in self.columns.items()})

    def inside(self, size: Size) -> NDArray[np.bool_]:
        """(n,): which lie in an image of `size` (H, W), its far edges included."""
        return (self.x >= 0) & (self.x <= size[1]) & (self.y >= 0) & (self.y <= size[0])

    def clipped(self, size: Size) -> Fixations:
        """The same, with points outside of an image of `size` (H, W) moved to its edge."""
        return replace(self, x=self.x.clip(0, size[1]), y=self.y.clip(0, size[0]))

    def scaled(self, from_size: Size, to_size: Size) -> Fixations:
        """The same points in an image stretched from one (H, W) to another."""
        # divided first, so that a point on the far edge stays on it to the last bit
        x, y = self.x / from_size[1] * to_size[1], self.y / from_size[0] * to_size[0]
        return replace(self, x=x, y=y)
