"""Figures of images of a data set and of where people looked: arrays in, a matplotlib figure out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gazemap.gaze.fixations import Fixations
from gazemap.images.overlays import Scale, beside_overlay, gray, overlay
from gazemap.system.figures import NotebookFigure
from gazemap.types import Floats, Pixels

_DOT = "#ffd500"  # with a black edge: seen on light and on dark
_COLUMNS = 3
_DRAWN = 1000  # fixations of one image; more could not be told apart


@dataclass(frozen=True, eq=False)
class Panel:
    """One image of `panels`.

    Attributes:
        title: of the image.
        image: (h, w, 3), at the size at which it is drawn.
        fixations: in its pixels; None where they are not known.
    """

    title: str
    image: Pixels
    fixations: Fixations | None


def panels(shown: Sequence[Panel]) -> Figure:
    """Several images, each with a dot for every fixation."""
    columns = min(len(shown), _COLUMNS)
    rows = -(-len(shown) // columns)
    tall = max(panel.image.shape[0] / panel.image.shape[1] for panel in shown)
    height = rows * (float(np.clip(3.1 * tall, 0.8, 6.0)) + 0.3) + 0.4
    figure = NotebookFigure(figsize=(3.2 * columns, height), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, panel in zip(grid, shown, strict=False):
        axes.imshow(panel.image)
        axes.set_title(panel.title, fontsize=8, loc="left", parse_math=False)
        _draw_dots(axes, panel.fixations, 10)
    dots = [dot for axes in grid for dot in axes.collections]
    if dots:
        figure.legend(dots[:1], ["a fixation"], loc="outside lower center", frameon=False, fontsize=8)
    return figure


def looked_at(
    image: Pixels, fixations: Fixations | None, density: Floats | None, scale: Scale | None, blur: str
) -> Figure:
    """An image with a dot for every fixation, beside its density over the image in gray.

    Args:
        image: (h, w, 3).
        fixations: in its pixels; None where they are not known.
        density: of the same size; None where nobody looked.
        scale: of the density's colors.
        blur: how the density was made, in words.
    """
    count = 0 if fixations is None else len(fixations)
    people = len(fixations.observers) if fixations is not None else 0
    of_people = f" of {people} people" if people else ""
    title = "the image" if fixations is None else f"{count:,} fixations{of_people}"
    overlaid = gray(image) if density is None else overlay(gray(image), density)
    figure, axes = beside_overlay(image, overlaid, (title, f"density, {blur}"), scale)
    _draw_dots(axes, fixations, 14)
    if fixations:
        axes.legend(loc="upper right", fontsize=7, framealpha=0.8, borderpad=0.3, handletextpad=0.1)
    return figure


def _draw_dots(axes: Axes, fixations: Fixations | None, area: float) -> None:
    if not fixations:
        return
    chosen = np.linspace(0, len(fixations) - 1, min(len(fixations), _DRAWN)).astype(int)
    left_out = f" ({len(fixations) - _DRAWN:,} more)" if len(fixations) > _DRAWN else ""
    x, y = fixations.x[chosen], fixations.y[chosen]
    label = f"a fixation{left_out}"
    axes.scatter(x, y, s=area, label=label, color=_DOT, edgecolors="black", linewidths=0.5)
