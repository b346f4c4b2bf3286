"""Images of one name in several formats: one of them is taken, and it is said which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from gazemap.data.dataset import SetAside
from gazemap.data.writing.items import Item
from gazemap.images.formats import ENDINGS
from gazemap.images.names import composed


class Twins:
    """The files that items are made of, and those beside an image that have its name."""

    def __init__(self) -> None:
        """No file yet."""
        self._taken: dict[Path, dict[str, Path]] = defaultdict(dict)  # folder -> name without suffix -> image
        self._files: set[Path] = set()

    def add(self, item: Item) -> None:
        """An item that is written; what is no file counts nothing."""
        self._files |= {part for part in (item.image, item.map, item.fixations) if isinstance(part, Path)}
        if isinstance(item.image, Path):
            self._taken[item.image.parent][composed(item.image.stem)] = item.image

    def set_aside(self) -> Iterator[SetAside]:
        """The images that were not taken, since one of the same name was."""
        for folder, taken in self._taken.items():
            for path in sorted(folder.glob("[!.]*")):
                one = taken.get(composed(path.stem))
                if one and path not in self._files and path.suffix.lower() in ENDINGS:
                    yield SetAside(
                        item=path.name, reason=f"{one.name} of the same name is taken, in {folder.name}"
                    )
