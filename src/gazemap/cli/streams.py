"""The standard output, where it is closed, full or no longer read: a message, and no traceback."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from gazemap.errors import OutputError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}


@contextmanager
def usable_streams() -> Iterator[None]:
    """Run what prints; streams that a program closed are replaced by ones that keep nothing.

    Raises:
        OutputError: the output is full.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - to the process's end
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # who read it has seen enough
        _keep_nothing()
        sys.exit(1)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        _keep_nothing()
        raise OutputError(f"The output cannot be written: {error.strerror}. Free space.") from error


def _keep_nothing() -> None:
    """Python would try once more at its end to write what waits, and show the error."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
