"""What a folder holds: images, and what else, so that the numbers of both add up to all of its files."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gazemap.images.formats import ENDINGS, START, format_of, unread_kind
from gazemap.prediction.files.outputs import OUTPUTS

_OURS = (*(kind.ending for kind in OUTPUTS.values()), "made_by.json", "failed.jsonl", "notes.jsonl")

Kind = Literal["image", "unread", "closed", "hidden", "result", "other"]


@dataclass(frozen=True)
class Entry:
    """A file of a folder, or a folder that is not entered.

    Attributes:
        path: of it.
        kind: "image"; "unread", an image of a kind that is not read; "closed", a folder that cannot be
            opened; "hidden", named with a dot in front; "result", what gazemap wrote; or "other".
        reason: why it is not read; empty where that is plain.
    """

    path: str
    kind: Kind
    reason: str = ""


class Besides:
    """How many files of folders are no images to be read, by kind.

    Attributes:
        unread: the images of other kinds, by their endings.
        counts: all, by kind.
    """

    def __init__(self) -> None:
        self.unread: Counter[str] = Counter()
        self.counts: Counter[Kind] = Counter()

    def add(self, entry: Entry) -> None:
        """Count one."""
        self.counts[entry.kind] += 1
        if entry.kind == "unread":
            self.unread[os.path.splitext(entry.path)[1].lower() or "without ending"] += 1

    def notes(self) -> list[str]:
        """What there is, in sentences."""
        counts, lines = self.counts, []
        if number := counts["unread"]:
            kinds = ", ".join(f"{count:,} {ending}" for ending, count in self.unread.most_common())
            looks = "file looks like an image" if number == 1 else "files look like images"
            lines.append(f"{number:,} {looks} of other kinds ({kinds}) and {_were(number)} not read.")
        if number := counts["closed"]:
            lines.append(f"{number:,} {'folder' if number == 1 else 'folders'} cannot be opened.")
        rest = [
            f"{counts['other']:,} other {'file' if counts['other'] == 1 else 'files'}"
            * bool(counts["other"]),
            f"{counts['hidden']:,} hidden" * bool(counts["hidden"]),
            f"{counts['result']:,} of gazemap's own results" * bool(counts["result"]),
        ]
        if any(rest):
            number = counts["other"] + counts["hidden"] + counts["result"]
            lines.append(f"{', '.join(filter(None, rest))} {_were(number)} passed over.")
        return lines


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def walk(folder: str, seen: set[tuple[int, int]]) -> Iterator[Entry]:
    """All below a folder; linked folders are followed last, and none is entered twice.

    Args:
        folder: whose files are wanted.
        seen: the folders that were entered, by device and number; those of this call are added.
    """
    folders, links = [folder], deque[str]()
    while folders or links:
        path = folders.pop() if folders else links.popleft()
        try:
            status = os.stat(path)
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(path) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        yield Entry(entry.path, "hidden")
                    elif entry.is_dir():
                        (links if entry.is_symlink() else folders).append(entry.path)
                    else:
                        yield entry_of(entry.path)
        except OSError as error:
            yield Entry(path, "closed", f"{path} is a folder that cannot be opened: {error.strerror}.")


def entry_of(path: str) -> Entry:
    """What a file of a folder is, by the ending of its name, else by its first bytes."""
    name = os.path.basename(path)
    if name.startswith("."):
        return Entry(path, "hidden")
    if name.endswith(_OURS):
        return Entry(path, "result")
    if name.lower().endswith(ENDINGS):
        return Entry(path, "image")
    start, ending = _start(path), os.path.splitext(name)[1]
    if format_of(start):
        return Entry(path, "image")
    kind = unread_kind(start, ending)
    if kind and kind.is_image:
        return Entry(path, "unread", f"{path} is {kind.name}, which is not read here; {kind.advice}.")
    return Entry(path, "other")


def _start(path: str) -> bytes:
    """The first bytes of a regular file; of all else, none."""
    try:
        if not os.path.isfile(path):  # a pipe would block forever
            return b""
        with open(path, "rb") as file:
            return file.read(START)
    except OSError:
        return b""
