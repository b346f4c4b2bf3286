"""What a gaze data set's files may say: names, sizes, blurs and counts, each with its bounds."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveFloat, model_validator

from gazemap.gaze.fixations import MAX_SIGMA
from gazemap.images.opening import MAX_PIXELS

_MAX_NAME = 255  # bytes of one part of a path, by most file systems
_MAX_PATH = 1024
MAX_SECONDS = 1e6  # that somebody looks at an image
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def plain_path(path: str) -> str:
    """A path below a folder, unchanged.

    Raises:
        ValueError: it leads out of the folder, or no file can be named so everywhere.
    """
    parts = path.split("/")
    if PurePosixPath(path).is_absolute() or {"", ".", ".."} & {*parts} or "\\" in path or _DRIVE.match(path):
        raise ValueError("must be a plain relative path")
    if _CONTROLS.search(path):
        raise ValueError("must be a plain relative path, without control characters")
    lengths = [len(part.encode("utf-8", "surrogateescape")) for part in parts]
    if max(lengths) > _MAX_NAME or sum(lengths) > _MAX_PATH:
        raise ValueError(f"must be a plain relative path with names of at most {_MAX_NAME} bytes")
    return path


PlainPath = Annotated[str, AfterValidator(plain_path)]
Side = Annotated[int, Field(ge=1, le=MAX_PIXELS)]
Sigma = Annotated[float, Field(ge=0, le=MAX_SIGMA)]
PixelsPerDegree = Annotated[PositiveFloat, Field(le=MAX_SIGMA)]


class ImageRow(BaseModel):
    """A row of images.parquet."""

    model_config = ConfigDict(frozen=True)

    image_id: PlainPath
    file: PlainPath | None
    width: Side
    height: Side
    split: Annotated[str, Field(min_length=1)]
    group: str
    map: PlainPath | None
    fixations: Annotated[int, Field(ge=0)] | None
    domain: str
    sigma: Sigma | None
    pixels_per_degree: PixelsPerDegree | None

    @model_validator(mode="after")
    def _is_no_bomb(self) -> ImageRow:
        if self.width * self.height > MAX_PIXELS:
            raise ValueError(f"width x height must be at most {MAX_PIXELS:,} pixels")
        return self
