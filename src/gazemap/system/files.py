"""Writing files and folders whole: first under a temporary name, so that none is seen half-written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gazemap.errors import InputError, OutputError


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
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}. "
            f"Free space or choose a folder that you may write to. {hint}".rstrip()
        ) from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file in the folder of `path` to write to; renamed to `path` if all goes well.

    Raises:
        OutputError: the folder is missing, read-only or full; names the file and the reason.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.chmod(0o644)  # mkstemp's 0600 would hide results from colleagues
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def write_text(path: Path, content: str) -> None:
    """Write text as UTF-8, whole or not at all; see `replacing`."""
    with replacing(path) as temporary:
        temporary.write_text(content, encoding="utf-8")


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A temporary folder next to `path` to fill; renamed to `path` if all goes well.

    Raises:
        OutputError: `path` holds something already, or cannot be written; names the reason.
    """
    refuse_used(path)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as name:
            temporary = Path(name) / "new"
            temporary.mkdir()
            yield temporary
            if path.exists():
                path.rmdir()
            temporary.rename(path)


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
