"""A zip or tar file -> a folder; all names and sizes are checked before a byte is written."""

from __future__ import annotations

import errno
import gzip
import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from gazemap.data.schema import plain_path
from gazemap.errors import DataError
from gazemap.system.progress import bar

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
MAX_UNPACKED = 64 * 2**30  # bytes
MAX_MEMBERS = 1_000_000
MAX_RATIO = 100  # of unpacked bytes to those of the archive
_HARMLESS = 2**26  # bytes at any ratio
_DAMAGE = (
    EOFError,
    RuntimeError,  # a password
    gzip.BadGzipFile,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True)
class _Member:
    name: str
    size: int
    is_file: bool
    is_link: bool
    open: Callable[[], IO[bytes]]


def unpack(
    archive: Path, folder: Path, *, strip: int = 0, limit: int = MAX_UNPACKED, progress: bool = False
) -> None:
    """Write an archive's files below a folder, without what macOS and version control add.

    Args:
        archive: zip or tar, recognized by its content.
        folder: made where missing.
        strip: how many leading folders of each name are left out.
        limit: bytes of all files together.
        progress: show a bar.

    Raises:
        DataError: damaged or of another kind; a name that leads out of the folder, a link, a file
            twice; more bytes than `limit`, or than `MAX_RATIO` times the archive's.
        OSError: the folder cannot be written.
    """
    try:
        with ExitStack() as stack:
            places = _places(archive, _members(archive, stack), strip, limit)
            description = f"Unpacking {archive.name}"
            for place, member in bar(places.items(), description, progress=progress):
                target = folder / place
                target.parent.mkdir(parents=True, exist_ok=True)
                with member.open() as source, target.open("wb") as file:
                    shutil.copyfileobj(source, file, 2**20)
    except (*_DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno not in (
            None,
            errno.EINVAL,
        ):  # of a place beyond its end
            raise
        raise DataError(f"{archive} is damaged, or protected by a password ({error}).") from error


def _members(archive: Path, stack: ExitStack) -> Iterator[_Member]:
    if zipfile.is_zipfile(archive):
        return _zip_members(stack.enter_context(zipfile.ZipFile(archive)))
    if tarfile.is_tarfile(archive):
        return _tar_members(stack.enter_context(tarfile.open(archive)))
    raise DataError(f"{archive} is neither a zip nor a tar file, or its end is missing.")


def _zip_members(file: zipfile.ZipFile) -> Iterator[_Member]:
    for info in file.infolist():
        is_link = stat.S_ISLNK(info.external_attr >> 16)

        def read(info: zipfile.ZipInfo = info) -> IO[bytes]:
            return file.open(info)

        yield _Member(info.filename, info.file_size, not info.is_dir(), is_link, read)


def _tar_members(file: tarfile.TarFile) -> Iterator[_Member]:
    for info in file:

        def read(info: tarfile.TarInfo = info) -> IO[bytes]:
            return cast("IO[bytes]", file.extractfile(info))

        is_link = not (info.isreg() or info.isdir())  # devices and pipes too
        yield _Member(info.name, info.size, info.isreg(), is_link, read)


def _places(
    archive: Path, members: Iterator[_Member], strip: int, limit: int
) -> dict[PurePosixPath, _Member]:
    """Where each file goes; all are checked before the first is written."""
    places: dict[PurePosixPath, _Member] = {}
    total = 0
    most = min(limit, max(_HARMLESS, MAX_RATIO * archive.stat().st_size))
    for count, member in enumerate(members, start=1):
        total += member.size
        if total > most or count > MAX_MEMBERS:
            raise DataError(
                f"{archive} must unpack to at most {most:,} bytes (for its size) and {MAX_MEMBERS:,} files. "
                "It holds more; nothing of it was unpacked."
            )
        place = _place(archive, member, strip)
        if not member.is_file or place is None:
            continue
        if place in places:
            raise DataError(f"{archive} has {member.name!r} twice. Nothing of it was unpacked.")
        places[place] = member
    if not places:
        raise DataError(f"{archive} holds no file.")
    return places


def _place(archive: Path, member: _Member, strip: int) -> PurePosixPath | None:
    path = PurePosixPath(member.name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or any(":" in part for part in path.parts[:1]):
        raise DataError(f"{archive}: {member.name!r} leads out of the folder. Nothing of it was unpacked.")
    try:
        plain_path(path.as_posix())
    except ValueError as error:
        if path.parts:
            raise DataError(
                f"{archive}: {member.name[:300]!r} {error}. Nothing of it was unpacked."
            ) from error
    if member.is_link:
        raise DataError(f"{archive}: {member.name!r} is a link or device. Nothing of it was unpacked.")
    added = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    parts = path.parts[strip:]
    return None if added or not parts else PurePosixPath(*parts)
