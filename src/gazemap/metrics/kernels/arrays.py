"""What the metrics take and give, by name, and the checks of its shape and type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError
from gazemap.system.array_pool import POOL
from gazemap.system.masked import refuse_masked
from gazemap.types import Floats

if TYPE_CHECKING:
    from torch import Tensor


class Points(Protocol):
    """Fixations of one image as points: pixels to the right and down, from 0 (`gazemap.Fixations`)."""

    @property
    def x(self) -> Any:  # noqa: ANN401 - numbers in any form
        """(n,): to the right."""

    @property
    def y(self) -> Any:  # noqa: ANN401
        """(n,): down."""


# The caller chooses: nested lists and NumPy arrays give floats and NumPy arrays, tensors give tensors
# on their own device.
# A tuple is no row: a list of pairs is points, which a map is not.
_Row: TypeAlias = "list[float] | list[int] | list[list[float]] | list[list[int]] | NDArray[Any]"
Arrays: TypeAlias = "NDArray[Any] | Sequence[_Row]"  # (H, W) or (B, H, W)
Maps: TypeAlias = "Arrays | Tensor"
FixationMaps: TypeAlias = "Maps | Points | Sequence[Points]"  # counts, or the points of one or B images
Score: TypeAlias = "float | Floats"  # a float for one image, (B,) for a batch
Array: TypeAlias = Any  # inside: of either library


def _lean_numpy() -> ModuleType:
    """NumPy, but for wrappers that take longer than what they do for few numbers.

    It has the array API's names itself; `array_api_compat.numpy` would import all of NumPy's tools.
    """

    def reduction(function: np.ufunc) -> Callable[..., Array]:
        return lambda values, axis=None, keepdims=False: function.reduce(values, axis=axis, keepdims=keepdims)

    lean = ModuleType("numpy")
    vars(lean).update(
        vars(np),
        sum=reduction(np.add),
        min=reduction(np.minimum),
        max=reduction(np.maximum),
        any=np.ndarray.any,
        argsort=np.ndarray.argsort,
        cumulative_sum=np.ndarray.cumsum,
        searchsorted=lambda values, others, side="left": values.searchsorted(others, side),
    )
    return lean


_NUMPY = _lean_numpy()


def namespace_of(values: Array) -> Any:  # noqa: ANN401 - NumPy or PyTorch
    """The library of an array, in the array API's names."""
    return _NUMPY if isinstance(values, np.ndarray) else array_api_compat.array_namespace(values)


def shape_of(values: Maps) -> Any:  # noqa: ANN401 - a tuple of as many numbers as there are axes
    """The shape of an array, a tensor or nested lists."""
    given: Any = values
    return tuple(np.shape(given))


def check_shape(shape: tuple[int, ...], name: str) -> None:
    """Refuse what is neither a map (H, W) nor a batch (B, H, W).

    Raises:
        InputError: another shape, an empty one, or channels last, which a batch cannot be told from
            otherwise: a last axis of 1, or of 3 or 4 beside one of more than 8.
    """
    if len(shape) in (2, 3) and all(shape) and not has_channels_last(shape):
        return
    hint = "."
    if has_channels_last(shape) and shape[2] == 1:
        hint = f", which has channels last. Squeeze the last axis: {name}[..., 0]."
    elif has_channels_last(shape):
        hint = f", which has channels last, as a picture in RGB. Pass one channel: {name}[..., 0]."
    elif len(shape) > 3 and all(shape) and sum(side > 1 for side in shape) in (2, 3):
        hint = f". Squeeze the axes of length 1: {name}.squeeze()."
    raise InputError(f"{name} must have shape (H, W), or (B, H, W) for a batch, got {shape}{hint}")


def has_channels_last(shape: tuple[int, ...]) -> bool:
    """Whether a shape is that of a picture (H, W, channels) rather than of a batch."""
    return len(shape) == 3 and (shape[2] == 1 or (shape[2] in (3, 4) and max(shape) > 8))


def refuse_coordinates(shape: tuple[int, ...], size: tuple[int, ...], name: str) -> None:
    """Refuse rows of coordinates, such as (n, 2), in the place of a map of fixations.

    Args:
        shape: of what was given.
        size: (..., H, W) of the prediction.
        name: of the argument, for messages.

    Raises:
        InputError: one side of 2, or of up to 4 beside a longer one, and a prediction whose sides are over 8.
    """
    if len(shape) == 2 and all(shape) and (2 in shape or min(shape) <= 4 < max(shape)) and min(size[-2:]) > 8:
        raise InputError(
            f"{name} has shape {shape}, as rows of coordinates have; a map must hold counts of fixations, "
            f"(H, W) as the prediction's {tuple(size[-2:])}. Points are given as gazemap.Fixations(x, y)."
        )


def real_numbers(values: Maps, name: str) -> Array:
    """The same as an array, unless it is a tensor.

    Raises:
        InputError: not numbers, complex ones, rows of different lengths, or masked values.
    """
    refuse_masked(values, name)
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


def room_for(values: Array) -> Floats | None:
    """Memory for a float64 result of the shape of an array, for `out=`; None for tensors.

    It is kept memory, since new memory for a map costs more than to compute the map.
    """
    return POOL.empty(values.shape) if isinstance(values, np.ndarray) else None


def over(values: Array) -> Floats | None:
    """The array itself, which nobody else may hold, to be written over by `out=`; None for tensors.

    Memory that is in use already is in the cache. Tensors are kept, for their gradients.
    """
    return values if isinstance(values, np.ndarray) else None


def in_main_memory(values: Array) -> NDArray[Any]:
    """The same as a NumPy array, without a gradient."""
    return np.asarray(values.detach().cpu() if array_api_compat.is_torch_array(values) else values)


def number(value: Array) -> float:
    """What a 0-d array or tensor holds."""
    return float(value.detach() if array_api_compat.is_torch_array(value) else value)
