"""How a metric reads its arguments, and returns its scores in the form of the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError
from gazemap.gaze import fixations
from gazemap.metrics.kernels.arrays import (
    Array,
    FixationMaps,
    Maps,
    Points,
    Score,
    check_shape,
    has_channels_last,
    namespace_of,
    real_numbers,
    refuse_coordinates,
)
from gazemap.metrics.kernels.checks import (
    check_counts,
    refuse_brightness,
    refuse_log_density,
    refuse_negative_map,
)
from gazemap.metrics.kernels.pixels import FixatedPixels, Pixels
from gazemap.metrics.kernels.roc import Roc, rocs_of
from gazemap.system.array_pool import POOL
from gazemap.types import Floats

if TYPE_CHECKING:
    from torch import Tensor

_FEW = 2000  # points that are sorted more quickly than a map is searched


def read(first: Maps | Reader, name: str = "saliency", *, ranks: bool = False) -> Reader:
    """The reader of a call: one of its own, or the one by which several metrics share what they read.

    Args:
        first: (H, W) or (B, H, W); or a reader of it.
        name: of that argument, for messages.
        ranks: see `Reader`.
    """
    return first if isinstance(first, Reader) else Reader(first, name, ranks=ranks)


class Reader:
    """How one call's maps are read, and its scores returned in the form of its first argument.

    Args:
        first: (H, W) or (B, H, W).
        name: of that argument, for messages.
        ranks: the metric only ranks pixels, so it has no gradient; tensors in main memory are then
            read as NumPy arrays, which sort faster.

    Raises:
        InputError: of another shape, or empty; names the argument and its shape.
    """

    def __init__(self, first: Array, name: str = "saliency", *, ranks: bool = False) -> None:
        self._is_tensor = array_api_compat.is_torch_array(first)
        self._device = first.device if self._is_tensor else None
        on_cpu = self._is_tensor and ranks and first.device.type == "cpu"
        array = first if self._is_tensor else np.asarray(real_numbers(first, name))
        if on_cpu:
            array = real_numbers(first, name).detach().double().numpy()  # NumPy knows no bfloat16
        self.came = tuple(array.shape)
        check_shape(self.came, name)
        self.xp = namespace_of(array)
        self.shape = self.came if len(self.came) == 3 else (1, *self.came)
        self.kind = (self.xp.__name__, self.shape, str(self._device))
        self.first = self._pixels(array, name)

    def refuse_log_density(self, name: str) -> None:
        """Refuse a log density as the first argument.

        Raises:
            InputError: it is nowhere above 0 and somewhere below.
        """
        refuse_log_density(self.first, name)

    def refuse_negative(self, name: str) -> None:
        """Refuse a map with negative values as the first argument.

        Raises:
            InputError: such a map; a log density is called one.
        """
        refuse_negative_map(self.first, name)

    def rocs(self, fixated: list[FixatedPixels], step: float | None = None) -> list[Roc]:
        """The ROC curve of every image; with thresholds `step` apart, for `Roc.stepped` alone."""
        return rocs_of(self.first, fixated, step, only_steps=step is not None)

    def pixels(self, values: Maps, name: str) -> Pixels:
        """Another map of the same shape, or one (H, W) for the whole batch.

        Raises:
            InputError: of another shape than the first argument; names both shapes.
        """
        return self._pixels(values, name)

    def _pixels(self, values: Array, name: str) -> Pixels:
        return Pixels(self.xp, self._rows(self._array(real_numbers(values, name)), name))

    def _counts(self, values: Array, name: str) -> Array:
        """(B, N), in their own type in NumPy: most are zeros, which need not be converted."""
        array = real_numbers(values, name)
        is_plain = isinstance(array, np.ndarray) and not array_api_compat.is_torch_namespace(self.xp)
        return self._rows(array if is_plain else self._array(array), name)

    def _rows(self, array: Array, name: str) -> Array:
        """(B, N) of a map of the first argument's shape.

        Raises:
            InputError: of another shape.
        """
        shape = tuple(array.shape)
        if shape not in (self.shape, self.shape[1:]):
            self._refuse_shape(shape, name)
        flat = self.xp.reshape(array, (-1, self.shape[1] * self.shape[2]))
        if flat.shape[0] != self.shape[0]:
            flat = self.xp.broadcast_to(flat, (self.shape[0], flat.shape[1]))
        return flat

    def _refuse_shape(self, shape: tuple[int, ...], name: str) -> None:
        if has_channels_last(shape):
            check_shape(shape, name)
        if name.endswith("fixation_map"):
            refuse_coordinates(shape, self.shape, name)
        advice = "Resize the prediction first (gazemap.metrics.resize)."
        if shape[-2:] == (self.shape[2], self.shape[1]):
            advice = f"{name} is transposed: swap its last two axes."
        raise InputError(
            f"The first map has shape {self.came}, {name} has {shape}; they must be equal. {advice}"
        )

    def counts(self, values: Array, name: str, *, repeats: bool) -> Array:
        """(B, N) float64 counts of fixations; 0 and 1 unless `repeats`.

        Raises:
            InputError: of another shape, or what is no count: negative, not whole, NaN or infinite.
        """
        if _is_points(values):
            values = self._map_of(values)
        elif _is_list_of_points(values):
            values = np.stack([self._map_of(points) for points in values])
        counts = self._pixels(values, name).values
        check_counts(self.xp, counts, name)
        return self._weights(counts, repeats)

    def _weights(self, counts: Array, repeats: bool) -> Array:
        return counts if repeats else self.xp.astype(counts > 0, counts.dtype)

    def fixated(self, values: Array, *, repeats: bool) -> list[FixatedPixels]:
        """The fixated pixels of every image; points are not spread over a map first.

        Raises:
            InputError: as `counts`; brightnesses in their place; or a list of points of another length than
                the batch.
        """
        if has_points(values):
            found = [self._tally(positions) for positions in self._positions(values)]
        else:
            found = self._found(self._counts(values, "fixation_map"), "fixation_map")
            refuse_brightness(found, getattr(values, "dtype", None), "fixation_map")
        return self._as_read(found, repeats)

    def _positions(self, values: Array) -> list[NDArray[np.int64]]:
        """The flat positions of every image's points, in the points' order.

        Raises:
            InputError: a list of points of another length than the batch.
        """
        given = [values] * self.shape[0] if _is_points(values) else values
        if len(given) != self.shape[0]:
            raise InputError(
                f"fixation_map must hold the points of {self.shape[0]} images, one per map, got those of "
                f"{len(given)}."
            )
        size = self.shape[1], self.shape[2]
        indices = (fixations.pixel_indices(*_coordinates(points), size) for points in given)
        return [rows * size[1] + columns for rows, columns in indices]

    def _found(self, counts: Array, name: str) -> list[tuple[Array, Array]]:
        """Of (B, N) counts: each image's pixels that have some, and how many."""
        where = [self.xp.nonzero(row != 0)[0] for row in counts]
        found = [(pixels, self._array(row[pixels])) for pixels, row in zip(where, counts, strict=True)]
        for _, some in found:
            check_counts(self.xp, some, name)
        return found

    def _as_read(self, found: list[tuple[Array, Array]], repeats: bool) -> list[FixatedPixels]:
        return [
            FixatedPixels(self._array(pixels, "int64"), self._array(counts if repeats else counts > 0))
            for pixels, counts in found
        ]

    def negatives(self, values: FixationMaps, name: str, *, repeats: bool) -> Array | list[FixatedPixels]:
        """The weights of every image's negatives: (B, N), or where they are few, the pixels that have some.

        Raises:
            InputError: as `counts`.
        """
        if has_points(values) and not repeats:
            return Reader.fixated(self, values, repeats=False)
        if has_points(values):  # once per point: quicker than to count them
            return self._as_read([(at, np.ones(len(at))) for at in self._positions(values)], repeats=True)
        counts = self._counts(values, name)
        found = self._found(counts, name)
        if max(len(pixels) for pixels, _ in found) < counts.shape[1] // 8:
            return self._as_read(found, repeats)
        return self._weights(self._array(counts), repeats)

    def scores(self, per_image: Array | list[Array]) -> Score | Tensor:
        """One score per image -> what the caller gets."""
        if len(self.came) == 2 and not self._is_tensor:
            return float(per_image[0])
        if isinstance(per_image, list):
            per_image = self.xp.stack([self.xp.asarray(score) for score in per_image])
        given: Floats | Tensor = self.like(per_image)
        return given if len(self.came) == 3 else given[0]

    def maps(self, values: Array) -> Floats | Tensor:
        """(B, N) -> the shape that the caller gave."""
        given: Floats | Tensor = self.like(self.xp.reshape(values, self.came))
        return given

    def like(self, array: Array) -> Array:
        """An array in the form of the first argument: a tensor on its device, or the array itself."""
        if self._is_tensor and isinstance(array, np.ndarray):
            import torch

            return torch.from_numpy(array).to(self._device)
        return array

    def _array(self, values: Array, dtype: str = "float64") -> Array:
        if array_api_compat.is_torch_namespace(self.xp):
            if self._device is not None and self._device.type == "mps" and dtype == "float64":
                dtype = "float32"  # Apple's GPUs have no float64
            if array_api_compat.is_torch_array(values):  # keeps its gradient
                return values.to(device=self._device, dtype=getattr(self.xp, dtype))
            return self.xp.asarray(values, dtype=getattr(self.xp, dtype), device=self._device)
        if array_api_compat.is_torch_array(values):
            values = values.detach().cpu().double().numpy()
        return POOL.cast(values, dtype)

    def _map_of(self, points: Points) -> Floats:
        return fixations.fixation_map(*_coordinates(points), (self.shape[1], self.shape[2]))

    def _tally(self, positions: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The fixated pixels, each once, and how many points each has."""
        if len(positions) < _FEW:
            positions.sort()
            starts = np.flatnonzero(positions[1:] != positions[:-1]) + 1
            ends = np.concatenate([[0], starts, [len(positions)]]) if len(positions) else starts
            return positions[ends[:-1]], ends[1:] - ends[:-1]
        is_fixated = POOL.empty((self.shape[1] * self.shape[2],), bool)
        is_fixated.fill(False)
        is_fixated[positions] = True
        pixels = np.flatnonzero(is_fixated)
        if len(pixels) == len(positions):
            return pixels, np.ones_like(pixels)
        return pixels, np.bincount(positions)[pixels]


def _coordinates(points: Points) -> tuple[Floats, Floats]:
    x, y = (np.asarray(values, dtype=np.float64).ravel() for values in (points.x, points.y))
    return x, y


def has_points(values: Array) -> bool:
    """Whether fixations are given as points, of one image or of several."""
    return _is_points(values) or _is_list_of_points(values)


def _is_points(values: Array) -> bool:
    """Of one image; isinstance of a typing protocol takes ten times as long."""
    return hasattr(values, "x") and hasattr(values, "y")


def _is_list_of_points(values: Array) -> bool:
    return isinstance(values, Sequence) and len(values) > 0 and _is_points(values[0])
