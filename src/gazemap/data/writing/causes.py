"""Why points lie outside their images: found from the points, with the option that puts it right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gazemap.data.writing.frames import Frame, as_typed
from gazemap.data.writing.gathered import Points
from gazemap.data.writing.screens import is_by_screen, likely_factor, likely_screens, screen_around
from gazemap.types import Floats

_FITS = 0.01  # of the points may lie outside by a frame that explains them
_NEARLY = 0.1  # where people may also have looked beside the picture
_BESIDE = 0.25  # of a side of the image: how far outside a look beside it lies
_FARTHEST = 0.6  # of a side: or a few of them
_OFF_CENTER = 0.12  # of a side: the middle of all looks lies nearer to that of the images
_NEGATIVE = 0.2  # of x and of y, over which they are counted from the middle
_TAIL = 0.005  # of the points that do not say how far all reach
_UNIT = 1.1  # how far shares of width and height reach, with looks beside the picture


def cause(points: Points, frame: Frame) -> str:
    """The likeliest cause, as sentences.

    Args:
        points: without missing samples; some lie outside their images.
        frame: by which they do.
    """
    return next(_causes(points, frame), None) or (
        "What x and y count is not clear from the points. Give the images as they were shown, or say what "
        "they count: convention, origin, offset, screen or shown."
    )


def spans(points: Points) -> str:
    """From where to where the points reach, and how large the images are."""
    return (
        f"x spans {points.x.min():g} to {points.x.max():g} and y {points.y.min():g} to {points.y.max():g}, "
        f"and the largest image is {points.width.max():g} x {points.height.max():g}"
    )


def excess(points: Points, frame: Frame) -> Floats:
    """(n,): by how many pixels each point lies outside; 0 inside."""
    across, down = _beyond(points, frame)
    return np.maximum(np.maximum(across, down), 0)


def from_the_middle(points: Points, frame: Frame) -> Iterator[str]:
    """Shares or pixels that run from negative to positive."""
    if min((points.x < 0).mean(), (points.y < 0).mean()) < _NEGATIVE or frame.origin.startswith("center"):
        return
    reach = (
        f"x runs from {points.x.min():g} to {points.x.max():g} and y from {points.y.min():g} to "
        f"{points.y.max():g}"
    )
    upward = "or origin=center-up where y counts upward"
    largest = max(np.quantile(np.abs(points.x), 1 - _TAIL), np.quantile(np.abs(points.y), 1 - _TAIL))
    if largest <= _UNIT:  # images are larger than two pixels
        unit = "convention=normalized" if largest <= _UNIT / 2 else "shown=2x2"
        yield f"{reach}: shares of the image, counted from its middle ({unit} and origin=center, {upward})."
    elif points.outside(replace(frame, origin="center")).mean() <= _NEARLY:
        yield f"{reach}: they are counted from the middle of the image (origin=center, {upward})."
    elif screen := screen_around(points):
        larger = replace(frame, origin="center", screen=screen)
        fills = points.outside(replace(larger, shown="fit")).mean() < points.outside(larger).mean()
        yield (
            f"{reach}: they are counted from the middle of a screen of some {screen[0]:g} x {screen[1]:g} "
            f"(origin=center, {upward}, with screen={as_typed('screen', screen)}"
            + (" and shown=fit)." if fills else ").")
        )


def _causes(points: Points, frame: Frame) -> Iterator[str]:
    plain = Frame(frame.convention)
    if frame != plain and points.outside(plain).mean() <= _FITS:
        stated = frame.told().removeprefix(f"convention={frame.convention}, ")
        yield f"Without {stated} they fit: they count on the image, from its upper left corner."
    yield from _counting(points, frame)
    exchanged = replace(points, x=points.y, y=points.x)
    if exchanged.outside(frame).mean() <= _FITS:
        yield "With x and y exchanged they fit: the axes are swapped."
    yield from from_the_middle(points, frame)
    if (points.y <= 0).mean() >= 1 - _FITS and not replace(points, y=-points.y).outside(
        frame
    ).mean() > _NEARLY:
        yield "y is negative: it counts upward from the upper edge. Change its sign."
    x, y = points.placed(frame)
    off = abs(np.median(x / points.width) - 0.5), abs(np.median(y / points.height) - 0.5)
    if max(off) <= _OFF_CENTER:
        yield from _beside(points, frame)
    if frame.screen is None:
        yield from _on_a_screen(points, frame)
    elif frame.shown is None and points.outside(replace(frame, shown="fit")).mean() <= _NEARLY:
        yield "With each image as large as the screen allows they fit: shown=fit."
    yield from _beyond_the_screen(points, frame)
    yield from _enlarged(points, frame)
    yield from _moved(points, frame)
    yield from _beside(points, frame)


def _beyond(points: Points, frame: Frame) -> tuple[Floats, Floats]:
    """By how many pixels each point lies outside to the left or right, and up or down; negative inside."""
    x, y = points.placed(frame)
    return np.maximum(-x, x - points.width), np.maximum(-y, y - points.height)


def _counting(points: Points, frame: Frame) -> Iterator[str]:
    """Less or plus one pixel: counted from the other number."""
    if excess(points, frame).max() > 1:
        return
    for shift, text in (
        (-1, "Less one pixel they fit: they are counted from 1, not from 0 (convention=one-based)."),
        (
            +1,
            "Plus one pixel they fit: they are counted from 0, not from 1 (convention=continuous, or pixel).",
        ),
    ):
        if replace(points, x=points.x + shift, y=points.y + shift).outside(frame).mean() <= _FITS:
            yield text


def _beside(points: Points, frame: Frame) -> Iterator[str]:
    """A few points, not far outside: people looked off the picture."""
    across, down = _beyond(points, frame)
    far = np.maximum(across / points.width, down / points.height)
    outside = far > 0
    if outside.mean() > _NEARLY or far.max() > _FARTHEST or (far > _BESIDE).sum() > 0.2 * outside.sum():
        return
    larger = "" if far.max() <= 0.1 else " If the image was shown larger, say screen or shown."
    yield (
        f"{outside.sum():,} of {len(points):,} are just outside, up to {excess(points, frame).max():.3g} px: "
        "people looked off the picture. Say what becomes of them: outside=drop leaves them out, outside=clip "
        f"moves them to the edge, outside=keep keeps them.{larger}"
    )


def _on_a_screen(points: Points, frame: Frame) -> Iterator[str]:
    """Pixels of a screen, with the image in its middle at its own size."""
    found = []
    for away, screen in likely_screens(points):
        larger = replace(frame, screen=screen, offset=None)
        outside = float(points.outside(larger).mean())
        found.append((2 * outside + away, outside, screen))  # few outside, and in the middle
    _, outside, screen = min(found, default=(0.0, 1.0, (0.0, 0.0)))
    if outside > _NEARLY or _hold(points, screen).all():
        return
    filled = points.outside(replace(frame, screen=screen, offset=None, shown="fit")).mean()
    left, top = (screen[0] - np.median(points.width)) / 2, (screen[1] - np.median(points.height)) / 2
    one_size = len({*points.width.tolist()}) == len({*points.height.tolist()}) == 1
    yield (
        f"They are likely pixels of a screen, with the image in its middle: with screen="
        f"{as_typed('screen', screen)}{f' (which is offset={left:g},{top:g})' if one_size else ''} "
        f"{1 - outside:.1%} fit."
        + (
            f" If the images filled the screen, add shown=fit: {1 - filled:.1%} fit."
            if filled <= _FITS
            else ""
        )
    )


def _beyond_the_screen(points: Points, frame: Frame) -> Iterator[str]:
    """Many points outside the very screen that they are said to count on."""
    if frame.screen is None or frame.origin != "top" or frame.convention == "normalized":
        return
    width, height = frame.screen
    outside = (points.x < -1) | (points.x > width + 1) | (points.y < -1) | (points.y > height + 1)
    if outside.mean() > _NEARLY:
        yield (
            f"{outside.sum():,} lie outside the screen of {width:g} x {height:g}, too: they were likely "
            "recorded at another resolution. Say the screen's true size: screen=WIDTHxHEIGHT."
        )


def _hold(points: Points, screen: tuple[float, float]) -> NDArray[np.bool_]:
    """(n,): whose images are as large as a screen."""
    return (points.width >= screen[0]) & (points.height >= screen[1])


def _enlarged(points: Points, frame: Frame) -> Iterator[str]:
    """Another resolution: each image larger or smaller by one factor, or all as large as a screen."""
    if frame.shown is not None or min((points.x < 0).mean(), (points.y < 0).mean()) > _TAIL:
        return
    resolution = "They were likely recorded at another resolution"
    said = "Give the images as they were shown, or say it."
    x, y = points.placed(frame)
    factor, is_usual = likely_factor(replace(points, x=x, y=y))
    by_screen = is_by_screen(points)
    if (by_screen or not is_usual) and (screens := likely_screens(points)):
        screen = screens[0][1]
        fitted = replace(frame, screen=screen, offset=None, shown="fit")
        by_fit = points.outside(fitted).mean() <= 2 * _FITS
        size = as_typed("screen", screen)
        option = f"screen={size} and shown=fit, as large as the screen allows" if by_fit else f"shown={size}"
        if by_fit or by_screen:
            yield f"{resolution} than that of these files, the same for all: {option}. {said}"
    if points.outside(replace(frame, shown=factor)).mean() > 2 * _FITS:
        return
    sizes = {*zip(points.width.tolist(), points.height.tolist(), strict=True)}
    size, or_screen = "", ""
    if len(sizes) == 1:
        width, height = (factor * side for side in next(iter(sizes)))
        size = f", that is {width:g} x {height:g}"
        around = replace(frame, screen=(width, height), offset=None)
        if frame.screen is None and points.outside(around).mean() <= _NEARLY:
            or_screen = (
                " Or they count on a screen of that size, with the image at its own size in the middle "
                f"(screen={as_typed('screen', around.screen)})."
            )
    yield (
        f"{resolution}, some {factor:.3g} times that of these files (shown={factor:.4g}{size}). "
        f"{said}{or_screen}"
    )


def _moved(points: Points, frame: Frame) -> Iterator[str]:
    """The same place beside all images, where one shift explains all."""
    x, y = points.placed(frame)
    left, top = (
        round(float(np.quantile(values, _TAIL) + np.quantile(values - side, 1 - _TAIL)) / 2)
        for values, side in ((x, points.width), (y, points.height))
    )
    if points.outside(replace(frame, offset=(left, top))).mean() <= _NEARLY:
        yield (
            f"Less about {left} and {top} they fit: they count from another place, such as the corner of a "
            f"screen (offset={left},{top}, or better screen=WIDTHxHEIGHT)."
        )
