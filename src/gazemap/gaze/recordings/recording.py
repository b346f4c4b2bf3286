"""One recording of an eye tracker: trials, the tracker's fixations, and raw samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import DataError
from gazemap.gaze.detection import DetectedFixations
from gazemap.types import Floats, Size

Eye = Literal["left", "right", "both"]
Units = Literal["pixels", "shares", "pix", "height", "norm"]


@dataclass(frozen=True, eq=False)
class Samples:
    """Raw samples, in the order of time. Compared as an object.

    Attributes:
        time: (n,) seconds, of the recording's clock.
        x: (n,) pixels of the screen from its left edge; NaN where the eye was not seen.
        y: (n,) pixels of the screen from its upper edge, NaN likewise.
    """

    time: Floats
    x: Floats
    y: Floats

    def __len__(self) -> int:
        return len(self.time)

    def between(self, first: float, last: float) -> Samples:
        """Those from one time to before another."""
        start, stop = np.searchsorted(self.time, [first, last])
        return Samples(self.time[start:stop], self.x[start:stop], self.y[start:stop])

    def without(self, lost: NDArray[np.bool_]) -> Samples:
        """The same, with NaN where `lost`, (n,), is true."""
        return Samples(self.time, np.where(lost, np.nan, self.x), np.where(lost, np.nan, self.y))


def each_once(time: Floats) -> NDArray[np.intp]:
    """(m,) places among n samples: in the order of time, of each time the first."""
    order = np.argsort(time, kind="stable")
    return order[np.append(True, np.diff(time[order]) > 0)] if len(order) else order


@dataclass(frozen=True)
class Place:
    """Where on its screen an image was shown.

    Attributes:
        anchor: "fill", as large as the screen; or what lies at x and y: the image's "center" or its "corner".
        x: pixels of the screen.
        y: pixels of the screen.
        size: (width, height) on the screen; by default the image's own.
    """

    anchor: Literal["fill", "center", "corner"]
    x: float = 0.0
    y: float = 0.0
    size: tuple[float, float] | None = None

    def box(self, image: Size, screen: tuple[float, float]) -> tuple[float, float, float, float]:
        """(left, top, width, height) of an image of a size (H, W) on a screen (width, height)."""
        if self.anchor == "fill":
            return (0.0, 0.0, *screen)
        width, height = self.size or (float(image[1]), float(image[0]))
        if self.anchor == "corner":
            return (self.x, self.y, width, height)
        return (self.x - width / 2, self.y - height / 2, width, height)


@dataclass(frozen=True)
class Trial:
    """One image in front of the observer.

    Attributes:
        image: its name, as the recording gives it.
        begin: seconds, from which on samples belong to the trial: the image need not be there yet.
        start: seconds, at which the image appeared.
        stop: seconds, at which it was gone.
        place: where it was shown, where the recording says that.
        is_assumed: nothing says when the image appeared, so that it is taken to be there from the beginning.
    """

    image: str
    begin: float
    start: float
    stop: float
    place: Place | None = None
    is_assumed: bool = False


@dataclass(frozen=True, eq=False)
class Recording:
    """What one file holds. Compared as an object.

    Attributes:
        name: of the file, for messages.
        observer: who looked.
        trials: in the order of time.
        screen: (width, height) in pixels, where the file says it.
        fixations: what the tracker's own software found, by eye; x and y in pixels of the screen, onsets in
            the recording's clock.
        samples: reads the raw samples, by eye.
        units: what x and y of fixations and samples count: pixels of the screen or shares of its width and
            height, from its upper left corner; or PsychoPy's units from its middle, y upward: "pix", pixels;
            "height", shares of its height; "norm", halves of its width and height.
        eye: the one to take where several were recorded.
        pixels_per_degree: of the screen, where the file says it.
        screen_cm: (width, height) of the screen in centimeters, where the file says it.
        distance_cm: of the eyes from the screen, where the file says it.
        faults: what could not be used, as sentences.
    """

    name: str
    observer: str
    trials: tuple[Trial, ...]
    screen: tuple[float, float] | None
    fixations: Mapping[Eye, DetectedFixations]
    samples: Callable[[], Mapping[Eye, Samples]]
    eye: Eye
    units: Units = "pixels"
    pixels_per_degree: float | None = None
    screen_cm: tuple[float, float] | None = None
    distance_cm: float | None = None
    faults: tuple[str, ...] = field(default=())

    def on(self, screen: tuple[float, float] | None) -> Recording:
        """The same on a screen of a known size, with positions in its pixels.

        Args:
            screen: (width, height) in pixels, where it is stated; it holds over what the file says.

        Raises:
            DataError: neither says it.
        """
        known = screen or self.screen
        if known is None:
            raise DataError(
                f"{self.name} does not say the size of its screen in pixels. Say it: screen=1920x1080."
            )
        if self.units == "pixels":
            return replace(self, screen=known)
        (left, top), (x_unit, y_unit) = _lying(self.units, *known)
        return replace(
            self,
            screen=known,
            units="pixels",
            fixations={
                eye: replace(found, x=left + found.x * x_unit, y=top + found.y * y_unit)
                for eye, found in self.fixations.items()
            },
            samples=lambda: {
                eye: Samples(found.time, left + found.x * x_unit, top + found.y * y_unit)
                for eye, found in self.samples().items()
            },
        )


def _lying(units: Units, width: float, height: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Pixels of a screen from its upper left corner: where units count from, and one of x and of y."""
    if units == "shares":
        return (0.0, 0.0), (width, height)
    scales = {"pix": (1.0, -1.0), "height": (height, -height), "norm": (width / 2, -height / 2)}
    return (width / 2, height / 2), scales[units]
