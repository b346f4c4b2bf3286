"""Arrays at a network's size, computed once from a data set and then mapped into memory from a file.

A file's name is a hash of all that it depends on: images, points, options. It is shared by every
run that needs the same, and may be deleted at any time. GAZEMAP_CACHE says where the files are;
by default the user's cache folder.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import threading
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    as_completed,
)
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from gazemap.data.batches.targets import Maker
from gazemap.data.sample import Sample
from gazemap.errors import DataError, OutputError
from gazemap.system.files import cache_folder
from gazemap.system.progress import bar

_FORMAT = "3"  # of the files; another makes them anew
_CHUNK = 32  # images that are made and marked as done together
_PROCESSES_FROM = 4000  # images: on two cores threads are as fast up to 2,800, and start at once


class CacheWarning(UserWarning):
    """The cache cannot be written: all goes on, but slower, and with arrays in memory."""


def cached_arrays(
    maker: Maker,
    samples: Sequence[Sample],
    *,
    processes: bool = False,
    description: str = "Decoding",
    progress: bool = False,
) -> NDArray[Any]:
    """(N, *maker.shape): an array of each sample, from the cache, made first where they are not there.

    They are built in parallel, in chunks. The next build continues one that was killed, and of two
    builds at once the second waits for the first. Where the cache folder cannot be written, the arrays
    are kept in memory, with a warning.

    Args:
        maker: what is made of a sample.
        samples: in order.
        processes: build by several processes instead of threads where there are 4,000 images or more.
            Each of them imports the main script, which must not build again then: its work must stand
            behind `if __name__ == "__main__":`.
        description: of the progress bar.
        progress: show it.

    Raises:
        DataError: an image, map or size is unusable; names the file.
        OutputError: a process of the build was killed from outside.
    """
    folder = cache_folder()
    path = folder / f"{_key(maker, samples)}.npy"
    shape = (len(samples), *maker.shape)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if _mapped(path, shape, maker.dtype) is None:
            with FileLock(path.with_suffix(".lock")):
                if _mapped(path, shape, maker.dtype) is None:  # nobody else made it meanwhile
                    _build(path, maker, samples, processes, description, progress)
        _clear(path)
    except OSError as error:
        warnings.warn(
            f"The cache folder {folder} cannot be used ({error.strerror or error}). Free space, or set "
            "GAZEMAP_CACHE to a folder that you may write to. Until then, arrays are kept in memory.",
            CacheWarning,
            stacklevel=2,
        )
        return _in_memory(maker, samples, description, progress)
    arrays = _mapped(path, shape, maker.dtype)
    if arrays is None:
        raise DataError(f"{path} was changed while it was read. Run this again.")
    return arrays


def _clear(path: Path) -> None:
    """Remove what stands beside a whole file: of this build, or of one that was killed at its end."""
    for ending in (".lock", ".done.npy"):
        with suppress(OSError):  # a cache may be read-only
            path.with_suffix(ending).unlink(missing_ok=True)


def _key(maker: Maker, samples: Sequence[Sample]) -> str:
    total = hashlib.sha256(f"{_FORMAT} {maker!r}".encode())
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # hashing files is reading and C code
        for content in pool.map(maker.content, samples):
            total.update(hashlib.sha256(content).digest())
    return total.hexdigest()[:40]


def _mapped(path: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any] | None:
    """The file's array, mapped; None where there is no whole file."""
    try:
        # copy on write: PyTorch takes no arrays that are read-only
        arrays: NDArray[Any] = np.load(path, mmap_mode="c", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return arrays if arrays.shape == shape and arrays.dtype == dtype else None


def _build(
    path: Path, maker: Maker, samples: Sequence[Sample], processes: bool, description: str, progress: bool
) -> None:
    part, done_path = path.with_suffix(".part.npy"), path.with_suffix(".done.npy")
    shape = (len(samples), *maker.shape)
    starts = range(0, len(samples), _CHUNK)
    done = _mapped(done_path, (len(starts),), np.dtype(bool))
    if done is None or _mapped(part, shape, maker.dtype) is None:
        _allocate(part, shape, maker.dtype)
        np.save(done_path, np.zeros(len(starts), bool))
    finished = np.load(done_path, mmap_mode="r+")
    missing = [number for number, start in enumerate(starts) if not finished[number]]
    with _pool(processes and len(samples) >= _PROCESSES_FROM) as pool:
        futures = {
            pool.submit(_fill, part, starts[number], maker, samples[starts[number] :][:_CHUNK]): number
            for number in missing
        }
        for future in bar(as_completed(futures), description, len(missing), progress=progress):
            future.result()
            finished[futures[future]] = True
    part.replace(path)


def _allocate(path: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """A file of zeros with its space reserved: a full disk shows now, not as a crash on writing."""
    open_memmap(path, mode="w+", dtype=dtype, shape=shape).flush()
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)


@contextmanager
def _pool(processes: bool) -> Iterator[Executor]:
    """Threads or processes; what waits is given up once something went wrong."""
    workers = os.cpu_count() or 1
    pool: Executor
    if not processes or workers == 1:
        pool = ThreadPoolExecutor(workers)
    else:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)
    try:
        with threadpool_limits(1, user_api="blas"):  # its threads and ours would wait for each other
            yield pool
    except BrokenExecutor as error:
        raise OutputError(
            "A process that fills the cache was killed, perhaps for lack of memory. Run this again: "
            "it goes on where it stopped."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _start_worker() -> None:
    threadpool_limits(1, user_api="blas")
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work forever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _fill(path: Path, start: int, maker: Maker, samples: Sequence[Sample]) -> None:
    arrays = np.load(path, mmap_mode="r+")
    for index, sample in enumerate(samples, start):
        arrays[index] = maker(sample)
    arrays.flush()


def _in_memory(maker: Maker, samples: Sequence[Sample], description: str, progress: bool) -> NDArray[Any]:
    arrays = np.empty((len(samples), *maker.shape), maker.dtype)
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(os.cpu_count()) as pool:
        made: Iterator[NDArray[Any]] = pool.map(maker, samples)
        shown = bar(made, description, len(samples), progress=progress)
        for index, array in enumerate(shown):
            arrays[index] = array
    return arrays
