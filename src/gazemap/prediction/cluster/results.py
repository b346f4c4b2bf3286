"""Where parts go: a folder, in which a part is there whole under its name, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

from gazemap.system.files import replacing
from gazemap.system.writing import make_folder, writing


class LocalResults:
    """A folder of this machine, or of a file system that several share."""

    def __init__(self, folder: Path) -> None:
        """Make it where there is none.

        Raises:
            OutputError: it cannot be made.
        """
        self.name = str(folder)
        self._folder = folder
        with writing(folder):
            make_folder(folder)

    def names(self) -> Iterator[str]:
        """The names of all files."""
        with os.scandir(self._folder) as entries:
            yield from (entry.name for entry in entries)

    def has(self, name: str) -> bool:
        """Whether a file is there."""
        return (self._folder / name).exists()

    def text(self, name: str) -> str:
        """The content of a small file."""
        return (self._folder / name).read_text(encoding="utf-8", errors="replace")

    def create_text(self, name: str, content: str) -> None:
        """Write a small file, unless it is there; of several that try at once, one does.

        Raises:
            OutputError: it cannot be written.
        """
        file = self._folder / name
        with writing(file), tempfile.TemporaryDirectory(dir=self._folder, prefix=".") as beside:
            made = Path(beside) / name
            made.write_text(content, encoding="utf-8")
            with suppress(FileExistsError):
                os.link(made, file)

    def opened(self, name: str) -> AbstractContextManager[Path]:
        """A file to read."""
        return nullcontext(self._folder / name)

    def publishing(self, name: str, *, replace: bool = False) -> AbstractContextManager[Path]:
        """A file beside to write, which takes its name when it is whole.

        Two processes that make the same part make the same bytes, so it does not matter whose is there.

        Args:
            name: of the part.
            replace: that it may be there already; here it always may.
        """
        return replacing(self._folder / name)
