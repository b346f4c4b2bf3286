"""Numbers of more than 8 bits -> which are black and white: as the file says, else by what it holds.

Cameras and microscopes put 10 or 12 bits into 16, and programs write any range as 32-bit integers or floats.
What had to be assumed is said in a note, since nobody would see it in the prediction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Numbers = Literal["uint16", "integers", "floats"]

_SAMPLED = 2**22  # values from which percentiles are found, every n-th of a larger image
_DARK = 16  # a picture that uses less than this part of its range is stretched
_SCALES = (1, 255, 65535)  # what floats are counted up to


@dataclass(frozen=True)
class Levels:
    """Which numbers of a picture are black and white.

    Attributes:
        black: shown as 0, like all that is further from white.
        white: shown as 255, like all that is further from black; below black in a negative.
        note: what was assumed; empty where nothing was.
    """

    black: float
    white: float
    note: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """The note, if there is one."""
        return (self.note,) if self.note else ()

    def negative(self) -> Levels:
        """The same where 0 is white."""
        return Levels(self.white, self.black, self.note)

    def shown(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """The numbers as uint8, rounded; NaN is black."""
        scaled = (values.astype(np.float64) - self.black) * (255 / (self.white - self.black))
        scaled = np.nan_to_num(scaled, nan=0.0, posinf=255.0, neginf=0.0)
        return np.asarray(np.rint(scaled.clip(0, 255)), dtype=np.uint8)


class Found:
    """What numbers a picture holds, gathered band by band."""

    def __init__(self, count: int) -> None:
        self._step = -(-count // _SAMPLED)
        self._sample: list[NDArray[np.float64]] = []
        self.least, self.most = np.inf, -np.inf

    def add(self, values: NDArray[Any]) -> None:
        """Look at some more; NaN and infinity are passed over."""
        finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
        if finite.size:
            self.least = min(self.least, float(finite.min()))
            self.most = max(self.most, float(finite.max()))
        self._sample.append(finite.ravel()[:: self._step].astype(np.float64))

    def range(self, outside: float) -> tuple[float, float]:
        """The least and the greatest number but for a share of the least and of the greatest."""
        values = np.concatenate(self._sample)
        low = np.quantile(values, outside, method="higher")
        return float(low), float(np.quantile(values, 1 - outside, method="lower"))


def levels(found: Found, numbers: Numbers, stated: tuple[float, float] | None) -> Levels:
    """Black and white of a picture.

    Args:
        found: what it holds.
        numbers: of which type.
        stated: black and white by the file; passed over where the picture goes beyond.

    Raises:
        ValueError: no number is finite.
    """
    if found.most < found.least:
        raise ValueError("it holds no finite numbers")
    if stated and stated[0] <= found.least and found.most <= stated[1]:
        return Levels(*stated)
    if numbers == "uint16":
        return _sixteen_bits(found)
    return _integers(found) if numbers == "integers" else _floats(found)


def _sixteen_bits(found: Found) -> Levels:
    """65,535 is white, unless nearly all is darker than a sixteenth of it."""
    top = 65535
    _, high = found.range(1e-4)
    if found.most < (top + 1) / _DARK:
        high = found.most  # nothing is brighter: not even a few hot pixels
    if high >= (top + 1) / _DARK or (high < _DARK and high < found.most) or not found.most:
        return Levels(0, top)
    white = _power_of_two(high)
    hot = f"; the few brighter ones, up to {found.most:,.0f}, are white" if found.most > white else ""
    return Levels(
        0, white, f"dark: {found.least:,.0f} to {high:,.0f} of {top:,}; {white:,} was taken as white{hot}"
    )


def _integers(found: Found) -> Levels:
    low, high = found.range(1e-3)
    if high < _DARK and found.most <= _SCALES[-1]:
        high = found.most  # a few bright places in the dark
    if low >= 0 and (high <= _SCALES[-1] or low <= high / 4):
        white = _power_of_two(max(high, 1))
        return Levels(0, white, _taken("whole numbers", found, 0, white))
    return _stretched("whole numbers", found, low, high)


def _floats(found: Found) -> Levels:
    low, high = found.range(1e-3)
    for top in _SCALES:
        if -top / 100 <= low and top / _DARK <= high <= top * 1.01:
            is_plain = top == 1 and found.least >= -0.01 and found.most <= 1.01
            return Levels(0, top, "" if is_plain else _taken("numbers", found, 0, top))
    return _stretched("numbers", found, low, high)


def _stretched(what: str, found: Found, low: float, high: float) -> Levels:
    if low == high:
        return Levels(min(low, 0), max(high, 0) or 1)  # all the same: nothing to tell apart
    black = 0 if -high / 100 <= low <= high / 4 else low
    return Levels(black, high, _taken(what, found, black, high))


def _taken(what: str, found: Found, black: float, white: float) -> str:
    found_range = f"{_number(found.least)} to {_number(found.most)}"
    return f"{what} from {found_range}; {_number(black)} was taken as black, {_number(white)} as white"


def _power_of_two(value: float) -> int:
    """The greatest number of as many bits as the value has."""
    return int(2 ** int(value).bit_length() - 1)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:.4g}"
