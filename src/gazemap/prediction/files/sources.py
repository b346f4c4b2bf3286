"""Where images come from: files, folders, glob patterns, lists; gone through one by one, however many."""

from __future__ import annotations

import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gazemap.errors import InputError
from gazemap.images.formats import ENDINGS
from gazemap.prediction.files.outputs import OUTPUTS

STDIN = "-"
_OURS = tuple(kind.ending for kind in OUTPUTS.values())


@contextmanager
def open_sources(sources: Sequence[str | os.PathLike[str]]) -> Iterator[Sources]:
    """The image files that a list of sources stands for.

    A source is a file; a folder, with all below it; a glob pattern, in which ** is any folders;
    `@list.txt`, a file with one path per line; or `-`, the same from the standard input. Of folders and
    patterns, files with an image's suffix are taken, but none that `gazemap predict` wrote. A pattern that
    nothing fits, a missing file and whatever stands in a list are kept as they are: reading says what is
    wrong. What is named `@list.txt` or has a pattern's signs, and exists, is that file or folder.

    Raises:
        InputError: a list cannot be read or is no text, or there is no image at all.
    """
    given = [os.fspath(source) for source in sources]
    with tempfile.TemporaryFile() as typed:
        if STDIN in given:  # kept on disk, to be gone through twice
            shutil.copyfileobj(sys.stdin.buffer, typed)
        yield Sources(given, typed)


class Sources:
    """Image files, gone through one by one: their number is unbounded, the memory is not.

    Attributes:
        root: the deepest folder that holds all sources.
    """

    def __init__(self, sources: Sequence[str], typed: IO[bytes]) -> None:
        self._sources = sources
        self._typed = typed
        self.root, self._count = self._survey()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[Path, str]]:
        """Each file, and its name: the path below `root`."""
        start = len(os.path.join(self.root, ""))
        for _, path in self._all():
            yield Path(path), os.path.abspath(path)[start:].lstrip(os.sep)

    def _survey(self) -> tuple[str, int]:
        """The root and the number of images; one pass over all."""
        root, count, last = None, 0, None
        for folder, _ in self._all():
            count += 1
            if folder != last:
                last, whole = folder, os.path.abspath(folder)
                root = whole if root is None else os.path.commonpath([root, whole])
        if root is None:
            raise InputError(
                f"There are no images in {', '.join(self._sources) or 'an empty list'}; files that end in "
                f"{', '.join(ENDINGS)} are looked for."
            )
        return root, count

    def _all(self) -> Iterator[tuple[str, str]]:
        """(the folder that names start from, the path) of each file."""
        for source in self._sources:
            yield from self._below(source)

    def _below(self, source: str) -> Iterator[tuple[str, str]]:
        if source == STDIN:
            self._typed.seek(0)
            yield from _listed(self._typed)
        elif os.path.isdir(source):
            yield from ((source, path) for path in _walk(source))
        elif source.startswith("@") and not os.path.exists(source):
            try:
                with open(source[1:], "rb") as file:
                    yield from _listed(file)
            except OSError as error:
                raise InputError(f"The list {source[1:]} cannot be read: {error.strerror}.") from error
        elif glob.has_magic(source) and not os.path.exists(source):
            fixed = _fixed_part(source)
            found = False
            for path in glob.iglob(source, recursive=True):
                if _is_image(path) and not os.path.isdir(path):
                    found = True
                    yield fixed, path
            if not found:
                yield fixed, source
        else:
            yield os.path.dirname(source), source


def _listed(file: IO[bytes]) -> Iterator[tuple[str, str]]:
    for line in file:
        if b"\0" in line:  # no path has it, and nearly every image file
            raise InputError(
                "A list must be text with one path of an image per line, got other bytes. Give the path "
                "of the image itself, or in Python its bytes: gazemap.predict(data)."
            )
        path = os.fsdecode(line.rstrip(b"\r\n"))
        if path:
            yield os.path.dirname(path), path


def _walk(folder: str) -> Iterator[str]:
    """The images below a folder; links to folders are not followed, for they may lead back."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith("."):
                        yield from _walk(entry.path)
                elif _is_image(entry.path):
                    yield entry.path
    except OSError:  # not ours to read: the folder itself is listed as what failed
        yield folder


def _is_image(path: str) -> bool:
    name = os.path.basename(path)
    return name.lower().endswith(ENDINGS) and not name.endswith(_OURS) and not name.startswith(".")


def _fixed_part(pattern: str) -> str:
    """The folders of a pattern before its first sign."""
    folder = os.path.dirname(pattern)
    while glob.has_magic(folder):
        folder = os.path.dirname(folder)
    return folder
