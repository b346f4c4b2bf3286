"""What one server takes on: every limit of the HTTP API, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from gazemap.errors import InputError


@dataclass(frozen=True)
class Limits:
    """What is more than this is refused, each with a status of its own; see docs/reference/http-api.md.

    Attributes:
        body: bytes of a request's body; 413.
        pixels: of an image; 413.
        parts: of a multipart body; 413.
        waiting: requests that are worked on or wait, all together; 503.
        seconds: until a body is there, 408; and from then until its answer is made, 504.
    """

    body: int = 64 * 2**20
    pixels: int = 64_000_000
    parts: int = 4
    waiting: int = 32
    seconds: float = 60.0


def checked_limits(
    *, max_megabytes: int, max_megapixels: int, max_requests: int = 32, seconds: int = 60
) -> Limits:
    """The limits by the names of the commands' options.

    Raises:
        InputError: one is below 1.
    """
    given = {
        "max_megabytes": max_megabytes,
        "max_megapixels": max_megapixels,
        "max_requests": max_requests,
        "seconds": seconds,
    }
    for name, value in given.items():
        if value < 1:
            raise InputError(f"{name} must be at least 1, got {value}.")
    return Limits(max_megabytes * 2**20, max_megapixels * 10**6, waiting=max_requests, seconds=seconds)
