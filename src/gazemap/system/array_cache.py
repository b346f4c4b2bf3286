"""Arrays that are made once and kept while they fit into a stated number of bytes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import update_wrapper
from threading import Lock
from typing import Any, Generic, ParamSpec, TypeVar, cast

from numpy.typing import NDArray

_Parameters = ParamSpec("_Parameters")
_Array = TypeVar("_Array", bound=NDArray[Any])


class ArrayCache:
    """Arrays by a key, for any number of threads; the least recently used are dropped first.

    Args:
        limit: bytes of all arrays together. A larger array is made anew each time.

    Attributes:
        nbytes: how many bytes the arrays take.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.nbytes = 0
        self._arrays: dict[Hashable, NDArray[Any]] = {}  # the last used last
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """The array of a key, read-only; made where it is not kept. Two threads may make the same at once."""
        with self._lock:
            array = self._arrays.pop(key, None)
            if array is not None:
                self._arrays[key] = array
                return array
        array = make()
        array.setflags(write=False)
        with self._lock:
            made_by_another = self._arrays.pop(key, None)
            self.nbytes += array.nbytes - (0 if made_by_another is None else made_by_another.nbytes)
            self._arrays[key] = array
            while self.nbytes > self.limit:
                self.nbytes -= self._arrays.pop(next(iter(self._arrays))).nbytes
        return array


class KeepingFunction(Generic[_Parameters, _Array]):
    """A function of hashable arguments whose arrays are kept; see `keeping`.

    Attributes:
        cache: what is kept.
    """

    def __init__(self, function: Callable[_Parameters, _Array], limit: int) -> None:
        update_wrapper(self, function)
        self._function = function
        self.cache = ArrayCache(limit)

    def __call__(self, *args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Array:
        """The array for these arguments, read-only."""
        key = (args, *sorted(kwargs.items()))
        return cast("_Array", self.cache.get(key, lambda: self._function(*args, **kwargs)))


def keeping(limit: int) -> Callable[[Callable[_Parameters, _Array]], KeepingFunction[_Parameters, _Array]]:
    """Decorate a function, so that its latest arrays are kept, up to `limit` bytes of all together."""
    return lambda function: KeepingFunction(function, limit)
