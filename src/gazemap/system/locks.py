"""One process at a time on a folder or file: the second waits, or is refused and told whose it is."""

from __future__ import annotations

import errno
import json
import os
import platform
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gazemap.errors import OutputError
from gazemap.system.progress import say
from gazemap.system.writing import check_writable, make_folder, writing

if TYPE_CHECKING:
    from filelock import BaseFileLock

_NAME = "in-use"
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # what file systems without locks answer


@contextmanager
def only_one(folder: Path, doing: str) -> Iterator[None]:
    """Hold a folder that is written in place, made where there is none; an empty one that it made is removed.

    The system gives up the lock of a process that ends, however it ends, so a killed one blocks nobody. The
    lock's file says who has it, and is removed at the end.

    Args:
        folder: what is held.
        doing: what this process does there, for the message that others get, e.g. "training".

    Raises:
        OutputError: another process, or another thread of this one, has it; names it. Or the folder is
            read-only or full.
    """
    check_writable(folder, folder=True)
    is_new = not folder.exists()
    with writing(folder):
        make_folder(folder)
    try:
        with _held(folder, _within(folder), doing, wait=False):
            yield
    finally:
        if is_new:
            with suppress(OSError):  # it holds something
                folder.rmdir()


@contextmanager
def only_one_file(path: Path, doing: str, *, wait: bool = False) -> Iterator[None]:
    """Hold a file, or a folder that is made anew, as `only_one` does; the lock's file lies beside it.

    Args:
        path: what is held; it need not exist.
        doing: what this process does there.
        wait: wait for the other process, with a line on stderr, instead of being refused.

    Raises:
        OutputError: as for `only_one`.
    """
    with writing(path):
        make_folder(path.parent)
    with _held(path, _beside(path), doing, wait=wait):
        yield


def clear_lock(place: Path) -> None:
    """Remove what a killed process left to say that it had a folder or file, where nobody has it.

    For those who only read what is whole there, and so hold nothing.
    """
    file = _within(place) if place.is_dir() else _beside(place)
    if file.exists():
        with suppress(OutputError), _held(place, file, "clearing up", wait=False):
            pass


def _within(folder: Path) -> Path:
    return folder / f".{_NAME}"


def _beside(path: Path) -> Path:
    return path.parent / f".{path.name}.{_NAME}"


@contextmanager
def _held(place: Path, file: Path, doing: str, *, wait: bool) -> Iterator[None]:
    from filelock import Timeout  # here, since most of what writes files holds none

    with writing(place):
        try:
            lock = _acquired(file, doing, timeout=0)
        except Timeout as error:
            owner = _owner(file)
            if not wait:
                raise OutputError(f"{place} is in use by {owner}. Wait for it, or choose another.") from error
            say(f"{place} is in use by {owner}. Waiting for it.", progress=True)
            lock = _acquired(file, doing, timeout=-1)
    try:
        yield
    finally:
        with suppress(OSError):  # Windows removes no file that is open
            file.unlink()
        lock.release()


def _acquired(file: Path, doing: str, timeout: float) -> BaseFileLock:
    """The system's lock on a file or, on a network share that has none, its being there."""
    from filelock import FileLock, SoftFileLock

    lock = FileLock(file)
    try:
        lock.acquire(timeout)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        by_being_there = SoftFileLock(file)  # it writes into the file whose it is, in its own way
        by_being_there.acquire(timeout)
        return by_being_there
    _sign(file, doing)
    return lock


def _sign(file: Path, doing: str) -> None:
    """Write into a lock's file who holds it; a full disk does not matter here."""
    signature = {
        "doing": doing,
        "pid": os.getpid(),
        "host": platform.node(),
        "command": shlex.join([_program(), *sys.argv[1:]])[:200],
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    with suppress(OSError):
        file.write_text(json.dumps(signature), encoding="utf-8")


def _program() -> str:
    """The name that a user typed; of `python -m gazemap`, gazemap."""
    path = Path(sys.argv[0])
    return path.parent.name if path.name == "__main__.py" else path.name


def _owner(file: Path) -> str:
    """Who holds a lock, in words, as far as its file says so."""
    try:
        signed = json.loads(file.read_text(encoding="utf-8"))
        pid, doing, since = int(signed["pid"]), str(signed["doing"]), datetime.fromisoformat(signed["since"])
        place = "" if signed["host"] == platform.node() else f" on {signed['host']}"
        command = f"`{signed['command']}`"
    except (OSError, ValueError, KeyError, TypeError):  # it is just being written, or cannot be read here
        return "another process"
    return f"process {pid}{place}, {doing} since {since:%Y-%m-%d %H:%M:%S} ({command})"
