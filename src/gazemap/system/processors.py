"""How many processor cores there are to compute on."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """The cores that this process may run on, at least 1; fewer where OMP_NUM_THREADS asks for fewer.

    That variable is what numerical libraries heed, and what cluster schedulers set.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()  # "4,2": of nested levels
    return min(allowed, max(1, int(asked))) if asked.isdecimal() else allowed
