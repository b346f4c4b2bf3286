"""Containers of predicted maps: a folder, zip, tar or HDF5 file, read one map at a time."""

from __future__ import annotations

import lzma
import tarfile
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import IO, cast

from gazemap.errors import DataError
from gazemap.images.map_files import DECODERS, as_map, check_header, decode_map, hdf5_names
from gazemap.images.opening import MAX_PIXELS
from gazemap.system.extras import require
from gazemap.types import Floats

MAX_BYTES = 8 * MAX_PIXELS + 2**20  # the largest map in float64, and its header
MAX_TAR_BYTES = 64 * 2**30  # of a compressed tar, which is unpacked to be read in any order
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_DAMAGE = (OSError, RuntimeError, EOFError, zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError)


@dataclass(frozen=True)
class MapArchive:
    """Maps by their keys.

    Attributes:
        path: the folder or file.
        keys: the maps' names, with their folders, "a/001.png".
        read: a key -> its map, float64 (h, w), read again at every call, from any thread; raises DataError
            with the key where the map cannot be used.
    """

    path: Path
    keys: tuple[str, ...]
    read: Callable[[str], Floats]


def open_archive(path: Path) -> MapArchive:
    """Open a folder (with subfolders), zip, tar or HDF5 file of maps; only the names are read.

    The content says which of these it is. No member of an archive is ever written to disk under its name.
    Files of other kinds than `map_files.DECODERS` lists, hidden files and those that macOS adds are skipped.

    Raises:
        DataError: missing, damaged, of another kind, or without a map.
        MissingPackageError: an HDF5 file, and the package that reads it is not installed.
    """
    if not path.exists():
        raise DataError(f"There is no file or folder {path}. Check the path.")
    try:
        opener = next((opener for accepts, opener in _KINDS if accepts(path)), None)
        archive = opener(path) if opener else None
    except _DAMAGE as error:
        raise DataError(f"{path} cannot be opened: it is damaged or not readable ({error}).") from error
    if archive is None:
        raise DataError(f"{path} is damaged or of another kind. {_ACCEPTED}")
    if not archive.keys:
        raise DataError(f"{path} holds no map. {_ACCEPTED}")
    return archive


def _folder(path: Path) -> MapArchive:
    files = {file.relative_to(path).as_posix(): file for file in sorted(path.rglob("*")) if file.is_file()}
    sizes = {name: file.stat().st_size for name, file in files.items()}
    return _of_files(path, sizes, lambda key: files[key].read_bytes())


def _zip(path: Path) -> MapArchive:
    archive = zipfile.ZipFile(path)
    sizes = {info.filename: info.file_size for info in archive.infolist()}
    return _of_files(path, sizes, archive.read)


def _tar(path: Path) -> MapArchive:
    with ExitStack() as stack:
        file: IO[bytes] = stack.enter_context(path.open("rb"))
        with tarfile.open(fileobj=file) as archive:
            stream = cast("IO[bytes]", archive.fileobj)
            if stream is not file:  # compressed, and so read from front to back only
                file = stack.enter_context(tempfile.TemporaryFile())
                _unpack(stream, file, path)
        file.seek(0)
        with tarfile.open(fileobj=file, mode="r:") as archive:
            members = {member.name: member for member in archive if member.isreg() and not member.issparse()}
        close = stack.pop_all().close

    def fetch(key: str) -> bytes:
        file.seek(members[key].offset_data)
        return file.read(members[key].size)

    weakref.finalize(fetch, close)
    return _of_files(path, {name: member.size for name, member in members.items()}, fetch)


def _unpack(stream: IO[bytes], copy: IO[bytes], path: Path) -> None:
    stream.seek(0)
    while chunk := stream.read(2**20):
        copy.write(chunk)
        if copy.tell() > MAX_TAR_BYTES:
            raise DataError(f"{path} unpacks to more than {MAX_TAR_BYTES:,} bytes. Unpack it into a folder.")


def _of_files(path: Path, sizes: Mapping[str, int], fetch: Callable[[str], bytes]) -> MapArchive:
    lock = Lock()  # all reads of an archive move the position in one file

    def read(key: str) -> Floats:
        where = f"{path}: {key}"
        if sizes[key] > MAX_BYTES:
            raise DataError(f"{where} is {sizes[key]:,} bytes long; the limit is {MAX_BYTES:,}.")
        try:
            with lock:
                content = fetch(key)
        except _DAMAGE as error:
            raise DataError(f"{where} cannot be read: it is damaged or protected ({error}).") from error
        return decode_map(content, where)

    return MapArchive(path, tuple(filter(_is_map, sizes)), read)


def _is_map(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return (
        PurePosixPath(name).suffix.lower() in DECODERS
        and "__MACOSX" not in parts
        and not any(part.startswith(".") for part in parts)
    )


def _is_hdf5(path: Path) -> bool:
    """Whether the signature is where HDF5 has it: at the start, or at 512 bytes, 1024, 2048 and so on."""
    with path.open("rb") as file:
        start, size = 0, path.stat().st_size
        while start < size:
            file.seek(start)
            if file.read(len(_HDF5_SIGNATURE)) == _HDF5_SIGNATURE:
                return True
            start = max(512, 2 * start)
    return False


def _hdf5(path: Path) -> MapArchive:
    require("h5py", "Reading HDF5 files")
    import h5py

    file = h5py.File(path, "r", locking=False)  # as on network shares, which know no locks

    def read(key: str) -> Floats:
        where = f"{path}: {key}"
        try:
            dataset = file[key]  # not kept open: each open one has a cache; h5py lets in one thread at a time
            check_header(dataset.shape or (), dataset.dtype, where)
            values = dataset[()]
        except (OSError, KeyError, RuntimeError) as error:
            raise DataError(f"{where} is damaged and cannot be read ({error}).") from error
        return as_map(values, where)

    return MapArchive(path, tuple(hdf5_names(file)), read)


# tar comes first: a tar of zip or HDF5 files looks like one of these, too
_KINDS: tuple[tuple[Callable[[Path], bool], Callable[[Path], MapArchive]], ...] = (
    (Path.is_dir, _folder),
    (tarfile.is_tarfile, _tar),
    (zipfile.is_zipfile, _zip),
    (_is_hdf5, _hdf5),
)
_ACCEPTED = (
    "Give a folder, zip or tar of .png, .jpg, .tif or other pictures, of .npy or .mat files, or an HDF5 file "
    "with a dataset per image."
)
