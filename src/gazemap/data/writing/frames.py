"""From the numbers of a file to pixels of the image: what x and y count, and from where."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

import numpy as np

from gazemap.gaze.fixations import Fixations
from gazemap.types import Floats, Size

Convention = Literal["continuous", "pixel", "one-based", "normalized"]
Origin = Literal["top", "bottom", "center", "center-up"]
TimeUnit = Literal["s", "ms", "us"]
Extent = tuple[float, float]  # width and height
Shown = Extent | float | Literal["fit"]

CONVENTIONS: tuple[str, ...] = get_args(Convention)
_SHIFTS = {"pixel": 0.5, "one-based": -0.5}
SECONDS: dict[TimeUnit, float] = {"s": 1.0, "ms": 1e3, "us": 1e6}  # of each unit in a second


@dataclass(frozen=True)
class Frame:
    """How x and y of a file lead to pixels of an image.

    Attributes:
        convention: what they count: "continuous", pixels from 0; "pixel", indices from 0, taken at the
            pixels' centers; "one-based", pixels from 1; "normalized", shares of width and height.
        origin: where they count from: the upper left corner ("top", y down), the lower left ("bottom",
            y up), the middle with y down ("center") or with y up ("center-up").
        offset: (left, top) of the image in what they count; by default the middle of the screen.
        screen: (width, height) of the screen that they count on; without it they count on the image.
        shown: the size at which each image was shown, in the same pixels: (width, height), a factor of
            its own size, or "fit", as large as the screen allows; by default its own size.
    """

    convention: Convention = "continuous"
    origin: Origin = "top"
    offset: tuple[float, float] | None = None
    screen: Extent | None = None
    shown: Shown | None = None

    def placed(self, fixations: Fixations, size: Size) -> Fixations:
        """The fixations of an image of `size` (H, W), in its pixels."""
        if self == IMAGE:
            return fixations
        x, y = self.place(fixations.x, fixations.y, *size)
        return replace(fixations, x=x, y=y)

    def place(
        self, x: Floats, y: Floats, height: float | Floats, width: float | Floats
    ) -> tuple[Floats, Floats]:
        """Points (n,) in pixels of their images, whose heights and widths are one number or (n,)."""
        shown_width, shown_height = self._shown(height, width)
        whole_width, whole_height = self.screen or (shown_width, shown_height)
        if self.convention == "normalized":
            x, y = x * whole_width, y * whole_height
        elif shift := _SHIFTS.get(self.convention):
            x, y = x + shift, y + shift
        if self.origin.startswith("center"):
            x = whole_width / 2 + x
            y = whole_height / 2 + (y if self.origin == "center" else -y)
        elif self.origin == "bottom":
            y = whole_height - y
        if self.offset:
            x, y = x - self.offset[0], y - self.offset[1]
        elif self.screen:
            x, y = x - (whole_width - shown_width) / 2, y - (whole_height - shown_height) / 2
        if self.shown is not None:  # divided first, so that a point on the far edge stays on it
            x, y = x / shown_width * width, y / shown_height * height
        return x, y

    def _shown(self, height: Any, width: Any) -> tuple[Any, Any]:  # noqa: ANN401 - numbers or arrays
        """Width and height of the image in what x and y count."""
        if self.shown is None:
            return width, height
        if isinstance(self.shown, tuple):
            return self.shown
        factor = self.shown
        if factor == "fit":
            whole_width, whole_height = self.screen or (width, height)
            factor = np.minimum(whole_width / width, whole_height / height)
        return width * factor, height * factor

    def told(self) -> str:
        """What differs from pixels of the image, as options: "convention=one-based, screen=1920x1080"."""
        given = {own.name: getattr(self, own.name) for own in fields(self)}
        return ", ".join(
            f"{name}={as_typed(name, value)}"
            for name, value in given.items()
            if value != getattr(IMAGE, name)
        )


IMAGE = Frame()  # pixels of the image


def as_typed(name: str, value: object) -> str:
    """The value of an option as a user types it: "1920x1080", "320,180", "1.5", "fit"."""
    if isinstance(value, tuple):
        return ("," if name == "offset" else "x").join(f"{number:g}" for number in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
