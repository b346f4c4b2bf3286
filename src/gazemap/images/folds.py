"""Folds: the screens in which somebody sees an image that is longer than a screen, one after another."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import numpy as np

from gazemap.errors import InputError
from gazemap.types import Size

LONGEST = 2  # times as long as wide, or as wide as high: beyond it is more than a screen
_SHAPE = Fraction(16, 10)  # width over height of a screen, where none is stated: that of most laptops
_LEAST = 100  # pixels of a page's shorter side; banners of advertisements, seen at once, are below
_MOST = 100  # folds of one image
_WHOLE: Literal["whole"] = "whole"

Viewport: TypeAlias = 'Size | Literal["whole"] | None'  # None: chosen by the image's shape
ViewportLike: TypeAlias = Size | str | None  # what `parse_viewport` takes


@dataclass(frozen=True)
class Fold:
    """One screen of an image.

    Attributes:
        number: from 1, row by row.
        x: its left edge, whole pixels of the image from 0.
        y: its upper edge.
        width: pixels.
        height: pixels.
    """

    number: int
    x: int
    y: int
    width: int
    height: int

    @property
    def size(self) -> Size:
        """(height, width)."""
        return self.height, self.width

    @property
    def part(self) -> tuple[slice, slice]:
        """Its rows and columns in an array of the image."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    def scaled(self, size: Size, into: Size) -> Fold:
        """The same fold of an image of another size, (H, W), in whole pixels; at least one."""
        (top, bottom), (left, right) = (
            (min(round(start * new / old), new - 1), round((start + length) * new / old))
            for start, length, old, new in zip((self.y, self.x), self.size, size, into, strict=True)
        )
        return replace(self, x=left, y=top, width=max(right - left, 1), height=max(bottom - top, 1))


def parse_viewport(viewport: ViewportLike) -> Viewport:
    """What is seen at once.

    Args:
        viewport: in pixels of the image: (height, width), or a text with the width first, such as
            "1280x800"; "whole": all of the image, whatever its shape; None: see `folds_of`.

    Raises:
        InputError: anything else.
    """
    if viewport is None or viewport == _WHOLE:
        return _WHOLE if viewport else None
    sides: tuple[Any, ...] = ()
    if isinstance(viewport, str):
        match = re.fullmatch(r"(\d{1,9})[xX](\d{1,9})", viewport.strip())
        sides = (int(match[2]), int(match[1])) if match else ()
    elif isinstance(viewport, tuple | list):
        sides = tuple(viewport)
    if len(sides) != 2 or not all(isinstance(side, int | np.integer) and side > 0 for side in sides):
        raise InputError(
            "A viewport must be WIDTHxHEIGHT in pixels of the image, such as 1280x800, or whole (in Python "
            f"also (height, width)), got {viewport!r}."
        )
    height, width = map(int, sides)
    return height, width


def viewport_text(viewport: Viewport) -> str:
    """A viewport as it is typed; "by shape" where none is stated."""
    if viewport is None or viewport == _WHOLE:
        return viewport or "by shape"
    return f"{viewport[1]}x{viewport[0]}"


def folds_of(size: Size, viewport: Viewport = None) -> tuple[Fold, ...]:
    """The folds of an image, from the top and from the left.

    The last one ends where the image ends, as a page that is scrolled to its end: it may overlap the one
    before, and all have one size. Where no viewport is stated, an image that is over twice as long as wide
    is seen in folds of its width and the shape 16:10, one over twice as wide as high in folds of its height
    and that shape, and any other at once; at once, too, if its shorter side has less than 100 pixels,
    or if there were over 100 folds.

    Args:
        size: (H, W) of the image.
        viewport: see `parse_viewport`.

    Returns:
        One fold, all of the image, where it is seen at once.

    Raises:
        InputError: a viewport that gives over 100 folds.
    """
    view = _by_shape(size) if viewport is None else size if viewport == _WHOLE else viewport
    height, width = (min(side, whole) for side, whole in zip(view, size, strict=True))
    down, across = -(-size[0] // height), -(-size[1] // width)
    if down * across > _MOST:
        if viewport is None:
            return folds_of(size, _WHOLE)
        raise InputError(
            f"An image of {size[1]} x {size[0]} has {down * across:,} viewports of {width} x {height}; up to "
            f"{_MOST} are predicted. State a larger one, in pixels of the image."
        )
    places = [
        (min(row * height, size[0] - height), min(column * width, size[1] - width))
        for row in range(down)
        for column in range(across)
    ]
    return tuple(Fold(number, x, y, width, height) for number, (y, x) in enumerate(places, 1))


def is_long(size: Size) -> bool:
    """Whether an image, (H, W), is longer than a screen."""
    return max(size) > LONGEST * min(size)


def fold_notes(size: Size, folds: tuple[Fold, ...], viewport: Viewport) -> tuple[str, ...]:
    """What must be said of an image, (H, W), that is predicted in these folds."""
    shape, first = f"{size[1]} x {size[0]}", folds[0]
    if len(folds) > 1:
        done = (
            f"predicted in {len(folds)} folds (screens) of {first.width} x {first.height}, each with shares "
            "of its own that sum to 100 %"
        )
        if viewport is not None:
            return (f"{shape}: {done}",)
        like = "as of a phone" if size[0] > size[1] else "as a panorama may be"
        return (
            f"{shape}, longer than 2:1: {done}. If all of it is seen at once, {like}, give --viewport "
            f"{size[1]}x{size[0]}; for other screens --viewport WIDTHxHEIGHT",
        )
    if is_long(size):
        return (
            f"{shape}, longer than 2:1, is predicted as one picture, squeezed into the network's frame: what "
            "is small or near an end gets less attention than on a screen of its own",
        )
    return ()


def _by_shape(size: Size) -> Size:
    height, width = size
    if not is_long(size) or min(size) < _LEAST:
        return size
    return (round(width / _SHAPE), width) if height > width else (height, round(height * _SHAPE))
