"""Where parts go: a folder or an address, where a part is there whole under its name, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

from gazemap.prediction.cluster.stores import (
    is_address,
    object_exists,
    objects_below,
    read_object,
    store_of,
    write_object,
)
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


class RemoteResults:
    """The same at an address: an object is there whole, or not at all."""

    def __init__(self, address: str) -> None:
        """Open the store.

        Raises:
            InputError: as `store_of`.
        """
        self.name = address.rstrip("/")
        store_of(self.name)

    def names(self) -> Iterator[str]:
        """The names of all objects there."""
        start = len(self.name) + 1
        yield from (found[start:] for found in objects_below(self.name + "/"))

    def has(self, name: str) -> bool:
        """Whether an object is there."""
        return object_exists(f"{self.name}/{name}")

    def text(self, name: str) -> str:
        """The content of a small object."""
        return read_object(f"{self.name}/{name}").decode("utf-8", "replace")

    def create_text(self, name: str, content: str) -> None:
        """Write a small object, unless it is there; of several that try at once, one does."""
        write_object(f"{self.name}/{name}", content.encode(), replace=False)

    @contextmanager
    def opened(self, name: str) -> Iterator[Path]:
        """A copy of an object, to read."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / name
            copy.write_bytes(read_object(f"{self.name}/{name}"))
            yield copy

    @contextmanager
    def publishing(self, name: str, *, replace: bool = False) -> Iterator[Path]:
        """A file to write, which becomes the object when it is whole, unless another has made it meanwhile.

        Args:
            name: of the part.
            replace: that the one which is there is put aside.
        """
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / name
            yield made
            write_object(f"{self.name}/{name}", made, replace=replace)


def open_out(out: str) -> LocalResults | RemoteResults:
    """The place of that name.

    Raises:
        OutputError: the folder cannot be made.
        InputError: as `store_of`.
    """
    return RemoteResults(out) if is_address(out) else LocalResults(Path(out))
