"""A figure of sets that a model never saw: how well each is predicted, and what few numbers would add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from gazemap.evaluation.intervals import Interval

_SPREAD = 0.5  # of a row's height, over which its marks lie


@dataclass(frozen=True)
class UnseenRow:
    """A set in the figure; what is not known is NaN, or not there.

    Attributes:
        name: of the set.
        bits: the model's information gain.
        gold: that of the gold standard.
        gains: what was fitted -> bits that it gains.
    """

    name: str
    bits: Interval
    gold: Interval
    gains: Mapping[str, float]


def unseen_sets(rows: Sequence[UnseenRow], title: str) -> Figure:
    """A row per set: its bits beside the gold standard's, and the bits that few numbers gain."""
    figure = Figure(figsize=(10, 0.6 * len(rows) + 1.8), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    places = np.arange(len(rows))[::-1]
    for place, row in zip(places, rows, strict=True):
        left.plot([row.bits.low, row.bits.high], [place, place], color="tab:blue", linewidth=2)
        left.plot(row.bits.mean, place, "o", color="tab:blue")
        left.plot(row.gold.mean, place, "D", color="goldenrod")
    for index, name in enumerate(dict.fromkeys(name for row in rows for name in row.gains)):
        gains = [row.gains.get(name, np.nan) for row in rows]
        right.plot(gains, places + _SPREAD * (0.5 - index / 3), "o", label=name)
    left.plot([], [], "o", color="tab:blue", label="model, 95 % interval")
    left.plot([], [], "D", color="goldenrod", label="gold standard")
    left.set_yticks(places, [row.name for row in rows], parse_math=False)
    left.set_ylim(-0.6, len(rows) - 0.4)
    for axes, what in ((left, "information gain over the center bias, bits"), (right, "gain, bits")):
        axes.axvline(0, color="gray", linewidth=0.8)
        axes.set_xlabel(what, fontsize=9)
        axes.grid(visible=True, axis="x", alpha=0.3)
        if axes.get_legend_handles_labels()[0]:
            axes.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.25), ncols=4)
    figure.suptitle(title, fontsize=10, parse_math=False)
    return figure
