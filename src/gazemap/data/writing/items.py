"""What an importer hands over: a description, and images one by one on their way into a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import DatasetInfo
from gazemap.data.writing.conventions import TOLERANCE, Missing, Outside
from gazemap.data.writing.frames import IMAGE, Frame, TimeUnit
from gazemap.data.writing.times import OnsetFrom
from gazemap.gaze.fixations import Fixations
from gazemap.types import Size

ImportedFixations = Fixations | Path | Callable[[Size], Fixations]


@dataclass(frozen=True, eq=False)
class Item:
    """One image on its way into a data set. Compared as an object, not by content.

    Attributes:
        image_id: unique; becomes the file's stem, with its folders ("Action/001").
        image: a file, copied untouched; uint8 (H, W, 3), written as PNG; or just a size (H, W).
        split: train, val, test or all.
        group: shared by near-duplicates; by default the image's own.
        fixations: the points; a file of a map of the image's size, as `Fixations.of_pixels`
            reads it; or a function of the image's size that reads them. None where only a dense
            map is known. What cannot be read sets the image aside.
        map: a dense map: a file, copied untouched, or float (h, w), written as float32 .npy.
        domain: of merged sets, which it comes from; by default the set's own name.
        sigma: the blur of this image's ground truth in pixels; by default the set's own.
        pixels_per_degree: of this image; by default the set's own.
    """

    image_id: str
    image: Path | NDArray[np.uint8] | Size
    split: str
    group: str | None = None
    fixations: ImportedFixations | None = None
    map: Path | NDArray[np.floating] | None = None
    domain: str | None = None
    sigma: float | None = None
    pixels_per_degree: float | None = None


@dataclass(frozen=True)
class Counts:
    """How many images, observers and fixations a complete set has; None where it is not published."""

    images: int | None = None
    observers: int | None = None
    fixations: int | None = None

    def __str__(self) -> str:
        """What is known: "700 images, 15 observers"."""
        known = {"images": self.images, "observers": self.observers, "fixations": self.fixations}
        return ", ".join(f"{number:,} {what}" for what, number in known.items() if number is not None)


@dataclass(frozen=True)
class ImportedSet:
    """What an importer found: the description, and the items one by one.

    Attributes:
        info: the description.
        items: the images, made as they are asked for.
        count: how many.
        frame: what the x and y of its fixations count; of pixels of the image, where they are files of maps.
        time: the unit of their onsets and durations.
        onset_from: "recording" where onsets are to be counted from the first in each image instead;
            "trial" where it is said that they count from the image's appearance.
        outside: what becomes of points outside their image: kept, moved to its edge, or left out.
        tolerance: the share of points outside that stops the import; see `ConventionCheck`.
        missing: what becomes of missing samples, where that is said: left out, or kept as points.
        trusted: the points were looked at before, when their data set was imported.
        expected: of the complete set; what differs is noted.
    """

    info: DatasetInfo
    items: Iterator[Item]
    count: int
    frame: Frame = IMAGE
    time: TimeUnit = "s"
    onset_from: OnsetFrom | None = None
    outside: Outside = "keep"
    tolerance: float = TOLERANCE
    missing: Missing | None = None
    trusted: bool = False
    expected: Counts = Counts()
