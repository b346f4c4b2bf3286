"""How large arrays get their memory: settings of the whole process, which programs make and libraries do not.

The command line makes them. A script of one's own may, before its first large array.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_MMAP_MAX = -1, -3, -4  # glibc's malloc.h


def use_huge_pages() -> None:
    """Ask PyTorch to back large CPU tensors by huge pages: a quarter off a step of `shallow` on Linux.

    Its gradients are 300 MB and allocated anew each step. PyTorch reads this once, at its first
    large allocation; a value that the user has set is left alone.
    """
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")


def keep_freed_memory() -> None:
    """Let glibc keep up to half a gigabyte of freed memory: a tenth off the evaluation of a data set.

    Otherwise every temporary array of a map's size is mapped anew and its pages are zeroed by the
    kernel. Does nothing where the C library is another.
    """
    _tell_malloc({_M_MMAP_THRESHOLD: 32 * 2**20, _M_TRIM_THRESHOLD: 512 * 2**20})


def keep_all_freed_memory() -> None:
    """Let glibc keep all freed memory, for a training: a tenth off a step of `shallow` on a CPU.

    Every step allocates the same gigabyte anew. The process then holds up to a third more than its peak was.
    """
    _tell_malloc({_M_MMAP_MAX: 0, _M_TRIM_THRESHOLD: -1})


def _tell_malloc(settings: Mapping[int, int]) -> None:
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        for name, value in settings.items():
            mallopt(name, value)
