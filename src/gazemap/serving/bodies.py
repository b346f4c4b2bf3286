"""Bodies of requests -> images' bytes: one as the body itself, or one or several as parts of a form."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Collection

from fastapi import Request
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser

from gazemap.serving.limits import Limits
from gazemap.serving.problems import Problem

_FORM = "multipart/form-data"


async def read_images(
    request: Request, limits: Limits, needed: Collection[str], possible: Collection[str] = ()
) -> dict[str, bytes]:
    """The images of a request by the names of their parts; a body that is no form is the only one needed.

    Args:
        request: whose body was not read yet.
        limits: of the server.
        needed: names of parts that must be there.
        possible: names of parts that may be there, too.

    Raises:
        Problem: it is too large, comes too slowly, or has other parts than these.
    """
    try:
        async with asyncio.timeout(limits.seconds):
            return await _images(request, limits, needed, possible)
    except TimeoutError:
        raise Problem(
            408,
            f"The request's body was not there after {limits.seconds:g} seconds. Send it again, or "
            "send a smaller image.",
            {"Connection": "close"},
        ) from None


async def _images(
    request: Request, limits: Limits, needed: Collection[str], possible: Collection[str]
) -> dict[str, bytes]:
    names = ", ".join([*needed, *(f"{name} (may be left out)" for name in possible)])
    if not request.headers.get("content-type", "").lower().startswith(_FORM):
        if len(needed) > 1:
            raise Problem(415, f"The body must be {_FORM} with the files {names}.")
        return dict.fromkeys(needed, b"".join([chunk async for chunk in _chunks(request, limits)]))
    parser = _Parts(request, limits)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise Problem(400, f"The body is no {_FORM} that can be read: {error.message}") from None
    try:
        found = await _files(form, names, {*needed, *possible})
    finally:
        await form.close()
    if missing := [name for name in needed if name not in found]:
        raise Problem(422, f"The form has no file named {' and none named '.join(missing)}.")
    return found


async def _files(form: FormData, names: str, known: Collection[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, part in form.multi_items():
        if isinstance(part, str) or name not in known or name in found:
            raise Problem(
                422,
                f"The parts of the form must be the files {names}, once each, got {name!r}. Options are in "
                "the address, as in ?model=gazenet.",
            )
        found[name] = await part.read()
    return found


class _Parts(MultiPartParser):
    """The parts of a form, in memory: the body's limit holds them, and the disk may be closed."""

    spool_max_size = sys.maxsize

    def __init__(self, request: Request, limits: Limits) -> None:
        super().__init__(request.headers, _chunks(request, limits), max_fields=limits.parts)
        self._limit = limits.parts
        self._parts = 0

    def on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > self._limit:
            raise Problem(413, f"The form has more than {self._limit} parts. Send one image per request.")
        super().on_part_begin()


async def _chunks(request: Request, limits: Limits) -> AsyncGenerator[bytes, None]:
    size = int(request.headers.get("content-length", "0"))
    _check_size(size, limits)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        _check_size(size, limits)
        yield chunk


def _check_size(size: int, limits: Limits) -> None:
    if size > limits.body:
        raise Problem(
            413,
            f"The request's body must have up to {limits.body:,} bytes, got more. Send a smaller image.",
        )
