"""What a network learns from: its input, the map that it must match, and the fixations, at its sizes.

Each maker turns a sample into one array; `content` is all that the array depends on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from gazemap.data.batches.edges import Filter, edges
from gazemap.data.sample import Sample
from gazemap.gaze import fixations as points
from gazemap.gaze.blurring import blur
from gazemap.images.placement import Placement
from gazemap.system.fingerprint import file_digest
from gazemap.types import Fit, Size


class Target(BaseModel):
    """How the map that a network learns is made: of an image's fixations, or of the image itself.

    The points are counted in a frame, blurred there, scaled so that the map spans [0, 1] (as the
    SALICON maps are made), and reduced to the network's grid. Stored dense maps are used as they
    are, on a scale of 0 to 1.

    Attributes:
        of: the fixations, or edges or corners of the image as the network sees it; see `data.edges`.
        frame: (H, W), to which the image is stretched for the blur.
        sigma: of the Gaussian blur, in pixels of the frame.
        repeats: whether several fixations of one pixel count more than one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    of: Literal["fixations"] | Filter = "fixations"
    frame: Size = (480, 640)
    sigma: float = Field(default=19.0, gt=0)
    repeats: bool = False

    def blurred(self, sample: Sample) -> NDArray[np.float32]:
        """The fixations' map, float32 in [0, 1], at `frame` or the stored map's own size."""
        if sample.fixations is None:
            return sample.stored_map()
        counts = sample.fixation_map(self.frame)
        blurred = blur(counts if self.repeats else (counts > 0).astype(np.float64), self.sigma)
        span = np.ptp(blurred)
        scaled = (blurred - blurred.min()) / span if span > 0 else np.zeros_like(blurred)
        return scaled.astype(np.float32)


@dataclass(frozen=True)
class ImageMaker:
    """The image at the network's input size: uint8 (3, H, W)."""

    input_size: Size
    fit: Fit

    dtype = np.dtype(np.uint8)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one array."""
        return (3, *self.input_size)

    def content(self, sample: Sample) -> bytes:
        """What the array depends on, hashed."""
        return file_content(sample.file)

    def __call__(self, sample: Sample) -> NDArray[np.uint8]:
        """The array of one image."""
        placed = Placement(sample.size, self.input_size, self.fit).place_image(sample.image)
        return placed.transpose(2, 0, 1)


@dataclass(frozen=True)
class TargetMaker:
    """The map to learn, over the whole of the network's frame: float32 (h, w) in [0, 1]."""

    input_size: Size
    target_size: Size
    fit: Fit
    target: Target

    dtype = np.dtype(np.float32)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one array."""
        return self.target_size

    def content(self, sample: Sample) -> bytes:
        """What the array depends on, hashed."""
        return _truth_digest(sample) if self.target.of == "fixations" else file_content(sample.file)

    def __call__(self, sample: Sample) -> NDArray[np.float32]:
        """The array of one image."""
        placement = Placement(sample.size, self.input_size, self.fit)
        if self.target.of == "fixations":
            return np.asarray(
                placement.place(self.target.blurred(sample), self.target_size), dtype=np.float32
            )
        found = edges(placement.place_image(sample.image), self.target.of)
        whole = Placement(self.input_size, self.input_size, "stretch")
        return np.asarray(whole.place(found, self.target_size), dtype=np.float32)


@dataclass(frozen=True)
class FixationMaker:
    """How many fixations fall in each cell of the network's grid: int16 (h, w); 0 without points."""

    input_size: Size
    target_size: Size
    fit: Fit

    dtype = np.dtype(np.int16)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one array."""
        return self.target_size

    def content(self, sample: Sample) -> bytes:
        """What the array depends on, hashed."""
        return _truth_digest(sample)

    def __call__(self, sample: Sample) -> NDArray[np.int16]:
        """The array of one image."""
        if sample.fixations is None:
            return np.zeros(self.target_size, np.int16)
        placement = Placement(sample.size, self.input_size, self.fit)
        placed = placement.place_fixations(sample.fixations, self.target_size)
        counts = points.fixation_map(placed.x, placed.y, self.target_size)
        return counts.clip(0, np.iinfo(np.int16).max).astype(np.int16)


class Maker(Protocol):
    """What turns a sample into an array, named by its repr; equal content gives equal arrays."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the arrays."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one array."""

    def content(self, sample: Sample) -> bytes:
        """What the array depends on, hashed."""

    def __call__(self, sample: Sample) -> NDArray[Any]:
        """The array of one sample."""


def _truth_digest(sample: Sample) -> bytes:
    known = sample.fixations
    own = file_content(sample.map_file) if known is None else known.x.tobytes() + known.y.tobytes()
    return hashlib.sha256(repr(sample.size).encode() + own).digest()


def file_content(path: Path | None) -> bytes:
    """The digest of a file; nothing where there is none, or it cannot be read."""
    try:
        return file_digest(path) if path else b""
    except OSError:  # missing or not ours to read: making the array says what is wrong
        return b""
