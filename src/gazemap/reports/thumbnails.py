"""Small pictures of a data set's images, with where people looked drawn on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex

from gazemap.data.sample import Sample
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.images.overlays import gray, overlay
from gazemap.images.resizing import size_of_length
from gazemap.reports.pages import jpeg
from gazemap.types import Size

_LONG_SIDE = 320  # pixels
_DRAWN = 1000  # fixations of one image; more could not be told apart
_CROWDED = 200
_GRAY = 128  # the picture of an image that is not there, only its points
_ANYBODY = "#ffd500"
_PALETTE = [to_hex(colormaps["tab20"](i)) for i in [*range(0, 20, 2), *range(1, 20, 2)]]


@dataclass(frozen=True)
class Thumbnail:
    """One image of a contact sheet.

    Attributes:
        image_id: its name.
        captions: its size, and how many fixations and observers it has.
        size: (h, w) of the picture, 320 pixels long.
        image: the picture as a data URL; gray where there is no image file.
        density: the picture with the density over it, as a data URL; None where there is no density.
        marks: per observer the name, the color and the fixations as an SVG path of dots.
        is_crowded: whether there are so many fixations that the dots are drawn smaller.
        problem: why the image or the map cannot be shown; empty if both can.
    """

    image_id: str
    captions: Sequence[str]
    size: Size
    image: str
    density: str | None
    marks: Sequence[tuple[str, str, str]]
    is_crowded: bool
    problem: str


def observer_colors(observers: Sequence[str]) -> dict[str, str]:
    """A color for each observer; no colors if there are more than 20 observers."""
    return dict(zip(observers, _PALETTE, strict=False)) if len(observers) <= len(_PALETTE) else {}


def thumbnail(sample: Sample, colors: Mapping[str, str]) -> Thumbnail:
    """One image with its fixations and its density. A file that cannot be read is named in `problem`.

    Args:
        sample: with a blur (sigma), where it has points.
        colors: of the observers; the fixations of an observer without one are yellow.
    """
    size = size_of_length(sample.size, _LONG_SIDE)
    problems = []
    pixels = np.full((*size, 3), _GRAY, dtype=np.uint8)
    if sample.file is not None:
        try:
            pixels = sample.small_image(_LONG_SIDE)
        except DataError as error:
            problems.append(str(error))
    density = None
    try:
        if sample.fixations or (sample.fixations is None and sample.map_file is not None):
            density = jpeg(overlay(gray(pixels), sample.density(size)))
    except DataError as error:
        problems.append(str(error))
    known = sample.fixations.scaled(sample.size, size) if sample.fixations else None
    return Thumbnail(
        image_id=sample.image_id,
        captions=_captions(sample),
        size=size,
        image=jpeg(pixels),
        density=density,
        marks=_marks(_drawn(known), colors) if known else [],
        is_crowded=known is not None and len(known) > _CROWDED,
        problem=" ".join(problems),
    )


def _captions(sample: Sample) -> list[str]:
    parts = []
    if sample.fixations is None:
        parts.append("map" if sample.map_file else "no ground truth")
    else:
        parts.append(f"{len(sample.fixations):,} fixations")
        if sample.fixations.observers:
            parts.append(f"{len(sample.fixations.observers)} observers")
        if len(sample.fixations) > _DRAWN:
            parts.append(f"{_DRAWN:,} drawn")
    return [f"{sample.size[1]} x {sample.size[0]}, {sample.split}", ", ".join(parts)]


def _drawn(known: Fixations) -> Fixations:
    """The fixations that are drawn, spread over all."""
    chosen = np.zeros(len(known), bool)
    chosen[np.linspace(0, len(known) - 1, min(len(known), _DRAWN)).astype(int)] = True
    return known.where(chosen)


def _marks(known: Fixations, colors: Mapping[str, str]) -> list[tuple[str, str, str]]:
    if not colors or known.observer is None:
        return [("", _ANYBODY, _dots(known))]
    return [(name, colors[name], _dots(known.of_observer(name))) for name in known.observers]


def _dots(known: Fixations) -> str:
    """An SVG path of lines without length; their round caps make them dots."""
    places = np.stack([known.x, known.y], axis=1).round(1)
    return "M%g %gh0" * len(places) % tuple(places.ravel().tolist())
