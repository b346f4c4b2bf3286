"""Figures of a gaze data set: arrays in, a matplotlib figure out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gazemap.images.overlays import COLORMAP
from gazemap.system.figures import NotebookFigure
from gazemap.types import Floats

_BARS = 40
_NAMED = 40  # observers whose names fit below an axis


def spatial_histogram(shares: Floats, aspect: float) -> Figure:
    """Where in the images people look, in times chance.

    Args:
        shares: (rows, columns), 1 for a cell that is looked at as often as if all cells were alike.
        aspect: width / height of the images.
    """
    width = min(6.0, 6.0 * aspect)
    figure = Figure(figsize=(width + 1.4, min(width / aspect, 8.0) + 0.6), layout="constrained")
    axes = figure.subplots()
    shown = axes.imshow(shares, cmap=COLORMAP, vmin=0, extent=(0, 1, 1, 0), interpolation="nearest")
    axes.set_aspect(1 / aspect)
    axes.axhline(0.5, color="white", linewidth=0.5, alpha=0.6)
    axes.axvline(0.5, color="white", linewidth=0.5, alpha=0.6)
    axes.set(xlabel="x / width", ylabel="y / height")
    figure.colorbar(shown, ax=axes, label="times as often as chance")
    return figure


def histogram(values: NDArray[np.number], label: str, counted: str) -> Figure:
    """How a quantity is distributed; the largest 0.5 % of the values may lie beyond the axis.

    Args:
        values: (n,) finite numbers, at least one; integers get bars of whole numbers.
        label: of the quantity, with its unit.
        counted: what has the values, the label of the other axis.
    """
    figure = Figure(figsize=(3.9, 2.6), layout="constrained")
    axes = figure.subplots()
    low, high = np.percentile(values, [0.1, 99.5])
    if values.dtype.kind in "iu":
        step = max(np.ceil((high - low) / _BARS), 1.0)
        edges = np.arange(np.floor(low), np.ceil(high) + 2 * step, step) - 0.5
    else:
        edges = np.linspace(low, high, _BARS + 1) if high > low else np.array([low - 0.5, low + 0.5])
    counts, _ = np.histogram(values, edges)
    axes.stairs(counts, edges, fill=True, color="tab:blue")
    axes.axvline(float(np.median(values)), color="tab:red", linestyle="--", linewidth=1)
    beyond = len(values) - int(counts.sum())
    axes.set_xlabel(label + (f" ({beyond:,} beyond)" if beyond else ""), fontsize=9)
    axes.set_ylabel(counted, fontsize=9)
    axes.tick_params(labelsize=8)
    axes.margins(x=0.01)
    return figure


def image_sizes(widths: NDArray[np.integer], heights: NDArray[np.integer]) -> Figure:
    """Widths and heights of the images, one dot per size; the more images have it, the larger the dot."""
    figure = Figure(figsize=(4.6, 3.6), layout="constrained")
    axes = figure.subplots()
    sizes, counts = np.unique(np.stack([widths, heights], axis=1), axis=0, return_counts=True)
    areas = 8 + 200 * counts / counts.max()
    axes.scatter(sizes[:, 0], sizes[:, 1], s=areas, alpha=0.4, color="tab:blue", linewidths=0)
    axes.set(xlim=(0, None), ylim=(0, None))
    axes.set_xlabel("width, pixels", fontsize=9)
    axes.set_ylabel("height, pixels", fontsize=9)
    axes.tick_params(labelsize=8)
    return figure


def agreement(
    observers: Sequence[str], scores: Mapping[str, Sequence[Floats]], outlying: NDArray[np.bool_]
) -> Figure:
    """Each observer's mean score with its 95 % interval, sorted by the first metric; outliers red.

    Args:
        observers: their names.
        scores: metric -> the scores of each observer, one per image.
        outlying: (n,) which to show as outliers.
    """
    figure = NotebookFigure(figsize=(10, 2.4 * len(scores) + 0.8), layout="constrained")
    grid = figure.subplots(len(scores), 1, squeeze=False, sharex=True)[:, 0]
    order = np.argsort([values.mean() for values in next(iter(scores.values()))], kind="stable")
    for axes, (metric, values) in zip(grid, scores.items(), strict=True):
        _show_scores(axes, [values[i] for i in order], outlying[order])
        axes.set_ylabel(metric, fontsize=9)
    grid[0].legend(fontsize=8, loc="lower right")
    if len(observers) <= _NAMED:
        names = [observers[i] for i in order]
        longest = max(map(len, names))
        grid[-1].set_xticks(range(len(names)), names, rotation=90 if longest > 3 else 0, fontsize=8)
    else:
        grid[-1].set_xlabel("observers, sorted", fontsize=9)
    return figure


def _show_scores(axes: Axes, values: Sequence[Floats], outlying: NDArray[np.bool_]) -> None:
    means = np.array([scores.mean() for scores in values])
    errors = np.array([1.96 * scores.std() / np.sqrt(max(len(scores) - 1, 1)) for scores in values])
    places = np.arange(len(means))
    kinds = (
        (~outlying, "o", "tab:blue", "an observer, 95 % interval"),
        (outlying, "s", "tab:red", "one who agrees far less"),
    )
    for chosen, marker, color, label in kinds:
        if chosen.any():
            place = places[chosen], means[chosen], errors[chosen]
            axes.errorbar(*place, fmt=marker, markersize=4, elinewidth=0.8, color=color, label=label)
    axes.axhline(float(np.median(means)), color="black", linestyle="--", linewidth=0.8, label="median")
    axes.grid(visible=True, axis="y", alpha=0.3)
    axes.tick_params(labelsize=8)
