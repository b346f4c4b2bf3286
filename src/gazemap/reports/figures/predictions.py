"""Figures of predictions: arrays in, a matplotlib figure out.

Every density is shown in times chance: 1 is a pixel that is looked at as often as if all pixels were
alike. Maps that are shown together have one scale, which the bar next to them shows. Names are the user's
own, so that a $ in a name does not start a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize, SymLogNorm, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, PercentFormatter
from numpy.typing import NDArray

from gazemap.analysis.area_shares import AreaShare
from gazemap.analysis.crops import Crop
from gazemap.analysis.designs import AreaChange, DesignDifference
from gazemap.gaze.areas import Box
from gazemap.gaze.shapes import Area
from gazemap.images.overlays import COLORMAP
from gazemap.metrics import resize
from gazemap.reports.figures.maps import (
    EDGE,
    FoldedMap,
    ShownMap,
    draw_fold_lines,
    drawn_size,
    small,
    times_chance,
)
from gazemap.system.figures import NotebookFigure
from gazemap.types import Floats, Pixels

_TIMES = "times as often as chance, logarithmic"
_LISTED = 20  # areas whose bars are shown
_DIVERGING = "RdBu_r"
_BESIDE = 0.06  # of a side, which a number beside an area takes
_LEAST = 0.1  # times chance; whatever is looked at less often than that is black


@dataclass(frozen=True, eq=False)
class SheetRow:
    """One image of a comparison sheet, at the size that it is drawn.

    Attributes:
        title: of the image.
        image: (h, w, 3).
        maps: (models, h, w), densities in times chance.
        shown: the first model's map, which knows the image's folds.
    """

    title: str
    image: Pixels
    maps: Floats
    shown: ShownMap


def sheet_row(title: str, image: Pixels, densities: Sequence[ShownMap]) -> SheetRow:
    """A row of `sheet`.

    Args:
        title: of the image.
        image: (H, W, 3).
        densities: one per model, (H, W), each sums to 1; or fold by fold.
    """
    maps = np.stack([times_chance(density) for density in densities])
    return SheetRow(title, small(image), maps, densities[0])


def sheet(rows: Sequence[SheetRow], models: Sequence[str]) -> Figure:
    """Rows of image | model 1 | model 2 | ..., all maps on one scale.

    Args:
        rows: the images.
        models: names, as many as each row has maps.
    """
    # an image that is much taller than wide is drawn narrower, in a row of bounded height
    tall = [float(np.clip(row.image.shape[0] / row.image.shape[1], 0.25, 2.0)) for row in rows]
    size = (3.2 * (len(models) + 1) + 0.9, sum(3.2 * ratio + 0.3 for ratio in tall) + 0.2)
    figure = NotebookFigure(figsize=size, layout="constrained")
    grid = figure.subplots(len(rows), len(models) + 1, squeeze=False, height_ratios=tall)
    norm = _scale(max(row.maps.max() for row in rows))
    for axes, row in zip(grid, rows, strict=True):
        _show_image(axes[0], row.image, row.title)
        for place, values, model in zip(axes[1:], row.maps, models, strict=True):
            _show_map(place, values, f"{model}, up to {values.max():.3g}", row.image.shape, norm)
        for place in axes:
            draw_fold_lines(place, row.shown, row.image.shape)
    _legend(figure, list(grid[:, -1]), norm)
    return figure


def crop(image: Pixels, density: ShownMap, chosen: Crop) -> Figure:
    """The image, darkened where a crop leaves it out, beside its density; both with the crop's edge."""
    figure = NotebookFigure(figsize=_size(image, columns=2), layout="constrained")
    left, right = figure.subplots(1, 2)
    dark = image // 3
    part = np.s_[chosen.y : chosen.y + chosen.height, chosen.x : chosen.x + chosen.width]
    dark[part] = image[part]
    _show_image(
        left, small(dark), f"{chosen.width} x {chosen.height}, {chosen.area:.0%} of the area", image.shape
    )
    values = times_chance(density)
    norm = _scale(values.max())
    _show_map(right, values, f"{chosen.attention:.0%} of the attention", image.shape, norm)
    _legend(figure, [right], norm)
    for axes in (left, right):
        draw_fold_lines(axes, density, image.shape)
        _outline(axes, Box("", chosen.x, chosen.y, chosen.width, chosen.height))
    return figure


def areas(image: Pixels, density: ShownMap, shares: Sequence[AreaShare], where: Sequence[Area]) -> Figure:
    """The image and its density with the areas' edges, and each one's share beside what chance gives.

    Args:
        image: (H, W, 3).
        density: (H, W), sums to 1; or fold by fold.
        shares: of the areas, greatest first, and of their groups, of each fold; of more than 20, the first
            are listed.
        where: the areas.
    """
    width, height = _size(image, columns=3)
    figure = NotebookFigure(
        figsize=(width, max(height, 0.34 * min(len(shares), _LISTED) + 1)), layout="constrained"
    )
    left, middle, right = figure.subplots(1, 3)
    values = times_chance(density)
    norm = _scale(values.max())
    _show_image(left, small(image), "areas, by rank", image.shape)
    _show_map(middle, values, "attention", image.shape, norm)
    _legend(figure, [middle], norm)
    drawn = {area.name: area for area in where}
    numbers = [(_number_at(drawn[row.name], row), row.rank) for row in shares[:_LISTED] if row.name in drawn]
    for axes in (left, middle):
        _draw_edges(axes, where, image.shape)
        draw_fold_lines(axes, density, image.shape)
        _draw_numbers(axes, image.shape, numbers)
    _show_bars(right, shares, folded=isinstance(density, FoldedMap), room=round(height))
    return figure


def designs(
    images: tuple[Pixels, Pixels],
    differences: Sequence[DesignDifference],
    names: tuple[str, str],
    changes: Sequence[AreaChange] = (),
    areas: tuple[Sequence[Area], Sequence[Area]] = ((), ()),
    shown: tuple[ShownMap, ShownMap] | None = None,
) -> Figure:
    """Two designs with their densities on one scale, their difference, and the numbers that compare them.

    Args:
        images: (H, W, 3) each.
        differences: of their densities, one per pair of folds.
        names: of the designs.
        changes: of the areas, if any; the first 20 are listed.
        areas: in both designs.
        shown: their maps, where these are not the densities of the only difference.
    """
    width, height = _size(images[0], columns=3)
    figure = NotebookFigure(figsize=(width, height + _size(images[1], columns=3)[1]), layout="constrained")
    grid = figure.subplots(2, 3)
    numbers = {row.name: number for number, row in enumerate(changes[:_LISTED], 1)}
    shown = shown or (differences[0].a, differences[0].b)
    maps = [times_chance(one) for one in shown]
    norm = _scale(max(values.max() for values in maps))
    panels = zip(grid, images, maps, shown, "AB", names, areas, strict=True)
    for row, image, values, one, letter, name, drawn in panels:
        _show_image(row[0], small(image), f"{letter}: {name}", image.shape)
        _show_map(row[1], values, f"{letter}, up to {values.max():.3g}", image.shape, norm)
        for axes in row[:2]:
            _draw_edges(axes, drawn, image.shape)
            draw_fold_lines(axes, one, image.shape)
            _draw_numbers(
                axes,
                image.shape,
                ((_corner(area), numbers[area.name]) for area in drawn if area.name in numbers),
            )
    _legend(figure, list(grid[:, 1]), norm)
    _show_change(figure, grid[0, 2], _change(differences, shown[0]), images[0].shape)
    draw_fold_lines(grid[0, 2], shown[0], images[0].shape)
    _show_numbers(grid[1, 2], differences, changes)
    return figure


def _change(differences: Sequence[DesignDifference], first: ShownMap) -> Floats:
    """B - A in times chance, as it is drawn; of folds in A's places, NaN where B has no such fold."""
    if not isinstance(first, FoldedMap):
        return times_chance(differences[0].b) - times_chance(differences[0].a)
    whole = first.times_chance.shape[0], first.times_chance.shape[1]
    change = np.full(drawn_size(whole), np.nan)
    pairs = list(zip(differences, first.folds, strict=False))
    for difference, fold in reversed(pairs):
        place = fold.scaled(whole, drawn_size(whole))
        change[place.part] = resize((difference.b - difference.a) * difference.a.size, place.size)
    return change


def _size(image: Pixels, columns: int) -> tuple[float, float]:
    """(width, height) of a figure with a row of pictures of this aspect, in inches."""
    return 4.0 * columns + 0.8, float(np.clip(4.0 * image.shape[0] / image.shape[1], 1.5, 18.0)) + 0.4


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
    reach = max(float(np.nanmax(np.abs(change))), 1.0)  # a negligible change stays pale
    norm = SymLogNorm(1.0, vmin=-reach, vmax=reach)  # equal on both sides, so that 0 is white
    shown = _show_map(axes, change, "B - A: red gains, blue loses", size, norm, _DIVERGING)
    ticks = FuncFormatter(lambda value, _: f"{value:+g}" if value else "0")
    label = "change in times chance, logarithmic beyond 1"
    bar = figure.colorbar(shown, ax=axes, fraction=0.05, format=ticks)
    bar.set_label(label, fontsize=8)  # no longer than the bar of a flat image


def _legend(figure: Figure, panels: Sequence[Axes], norm: Normalize) -> None:
    bar = figure.colorbar(
        ScalarMappable(norm, COLORMAP), ax=panels, fraction=0.05, extend="min", panchor=False
    )
    bar.set_label(_TIMES, fontsize=8)  # no longer than the bar of a flat image
    bar.ax.minorticks_off()
    bar.locator, bar.formatter = LogLocator(subs=(1, 2, 5)), FuncFormatter(lambda value, _: f"{value:g}")


def _outline(axes: Axes, box: Box) -> None:
    axes.add_patch(
        Rectangle((box.x, box.y), box.width, box.height, fill=False, edgecolor=EDGE, linewidth=1.5)
    )


def _draw_edges(axes: Axes, where: Sequence[Area], size: tuple[int, ...]) -> None:
    """The outlines of areas; of masks lines where one area meets another."""
    for area in where:
        for polygon in area.polygons:
            axes.add_patch(Polygon(polygon, fill=False, edgecolor=EDGE, linewidth=1.5))
    masks = [area.pixels for area in where if area.pixels is not None]
    if masks:
        _draw_masks(axes, masks, size)


def _corner(area: Area) -> tuple[float, float]:
    return area.bounds.x, area.bounds.y


def _number_at(area: Area, row: AreaShare) -> tuple[float, float]:
    """Where an area's number stands: at its corner in a fold, or in a mask's middle there."""
    if area.pixels is None:
        return row.x, row.y
    top, left = int(row.y), int(row.x)
    down, across = np.nonzero(area.pixels[top : top + round(row.height), left : left + round(row.width)])
    return float(across.mean()) + left, float(down.mean()) + top


def _draw_numbers(
    axes: Axes, size: tuple[int, ...], numbers: Iterable[tuple[tuple[float, float], int]]
) -> None:
    """Numbers beside the places (x, y), on their left or above, so that they cover nothing of what is there.

    Args:
        axes: with a picture.
        size: (H, W) that its axes count in.
        numbers: each with the upper left corner of what it numbers.
    """
    for (x, y), number in numbers:
        has_left, has_above = x > _BESIDE * size[1], y > _BESIDE * size[0]
        across, down = "right" if has_left else "left", "bottom" if has_above and not has_left else "top"
        label = {"facecolor": EDGE, "edgecolor": "none", "pad": 1.5}
        axes.text(x, y, str(number), ha=across, va=down, fontsize=8, bbox=label, clip_on=True)


def _draw_masks(axes: Axes, masks: Sequence[NDArray[np.bool_]], size: tuple[int, ...]) -> None:
    """Draw where areas of pixels begin and end."""
    height, width = size[:2]
    shown = drawn_size((height, width))
    rows, columns = (
        (np.arange(side) * whole / side).astype(int)
        for side, whole in zip(shown, (height, width), strict=True)
    )
    meet = np.zeros(shown, bool)
    for mask in masks:
        inside = mask[np.ix_(rows, columns)]
        meet[:-1] |= inside[:-1] != inside[1:]
        meet[:, :-1] |= inside[:, :-1] != inside[:, 1:]
    wide = meet.copy()  # a line of one pixel may be drawn as none
    for part, other in ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None))):
        wide[part] |= meet[other]
        wide[:, part] |= meet[:, other]
    edges = np.zeros((*shown, 4))
    edges[wide] = to_rgba(EDGE)
    axes.imshow(edges, extent=(0, width, height, 0), interpolation="nearest")


def _show_bars(axes: Axes, shares: Sequence[AreaShare], *, folded: bool, room: int) -> None:
    """The shares from the top; of few, as if there were `room`, so that a single one is no wall."""
    listed = shares[:_LISTED]
    places = np.arange(len(listed))[::-1]
    axes.barh(places, [row.attention for row in listed], color="tab:blue", label="attention")
    axes.plot([row.size for row in listed], places, "k|", markersize=12, label="chance (its size)")
    names = [
        f"{row.rank}  {row.label}{f', fold {row.fold}' if folded else ''}\n"
        f"{row.attention:.1%}, {row.times_chance:.2f} x chance"
        for row in listed
    ]
    axes.set_yticks(places, names, fontsize=8, parse_math=False)
    axes.set_ylim(len(listed) - 0.5 - max(len(listed), room), len(listed) - 0.5)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    left_out = len(shares) - len(listed)
    title = "share of a fold's attention" if folded else "share of attention"
    axes.set_title(title + (f" ({left_out} more areas)" if left_out else ""), fontsize=9)
    axes.legend(frameon=False, fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.08))


def _show_numbers(axes: Axes, differences: Sequence[DesignDifference], changes: Sequence[AreaChange]) -> None:
    lines = []
    for number, difference in enumerate(differences[:_LISTED], 1):
        lines += [
            *([f"fold {number}"] if len(differences) > 1 else []),
            f"attention that lies elsewhere in B: {difference.total_variation:.1%}",
            f"CC {difference.cc:.3f}   SIM {difference.sim:.3f}",
            f"KLD(A || B) {difference.kld_a_b:.3f}   KLD(B || A) {difference.kld_b_a:.3f} nats",
            "",
        ]
    lines += [
        f"{number}  {row.name}: {row.a.attention:.1%} in A, {row.b.attention:.1%} in B ({row.change:+.1%})"
        + (", place from A" if row.is_taken_over else "")
        for number, row in enumerate(changes[:_LISTED], 1)
    ]
    axes.text(0, 1, "\n".join(lines), va="top", fontsize=9, transform=axes.transAxes, parse_math=False)
    axes.axis("off")
