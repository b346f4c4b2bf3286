"""One address -> one file: resumed where it was cut off, tried again, no larger than was announced."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

from gazemap.errors import DataError

MAX_BYTES = 32 * 2**30  # of one file
_CHUNK = 2**16
_RETRIED = (408, 425, 429, 500, 502, 503, 504)
_FINAL = (
    requests.exceptions.SSLError,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.TooManyRedirects,
)

Report = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Patience:
    """How long a download waits.

    Attributes:
        stall: seconds without a byte after which a connection is given up.
        tries: how many tries in a row may bring no new byte.
        pause: seconds before the second try, doubled before each further one.
        longest_pause: seconds that no pause exceeds.
    """

    stall: float = 30.0
    tries: int = 6
    pause: float = 1.0
    longest_pause: float = 60.0


class _PassingError(Exception):
    """A fault that may be gone at the next try; `wait` is the seconds that the host asks for."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


def fetch(
    address: str,
    part: Path,
    *,
    limit: int = MAX_BYTES,
    patience: Patience | None = None,
    report: Report | None = None,
) -> None:
    """Download an address's content to the file `part`, which may hold its beginning already.

    The beginning is kept only where the host says that it is still the same content (ETag or
    Last-Modified, which a second file next to `part` keeps). Redirects may lead to https, and from http
    also to http.

    Args:
        address: https, or http.
        part: written as bytes arrive, so that it outlives a kill.
        limit: the most bytes, whatever the host announces.
        patience: how long to wait; None is `Patience()`.
        report: called with the number of bytes so far and, where the host announces it, of all.

    Raises:
        DataError: the host is gone, refuses, or sends a web page, more or fewer bytes than announced.
        OSError: `part` cannot be written.
    """
    patience = patience or Patience()
    most, tries = _size(part), 0
    with _session(address) as session:
        while True:
            try:
                return _try_once(session, address, part, limit, patience.stall, report)
            except _PassingError as error:
                tries = 1 if _size(part) > most else tries + 1
                most = max(most, _size(part))
                if tries >= patience.tries:
                    raise DataError(f"{address}: {error}; {tries} tries in a row failed.") from error
                pause = max(error.wait, patience.pause * 2 ** (tries - 1))
                time.sleep(min(pause, patience.longest_pause))


def _session(address: str) -> requests.Session:
    """A session that can use only the protocols that it may, also when redirected."""
    session = requests.Session()
    session.adapters.clear()
    session.mount("https://", HTTPAdapter())
    if address.startswith("http://"):
        session.mount("http://", HTTPAdapter())
    session.headers.update({"User-Agent": "gazemap", "Accept-Encoding": "identity"})
    return session


def _try_once(
    session: requests.Session, address: str, part: Path, limit: int, stall: float, report: Report | None
) -> None:
    have, validator = _beginning(part)
    headers = {"Range": f"bytes={have}-", "If-Range": validator} if have else {}
    try:
        with session.get(address, headers=headers, stream=True, timeout=stall) as response:
            _check_answer(response, address)
            start, total = _extent(response, part, have, validator)
            if total is not None and total > limit:
                raise DataError(f"{address} must have at most {limit:,} bytes, announces {total:,}.")
            _receive(response, part, start, total, limit, report)
    except _FINAL as error:
        raise DataError(f"{address} cannot be used: {_reason(error)}.") from error
    except requests.RequestException as error:
        raise _PassingError(_reason(error)) from error
    _validator_file(part).unlink(missing_ok=True)


def _check_answer(response: requests.Response, address: str) -> None:
    status = f"{response.status_code} {response.reason}"
    if response.status_code in _RETRIED:
        wait = response.headers.get("Retry-After", "")
        raise _PassingError(f"the host answers {status}", float(wait) if wait.isdecimal() else 0.0)
    if response.status_code not in (200, 206, 416):
        raise DataError(f"{address}: the host answers {status}.")
    if response.headers.get("Content-Type", "").startswith("text/html") and response.status_code != 416:
        raise DataError(f"{address} is a web page, not the file: a form, a login or a confirmation.")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise DataError(
            f"{address} is sent in the encoding {response.headers['Content-Encoding']}, though unencoded "
            "content was asked for."
        )


def _extent(response: requests.Response, part: Path, have: int, validator: str) -> tuple[int, int | None]:
    """Where the bytes that follow belong, and how many there are in all."""
    if response.status_code == 200:
        length = response.headers.get("Content-Length", "")
        return 0, int(length) if length.isdecimal() else None
    span = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
    changed = validator != (_validator(response) or validator)
    if response.status_code == 416 or span is None or int(span[1]) != have or changed:
        _forget(part)
        raise _PassingError("the host does not go on where the download was cut off")
    return have, None if span[2] == "*" else int(span[2])


def _receive(
    response: requests.Response, part: Path, start: int, total: int | None, limit: int, report: Report | None
) -> None:
    done, most = start, limit if total is None else total
    with part.open("ab" if start else "wb") as file:
        if not start:
            _validator_file(part).write_text(_validator(response), encoding="latin-1")
        for chunk in response.iter_content(_CHUNK):
            done += len(chunk)
            if done > most:
                break
            file.write(chunk)
            if report:
                report(done, total)
    if done > most:
        _forget(part)
        raise DataError(f"{response.url} sends more than the {most:,} bytes that it announced or may send.")
    if total is not None and done < total:
        raise _PassingError(f"{done:,} of {total:,} bytes were received")


def _validator(response: requests.Response) -> str:
    """What distinguishes this content from a later one; "" where the host does not say."""
    tag = response.headers.get("ETag", "")
    return response.headers.get("Last-Modified", "") if tag.startswith("W/") or not tag else tag


def _beginning(part: Path) -> tuple[int, str]:
    file = _validator_file(part)
    validator = file.read_text(encoding="latin-1") if file.exists() else ""
    return (_size(part), validator) if validator else (0, "")


def _validator_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.validator")


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _validator_file(part).unlink(missing_ok=True)


def _reason(error: requests.RequestException) -> str:
    """The innermost cause in one line, without urllib3's wrapping."""
    cause = error.args[0] if error.args else error
    cause = getattr(cause, "reason", cause)
    text = str(cause.args[0] if isinstance(cause, Exception) and cause.args else cause)
    return re.sub(r"^<?HTTPS?Connection(Pool)?\(.*?\)>?: ", "", text).rstrip(".")
