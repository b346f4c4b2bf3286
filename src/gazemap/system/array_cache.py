"""Arrays that are made once and kept while they fit into a stated number of bytes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

from numpy.typing import NDArray


class ArrayCache:
    """Arrays by a key, for any number of threads; those that were not used for longest go first.

    Args:
        limit: bytes of all arrays together. A larger array is made anew each time.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._arrays: dict[Hashable, NDArray[Any]] = {}  # the last used last
        self._lock = Lock()

    @property
    def nbytes(self) -> int:
        """What the arrays take."""
        return sum(array.nbytes for array in self._arrays.values())

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
            self._arrays[key] = array
            while self.nbytes > self.limit:
                del self._arrays[next(iter(self._arrays))]
        return array
