"""What a miniature of a foreign format is: three images with known points, made of real files."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

POINTS = {  # x and y in gazemap's convention: pixels from the left and upper edge, from 0
    0: np.array([[10.25, 20.5], [30.75, 5.5], [10.25, 20.5]]),
    1: np.array([[1.0, 2.0]]),
    2: np.array([[79.5, 59.5], [40.5, 30.5]]),
}
SIZE = (60, 80)


@cache
def picture(seed, size=SIZE):
    noise = np.random.default_rng(seed).random((*size, 3))
    smooth = gaussian_filter(noise, (4, 4, 0))
    pixels = np.uint8(255 * (smooth - smooth.min()) / np.ptp(smooth))
    pixels.setflags(write=False)
    return pixels


def cell(values):
    result = np.empty((len(values), 1), dtype=object)
    for index, value in enumerate(values):
        result[index, 0] = value
    return result


def save_picture(path, seed, size=SIZE):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture(seed, size)).save(path)


def fixated(points, size=SIZE):
    pixels = np.zeros(size, np.uint8)
    pixels[points[:, 1].astype(int), points[:, 0].astype(int)] = 255
    return pixels


def blurred(points, size=SIZE):
    values = gaussian_filter(fixated(points, size) / 255, 3)
    return np.uint8(255 * values / values.max())


@dataclass(frozen=True)
class Miniature:
    """How a format's miniature is made, and what its import must keep.

    Attributes:
        make: (folder, points) -> the source that the importer takes, a folder or a file. `points`
            maps an index 0, 1, 2 to (n, 2) x, y in gazemap's convention.
        image_ids: of the images 0, 1, 2.
        keeps: "points" to the last bit; "integers", the floor of each point, at the pixel's
            center; "pixels", each fixated pixel once; "maps", no points but dense maps; "images".
        options: of the import.
        splits: of the images 0, 1, 2.
        observers: all of them; empty where the format knows none.
        image_files: whether the images lie as files in the source.
        fault: breaks the truth so that an import must refuse it: removes a field or column.
        fault_message: what the refusal or the listed reason says (a regular expression).
    """

    make: Callable[[Path, dict], Path]
    image_ids: tuple
    keeps: str = "points"
    options: dict = field(default_factory=dict)
    splits: tuple = ("train", "train", "train")
    observers: tuple = ()
    image_files: bool = True
    fault: Callable | None = None
    fault_message: str = ""

    def __call__(self, folder, points=POINTS):
        return self.make(folder, points)

    def expected(self, points):
        """(n, 2) in gazemap's convention: what comes of `points`."""
        if self.keeps == "integers":
            return np.floor(points) + 0.5
        return np.unique(np.floor(points), axis=0) + 0.5 if self.keeps == "pixels" else points
