"""Threads that share the processor and a stream of work, with a fixed number of results waiting."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from threadpoolctl import threadpool_limits

from gazemap.system.processors import usable_cores

_WORKERS = 8  # at most; each holds a batch and the network's activations for it

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def batched(items: Iterable[_In], size: int) -> Iterator[list[_In]]:
    """The items in lists of `size`; the last may be shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def ahead(
    pool: ThreadPoolExecutor, function: Callable[[_In], _Out], items: Iterable[_In], most: int
) -> Iterator[_Out]:
    """The function of each item, in order; no more than `most` are computed before they are asked for."""
    waiting: deque[Future[_Out]] = deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


@contextmanager
def worker_threads() -> Iterator[tuple[ThreadPoolExecutor, int]]:
    """Threads that share the processor, and their number; what waits is given up after an error."""
    workers = worker_count()
    pool = ThreadPoolExecutor(workers)
    try:
        with warnings.catch_warnings(), threadpool_limits(1, user_api="blas"):
            warnings.filterwarnings("ignore", module="PIL")  # of damage that it gets over
            yield pool, workers
    finally:
        pool.shutdown(cancel_futures=True)


def worker_count() -> int:
    """How many threads: one more than there are cores, since some wait for the disk."""
    return min(_WORKERS, usable_cores() + 1)
