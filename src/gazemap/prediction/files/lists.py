"""Lists of paths, one per line, as editors and other programs write them."""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Iterator
from typing import IO

from gazemap.errors import InputError

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def listed(file: IO[bytes], folder: str | None) -> Iterator[str]:
    """The paths of a list, in UTF-8 or UTF-16, with any line ends; empty lines are passed over.

    Args:
        file: at its start.
        folder: of the list; what is not found from here is looked for there.

    Raises:
        InputError: it is no text.
    """
    for path in _lines(file):
        beside = os.path.join(folder, path) if folder else path
        yield beside if not os.path.lexists(path) and os.path.lexists(beside) else path


def _lines(file: IO[bytes]) -> Iterator[str]:
    start = file.read(3)
    if start[:2] in _UTF_16:
        file.seek(0)
        yield from _decoded(file)
        return
    file.seek(3 if start == codecs.BOM_UTF8 else 0)
    for line in file:
        if b"\0" in line:  # no path has it, and nearly every image file
            raise InputError(
                "A list must be text with one path of an image per line, got other bytes. Give the path "
                "of the image itself, or in Python its bytes: gazemap.predict(data)."
            )
        yield from (os.fsdecode(path) for path in line.splitlines() if path.strip())


def _decoded(file: IO[bytes]) -> Iterator[str]:
    text = io.TextIOWrapper(file, encoding="utf-16")
    try:
        yield from (path for line in text if (path := line.rstrip("\n")).strip())
    except UnicodeError as error:
        raise InputError(f"A list in UTF-16 cannot be read ({error}). Save it as UTF-8.") from error
    finally:
        text.detach()  # the file is not ours to close
