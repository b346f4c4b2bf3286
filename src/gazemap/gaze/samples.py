"""Raw samples of gaze or mouse, looked at before fixations are found in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError
from gazemap.gaze.lost_samples import is_lost, places, told
from gazemap.gaze.numbers import numbers
from gazemap.types import Floats, Numbers

_LOST = 0.01  # of the samples, over which (0, 0) and the like are signs
_FAR = 10.0  # times the median distance of samples from their middle, or of that from 0: no look goes there
_WIDEST = 1e4  # pixels, or degrees: no screen is that wide
_SLOWEST, _FASTEST = 0.2, 1e-4  # seconds between samples: 5 Hz and 10 kHz
_TELLING = 3  # samples from which a rate can be told
_LIKELY = (0.0005, 0.1)  # seconds between samples: 2 kHz and 10 Hz


def checked_samples(x: Numbers, y: Numbers, time: Numbers) -> tuple[Floats, Floats, Floats]:
    """The samples that are finite, as float64.

    Args:
        x: (n,), NaN where nothing was seen.
        y: (n,).
        time: (n,) seconds.

    Raises:
        InputError: no numbers, other shapes, times that do not increase or whose steps can be no seconds, or
            samples that are signs of lost ones.
    """
    x, y, time = (numbers(values, name) for values, name in ((x, "x"), (y, "y"), (time, "time")))
    if not (x.ndim == 1 and x.shape == y.shape == time.shape):
        raise InputError(
            f"x, y and time must have one shape (n,), got shapes {x.shape}, {y.shape} and {time.shape}."
        )
    seen = np.isfinite(x) & np.isfinite(y) & np.isfinite(time)
    x, y, time = x[seen], y[seen], time[seen]
    if (np.diff(time) <= 0).any():
        raise InputError("The samples' times do not increase; sort them, and leave repeated ones out.")
    _check_rate(time)
    _check_places(x, y)
    return x, y, time


def _check_rate(time: Floats) -> None:
    """A rate of samples that some tracker or browser has."""
    if len(time) < _TELLING:
        return
    step = float(np.median(np.diff(time)))
    if _FASTEST * (1 - 1e-6) <= step <= _SLOWEST * (1 + 1e-6):
        return
    units = {"milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9, "minutes": 1 / 60}
    low, high = _LIKELY
    likely = next((unit for unit, count in units.items() if low <= step / count <= high), None)
    raise InputError(
        f"The samples follow each other after {step:g} seconds in the median, {1 / step:.3g} per second; "
        "5 to 10,000 are accepted. "
        + (
            f"Are the times in {likely}? Give seconds."
            if likely
            else "Give raw samples, with times in seconds."
        )
    )


def _check_places(x: Floats, y: Floats) -> None:
    """No sample is the sign of a lost one, or beyond all others."""
    if not len(x):
        return
    for values, name in ((x, "x"), (y, "y")):
        if (far := _far(values)).any():
            worst = float(values[far][np.abs(values[far]).argmax()])
            raise InputError(
                f"{far.sum():,} of {len(values):,} samples lie far beyond all others: {name} is up to "
                f"{worst:.6g}, and {float(np.median(values)):.6g} in the median. Where the eye was not "
                "seen, x and y must be NaN."
            )
    signs = is_lost(x, y)
    for place, count in places(x[signs], y[signs]):
        if max(_LOST * len(x), 1) < count < len(x):
            raise InputError(
                f"{count:,} of {len(x):,} samples are exactly {told(*place)}, which trackers write where the "
                "eye was not seen. Make them NaN."
            )


def _far(values: Floats) -> NDArray[np.bool_]:
    """(n,): which lie more than ten times outside the range that half of the samples span."""
    middle = float(np.median(values))
    distances = np.abs(values - middle)
    # a resting eye spans nothing, so the distance from 0 tells the unit, too
    usual = max(float(np.median(distances)), abs(middle))
    signs = is_lost(values, values) & (np.abs(values) > 1)
    return np.asarray((distances > _FAR * usual) & (signs | (distances > _WIDEST)))
