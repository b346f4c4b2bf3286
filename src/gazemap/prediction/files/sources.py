"""Where images come from: files, folders, glob patterns, lists; gone through one by one, however many."""

from __future__ import annotations

import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gazemap.errors import InputError
from gazemap.images.formats import ENDINGS, START, format_of, unread_kind
from gazemap.images.opening import local_path
from gazemap.prediction.files.folders import Besides, Entry, entry_of, walk
from gazemap.prediction.files.lists import listed

STDIN = "-"
_TYPED = "stdin"  # the name of an image that comes from there


@contextmanager
def open_sources(sources: Sequence[str | os.PathLike[str]]) -> Iterator[Sources]:
    """The image files that a list of sources stands for.

    A source is a file, perhaps with ~ or file:// in front; a folder, with all below it, linked folders
    too, each once; a glob pattern, in which ** is any folders; `@list.txt`, a file with one path per line,
    from here or from the list's folder; or `-`, the same from the standard input, or one image, which is
    called stdin. Of folders and patterns,
    what has an image's ending or first bytes is taken, but nothing that `gazemap predict` wrote; what else
    there is is counted. A pattern that nothing fits, a missing file and whatever stands in a list are kept
    as they are: reading says what is wrong. What is named `@list.txt` or has a pattern's signs, and exists,
    is that file or folder.

    Raises:
        InputError: a list cannot be read or is no text, or there is no image at all.
    """
    given = [os.fspath(source) for source in sources]
    if STDIN not in given:
        yield Sources(given)
        return
    with tempfile.TemporaryDirectory() as folder:  # kept on disk, to be gone through twice
        typed = Path(folder) / _TYPED
        with typed.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield Sources(given, typed)


class Sources:
    """Image files, gone through one by one: their number is unbounded, the memory is not.

    Attributes:
        root: the deepest folder that holds all sources.
        besides: what else is in their folders, counted.
    """

    def __init__(self, sources: Sequence[str], typed: Path | None = None) -> None:
        """Survey the sources; `typed` holds what the standard input had."""
        self._sources = sources
        self._typed = typed
        self.besides = Besides()
        self.root, self._count = self._survey()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[Path, str]]:
        """Each file, and its name: the path below `root`."""
        start = len(os.path.join(self.root, ""))
        for _, entry in self._all():
            if entry.kind == "image":
                path = Path(entry.path)
                name = os.path.abspath(path)[start:].lstrip(os.sep) if path != self._typed else _TYPED
                yield path, name

    def told(self, text: str) -> str:
        """A text for people: what the standard input had is called stdin, not by the file that it lies in."""
        return text.replace(str(self._typed), _TYPED) if self._typed is not None else text

    def left_out(self) -> Iterator[Entry]:
        """What looks like images and is not read, and folders that cannot be opened, each with its reason."""
        if self.besides.counts["unread"] or self.besides.counts["closed"]:
            yield from (entry for _, entry in self._all() if entry.reason)

    def _survey(self) -> tuple[str, int]:
        """The root and the number of images; one pass over all."""
        root, count, last = None, 0, None
        for folder, entry in self._all():
            if entry.kind != "image":
                self.besides.add(entry)
                continue
            count += 1
            if self._typed is not None and entry.path == str(self._typed):
                continue
            if folder != last:
                last, whole = folder, os.path.abspath(folder)
                root = whole if root is None else os.path.commonpath([root, whole])
        if not count:
            there = " ".join(self.besides.notes())
            raise InputError(
                f"There are no images in {', '.join(self._sources) or 'an empty list'}; files that end in "
                f"{', '.join(ENDINGS)} are looked for. {there}".rstrip()
            )
        return root or "", count

    def _all(self) -> Iterator[tuple[str, Entry]]:
        """(the folder that names start from, the entry) of each file."""
        seen: set[tuple[int, int]] = set()
        for source in self._sources:
            yield from self._below(source, seen)

    def _below(self, source: str, seen: set[tuple[int, int]]) -> Iterator[tuple[str, Entry]]:
        if source == STDIN and self._typed is not None:
            with self._typed.open("rb") as file:
                start = file.read(START)
                file.seek(0)
                is_image = format_of(start) is not None or unread_kind(start) is not None
                yield from _files([str(self._typed)] if is_image else listed(file, None))
            return
        source = _local(source)
        if os.path.isdir(source):
            yield from ((source, entry) for entry in walk(source, seen))
        elif source.startswith("@") and not os.path.exists(source):
            name = _local(source[1:])
            try:
                with open(name, "rb") as file:
                    yield from _files(listed(file, os.path.dirname(name)))
            except OSError as error:
                raise InputError(f"The list {name} cannot be read: {error.strerror}.") from error
        elif glob.has_magic(source) and not os.path.exists(source):
            fixed = _fixed_part(source)
            found = False
            for path in glob.iglob(source, recursive=True):
                if not os.path.isdir(path):
                    entry = entry_of(path)
                    found |= entry.kind == "image"
                    yield fixed, entry
            if not found:
                yield fixed, Entry(source, "image")
        else:
            yield from _files([source])


def _files(paths: Iterable[str]) -> Iterator[tuple[str, Entry]]:
    """Files that were named one by one."""
    for path in map(_local, paths):
        yield os.path.dirname(path), Entry(path, "image")


def _local(source: str) -> str:
    """The path itself of what begins with ~ or file://; an address stays, and reading says what it is."""
    try:
        return os.fspath(local_path(source)) if source.startswith(("~", "file:")) else source
    except InputError:
        return source


def _fixed_part(pattern: str) -> str:
    """The folders of a pattern before its first sign."""
    folder = os.path.dirname(pattern)
    while glob.has_magic(folder):
        folder = os.path.dirname(folder)
    return folder
