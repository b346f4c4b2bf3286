"""One image of a gaze data set: its pixels, and where people looked in it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap import fixations as points
from gazemap.data.images import read_image
from gazemap.data.map_files import decode_map
from gazemap.errors import DataError

Size = tuple[int, int]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fixations:
    """Where people looked in one image; arrays (n,), all in the same order.

    Attributes:
        x: pixels to the right, from the image's left edge, continuous.
        y: pixels down, from its upper edge.
        observer: who looked, where known.
        onset: seconds since the image appeared, where known.
        duration: seconds, where known.
    """

    x: Floats
    y: Floats
    observer: NDArray[np.str_] | None = None
    onset: Floats | None = None
    duration: Floats | None = None

    @classmethod
    def of_pixels(cls, fixated: NDArray[np.generic]) -> Fixations:
        """One fixation at the center of every pixel of (H, W) that is not 0."""
        rows, columns = np.nonzero(fixated)
        return cls(x=columns.astype(np.float64) + 0.5, y=rows.astype(np.float64) + 0.5)

    def __len__(self) -> int:
        return len(self.x)

    @property
    def observers(self) -> list[str]:
        """The names of the observers with at least one fixation, sorted."""
        return [] if self.observer is None else sorted(set(self.observer.tolist()))

    def of_observer(self, name: str) -> Fixations:
        """Those of one observer; none if the observer never looked or is not known."""
        return self.where(np.zeros(len(self), bool) if self.observer is None else self.observer == name)

    def where(self, chosen: NDArray[np.bool_]) -> Fixations:
        """Those for which `chosen`, (n,), is true."""
        columns: dict[str, Any] = {column.name: getattr(self, column.name) for column in fields(self)}
        kept: dict[str, Any] = {key: v if v is None else v[chosen] for key, v in columns.items()}
        return Fixations(**kept)

    def inside(self, size: Size) -> NDArray[np.bool_]:
        """(n,): which lie in an image of `size` (H, W), its far edges included."""
        return (self.x >= 0) & (self.x <= size[1]) & (self.y >= 0) & (self.y <= size[0])

    def clipped(self, size: Size) -> Fixations:
        """The same, with points outside of an image of `size` (H, W) moved to its edge."""
        return replace(self, x=self.x.clip(0, size[1]), y=self.y.clip(0, size[0]))

    def jittered(self, seed: int) -> Fixations:
        """The same, moved at random within their pixels.

        For points that were stored as whole pixels: their lattice and ties vanish, and every map of
        theirs at the image's size stays what it was.
        """
        random = np.random.default_rng(seed)
        x, y = (np.floor(values) + random.random(len(self)) for values in (self.x, self.y))
        return replace(self, x=x, y=y)

    def scaled(self, from_size: Size, to_size: Size) -> Fixations:
        """The same points in an image stretched from one (H, W) to another."""
        # divided first, so that a point on the far edge stays on it to the last bit
        x, y = self.x / from_size[1] * to_size[1], self.y / from_size[0] * to_size[0]
        return replace(self, x=x, y=y)

    def mirrored(self, width: float) -> Fixations:
        """The same points in the mirror image of a picture `width` pixels wide."""
        return replace(self, x=width - self.x)


@dataclass(frozen=True)
class Sample:
    """One image of a data set with what is known of it.

    Attributes:
        image_id: its name in the data set.
        file: the image file; None where only the image's size and points are known.
        size: (H, W) in pixels.
        split: train, val or test.
        group: images that are near-duplicates share one, and so share a split.
        fixations: the points; None where the set has only dense maps.
        map_file: the stored dense map, where there is one.
        domain: the data set that it comes from, where several were merged.
        sigma: the authors' blur of ground truth, in pixels, where known.
        pixels_per_degree: of visual angle, where known.
    """

    image_id: str
    file: Path | None
    size: Size
    split: str
    group: str
    fixations: Fixations | None
    map_file: Path | None
    domain: str
    sigma: float | None = None
    pixels_per_degree: float | None = None

    @property
    def image(self) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 RGB, decoded anew at every use.

        Raises:
            DataError: the file is missing or damaged, or the set knows points alone.
        """
        if self.file is None:
            raise DataError(
                f"{self.image_id!r} has no image file, its points alone are known. Import it with its image."
            )
        return read_image(self.file)

    def fixation_map(self, size: Size | None = None) -> Floats:
        """(H, W) counts of fixations, at the image's size or any other.

        Raises:
            DataError: the set has no points.
        """
        known = self._points().scaled(self.size, size or self.size)
        return points.fixation_map(known.x, known.y, size or self.size)

    def density(
        self, size: Size | None = None, sigma: float | None = None, *, degrees: float | None = None
    ) -> Floats:
        """(H, W), sums to 1: the blurred fixations, or the stored map where there are no points.

        Args:
            size: (H, W) of the result; the image's own by default. Both axes may be stretched.
            sigma: of the blur, in pixels of the original image's width; by default the set's own.
            degrees: sigma in degrees of visual angle, in its place; 1 is the usual choice.

        Raises:
            DataError: no blur is known, or no points and no map; with `degrees`, the viewing distance
                is not known.
        """
        size = size or self.size
        if self.fixations is None:
            stretched = Image.fromarray(self.stored_map()).resize(
                (size[1], size[0]), Image.Resampling.BILINEAR
            )
            values = np.asarray(stretched, dtype=np.float64)
            return values / values.sum() if values.sum() > 0 else np.full(size, 1 / values.size)
        blur = sigma or self.sigma
        if degrees is not None:
            if self.pixels_per_degree is None:
                raise DataError(
                    f"How many pixels make a degree in {self.image_id!r} is not known; pass sigma in pixels."
                )
            blur = degrees * self.pixels_per_degree
        if blur is None:
            raise DataError(f"The data set of {self.image_id!r} states no blur; pass sigma (pixels).")
        known = self.fixations.scaled(self.size, size)
        return points.density(known.x, known.y, size, blur * size[1] / self.size[1])

    def stored_map(self) -> NDArray[np.float32]:
        """The dense map as it is stored, float32 (h, w) on a scale of 0 to 1.

        Raises:
            DataError: there is none, or it cannot be read.
        """
        if self.map_file is None:
            raise DataError(f"{self.image_id!r} has neither fixation points nor a dense map.")
        return read_map(self.map_file)

    def _points(self) -> Fixations:
        if self.fixations is None:
            raise DataError(f"{self.image_id!r} has no fixation points, only a dense map.")
        return self.fixations


def read_map(path: Path) -> NDArray[np.float32]:
    """A dense map, float32 (h, w): floats as they are, an image's gray values over their top.

    Raises:
        DataError: the file is missing or damaged, or holds no map; see `map_files.decode_map`.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"Map {path} cannot be read ({error.strerror or error}).") from error
    return decode_map(content, str(path)).astype(np.float32)
