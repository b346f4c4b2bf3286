"""What the C library libtiff says of damaged files: kept for the reason of a refusal, not printed on stderr.

Pillow carries libtiff and leaves its errors to the library's own handler, which prints them. Python cannot
catch that, but the library takes another handler. What is said in other threads is passed on.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PIL import _imaging

_LENGTH = 500  # characters of one complaint
_MOST = 3  # complaints that are kept of one file

_Handler = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p)
_heard = threading.local()
_installing = threading.Lock()
_kept: list[Any] = []  # the handler, which must live as long as the process


@contextmanager
def complaints() -> Iterator[list[str]]:
    """The list that libtiff's errors of this thread are put into, in the place of being printed."""
    _install()
    before, _heard.words = getattr(_heard, "words", None), []
    try:
        yield _heard.words
    finally:
        _heard.words = before


def _install() -> None:
    """Set the handler once; where the library cannot be reached (it is linked into Pillow), do nothing."""
    with _installing:
        if _kept:
            return
        try:
            library = ctypes.CDLL(_imaging.__file__)  # finds what it was linked with
            set_handler, formatted = library.TIFFSetErrorHandler, ctypes.CDLL(None).vsnprintf
        except (AttributeError, OSError, TypeError):
            _kept.append(None)
            return
        set_handler.restype, set_handler.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
        formatted.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_void_p]

        def hear(module: bytes | None, form: bytes, values: int) -> None:
            words = getattr(_heard, "words", None)
            if words is None:
                earlier(module, form, values)
            elif len(words) < _MOST:
                text = ctypes.create_string_buffer(_LENGTH)
                formatted(text, _LENGTH, form, values)
                words.append(text.value.decode("utf-8", "replace"))

        earlier: Callable[[bytes | None, bytes, int], None] = _silent
        handler = _Handler(hear)
        _kept.append(handler)
        address = set_handler(ctypes.cast(handler, ctypes.c_void_p))
        if address:
            earlier = _Handler(address)


def _silent(module: bytes | None, form: bytes, values: int) -> None:
    """What is done where there was no handler."""
