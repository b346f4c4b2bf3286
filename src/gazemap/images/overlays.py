"""A map on top of its image, and a figure of both with the legend of the colors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.types import Pixels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLORMAP = "inferno"  # perceptually uniform and readable in gray
CHANCE = "times as often as chance"  # the label of a density in times chance
_OPACITY = 0.8  # of the greatest saliency
_LONG_SIDE = 1000  # pixels of a picture within a figure


def colormap() -> NDArray[np.uint8]:
    """(256, 3): the colors from least to greatest."""
    from matplotlib import colormaps

    return np.asarray((colormaps[COLORMAP](np.arange(256))[:, :3] * 255).round(), dtype=np.uint8)


def overlay(image: Pixels, saliency: NDArray[np.floating]) -> Pixels:
    """The image with its saliency on top; the greatest is opaque at 80 %, the least is transparent.

    Color and opacity follow the square root of the saliency: a density has a few high peaks, next to
    which all else could not be seen.

    Args:
        image: (H, W, 3), RGB.
        saliency: (H, W), any scale; it is shown in 256 levels.

    Returns:
        (H, W, 3).
    """
    span = np.ptp(saliency)
    levels = np.zeros(saliency.shape, np.uint8)
    if span > 0:
        levels = np.rint(255 * np.sqrt((saliency - saliency.min()) / span)).astype(np.uint8)
    colors = Image.fromarray(levels)
    opacity = colors.point([round(_OPACITY * level) for level in range(256)])
    colors.putpalette(colormap().tobytes())
    return np.asarray(Image.composite(colors.convert("RGB"), Image.fromarray(image), opacity))


def gray(pixels: Pixels) -> Pixels:
    """The same in gray, so that the colors of a map stand out."""
    return np.asarray(Image.fromarray(pixels).convert("L").convert("RGB"))


class Scale(NamedTuple):
    """What the colors of an overlay stand for: the values at both ends, and what they count."""

    low: float
    high: float
    label: str


def beside_overlay(
    image: Pixels, overlaid: Pixels, titles: tuple[str, str], scale: Scale | None
) -> tuple[Figure, Axes]:
    """A picture beside its overlay, with a bar that says what the overlay's colors stand for.

    Args:
        image: (H, W, 3).
        overlaid: what `overlay` made of it.
        titles: of both; names of the user's own are no formulas.
        scale: of the overlay's colors; None where nothing is on top.

    Returns:
        the figure, and the axes of the picture, which count in its pixels.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import PowerNorm

    from gazemap.system.figures import NotebookFigure

    height, width = image.shape[:2]
    size = 9.4, float(np.clip(4.1 * height / width, 1.2, 9.0)) + 0.35
    figure = NotebookFigure(figsize=size, layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, pixels, title in zip((left, right), (image, overlaid), titles, strict=True):
        axes.imshow(_small(pixels), extent=(0, width, height, 0))
        axes.set_title(title, fontsize=9, loc="left", parse_math=False)
        axes.set_axis_off()
    if scale is not None and scale.high > scale.low:
        norm = PowerNorm(0.5, scale.low, scale.high)  # as the overlay's colors, by the square root
        figure.colorbar(ScalarMappable(norm, COLORMAP), ax=right, label=scale.label, fraction=0.05)
    return figure, left


def _small(pixels: Pixels) -> Pixels:
    shown = Image.fromarray(pixels)
    shown.thumbnail((_LONG_SIDE, _LONG_SIDE), Image.Resampling.BILINEAR)
    return np.asarray(shown)
