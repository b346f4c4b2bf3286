"""What the metrics take: arrays or tensors, one image or a batch; checked once, float64 inside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeAlias

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError
from gazemap.gaze import fixations
from gazemap.types import Floats

_LEAST = 1e-290  # what a sum must exceed to be divided by: times 2.2e-16 it is still a normal float64
_FEW = 2000  # points that are sorted more quickly than a map is searched


class Points(Protocol):
    """Fixations of one image as points: pixels to the right and down, from 0 (`gazemap.Fixations`)."""

    x: Any
    y: Any


# What comes in and goes out, by the caller's choice: nested lists and NumPy arrays give floats and
# NumPy arrays, torch tensors give tensors on their own device. Static types cannot say which.
Maps: TypeAlias = Any  # (H, W) or (B, H, W)
Fixated: TypeAlias = Any  # (H, W) or (B, H, W) counts, `Points`, or a list of B of them
Score: TypeAlias = Any  # a float or 0-d tensor for one image, (B,) for a batch
Array: TypeAlias = Any  # of either library


@dataclass(frozen=True)
class Pixels:
    """The pixels of a batch of maps, and what several metrics ask of them, computed once.

    Attributes:
        xp: the array library's namespace, in the array API's names.
        values: (B, N) float64.
    """

    xp: Any
    values: Array

    @cached_property
    def low(self) -> Array:
        """(B,): the least values; NaN where there is one."""
        return self.xp.min(self.values, axis=-1)

    @cached_property
    def high(self) -> Array:
        """(B,): the greatest values; NaN where there is one."""
        return self.xp.max(self.values, axis=-1)

    @cached_property
    def raised(self) -> Array:
        """(B, N): the values less the least of their map.

        Moments are taken of these: a map whose least value is 0 has a mean of at most sqrt(N)
        standard deviations, so that they lose no more than a share of N eps to rounding.
        """
        if not bool(self.xp.any(self.low != 0)):
            return self.values
        with np.errstate(over="ignore", invalid="ignore"):  # -inf in a log density
            return self.values - self.low[:, None]

    @cached_property
    def raised_sum(self) -> Array:
        """(B,): the sum of the raised values; 0 for a constant map alone."""
        below = self.low * self.values.shape[-1]
        with np.errstate(over="ignore", invalid="ignore"):  # infinite values
            if number(self.xp.max(self.xp.abs(below) - self.xp.abs(self.sum) / 2)) <= 0:
                return self.sum - below  # no digits are lost
        return self.xp.sum(self.raised, axis=-1)

    @cached_property
    def sum(self) -> Array:
        """(B,)."""
        with np.errstate(over="ignore", invalid="ignore"):  # both infinities
            return self.xp.sum(self.values, axis=-1)

    @cached_property
    def squares(self) -> Array:
        """(B,): the sum of the squared deviations from the mean."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self.xp.vecdot(self.raised, self.raised) - self.raised_sum**2 / self.values.shape[-1]

    @cached_property
    def is_constant(self) -> Array:
        """(B,): which have one value everywhere."""
        return self.raised_sum == 0

    @cached_property
    def is_zero(self) -> Array:
        """(B,): which are 0 everywhere."""
        return self.is_constant & (self.low == 0)

    @cached_property
    def varies(self) -> Array:
        """(B,): which have a standard deviation that float64 can divide by."""
        return (self.squares > _LEAST) & (self.squares < np.inf)

    @cached_property
    def mass(self) -> Array:
        """(B,): the sum, by which a truth is divided; NaN where it is 0 or float64 cannot divide by it."""
        return self._divisor(self.sum)

    @cached_property
    def raised_mass(self) -> Array:
        """(B,): the same of the raised values."""
        return self._divisor(self.raised_sum)

    @cached_property
    def total(self) -> Array:
        """(B,): as `mass`, but 1 for a prediction of zeros, which stays so, as in the MIT code."""
        return self.xp.where(self.is_zero, 1.0, self.mass)

    @cached_property
    def raised_total(self) -> Array:
        """(B,): as `raised_mass`, but 1 for a prediction of zeros."""
        return self.xp.where(self.is_zero, 1.0, self.raised_mass)

    def _divisor(self, sums: Array) -> Array:
        size = self.xp.abs(sums)
        return self.xp.where((size > _LEAST) & (size < np.inf), sums, np.nan)


@dataclass(frozen=True)
class Looked:
    """Where people looked in one image: its fixated pixels.

    Attributes:
        pixels: (n,) int64, positions in the flattened map, each once.
        counts: (n,) float64, how many fixations each has.
    """

    pixels: Array
    counts: Array


class Reader:
    """How one call's maps are read and its scores are given back: as its first argument came.

    Args:
        first: (H, W) or (B, H, W).
        name: of that argument, for messages.
        ranks: the metric only ranks pixels, so it has no gradient; tensors in main memory are then
            read as NumPy arrays, which sort faster.

    Raises:
        InputError: of another shape, or empty; names the argument and its shape.
    """

    def __init__(self, first: Maps, name: str = "saliency", *, ranks: bool = False) -> None:
        self._is_tensor = array_api_compat.is_torch_array(first)
        self._device = first.device if self._is_tensor else None
        on_cpu = self._is_tensor and ranks and first.device.type == "cpu"
        array = first if self._is_tensor else np.asarray(_real(first, name))
        if on_cpu:
            array = _real(first, name).detach().double().numpy()  # NumPy knows no bfloat16
        self.came = tuple(array.shape)
        check_shape(self.came, name)
        self.xp = array_api_compat.array_namespace(array)
        self.shape = self.came if len(self.came) == 3 else (1, *self.came)
        self.kind = (self.xp.__name__, self.shape, str(self._device))
        self.first = self.pixels(array, name)

    def pixels(self, values: Maps, name: str) -> Pixels:
        """Another map of the same shape, or one (H, W) for the whole batch.

        Raises:
            InputError: of another shape than the first argument; names both shapes.
        """
        array = self._array(_real(values, name))
        shape = tuple(array.shape)
        if shape not in (self.shape, self.shape[1:]):
            if has_channels_last(shape):
                check_shape(shape, name)
            raise InputError(
                f"The first map has shape {self.came}, {name} has {shape}; they must be equal. "
                "Resize the prediction first (gazemap.metrics.resize)."
            )
        flat = self.xp.reshape(array, (-1, self.shape[1] * self.shape[2]))
        if flat.shape[0] != self.shape[0]:
            flat = self.xp.broadcast_to(flat, (self.shape[0], flat.shape[1]))
        return Pixels(self.xp, flat)

    def counts(self, values: Fixated, name: str, *, repeats: bool) -> Array:
        """(B, N) float64 counts of fixations; 0 and 1 unless `repeats`.

        Raises:
            InputError: of another shape, or what is no count: negative, not whole, NaN or infinite.
        """
        if _is_points(values):
            values = self._map_of(values)
        elif _is_list_of_points(values):
            values = np.stack([self._map_of(points) for points in values])
        counts = self.pixels(values, name).values
        self._check_counts(counts, name)
        return self._weights(counts, repeats)

    def _weights(self, counts: Array, repeats: bool) -> Array:
        return counts if repeats else self.xp.astype(counts > 0, counts.dtype)

    def _check_counts(self, counts: Array, name: str) -> None:
        """Refuse what is no count; zeros may be left out."""
        with np.errstate(invalid="ignore"):
            wrong = ~((counts >= 0) & (self.xp.floor(counts) == counts) & (counts < np.inf))
        if bool(self.xp.any(wrong)):
            raise InputError(
                f"{name} must hold counts of fixations (0, 1, 2, ...), got {number(counts[wrong][0]):.6g}. "
                "Pass the fixated pixels or points; blurred fixations are a density."
            )

    def looked(self, values: Fixated, *, repeats: bool) -> list[Looked]:
        """The fixated pixels of every image; points are not spread over a map first.

        Raises:
            InputError: as `counts`; or a list of points of another length than the batch.
        """
        if _is_points(values):
            values = [values] * self.shape[0]
        if _is_list_of_points(values):
            if len(values) != self.shape[0]:
                raise InputError(f"{self.shape[0]} maps came with the points of {len(values)} images.")
            found = [self._tally(points) for points in values]
        else:
            found = self._fixated(self.pixels(values, "fixation_map").values, "fixation_map")
        return self._looked(found, repeats)

    def _fixated(self, counts: Array, name: str) -> list[tuple[Array, Array]]:
        """Of (B, N) counts: each image's pixels that have some, and how many."""
        where = [self.xp.nonzero(row != 0)[0] for row in counts]
        found = [(pixels, row[pixels]) for pixels, row in zip(where, counts, strict=True)]
        for _, some in found:
            self._check_counts(some, name)
        return found

    def _looked(self, found: list[tuple[Array, Array]], repeats: bool) -> list[Looked]:
        return [
            Looked(self._array(pixels, "int64"), self._array(counts if repeats else counts > 0))
            for pixels, counts in found
        ]

    def negatives(self, values: Fixated, name: str, *, repeats: bool) -> Array | list[Looked]:
        """The weights of every image's negatives: (B, N), or where they are few, the pixels that have some.

        Raises:
            InputError: as `counts`.
        """
        if has_points(values):
            return self.looked(values, repeats=repeats)
        counts = self.pixels(values, name).values
        if number(self.xp.max(self.xp.count_nonzero(counts, axis=-1))) < counts.shape[1] // 8:
            return self._looked(self._fixated(counts, name), repeats)
        self._check_counts(counts, name)
        return self._weights(counts, repeats)

    def scores(self, per_image: Array | list[Array]) -> Score:
        """One score per image -> what the caller gets."""
        if isinstance(per_image, list):
            per_image = self.xp.stack([self.xp.asarray(score) for score in per_image])
        per_image = self._back(per_image)
        if len(self.came) == 3:
            return per_image
        return per_image[0] if self._is_tensor else float(per_image[0])

    def maps(self, values: Array) -> Array:
        """(B, N) -> the shape that the caller gave."""
        return self._back(self.xp.reshape(values, self.came))

    def _back(self, array: Array) -> Array:
        if self._is_tensor and isinstance(array, np.ndarray):
            import torch

            return torch.from_numpy(array).to(self._device)
        return array

    def _array(self, values: Maps, dtype: str = "float64") -> Array:
        if array_api_compat.is_torch_namespace(self.xp):
            if self._device is not None and self._device.type == "mps" and dtype == "float64":
                dtype = "float32"  # Apple's GPUs have no float64
            if array_api_compat.is_torch_array(values):  # keeps its gradient
                return values.to(device=self._device, dtype=getattr(self.xp, dtype))
            return self.xp.asarray(values, dtype=getattr(self.xp, dtype), device=self._device)
        if array_api_compat.is_torch_array(values):
            values = values.detach().cpu().double().numpy()
        return np.asarray(values, dtype=dtype)

    def _map_of(self, points: Points) -> Floats:
        return fixations.fixation_map(*_coordinates(points), (self.shape[1], self.shape[2]))

    def _tally(self, points: Points) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The fixated pixels, each once, and how many points each has."""
        rows, columns = fixations.pixel_indices(*_coordinates(points), (self.shape[1], self.shape[2]))
        positions = rows * self.shape[2] + columns
        if len(positions) < _FEW:
            return np.unique(positions, return_counts=True)
        is_fixated = np.zeros(self.shape[1] * self.shape[2], bool)
        is_fixated[positions] = True
        pixels = np.flatnonzero(is_fixated)
        if len(pixels) == len(positions):
            return pixels, np.ones_like(pixels)
        return pixels, np.bincount(positions)[pixels]


def check_shape(shape: tuple[int, ...], name: str) -> None:
    """Refuse what is neither a map (H, W) nor a batch (B, H, W).

    Raises:
        InputError: another shape, an empty one, or channels last, which a batch cannot be told from
            otherwise: a last axis of 1, or of 3 or 4 beside one of more than 16.
    """
    if len(shape) not in (2, 3) or not all(shape):
        raise InputError(f"{name} must have shape (H, W), or (B, H, W) for a batch, got {shape}.")
    if has_channels_last(shape):
        raise InputError(
            f"{name} must have shape (H, W), or (B, H, W) for a batch, got {shape}, which has channels "
            f"last. Pass one channel: {name}[..., 0]."
        )


def has_channels_last(shape: tuple[int, ...]) -> bool:
    """Whether a shape is that of a picture (H, W, channels) rather than of a batch."""
    return len(shape) == 3 and (shape[2] == 1 or (shape[2] in (3, 4) and shape[1] > 16))


def _real(values: Maps, name: str) -> Maps:
    """The same; as an array, unless it is one or a tensor.

    Raises:
        InputError: not numbers, complex ones, or rows of different lengths.
    """
    if array_api_compat.is_torch_array(values):
        kind = "c" if values.is_complex() else "f"
    else:
        try:
            values = np.asarray(values)
            values = values.astype(np.float64) if values.dtype.kind == "O" else values
        except (TypeError, ValueError) as error:
            raise InputError(f"{name} must hold real numbers in rows of one length ({error}).") from error
        kind = values.dtype.kind
    if kind not in "biuf":
        raise InputError(f"{name} must hold real numbers, got {values.dtype}.")
    return values


def over(function: Callable[..., Array], *arguments: Array) -> Array:
    """A function's result, written over its last argument, which nobody else may hold.

    Memory that is in use already is in the cache. Tensors are kept, for their gradients.
    """
    last = arguments[-1]
    return function(*arguments, out=last) if isinstance(last, np.ndarray) else function(*arguments)


def in_main_memory(values: Array) -> NDArray[Any]:
    """The same as a NumPy array, without a gradient."""
    return np.asarray(values.detach().cpu() if array_api_compat.is_torch_array(values) else values)


def number(value: Array) -> float:
    """What a 0-d array or tensor holds."""
    return float(value.detach() if array_api_compat.is_torch_array(value) else value)


def _coordinates(points: Points) -> tuple[Floats, Floats]:
    x, y = (np.asarray(values, dtype=np.float64).ravel() for values in (points.x, points.y))
    return x, y


def has_points(values: Fixated) -> bool:
    """Whether fixations came as points, of one image or of several."""
    return _is_points(values) or _is_list_of_points(values)


def _is_points(values: Fixated) -> bool:
    """Of one image; isinstance of a typing protocol takes ten times as long."""
    return hasattr(values, "x") and hasattr(values, "y")


def _is_list_of_points(values: Fixated) -> bool:
    return isinstance(values, Sequence) and len(values) > 0 and _is_points(values[0])
