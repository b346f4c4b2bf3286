"""Files at addresses, by obstore: S3, Google Cloud, Azure, web servers; it retries, but not for ever."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from gazemap.errors import DataError, InputError, OutputError
from gazemap.system.extras import require

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

_PAGE = 1000  # objects of a listing
_BUFFER = 1 << 20  # bytes that are read at once where little is asked for
_CLIENT: ClientConfig = {"connect_timeout": timedelta(seconds=10), "timeout": timedelta(minutes=5)}
_RETRIES: RetryConfig = {
    "max_retries": 8,
    "retry_timeout": timedelta(minutes=3),
}  # 0.1 s, 0.2 s, 0.4 s ... at random
_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)  # seconds, where two write one object at the same time
_LISTINGS = 4  # that may be cut off, which obstore does not ask for again
_stores: dict[str, ObjectStore] = {}
_one_by_one = threading.Lock()


def is_address(path: str) -> bool:
    """Whether a path is an address and no file of this machine."""
    return "://" in path


def absolute(path: str) -> str:
    """A path that means the same in every folder; an address is left as it is."""
    return path if is_address(path) else os.path.abspath(path)


def store_of(address: str) -> tuple[ObjectStore, str]:
    """The store of an address, kept open, and the name of the object in it.

    Credentials and addresses of servers come from the environment, as AWS_ACCESS_KEY_ID does.

    Raises:
        InputError: an address of a kind that is not known, or with a query.
        MissingPackageError: obstore is not installed.
    """
    require("obstore", f"Reading or writing {address.partition('://')[0]}:// addresses")
    from obstore.exceptions import BaseError
    from obstore.store import from_url

    parts = urlsplit(address)
    if parts.query:
        raise InputError(f"{address} has a query, which is not supported. Give an address without it.")
    root, is_web = f"{parts.scheme}://{parts.netloc}", parts.scheme in ("http", "https")
    with _one_by_one:
        if root not in _stores:
            try:
                _stores[root] = from_url(root, client_options=_client(parts.scheme), retry_config=_RETRIES)
            except (BaseError, ValueError) as error:
                raise InputError(f"{address} is an address that cannot be used ({error}).") from error
    return _stores[root], unquote(parts.path.lstrip("/")) if is_web else address[len(root) + 1 :]


def _client(scheme: str) -> ClientConfig:
    """How servers are spoken to; without encryption only where that is asked for."""
    plain = scheme == "http" or os.environ.get("AWS_ALLOW_HTTP", "").lower() == "true"
    return {**_CLIENT, "allow_http": plain}


@contextmanager
def reading(address: str) -> Iterator[None]:
    """Turn what obstore raises into an error that names the address.

    Raises:
        DataError: says why it cannot be read.
    """
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError as error:
        raise DataError(f"There is nothing at {address}. Check the address.") from error
    except (BaseError, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise DataError(f"{address} cannot be read ({_short(error)}).") from error


def _short(error: Exception) -> str:
    """The first line of a message, which may have many."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:300]


def read_object(address: str, *, most: int | None = None) -> bytes:
    """The bytes of an object.

    Args:
        address: of it.
        most: how many there may be.

    Raises:
        DataError: it is not there, is too large, cannot be read, or has fewer bytes than it says.
    """
    import obstore

    with reading(address):
        found = obstore.get(*store_of(address))
        stated = found.meta["size"]
        if most is not None and stated > most:
            raise DataError(f"{address} must have up to {most:,} bytes, got {stated:,}.")
        return _whole(bytes(found.bytes()), stated, address)


def read_range(address: str, offset: int, size: int) -> bytes:
    """Some bytes of an object.

    Raises:
        DataError: as `read_object`.
    """
    import obstore

    with reading(address):
        return _whole(bytes(obstore.get_range(*store_of(address), start=offset, length=size)), size, address)


def _whole(content: bytes, stated: int, address: str) -> bytes:
    if len(content) != stated:
        raise DataError(f"{address} gave {len(content):,} bytes where it stated {stated:,}. Try again.")
    return content


def object_exists(address: str) -> bool:
    """Whether an object is there.

    Raises:
        DataError: it cannot be told.
    """
    import obstore

    with reading(address):
        try:
            obstore.head(*store_of(address))
        except FileNotFoundError:
            return False
        return True


def write_object(address: str, content: bytes | Path, *, replace: bool) -> None:
    """Write an object whole, or not at all; one that is there already stays, unless it is to be replaced.

    Raises:
        OutputError: it cannot be written.
        DataError: it cannot be told whether it is there.
    """
    import obstore
    from obstore.exceptions import AlreadyExistsError, BaseError

    store, name = store_of(address)
    for pause in _PAUSES:
        try:
            obstore.put(store, name, content, mode="overwrite" if replace else "create", use_multipart=False)
            return
        except AlreadyExistsError:
            # another made the same; or this did, and the answer was lost; or another is at it, and may fail
            if not replace and object_exists(address):
                return
            time.sleep(pause)
        except (BaseError, OSError, ValueError) as error:
            raise OutputError(
                f"{address} cannot be written ({_short(error)}). Check the credentials, and that the store "
                "takes conditional puts (If-None-Match)."
            ) from error
    raise OutputError(f"{address} cannot be written: the store says that others write it. Run it again.")


def objects_below(address: str) -> Iterator[str]:
    """The addresses of all objects whose names begin with that of a folder, in the store's order.

    A listing that is cut off goes on after the last name that came.

    Raises:
        DataError: it cannot be listed.
    """
    import obstore
    from obstore.exceptions import GenericError

    with reading(address):
        store, prefix = store_of(address)
        root, last = address[: len(address) - len(prefix)], None
        for tries_left in reversed(range(_LISTINGS)):
            try:
                for page in obstore.list(store, prefix.rstrip("/") or None, offset=last, chunk_size=_PAGE):
                    for found in page:
                        last = found["path"]
                        yield root + last
                return
            except GenericError:
                if not tries_left:
                    raise
                time.sleep(_PAUSES[0])


def parquet_source(path: str) -> str | IO[bytes]:
    """What pyarrow opens: the path itself, or a file at an address."""
    return open_file(path) if is_address(path) else path


def open_file(path: str) -> IO[bytes]:
    """A file of this machine, or at an address, of which only what is asked for is read.

    Raises:
        OSError: there is no such file.
        DataError: it cannot be read.
    """
    if not is_address(path):
        return open(path, "rb")
    return io.BufferedReader(_Ranged(path), _BUFFER)


class _Ranged(io.RawIOBase):
    """An object as a file, by ranges."""

    def __init__(self, address: str) -> None:
        import obstore

        self._address = address
        self._at = 0
        with reading(address):
            store, name = store_of(address)
            self._size: int = obstore.head(store, name)["size"]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = start + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        size = max(0, min(len(buffer), self._size - self._at))
        if size:
            buffer[:size] = read_range(self._address, self._at, size)
            self._at += size
        return size
