"""What one server takes on: every limit of the HTTP API, in one place."""

from __future__ import annotations

from dataclasses import dataclass


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
