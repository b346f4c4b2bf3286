"""Figures of training and evaluation: arrays in, a matplotlib figure out. Nothing is saved here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gazemap.evaluation.figures import beyond, span
from gazemap.evaluation.intervals import SweepRow
from gazemap.images.overlays import COLORMAP
from gazemap.metrics import METRICS
from gazemap.types import AnyFloats


def loss_curves(rows: Sequence[Mapping[str, Any]], mean_map_loss: float, loss_name: str) -> Figure:
    """Training and validation loss by epoch, with the mean map's loss as a line.

    Args:
        rows: of metrics.jsonl.
        mean_map_loss: validation loss of the mean training map.
        loss_name: for the axis.
    """
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    epochs = [row["epoch"] for row in rows]
    axes.plot(epochs, [row["train_loss"] for row in rows], color="tab:gray", label="training")
    validated = [row for row in rows if row["val_loss"] is not None]
    val_epochs, val_losses = (
        [row["epoch"] for row in validated],
        [row["val_loss"] for row in validated],
    )
    axes.plot(val_epochs, val_losses, "o-", markersize=3, color="tab:blue", label="validation")
    axes.axhline(mean_map_loss, linestyle="--", color="tab:red", label="validation, mean training map")
    # a first epoch that is far off must not flatten the rest
    late = [row["train_loss"] for row in rows[len(rows) // 10 :]] + val_losses + [mean_map_loss]
    low, high = min(late), max(np.percentile(late, 90), mean_map_loss)
    limits = low - 0.15 * (high - low), high + 0.25 * (high - low)
    if np.isfinite(limits).all():  # those of a training that went wrong are not
        axes.set_ylim(*limits)
    axes.set(xlabel="epoch", ylabel=loss_name)
    axes.legend(frameon=False)
    return figure


def filters(weights: AnyFloats) -> Figure:
    """First-layer filters, (n, 3, k, k), as colors, all on one scale, so that they can be compared."""
    span = np.ptp(weights) or 1.0
    tiles = ((weights - weights.min()) / span).transpose(0, 2, 3, 1)
    columns = 8
    rows = -(-len(tiles) // columns)
    figure = Figure(figsize=(columns, rows), layout="constrained")
    for axes, tile in zip(figure.subplots(rows, columns, squeeze=False).flat, tiles, strict=False):
        axes.imshow(tile, interpolation="nearest")
    for axes in figure.axes:
        axes.axis("off")
    return figure


@dataclass(frozen=True, eq=False)
class Example:
    """One image with its ground truth, a prediction, and the prediction's scores."""

    title: str
    image: NDArray[np.uint8]
    density: AnyFloats
    saliency: AnyFloats
    scores: Mapping[str, float]


def predictions(examples: Sequence[Example]) -> Figure:
    """Rows of image | ground truth | prediction with its scores, each map on its own scale."""
    figure = Figure(figsize=(10, 2.7 * len(examples)), layout="constrained")
    grid = figure.subplots(len(examples), 3, squeeze=False)
    for row, example in zip(grid, examples, strict=True):
        row[0].imshow(example.image)
        row[0].set_title(example.title, fontsize=9, loc="left", parse_math=False)
        _show_map(row[1], example.density, "ground truth")
        scores = "  ".join(f"{name} {value:.2f}" for name, value in example.scores.items())
        _show_map(row[2], example.saliency, f"prediction: {scores}")
        row[0].axis("off")
    return figure


def _show_map(axes: Axes, values: AnyFloats, title: str) -> None:
    axes.imshow(values, cmap=COLORMAP)
    axes.set_title(title, fontsize=9, loc="left")
    axes.axis("off")


def eight_bit(cases: Sequence[tuple[str, AnyFloats, AnyFloats, AnyFloats]]) -> Figure:
    """What storing a prediction in 8 bits does to it.

    Args:
        cases: (title, network output, clipped, wrapped), a row each. The output is blue below 0, white at 0
            and red above.
    """
    figure = Figure(figsize=(10, 2.9 * len(cases)), layout="constrained")
    grid = figure.subplots(len(cases), 3, squeeze=False)
    for row, (title, raw, clipped, wrapped) in zip(grid, cases, strict=True):
        scale = TwoSlopeNorm(vmin=min(raw.min(), -1e-3), vcenter=0.0, vmax=max(raw.max(), 1e-3))
        shown = row[0].imshow(raw, cmap="RdBu_r", norm=scale, interpolation="nearest")
        figure.colorbar(shown, ax=row[0], fraction=0.035)
        row[0].set_title(f"{title}: network output", fontsize=9, loc="left", parse_math=False)
        row[0].axis("off")
        _show_map(row[1], clipped, "8 bits, clipped, blurred")
        _show_map(row[2], wrapped, "8 bits, wrapped around, blurred")
    return figure


def layer_scales(tables: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Figure:
    """Scale of activations, of their differences between images, and of gradients, by layer.

    Args:
        tables: network -> layer -> {"activation", "between_images", "gradient"}, see `diagnosis`.
    """
    quantities = {
        "activation": "standard deviation of the activations",
        "between_images": "standard deviation of one unit between images",
        "gradient": "norm of the weights' gradient",
    }
    figure = Figure(figsize=(12, 3.6), layout="constrained")
    for axes, (key, title) in zip(figure.subplots(1, 3), quantities.items(), strict=True):
        for name, layers in tables.items():
            # a last layer that starts at zero passes no gradient on: such points are left out
            values = [layer[key] or np.nan for layer in layers.values()]
            axes.plot(list(layers), values, "o-", label=name)
        axes.set_yscale("log")
        axes.set_title(title, fontsize=10)
        axes.grid(visible=True, axis="y", alpha=0.3)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    return figure


def center_share(correlations: Mapping[str, AnyFloats]) -> Figure:
    """How much the predictions resemble the center bias: a histogram of correlations per network."""
    figure = Figure(figsize=(8, 3), layout="constrained")
    axes = figure.subplots()
    bins = np.linspace(-1, 1, 41).tolist()
    for name, values in correlations.items():
        axes.hist(values, bins=bins, alpha=0.55, label=name)
    axes.set(xlabel="correlation of the map with the center bias", ylabel="images", xlim=(-1, 1))
    for text in axes.legend(frameon=False, fontsize=8).get_texts():
        text.set_parse_math(False)  # names of models
    return figure


def sweep(rows: Sequence[SweepRow], metrics: Sequence[str], title: str) -> Figure:
    """Every entry of a sweep: mean and 95 % interval over images, and each seed's mean; one panel per metric.

    An entry far from the others is a number at the panel's edge, so that the others can be told apart.
    """
    figure = Figure(figsize=(2.6 * len(metrics) + 2, 0.32 * len(rows) + 1.6), layout="constrained")
    panels = figure.subplots(1, len(metrics), squeeze=False, sharey=True).ravel()
    places = np.arange(len(rows))[::-1]
    for axes, metric in zip(panels, metrics, strict=True):
        left, right = span([row.intervals[metric] for row in rows])
        axes.set_xlim(left, right)
        for place, row in zip(places, rows, strict=True):
            interval, seeds = row.intervals[metric], row.seeds[metric]
            if not left <= interval.mean <= right and not np.isnan(interval.mean):
                beyond(axes, interval.mean, place)
                continue
            axes.plot([interval.low, interval.high], [place, place], color="tab:blue", linewidth=2)
            axes.plot(seeds, [place] * len(seeds), "|", color="gray", markersize=9)
            axes.plot(interval.mean, place, "o", color="tab:blue", markersize=5)
        better = "higher" if METRICS[metric].higher_is_better else "lower"
        axes.set_title(f"{metric}\n({better} is better)", fontsize=9)
        axes.grid(visible=True, axis="x", alpha=0.3)
        axes.tick_params(labelsize=8)
    panels[0].set_yticks(places, [row.name for row in rows], parse_math=False)
    figure.suptitle(
        f"{title}: mean, 95 % interval over images, and each seed (gray)", fontsize=9, parse_math=False
    )
    return figure
