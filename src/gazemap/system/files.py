"""Writing files and folders whole: first under a temporary name, so that none is seen half-written.

The temporary name of a file or folder is always the same, so that the next process which writes it takes over
what a killed one has left there.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gazemap.errors import InputError, OutputError
from gazemap.system.locks import only_one_file
from gazemap.system.writing import check_writable, make_folder, writing

_UNFINISHED = "unfinished"


@contextmanager
def replacing(path: Path, *, named: Path | None = None) -> Iterator[Path]:
    """A temporary file in the folder of `path` to write to; renamed to `path` if all goes well.

    It is locked (flock) while it is written: libraries that lock what they write, too, must be told not to.

    Args:
        path: of the file.
        named: what messages call it, where it moves on to another place.

    Raises:
        OutputError: the folder is missing, read-only or full; names the file and the reason.
    """
    with writing(named or path):
        make_folder(path.parent)
        temporary, handle = _temporary(path)
        try:
            yield temporary
            os.fsync(handle)
            temporary.chmod(0o644)  # mkstemp's 0600 would hide results from colleagues
            temporary.replace(path)
        except BaseException:  # once it is renamed, the name may be another process's
            temporary.unlink(missing_ok=True)
            raise
        finally:
            os.close(handle)
        if named is None:
            _sync(path.parent)


def _temporary(path: Path) -> tuple[Path, int]:
    """An empty file, and the open file that marks it as one that a living process writes.

    It has the one name that all use in turn, or another where a second process writes the same just now.
    """
    file = path.with_name(f".{path.stem}.{_UNFINISHED}{path.suffix}")
    handle = _taken(file)
    if handle is not None:
        return file, handle
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
    return Path(name), handle


def _taken(file: Path) -> int | None:
    """The file, opened and emptied, where nobody else writes it; None where somebody does."""
    if sys.platform == "win32":  # its locks keep out even our own writers
        return None
    from fcntl import LOCK_EX, LOCK_NB, flock

    handle = None
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        flock(handle, LOCK_EX | LOCK_NB)
        if os.path.samestat(file.stat(), os.fstat(handle)):
            os.ftruncate(handle, 0)
            return handle
    except OSError:  # it is another user's, locked, or renamed meanwhile, or the file system knows no locks
        pass
    if handle is not None:
        os.close(handle)
    return None


def _sync(folder: Path) -> None:
    """Make a rename outlast a power failure, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_text(path: Path, content: str) -> None:
    """Write text as UTF-8, whole or not at all; see `replacing`."""
    with replacing(path) as temporary:
        temporary.write_text(content, encoding="utf-8")


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A temporary folder next to `path` to fill; renamed to `path` if all goes well.

    Raises:
        OutputError: `path` holds something already, is being made by another process, or cannot be written;
            names the reason.
    """
    refuse_used(path)
    check_writable(path, folder=True)
    with only_one_file(path, f"writing {path.name}"), writing(path):
        refuse_used(path)  # another may have made it until just now
        temporary = path.with_name(f".{path.name}.{_UNFINISHED}")
        shutil.rmtree(temporary, ignore_errors=True)  # of a process that was killed
        try:
            temporary.mkdir()
            yield temporary
            if path.exists():
                path.rmdir()
            temporary.rename(path)
            _sync(path.parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def refuse_used(path: Path) -> None:
    """Refuse a path for a new folder where something is already; an empty folder may be there.

    Raises:
        OutputError: names it.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise OutputError(f"{path} exists already. Choose another folder, or remove it first.")


def refuse_source(path: Path, *sources: Path) -> None:
    """Refuse to write a result over one of the files that it is made from.

    Raises:
        InputError: names it.
    """
    if path.exists() and any(source.exists() and path.samefile(source) for source in sources):
        raise InputError(
            f"{path} is what the result is made from, and must not be overwritten. Name another file."
        )


def cache_folder(kind: str = "arrays") -> Path:
    """Where arrays are cached: in the folder GAZEMAP_CACHE, or else in the user's cache folder."""
    named = os.environ.get("GAZEMAP_CACHE")
    if named:
        return Path(named) / kind
    import platformdirs

    return platformdirs.user_cache_path("gazemap") / kind
