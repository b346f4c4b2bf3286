"""Why points lie outside their images: found from the points, with the option that puts it right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gazemap.data.writing.frames import Frame, as_typed
from gazemap.data.writing.gathered import Points
from gazemap.types import Floats

_FITS = 0.01  # of the points may lie outside by a frame that explains them
_NEARLY = 0.1  # where people may also have looked beside the picture
_BESIDE = 0.25  # of a side of the image: how far outside a look beside it may lie
_NEGATIVE = 0.2  # of x and of y, over which they are counted from the middle
_TAIL = 0.005  # of the points that do not say how far all reach
_SCREENS = (
    *((640, 480), (800, 600), (1024, 768), (1152, 864), (1280, 720), (1280, 800), (1280, 960), (1280, 1024)),
    *((1360, 768), (1366, 768), (1400, 1050), (1440, 900), (1536, 864), (1600, 900), (1600, 1200)),
    *((1680, 1050), (1920, 1080), (1920, 1200), (2048, 1152), (2048, 1536), (2560, 1080), (2560, 1440)),
    *((2560, 1600), (2880, 1800), (3440, 1440), (3840, 2160), (5120, 2880)),
)
_FACTORS = (1.25, 4 / 3, 1.5, 1.6, 2.0, 2.25, 2.4, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def cause(points: Points, frame: Frame) -> str:
    """The likeliest cause, as sentences; the spans alone where none is found.

    Args:
        points: without missing samples; some lie outside their images.
        frame: by which they do.
    """
    found = next(_causes(points, frame), None)
    return found or (
        "What x and y count is not clear from the points. Give the images as they were shown, or say what "
        "they count: convention, origin, offset, screen or shown."
    )


def spans(points: Points) -> str:
    """From where to where the points reach, and how large the images are."""
    if not len(points):
        return "no point is left"
    return (
        f"x spans {points.x.min():g} to {points.x.max():g} and y {points.y.min():g} to {points.y.max():g}, "
        f"and the largest image is {points.width.max():g} x {points.height.max():g}"
    )


def _causes(points: Points, frame: Frame) -> Iterator[str]:
    far = excess(points, frame)
    outside = far > 0
    if far.max() <= 1:  # a shift by a pixel, and nothing else
        yield from _counting(points, frame)
    swapped = _exchanged(points)
    if swapped.outside(frame).mean() <= _FITS:
        yield "With x and y exchanged they fit: the axes are swapped."
    yield from _from_the_middle(points, frame)
    side = np.where(_sideways(points, frame), points.width, points.height)
    if outside.mean() <= _NEARLY and (far <= _BESIDE * side).all():
        yield (
            f"{outside.sum():,} of {len(points):,} are just outside, up to {far.max():.3g} px: people "
            "looked off the picture. Say what becomes of them: outside=drop leaves them out, outside=clip "
            "moves them to the edge, outside=keep keeps them."
        )
    if frame.screen and frame.shown is None and points.outside(replace(frame, shown="fit")).mean() <= _NEARLY:
        yield "With each image as large as the screen allows they fit: shown=fit."
    if frame.screen is None:
        yield from _on_a_screen(points, frame)
    yield from _enlarged(points, frame)
    yield from _moved(points, frame)


def _exchanged(points: Points) -> Points:
    """The same points with x and y exchanged."""
    return replace(points, x=points.y, y=points.x)


def excess(points: Points, frame: Frame) -> Floats:
    """(n,): by how many pixels each point lies outside; 0 inside."""
    x, y = points.placed(frame)
    across = np.maximum(-x, x - points.width)
    down = np.maximum(-y, y - points.height)
    return np.maximum(np.maximum(across, down), 0)


def _sideways(points: Points, frame: Frame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """(n,): whether a point lies further outside to the left or right than up or down."""
    x, y = points.placed(frame)
    return np.asarray(np.maximum(-x, x - points.width) >= np.maximum(-y, y - points.height))


def _counting(points: Points, frame: Frame) -> Iterator[str]:
    """Less or plus one pixel: counted from the other number."""
    for shift, text in (
        (-1, "Less one pixel they fit: they are counted from 1, not from 0 (convention=one-based)."),
        (
            +1,
            "Plus one pixel they fit: they are counted from 0, not from 1 (convention=continuous, or pixel).",
        ),
    ):
        moved = replace(points, x=points.x + shift, y=points.y + shift)
        if moved.outside(frame).mean() <= _FITS:
            yield text


def _from_the_middle(points: Points, frame: Frame) -> Iterator[str]:
    if min((points.x < 0).mean(), (points.y < 0).mean()) < _NEGATIVE or frame.origin.startswith("center"):
        return
    reach = (
        f"x runs from {points.x.min():g} to {points.x.max():g} and y from {points.y.min():g} to "
        f"{points.y.max():g}"
    )
    largest = max(np.quantile(np.abs(points.x), 1 - _TAIL), np.quantile(np.abs(points.y), 1 - _TAIL))
    upward = "or origin=center-up where y counts upward"
    if largest <= 1:  # images are larger than two pixels
        unit = "convention=normalized" if largest <= 0.5 else "shown=2x2"
        yield (f"{reach}: shares of the image, counted from its middle ({unit} and origin=center, {upward}).")
    elif points.outside(replace(frame, origin="center")).mean() <= _NEARLY:
        yield f"{reach}: they are counted from the middle of the image (origin=center, {upward})."
    else:
        for screen in _SCREENS:  # the smallest that holds them
            larger = replace(frame, origin="center", screen=(float(screen[0]), float(screen[1])))
            if (np.abs(points.x) <= screen[0] / 2).mean() >= 1 - _TAIL and (
                np.abs(points.y) <= screen[1] / 2
            ).mean() >= 1 - _TAIL:
                left_out = points.outside(larger).mean()
                filled = points.outside(replace(larger, shown="fit")).mean()
                yield (
                    f"{reach}: they are counted from the middle of a screen of some {screen[0]} x "
                    f"{screen[1]} (origin=center, {upward}, with screen={screen[0]}x{screen[1]}"
                    + (" and shown=fit" if filled <= _FITS < left_out else "")
                    + ")."
                )
                return


def _on_a_screen(points: Points, frame: Frame) -> Iterator[str]:
    """Pixels of a screen, with the image in its middle at its own size."""
    fitting = []
    for size in _SCREENS:
        width, height = map(float, size)
        candidate = replace(frame, screen=(width, height), offset=None)
        if not ((points.width < width) | (points.height < height)).any():
            continue
        outside = points.outside(candidate).mean()
        off_screen = ((points.x > width) | (points.y > height)).mean()
        if outside <= _NEARLY and off_screen <= _TAIL:
            off_center = abs(np.median(points.x) - width / 2) + abs(np.median(points.y) - height / 2)
            fitting.append((off_center, outside, candidate))
    if not fitting:
        return
    _, outside, frame = min(fitting, key=lambda entry: entry[0])
    width, height = frame.screen or (0.0, 0.0)
    left, top = (width - np.median(points.width)) / 2, (height - np.median(points.height)) / 2
    filled = points.outside(replace(frame, shown="fit")).mean()
    yield (
        f"They are as on a screen of {width:g} x {height:g} with the image in its middle: with "
        f"screen={as_typed('screen', frame.screen)} (for most images offset={left:g},{top:g}) "
        f"{1 - outside:.1%} fit."
        + (
            f" If the images filled the screen, add shown=fit: {1 - filled:.1%} fit."
            if filled <= _FITS
            else ""
        )
    )


def _enlarged(points: Points, frame: Frame) -> Iterator[str]:
    """Another resolution: each image larger or smaller by one factor, or all at one size."""
    if frame.shown is not None or min((points.x < 0).mean(), (points.y < 0).mean()) > _TAIL:
        return
    x, y = points.placed(frame)
    reach = max(np.quantile(x / points.width, 1 - _TAIL), np.quantile(y / points.height, 1 - _TAIL))
    sizes = {*zip(points.width.tolist(), points.height.tolist(), strict=True)}
    factor = next((factor for factor in _FACTORS if 0.9 * factor <= reach <= factor * (1 + _FITS)), reach)
    said = f"shown={factor:.4g}"
    if len(sizes) == 1:
        width, height = next(iter(sizes))
        said += f", that is {factor * width:g} x {factor * height:g}"
    if points.outside(replace(frame, shown=factor)).mean() <= 2 * _FITS and len(sizes) == 1:
        yield (
            f"They were likely recorded at another resolution, some {factor:.3g} times that of these files "
            f"({said}), or on a screen (screen=WIDTHxHEIGHT). Give the images as they were shown, or say it."
        )
    across, down = float(np.quantile(x, 1 - _TAIL)), float(np.quantile(y, 1 - _TAIL))
    common = next(
        (s for s in _SCREENS if 0.9 * s[0] <= across <= 1.01 * s[0] and 0.9 * s[1] <= down <= 1.01 * s[1]),
        None,
    )
    if common:
        yield (
            f"They were likely recorded at another resolution than that of these files, on a screen of "
            f"{common[0]} x {common[1]}: screen={common[0]}x{common[1]}, with shown=fit if each image was as "
            "large as the screen allows. Give the images as they were shown, or say it."
        )
    if points.outside(replace(frame, shown=factor)).mean() <= 2 * _FITS:
        yield (
            f"They were likely recorded at another resolution, some {factor:.3g} times that of these files "
            f"({said}). Give the images as they were shown, or say it."
        )


def _moved(points: Points, frame: Frame) -> Iterator[str]:
    """The same place beside all images, where one shift explains all."""
    x, y = points.placed(frame)
    shifts = [
        (np.quantile(values, _TAIL) + np.quantile(values - side, 1 - _TAIL)) / 2
        for values, side in ((x, points.width), (y, points.height))
    ]
    left, top = (round(float(shift)) for shift in shifts)
    if points.outside(replace(frame, offset=(left, top))).mean() <= _NEARLY:
        yield (
            f"Less about {left} and {top} they fit: they count from another place, such as the corner of a "
            f"screen or window (offset={left},{top}, or better the true one)."
        )
