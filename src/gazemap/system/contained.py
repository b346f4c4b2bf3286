"""Reading with libraries that end the whole process on some damaged files: tried first in a copy of it."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Callable

_SUCCESS = b"\0"
_SECONDS = 60  # after which a copy has not come to an end


def failure_of(read: Callable[[], object]) -> str | None:
    """Why a reader fails, as a copy of this process finds out; None where it does not.

    What the copy writes to the standard error is not shown. Nothing is tried but on Linux: elsewhere a copy
    of a process with threads may end for other reasons. A copy that does not come to an end says nothing.

    Args:
        read: reads a file; what it returns is thrown away.
    """
    if sys.platform != "linux":
        return None
    ours, theirs = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there are threads: the copy waits for none of them
        process = os.fork()
    if process == 0:
        _report(read, theirs)
    os.close(theirs)
    with open(ours, "rb") as said:
        answer = said.read()
    _, status = os.waitpid(process, 0)
    if answer == _SUCCESS or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM):
        return None
    return answer.decode("utf-8", "replace") or "it is damaged so that its reader stops"


def _report(read: Callable[[], object], pipe: int) -> None:
    """In the copy: read, say how it went, and end at once."""
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(_SECONDS)  # a lock that another thread held at the copying is never released
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            read()
            answer = _SUCCESS
        except BaseException as error:  # what Rust raises where it panics is no Exception
            answer = (str(error) or type(error).__name__).encode("utf-8", "replace")
        os.write(pipe, answer[:4000])
    finally:
        os._exit(0)
