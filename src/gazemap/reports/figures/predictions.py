"""Figures of predictions: arrays in, a matplotlib figure out.

Every density is shown in times chance: 1 is a pixel that is looked at as often as if all pixels were
alike. Maps that are shown together have one scale, which the bar next to them shows. Names are the user's
own, so that a $ in a name does not start a formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize, SymLogNorm, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, PercentFormatter
from numpy.typing import NDArray
from PIL import Image

from gazemap.analysis.crops import Crop
from gazemap.analysis.designs import DesignDifference, RegionChange, on_grid
from gazemap.analysis.regions import Mask, RegionShare
from gazemap.gaze.areas import Box
from gazemap.images.resizing import size_of_length
from gazemap.prediction.pictures import COLORMAP
from gazemap.types import Floats, Pixels

Density = NDArray[np.floating]

_LONG_SIDE = 640  # pixels of a picture within a figure
_TIMES = "times as often as chance, logarithmic"
_LISTED = 20  # regions whose bars are shown
_EDGE = "#00c2ff"  # seen on most photos, and on every color of the map
_DIVERGING = "RdBu_r"
_LEAST = 0.1  # times chance; whatever is looked at less often than that is black


@dataclass(frozen=True, eq=False)
class SheetRow:
    """One image of a comparison sheet, at the size that it is drawn.

    Attributes:
        title: of the image.
        image: (h, w, 3).
        maps: (models, h, w), densities in times chance.
    """

    title: str
    image: Pixels
    maps: Floats


def sheet_row(title: str, image: Pixels, densities: Sequence[Density]) -> SheetRow:
    """A row of `sheet`.

    Args:
        title: of the image.
        image: (H, W, 3).
        densities: one per model, (H, W), each sums to 1.
    """
    return SheetRow(title, _small(image), np.stack([_times_chance(density) for density in densities]))


def sheet(rows: Sequence[SheetRow], models: Sequence[str]) -> Figure:
    """Rows of image | model 1 | model 2 | ..., all maps on one scale.

    Args:
        rows: the images.
        models: names, as many as each row has maps.
    """
    # an image that is much taller than wide is drawn narrower, in a row of bounded height
    tall = [float(np.clip(row.image.shape[0] / row.image.shape[1], 0.25, 2.0)) for row in rows]
    size = (3.2 * (len(models) + 1) + 0.9, sum(3.2 * ratio + 0.3 for ratio in tall) + 0.2)
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(len(rows), len(models) + 1, squeeze=False, height_ratios=tall)
    norm = _scale(max(row.maps.max() for row in rows))
    for axes, row in zip(grid, rows, strict=True):
        _show_image(axes[0], row.image, row.title)
        for place, values, model in zip(axes[1:], row.maps, models, strict=True):
            _show_map(place, values, f"{model}, up to {values.max():.3g}", row.image.shape, norm)
    _legend(figure, list(grid[:, -1]), norm)
    return figure


def crop(image: Pixels, density: Density, chosen: Crop) -> Figure:
    """The image, darkened where a crop leaves it out, beside its density; both with the crop's edge."""
    figure = Figure(figsize=_size(image, columns=2), layout="constrained")
    left, right = figure.subplots(1, 2)
    dark = image // 3
    part = np.s_[chosen.y : chosen.y + chosen.height, chosen.x : chosen.x + chosen.width]
    dark[part] = image[part]
    _show_image(
        left, _small(dark), f"{chosen.width} x {chosen.height}, {chosen.area:.0%} of the area", image.shape
    )
    values = _times_chance(density)
    norm = _scale(values.max())
    _show_map(right, values, f"{chosen.attention:.0%} of the attention", image.shape, norm)
    _legend(figure, [right], norm)
    for axes in (left, right):
        _outline(axes, Box("", chosen.x, chosen.y, chosen.width, chosen.height))
    return figure


def regions(
    image: Pixels, density: Density, shares: Sequence[RegionShare], where: Sequence[Box] | Mask
) -> Figure:
    """The image and its density with the regions' edges, and each one's share beside what chance gives.

    Args:
        image: (H, W, 3).
        density: (H, W), sums to 1.
        shares: greatest first; of more than 20, the first are listed.
        where: the boxes, or the mask, that the shares are of.
    """
    width, height = _size(image, columns=3)
    figure = Figure(figsize=(width, max(height, 0.34 * min(len(shares), _LISTED) + 1)), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    values = _times_chance(density)
    norm = _scale(values.max())
    _show_image(left, _small(image), "regions, by rank", image.shape)
    _show_map(middle, values, "attention", image.shape, norm)
    _legend(figure, [middle], norm)
    for axes in (left, middle):
        _draw_regions(axes, where, {row.name: row.rank for row in shares[:_LISTED]})
    _show_bars(right, shares)
    return figure


def designs(
    images: tuple[Pixels, Pixels],
    difference: DesignDifference,
    names: tuple[str, str],
    changes: Sequence[RegionChange] = (),
    boxes: tuple[Sequence[Box], Sequence[Box]] = ((), ()),
) -> Figure:
    """Two designs with their densities on one scale, their difference, and the numbers that compare them.

    Args:
        images: (H, W, 3) each.
        difference: of their densities.
        names: of the designs.
        changes: of the regions, if any; the first 20 are listed.
        boxes: the regions in both designs.
    """
    width, height = _size(images[0], columns=3)
    figure = Figure(figsize=(width, height + _size(images[1], columns=3)[1]), layout="constrained")
    grid = figure.subplots(2, 3)
    numbers = {row.name: number for number, row in enumerate(changes[:_LISTED], 1)}
    maps = [_times_chance(difference.a), _times_chance(difference.b)]
    norm = _scale(max(values.max() for values in maps))
    for row, image, values, letter, name, drawn in zip(grid, images, maps, "AB", names, boxes, strict=True):
        _show_image(row[0], _small(image), f"{letter}: {name}", image.shape)
        _show_map(row[1], values, f"{letter}, up to {values.max():.3g}", image.shape, norm)
        for axes in row[:2]:
            _draw_regions(axes, drawn, numbers)
    _legend(figure, list(grid[:, 1]), norm)
    _show_change(figure, grid[0, 2], maps[1] - maps[0], images[0].shape)
    _show_numbers(grid[1, 2], difference, changes)
    return figure


def _times_chance(density: Density) -> Floats:
    """A density in times chance, 1 on average, at the size at which it is drawn."""
    size = density.shape[0], density.shape[1]
    placed = on_grid(density, size_of_length(size, min(_LONG_SIDE, max(size))))
    return placed * placed.size


def _small(image: Pixels) -> Pixels:
    picture = Image.fromarray(image)
    picture.thumbnail((_LONG_SIDE, _LONG_SIDE), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def _size(image: Pixels, columns: int) -> tuple[float, float]:
    """(width, height) of a figure with a row of pictures of this aspect, in inches."""
    return 4.0 * columns + 0.8, float(np.clip(4.0 * image.shape[0] / image.shape[1], 1.5, 9.0)) + 0.4


def _scale(top: float) -> LogNorm:
    """The scale of all maps of one figure: equal steps of color are equal factors, as in a log density."""
    return LogNorm(_LEAST, max(top, 2 * _LEAST))


def _show_image(axes: Axes, image: Pixels, title: str, size: tuple[int, ...] | None = None) -> None:
    """A picture; `size` is the (H, W) that its axes count in, by default its own."""
    height, width = (size or image.shape)[:2]
    axes.imshow(image, extent=(0, width, height, 0))
    axes.set_title(title, fontsize=9, loc="left", parse_math=False)
    axes.axis("off")


def _show_map(
    axes: Axes, values: Floats, title: str, size: tuple[int, ...], norm: Normalize, colors: str = COLORMAP
) -> ScalarMappable:
    """A map on a scale; `size` is the (H, W) that its axes count in, its image's."""
    shown = axes.imshow(values, norm=norm, cmap=colors, extent=(0, size[1], size[0], 0))
    axes.set_title(title, fontsize=9, loc="left", parse_math=False)
    axes.axis("off")
    return shown


def _show_change(figure: Figure, axes: Axes, change: Floats, size: tuple[int, ...]) -> None:
    reach = max(float(np.abs(change).max()), 1.0)  # a negligible change stays pale
    norm = SymLogNorm(1.0, vmin=-reach, vmax=reach)  # equal on both sides, so that 0 is white
    shown = _show_map(axes, change, "B - A: red gains, blue loses", size, norm, _DIVERGING)
    ticks = FuncFormatter(lambda value, _: f"{value:+g}" if value else "0")
    label = "change in times chance, logarithmic beyond 1"
    figure.colorbar(shown, ax=axes, label=label, fraction=0.05, format=ticks)


def _legend(figure: Figure, panels: Sequence[Axes], norm: Normalize) -> None:
    bar = figure.colorbar(
        ScalarMappable(norm, COLORMAP), ax=panels, label=_TIMES, fraction=0.05, extend="min", panchor=False
    )
    bar.ax.minorticks_off()
    bar.locator, bar.formatter = LogLocator(subs=(1, 2, 5)), FuncFormatter(lambda value, _: f"{value:g}")


def _outline(axes: Axes, box: Box) -> None:
    axes.add_patch(
        Rectangle((box.x, box.y), box.width, box.height, fill=False, edgecolor=_EDGE, linewidth=1.5)
    )


def _draw_regions(axes: Axes, where: Sequence[Box] | Mask, numbers: Mapping[str, int]) -> None:
    """The edges of boxes, or of a mask's regions, and the numbers of those that have one here."""
    if isinstance(where, Mask):
        places = _draw_mask(axes, where)
    else:
        for box in where:
            _outline(axes, box)
        places = {box.name: (box.x, box.y) for box in where}
    for name, number in numbers.items():
        label = {"facecolor": _EDGE, "edgecolor": "none", "pad": 1.5}
        axes.text(*places[name], str(number), va="top", fontsize=8, bbox=label, clip_on=True)


def _draw_mask(axes: Axes, mask: Mask) -> dict[str, tuple[float, float]]:
    """Draw where regions meet; returns the center (x, y) of each."""
    height, width = mask.labels.shape
    ratio = min(1.0, _LONG_SIDE / max(height, width))
    shown = size_of_length((height, width), min(_LONG_SIDE, max(height, width)))
    rows, columns = ((np.arange(side) / ratio).astype(int) for side in shown)
    labels = mask.labels[np.ix_(rows, columns)]
    meet = np.zeros(labels.shape, bool)
    meet[:-1] |= labels[:-1] != labels[1:]
    meet[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    wide = meet.copy()  # a line of one pixel may be drawn as none
    for part, other in ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None))):
        wide[part] |= meet[other]
        wide[:, part] |= meet[:, other]
    edges = np.zeros((*labels.shape, 4))
    edges[wide] = to_rgba(_EDGE)
    axes.imshow(edges, extent=(0, width, height, 0), interpolation="nearest")
    found, of_pixel, counts = np.unique(mask.labels, return_inverse=True, return_counts=True)
    x, y = (
        np.bincount(of_pixel.ravel(), np.broadcast_to(places, (height, width)).ravel()) / counts
        for places in (np.arange(width), np.arange(height)[:, None])
    )
    return {mask.names[i]: (x[k], y[k]) for k, i in enumerate(found)}


def _show_bars(axes: Axes, shares: Sequence[RegionShare]) -> None:
    listed = shares[:_LISTED]
    places = np.arange(len(listed))[::-1]
    axes.barh(places, [row.attention for row in listed], color="tab:blue", label="attention")
    axes.plot([row.area for row in listed], places, "k|", markersize=12, label="chance (its area)")
    names = [
        f"{row.rank}  {row.name}\n{row.attention:.1%}, {row.times_chance:.2f} x chance" for row in listed
    ]
    axes.set_yticks(places, names, fontsize=8, parse_math=False)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    left_out = len(shares) - len(listed)
    axes.set_title("share of attention" + (f" ({left_out} more regions)" if left_out else ""), fontsize=9)
    axes.legend(frameon=False, fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.08))


def _show_numbers(axes: Axes, difference: DesignDifference, changes: Sequence[RegionChange]) -> None:
    lines = [
        f"attention that lies elsewhere in B: {difference.total_variation:.1%}",
        f"CC {difference.cc:.3f}   SIM {difference.sim:.3f}",
        f"KLD(A || B) {difference.kld_a_b:.3f}   KLD(B || A) {difference.kld_b_a:.3f} nats",
        "",
        *(
            f"{number}  {row.name}: {row.a.attention:.1%} in A, {row.b.attention:.1%} in B "
            f"({row.change:+.1%})"
            for number, row in enumerate(changes[:_LISTED], 1)
        ),
    ]
    axes.text(0, 1, "\n".join(lines), va="top", fontsize=9, transform=axes.transAxes, parse_math=False)
    axes.axis("off")
