"""The figure of the replication on SALICON: how far the networks got, and what their first layers look for.

python docs/explanation/replication_figure.py runs/salicon-650/* --out docs/images/replication-salicon.png
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

import gazemap
from gazemap.models.files import describe
from gazemap.models.shallow import Shallow
from gazemap.training.log import read_metrics

COLUMNS = 8


def filter_sheet(run: Path) -> NDArray[np.floating]:
    """The first layer's filters side by side, each on a scale of its own; (H, W, 3) in [0, 1]."""
    model = gazemap.load_model(run)
    assert isinstance(model, Shallow)
    weights = model.layers["conv1"].weight.detach().numpy().transpose(0, 2, 3, 1)
    low = weights.min(axis=(1, 2, 3), keepdims=True)
    tiles = (weights - low) / np.maximum(np.ptp(weights, axis=(1, 2, 3), keepdims=True), 1e-9)
    framed = np.pad(tiles, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=1.0)
    rows = framed.reshape(-1, COLUMNS, *framed.shape[1:])
    sheet: NDArray[np.floating] = np.concatenate([np.concatenate([*row], axis=1) for row in rows])
    return sheet


def draw_curves(axes: Axes, runs: list[Path]) -> None:
    """The validation error of each run over that of the mean training map, by the share of its epochs."""
    for run in runs:
        mean_map = describe(run)["mean_map_loss"]
        rows = [row for row in read_metrics(run) if row["val_loss"] is not None]
        last = rows[-1]["epoch"]
        shares = [row["val_loss"] / mean_map for row in rows]
        axes.plot([row["epoch"] / last for row in rows], shares, label=f"{run.name}, {last} epochs")
    axes.axhline(1, linestyle="--", color="black", label="mean training map")
    axes.set(xlabel="share of the epochs", ylabel="validation MSE over that of the mean map", ylim=(0.8, 1.5))
    axes.legend(frameon=False, fontsize=8)


def main() -> None:
    """Draw and save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    runs = [run for run in asked.runs if (run / "metrics.jsonl").exists()]
    figure = Figure(figsize=(10, 6), layout="constrained")
    grid = figure.add_gridspec(2, len(runs), height_ratios=[1.3, 1])
    draw_curves(figure.add_subplot(grid[0, :]), runs)
    for column, run in enumerate(runs):
        axes = figure.add_subplot(grid[1, column])
        axes.imshow(filter_sheet(run), interpolation="nearest")
        axes.set_title(f"{run.name}: first layer", fontsize=9)
        axes.axis("off")
    figure.savefig(asked.out, dpi=100)


if __name__ == "__main__":
    main()
