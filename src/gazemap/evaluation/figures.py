"""Figures of scores and of their differences: numbers in, a matplotlib figure out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gazemap.evaluation.intervals import Interval
from gazemap.evaluation.significance import Difference
from gazemap.metrics import METRICS
from gazemap.system.figures import NotebookFigure

_COLUMNS = 4  # panels beside each other
_MODEL, _BASELINE = ("tab:blue", "o", "model"), ("tab:gray", "s", "baseline")


def score_intervals(
    rows: Mapping[str, Mapping[str, Interval]], baselines: Collection[str], title: str
) -> Figure:
    """Every row's mean with its 95 % interval: one panel per metric; models blue, baselines gray squares.

    A row far from the others is a number at the panel's edge, so that the others can be told apart.

    Args:
        rows: name -> metric -> mean and interval.
        baselines: the names of the rows that are none of a model.
        title: what was scored, and how.
    """
    metrics = [*next(iter(rows.values()))]
    columns = min(len(metrics), _COLUMNS)
    count = -(-len(metrics) // columns)
    height = count * (0.3 * len(rows) + 1.0) + 0.8
    figure = NotebookFigure(figsize=(2.4 * columns + 1.8, height), layout="constrained")
    grid = figure.subplots(count, columns, squeeze=False, sharey=True)
    for axes in grid.ravel()[len(metrics) :]:
        axes.axis("off")
    for axes, metric in zip(grid.ravel(), metrics, strict=False):
        _show_intervals(axes, metric, {row: found[metric] for row, found in rows.items()}, baselines)
    for axes in grid[:, 0]:
        axes.set_yticks(np.arange(len(rows))[::-1], list(rows), fontsize=8, parse_math=False)
    figure.suptitle(title, fontsize=10, x=0.01, ha="left", parse_math=False)
    handles = [
        Line2D([], [], color=color, marker=mark, linewidth=2, label=f"{kind}: mean, 95 % interval")
        for color, mark, kind in (_MODEL, _BASELINE)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    return figure


def _show_intervals(
    axes: Axes, metric: str, intervals: Mapping[str, Interval], baselines: Collection[str]
) -> None:
    left, right = span([*intervals.values()])
    axes.set_xlim(left, right)
    places = range(len(intervals))[::-1]
    for place, (row, interval) in zip(places, intervals.items(), strict=True):
        color, mark, _ = _BASELINE if row in baselines else _MODEL
        if not interval.is_known:
            axes.text(left, place, " no score", va="center", fontsize=7, color="gray")
        elif not left <= interval.mean <= right:
            beyond(axes, interval.mean, place)
        else:
            axes.plot([interval.low, interval.high], [place, place], color=color, linewidth=2)
            axes.plot(interval.mean, place, mark, color=color, markersize=5)
    better = "higher" if METRICS[metric].higher_is_better else "lower"
    axes.set_title(f"{metric}\n({better} is better)", fontsize=9)
    axes.set_xlabel(METRICS[metric].unit, fontsize=8)
    axes.grid(visible=True, axis="x", alpha=0.3)
    axes.tick_params(labelsize=8)
    axes.set_ylim(-0.6, len(intervals) - 0.4)


def beyond(axes: Axes, value: float, place: float) -> None:
    """A value that lies beyond the axis, as a number at its edge."""
    left, right = axes.get_xlim()
    edge, side, arrow = (left, "left", "\u25c2 {:.3g}") if value < left else (right, "right", "{:.3g} \u25b8")
    axes.text(edge, place, arrow.format(value), ha=side, va="center", fontsize=8)


def span(intervals: Sequence[Interval]) -> tuple[float, float]:
    """An axis for all but the intervals that lie far off, beyond three quartile distances."""
    known = [interval for interval in intervals if np.isfinite(interval.mean)]
    if not known:
        return 0.0, 1.0
    low, high = np.percentile([interval.mean for interval in known], [25, 75])
    reach = 3 * (high - low) or np.inf
    near = [interval for interval in known if low - reach <= interval.mean <= high + reach]
    left, right = min(interval.low for interval in near), max(interval.high for interval in near)
    margin = 0.06 * (right - left) or 1e-3
    return left - margin, right + margin


def score_differences(differences: Sequence[Difference], names: tuple[str, str], title: str) -> Figure:
    """The difference of two models' scores on every image, sorted: one panel per metric.

    Args:
        differences: B - A, one entry per metric; one that no image has both scores of gets no panel.
        names: of A and B.
        title: what was scored, and how.
    """
    shown = [entry for entry in differences if sum(entry.counts)] or differences
    columns = min(len(shown), 4)
    rows = -(-len(shown) // columns)
    figure = NotebookFigure(figsize=(max(3.3 * columns, 6.6), 2.9 * rows + 1.2), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, difference in zip(grid, shown, strict=False):
        _show_difference(axes, difference)
    for axes in grid[len(shown) :]:
        axes.axis("off")
    figure.suptitle(
        f"{title}\nA: {names[0]}\nB: {names[1]}", fontsize=10, x=0.01, ha="left", parse_math=False
    )
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    return figure


def _show_difference(axes: Axes, difference: Difference) -> None:
    order = np.argsort(difference.values)[: sum(difference.counts)]  # NaN is sorted last
    values, gains = difference.values[order], difference.gains[order]
    for color, label, better in (("tab:orange", "A better", gains < 0), ("tab:blue", "B better", gains > 0)):
        axes.stairs(np.where(better, values, 0.0), fill=True, color=color, label=label)
    mean = difference.mean
    axes.axhline(mean.mean, color="black", linestyle="--", linewidth=1, label="mean difference")
    axes.axhspan(mean.low, mean.high, color="black", alpha=0.2, linewidth=0, label="its 95 % interval")
    axes.axhline(0, color="black", linewidth=0.8)
    direction = "higher" if difference.higher_is_better else "lower"
    worse, equal, better_count = difference.counts
    ties = f", {equal} equal" if equal else ""
    missing = f", {difference.left_out} without both scores" if difference.left_out else ""
    axes.set_title(
        f"{difference.metric} ({direction} is better)\n"
        f"A better on {worse}, B on {better_count}{ties}{missing}",
        fontsize=9,
        loc="left",
    )
    axes.set_xlabel("images, sorted", fontsize=9)
    unit = METRICS[difference.metric].unit
    axes.set_ylabel(f"B - A, {unit}" if unit else "B - A", fontsize=9)
    axes.margins(x=0)
    axes.tick_params(labelsize=8)
