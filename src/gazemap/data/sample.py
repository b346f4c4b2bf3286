"""One image of a gaze data set: its pixels, and where people looked in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from arro3.core import Table
from numpy.typing import NDArray
from PIL import Image

from gazemap.data.tables import fixations_table
from gazemap.errors import DataError, InputError
from gazemap.gaze import fixations as points
from gazemap.gaze.blurring import fourier_sigma
from gazemap.gaze.fixations import Fixations
from gazemap.images.map_files import decode_map
from gazemap.images.reading import read_image
from gazemap.images.resizing import size_of_length
from gazemap.system.fingerprint import digest, file_digest
from gazemap.system.notebooks import picture
from gazemap.system.tables import as_frame
from gazemap.types import Floats, Pixels, Size

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEFAULT_CYCLES = 8  # per image, of the MIT benchmark's blur: where neither a blur nor a degree is known
_SHOWN_SIDE = 640  # pixels of the image in a figure
_GRAY = 128  # an image of which only the points are known


@dataclass(frozen=True)
class Sample:
    """One image of a data set, with what is known of it.

    Attributes:
        image_id: its name in the data set.
        file: the image file; None where only the image's size and points are known.
        size: (H, W) in pixels.
        split: train, val or test.
        group: images that are near-duplicates share one, and so share a split.
        fixations: the points; None where the set has only dense maps.
        map_file: the stored dense map, where there is one.
        domain: the data set that the image comes from, where several were merged.
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

    def __repr__(self) -> str:
        count = None if self.fixations is None else len(self.fixations)
        stored = "" if self.map_file is None else f", map_file={self.map_file.name!r}"
        about = f"size={self.size}, split={self.split!r}, fixations={count}{stored}"
        return f"Sample({self.image_id!r}, {about})"

    @property
    def image(self) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 RGB, decoded anew at every use.

        Raises:
            DataError: the file is missing or damaged, or only the points are known.
        """
        if self.file is None:
            raise DataError(
                f"{self.image_id!r} has no image file, only its points are known. Import it with its image."
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
            sigma: of the blur, in pixels of the original image's width; 0 for none; by default the
                set's own. Stored maps are never blurred.
            degrees: the blur in degrees of visual angle instead; 1 is the usual choice.

        Raises:
            InputError: sigma together with degrees, or one that is negative, NaN or infinite.
            DataError: no blur is known, or no points and no map; with `degrees`, the viewing distance
                is not known.
        """
        size = size or self.size
        blur = self._blur(sigma, degrees)
        if self.fixations is None:
            stretched = Image.fromarray(self.stored_map()).resize(
                (size[1], size[0]), Image.Resampling.BILINEAR
            )
            values = np.asarray(stretched, dtype=np.float64)
            return values / values.sum() if values.sum() > 0 else np.full(size, 1 / values.size)
        if blur is None:
            raise DataError(f"The data set of {self.image_id!r} states no blur. Pass sigma, in pixels.")
        known = self.fixations.scaled(self.size, size)
        return points.density(known.x, known.y, size, blur * size[1] / self.size[1])

    def _blur(self, sigma: float | None, degrees: float | None) -> float | None:
        """Sigma in pixels of the image, by what is asked for; None where it is not known."""
        if degrees is None:
            return self.sigma if sigma is None else points.checked_sigma(sigma)
        if sigma is not None:
            raise InputError(f"Pass sigma or degrees, not both, got sigma={sigma} and degrees={degrees}.")
        if self.pixels_per_degree is None:
            raise DataError(
                f"How many pixels make a degree in {self.image_id!r} is not known. Pass sigma, in pixels."
            )
        return points.checked_sigma(degrees * self.pixels_per_degree)

    def plot(self, *, sigma: float | None = None, degrees: float | None = None) -> Figure:
        """The image with its fixations, beside their density, as a figure of matplotlib.

        Args:
            sigma: the blur of the density, as in `density`; by default the set's own, else one degree of
                visual angle, else the MIT benchmark's.
            degrees: the same in degrees of visual angle.

        Raises:
            InputError: as `density`.
            DataError: the image or its map cannot be read, or the viewing distance is not known.
        """
        from gazemap.data.figures import looked_at
        from gazemap.images.overlays import CHANCE, Scale

        image = self.small_image(_SHOWN_SIDE)
        size = image.shape[0], image.shape[1]
        blur = self._blur(sigma, degrees)
        if blur is None:
            blur = self.pixels_per_degree or fourier_sigma(self.size, DEFAULT_CYCLES)
        has_density = self.fixations is not None or self.map_file is not None
        density = self.density(size, blur) if has_density else None
        told = "as it is stored" if self.fixations is None else f"blurred by {blur:.3g} pixels"
        scale = None
        if density is not None:
            in_chance = density * density.size
            scale = Scale(float(in_chance.min()), float(in_chance.max()), CHANCE)
        known = None if self.fixations is None else self.fixations.scaled(self.size, size)
        return looked_at(image, known, density, scale, told)

    def small_image(self, length: int) -> Pixels:
        """(h, w, 3), the image with its longer side of `length` pixels at most; gray where it has no file.

        Raises:
            DataError: the file is missing or damaged.
        """
        size = size_of_length(self.size, min(length, max(self.size)))
        if self.file is None:
            return np.full((*size, 3), _GRAY, dtype=np.uint8)
        shown = Image.fromarray(self.image)
        return np.asarray(shown.resize(size[::-1], Image.Resampling.LANCZOS, reducing_gap=3.0))

    def to_arrow(self) -> Table:
        """Its fixations, a row for each, with the columns of fixations.parquet; an arro3 table."""
        return fixations_table([(self.image_id, self.fixations)])

    def to_pandas(self) -> Any:  # noqa: ANN401 - pandas is not needed otherwise
        """The table of `to_arrow` as a pandas.DataFrame.

        Raises:
            MissingPackageError: pandas is not installed.
        """
        return as_frame(self.to_arrow())

    def _repr_html_(self) -> str:
        return picture(self.plot, repr(self))

    def content(self) -> bytes:
        """A digest of all that is trained on or scored: files, points and split, but not the folder.

        Raises:
            DataError: a file cannot be read.
        """
        about = (self.image_id, self.size, self.split, self.group, self.domain, self.sigma)
        parts = [repr((*about, self.pixels_per_degree)).encode()]
        for name, values in self.fixations.columns.items() if self.fixations is not None else ():
            # texts as they are: NumPy pads them to the longest of their array
            written = "\0".join(values.tolist()).encode() if name == "observer" else values.tobytes()
            parts += [name.encode(), written]
        try:
            for kind, path in ((b"image", self.file), (b"map", self.map_file)):
                parts += [kind, file_digest(path)] if path is not None else []
        except OSError as error:
            raise DataError(f"{error.filename} cannot be read ({error.strerror or error}).") from error
        return digest(parts).encode()

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
