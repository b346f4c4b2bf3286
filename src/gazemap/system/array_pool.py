"""Memory of large arrays that is used again, because new memory is dear.

A fresh array of a map's size costs more than to compute what it holds: at every call the system maps its
pages one by one and fills them with zeros.
"""

from __future__ import annotations

from math import prod
from threading import RLock
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import DTypeLike, NDArray

_SMALL = 1 << 16  # bytes up to which the C library itself keeps memory


class ArrayPool:
    """Arrays whose memory comes back when nobody holds them any more, for any number of threads.

    What a caller keeps, an array or any view of it, is never written over: its memory comes back only
    when the last of them is gone.

    Args:
        limit: bytes of all the memory that waits for its next use. Beyond it the oldest is freed.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._waiting: list[bytearray] = []  # the last used last
        self._lock = RLock()  # memory may come back while this very thread takes some

    @property
    def nbytes(self) -> int:
        """How much memory waits for its next use."""
        return sum(map(len, self._waiting))

    def empty(self, shape: tuple[int, ...], dtype: DTypeLike = np.float64) -> NDArray[Any]:
        """An array of any content, as `numpy.empty` gives it."""
        kind = np.dtype(dtype)
        needed = prod(shape) * kind.itemsize
        if not _SMALL < needed <= self.limit:
            return np.empty(shape, kind)
        memory = self._take(needed)
        array: NDArray[Any] = np.ndarray(shape, kind, memory)  # every view of it refers to it
        finalize(array, self._give_back, memory).atexit = False
        return array

    def cast(self, values: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
        """The array itself where it has the type, else a copy that has it."""
        if values.dtype == dtype:
            return values
        array = self.empty(values.shape, dtype)
        array[...] = values
        return array

    def _take(self, needed: int) -> bytearray:
        """Memory that is large enough but less than twice as large; new where none waits."""
        with self._lock:
            for index in range(len(self._waiting) - 1, -1, -1):  # the last used is likely in the cache
                if needed <= len(self._waiting[index]) < 2 * needed:
                    return self._waiting.pop(index)
        return bytearray(needed)

    def _give_back(self, memory: bytearray) -> None:
        with self._lock:
            self._waiting.append(memory)
            while self.nbytes > self.limit:
                del self._waiting[0]


POOL = ArrayPool(64 * 2**20)  # of the process: 27 maps of 480 x 640 in float64
