"""Whether a result can be written: asked before the work, and in words where the system refuses."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gazemap.errors import OutputError

_PROBE = 2**16  # bytes that must fit
_SPARE = 2**20  # bytes for what libraries write beside what they are given


@contextmanager
def writing(path: Path, hint: str = "") -> Iterator[None]:
    """Turn the system's error of a write that failed into an `OutputError`.

    Args:
        path: what is written, for the message.
        hint: a last sentence of the message.

    Raises:
        OutputError: the system refuses: the folder is missing, read-only or full.
    """
    try:
        yield
    except OSError as error:
        advice = "Free space or choose a folder that you may write to."
        if error.errno == errno.EMFILE:
            advice = "Allow more open files: ulimit -n 1024."
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}. {advice} {hint}".rstrip()
        ) from error


def make_folder(folder: Path) -> None:
    """Make a folder with those above it, where they are missing.

    Raises:
        OSError: it cannot be made; where a file is in the way, the error says so.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:  # "File exists" would be no help
        raise NotADirectoryError(errno.ENOTDIR, f"{os.strerror(errno.ENOTDIR)}: {folder}") from error


def check_room(folder: Path, size: int) -> None:
    """Refuse to go on where a disk has not room for `size` more bytes and a little.

    For libraries that do not survive a full disk: HDF5's then ends the process.

    Raises:
        OSError: as the system does.
    """
    if shutil.disk_usage(folder).free < size + _SPARE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def check_writable(path: Path, *, folder: bool = False) -> None:
    """Refuse a place for a result before the work that makes it, not after; nothing stays behind.

    Args:
        path: of the result, whose folder need not exist yet.
        folder: whether the result is a folder, and not a file.

    Raises:
        OutputError: a folder stands where the file must be, or a file where a folder must be; or the place is
            read-only or full. Names it.
    """
    if path.is_dir() and not folder:
        raise OutputError(f"{path} is a folder, and the result is a file. Name a file.")
    if path.exists() and folder and not path.is_dir():
        raise OutputError(f"{path} is a file, and the result is a folder. Name a folder.")
    with writing(path):
        place = path.absolute() if folder else path.absolute().parent
        while not place.exists():
            place = place.parent
        if not place.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f"{os.strerror(errno.ENOTDIR)}: {place}")
        with tempfile.TemporaryFile(dir=place) as probe:
            probe.write(bytes(_PROBE))
            probe.flush()
            os.fsync(probe.fileno())
