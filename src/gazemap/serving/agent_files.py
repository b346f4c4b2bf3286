"""The files that an agent may name: inside of one folder, and of limited sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gazemap.analysis.area_files import area_files
from gazemap.analysis.area_tables import parse_box
from gazemap.errors import InputError
from gazemap.gaze.shapes import Area
from gazemap.images.reading import using
from gazemap.serving.limits import Limits

_TEXTS = (".json", ".csv", ".svg")  # of areas, which have a limit of their own
_MASKS = (".png",)
_SHOWN = 60  # signs of a path that is none


@dataclass(frozen=True)
class AgentFiles:
    """A folder whose files may be read, by paths in it.

    Attributes:
        root: the folder, absolute and without links.
        limits: of each image.
    """

    root: Path
    limits: Limits

    def path(self, text: str) -> Path:
        """The path of a file or folder in the root, which `text` is relative to.

        Raises:
            InputError: it, or what it links to, lies elsewhere, or is no name of a file.
        """
        try:
            found = (self.root / text).resolve()
            is_inside = found.is_relative_to(self.root)
            if is_inside:
                found.exists()  # a name may be too long
        except (OSError, RuntimeError, ValueError) as error:  # a loop of links; a sign that no name has
            short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
            reason = error.strerror if isinstance(error, OSError) else error
            raise InputError(f"{short!r} is no path that can be followed: {reason}.") from None
        if not is_inside:
            raise InputError(
                f"{text} lies outside of {self.root}, the folder that this server reads. Name a file in it."
            )
        return self.root / text

    def file(self, text: str) -> Path:
        """The path of a regular file in the root.

        Raises:
            InputError: as `path`, or there is none.
        """
        path = self.path(text)
        if not path.is_file():
            raise InputError(f"There is no file {text} in {self.root}.")
        return path

    def image(self, text: str) -> Path:
        """The path of an image in the root, of no more bytes and pixels than are accepted.

        Raises:
            InputError: as `file`, or it is too large.
            DataError: it cannot be opened.
        """
        path = self.file(text)
        if (size := path.stat().st_size) > self.limits.body:
            raise InputError(f"{text} has {size:,} bytes; up to {self.limits.body:,} are accepted.")
        width, height = using(path, lambda opened: opened.size)
        if width * height > self.limits.pixels:
            raise InputError(
                f"{text} has {width} x {height} pixels; up to {self.limits.pixels:,} are accepted. Make it "
                "smaller first."
            )
        return path

    def areas(self, texts: Sequence[str]) -> list[Area | Path]:
        """Areas in memory, and paths of files and folders of areas in the root.

        Args:
            texts: boxes as name=x,y,width,height, or paths.

        Raises:
            InputError: as `file`, a mask that is too large, or neither of the two.
        """
        return [self._area(text) for text in texts]

    def _area(self, text: str) -> Area | Path:
        if "=" in text and Path(text).suffix.lower() not in (*_TEXTS, *_MASKS):
            return Area.of_box(parse_box(text))
        path = self.path(text)
        if not path.exists():
            raise InputError(
                f"{text!r} is neither an area as name=x,y,width,height nor a file in {self.root}."
            )
        for file in area_files([path]):  # a folder may hold links that lead out of it
            inside = str(file.relative_to(self.root))
            self.file(inside) if file.suffix.lower() in _TEXTS else self.image(inside)
        return path
