"""What the numbers of a BIDS recording count: positions to pixels of the screen, timestamps to seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.errors import DataError
from gazemap.types import Floats

_PIXELS = {"pixel", "pixels", "px", "pix"}
_CENTIMETERS = {"mm": 0.1, "cm": 1.0, "m": 100.0}
_PER_SECOND = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1.0),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 1e3),
    **dict.fromkeys(("us", "microsecond", "microseconds"), 1e6),
    **dict.fromkeys(("ns", "nanosecond", "nanoseconds"), 1e9),
}
_NEAR = 0.25  # of the rate that the file states, by which a unit of time is told
_ORIGINS = {("top", "left"): "top", ("bottom", "left"): "bottom"}


@dataclass(frozen=True)
class Screen:
    """What StimulusPresentation says; None where it does not.

    Attributes:
        pixels: (width, height).
        cm: (width, height).
        distance_cm: of the eyes.
        origin: where positions count from: "top", "bottom", "center" or "center-up", as the options of an
            import name it; "" where it is not said.
    """

    pixels: tuple[float, float] | None
    cm: tuple[float, float] | None
    distance_cm: float | None
    origin: str

    @classmethod
    def said(cls, events: Mapping[str, Any], origin: str | None, where: Path) -> Screen:
        """The screen of an events.json; `origin` holds over what it says.

        Raises:
            DataError: a size or distance that cannot be; names the key.
        """
        presentation = events.get("StimulusPresentation", {})
        if not isinstance(presentation, dict):
            raise DataError(f"{where}: StimulusPresentation must be an object, got {presentation!r}.")
        size = _pair(presentation.get("ScreenSize"), "ScreenSize", where)
        away = _distance(presentation.get("ScreenDistance"), where)
        return cls(
            _pair(presentation.get("ScreenResolution"), "ScreenResolution", where),
            (100 * size[0], 100 * size[1]) if size else None,
            100 * away if away else None,
            origin or _origin(presentation.get("ScreenOrigin")),
        )


def _pair(value: object, key: str, where: Path) -> tuple[float, float] | None:
    if value in (None, "n/a"):
        return None
    if isinstance(value, list) and len(value) == 2 and all(isinstance(part, int | float) for part in value):
        first, second = map(float, value)
        if 0 < first < np.inf and 0 < second < np.inf:
            return first, second
    raise DataError(f"{where}: {key} must be a width and a height above 0, got {value!r}.")


def _distance(value: object, where: Path) -> float | None:
    """Meters: one number, or the last of X, Y and Z."""
    if value in (None, "n/a"):
        return None
    away = value[2] if isinstance(value, list) and len(value) == 3 else value
    if not isinstance(away, int | float) or not 0 < away < np.inf:
        raise DataError(f"{where}: ScreenDistance must be meters above 0, got {value!r}.")
    return float(away)


def _origin(value: object) -> str:
    if value in (None, "n/a"):
        return "top"
    return _ORIGINS.get(tuple(value), "") if isinstance(value, list) else ""


def pixels(
    x: Floats, y: Floats, units: tuple[str, str], screen: Screen, where: Path
) -> tuple[Floats, Floats]:
    """Positions in pixels of the screen from its upper left corner.

    Args:
        x: (n,) in its unit.
        y: (n,) in its unit.
        units: of both.
        screen: on which they are.
        where: the file, for messages.

    Raises:
        DataError: they are no lengths on the screen, or its size or origin is not said; says what to state.
    """
    if not screen.origin:
        raise DataError(
            f"{where}: ScreenOrigin leaves open whether y counts up or down. Say it: origin=center (down) or "
            "origin=center-up, or top or bottom for the left corners."
        )
    x = _length(x, units[0], 0, screen, where)
    y = _length(y, units[1], 1, screen, where)
    if screen.origin == "top":
        return x, y
    if screen.pixels is None:
        raise DataError(
            f"{where}: positions count from origin={screen.origin}, and ScreenResolution is missing. Say it "
            "in the events' JSON, in pixels."
        )
    width, height = screen.pixels
    if screen.origin == "bottom":
        return x, height - y
    return width / 2 + x, height / 2 + (y if screen.origin == "center" else -y)


def _length(values: Floats, unit: str, side: int, screen: Screen, where: Path) -> Floats:
    unit = unit.strip().lower()
    if unit in _PIXELS:
        return values
    if unit not in _CENTIMETERS:
        raise DataError(
            f"{where}: the unit of {'xy'[side]}_coordinate is {unit or 'not said'!r}; pixel, mm, cm and m of "
            "the screen can be read. Say it as Units of that column."
        )
    if screen.pixels is None or screen.cm is None:
        raise DataError(
            f"{where}: positions in {unit} need ScreenSize and ScreenResolution in the events' JSON."
        )
    return values * (_CENTIMETERS[unit] * screen.pixels[side] / screen.cm[side])


def per_second(unit: str, time: Floats, rate: float, where: Path) -> float:
    """How many units of time a second has: by the unit that is stated, or else by the stated rate.

    Args:
        unit: of the column; empty where nothing is said.
        time: (n,) timestamps.
        rate: SamplingFrequency, in Hz.
        where: the file, for messages.

    Raises:
        DataError: neither tells it.
    """
    unit = unit.strip().lower().translate({0xB5: "u", 0x3BC: "u"})
    if unit:
        if unit not in _PER_SECOND:
            raise DataError(f"{where}: the unit of its times is {unit!r}; s, ms, us and ns can be read.")
        return _PER_SECOND[unit]
    steps = np.diff(time[np.isfinite(time)])
    steps = steps[steps > 0]
    if not len(steps):
        return 1.0
    step = float(np.median(steps)) * rate
    near = [count for count in (1.0, 1e3, 1e6, 1e9) if abs(step / count - 1) <= _NEAR]
    if not near:
        raise DataError(
            f"{where}: timestamps follow each other after {step / rate:g}, which is neither s, ms, us nor ns "
            f"at a SamplingFrequency of {rate:g}. Say their unit as Units of that column."
        )
    return near[0]
