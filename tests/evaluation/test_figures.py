"""The figures of scores show the numbers that they are given: read back from what is drawn."""

import sys

import numpy as np
import pytest
from matplotlib.patches import StepPatch

from gazemap.errors import InputError
from gazemap.evaluation.figures import score_differences, score_intervals
from gazemap.evaluation.intervals import Interval
from gazemap.evaluation.scores import Scores
from gazemap.evaluation.significance import Difference

UNKNOWN = Interval(np.nan, np.nan, np.nan)


def lines(axes):
    """Label -> (x, y) of every labeled line."""
    return {line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines}


def drawn(axes):
    """Place from below -> (color, low, high) of the interval there."""
    bars = [line for line in axes.lines if len(line.get_xdata()) == 2]
    return {line.get_ydata()[0]: (line.get_color(), *line.get_xdata()) for line in bars}


def test_every_row_has_its_interval_and_baselines_are_gray():
    rows = {
        "net": {"nss": Interval(2.0, 1.5, 2.5), "kld": Interval(0.5, 0.4, 0.6)},
        "uniform": {"nss": UNKNOWN, "kld": Interval(1.0, 0.9, 1.1)},
    }
    figure = score_intervals(rows, ("uniform",), "set val")
    nss, kld = figure.axes
    assert drawn(nss) == {1: ("tab:blue", 1.5, 2.5)}
    assert [text.get_text().strip() for text in nss.texts] == ["no score"]
    assert drawn(kld) == {1: ("tab:blue", 0.4, 0.6), 0: ("tab:gray", 0.9, 1.1)}
    assert (nss.get_title(), kld.get_title()) == ("nss\n(higher is better)", "kld\n(lower is better)")
    assert (nss.get_xlabel(), kld.get_xlabel()) == ("standard deviations", "nats")
    assert {label.get_text() for label in nss.get_yticklabels()} == {"net", "uniform"}
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["model: mean, 95 % interval", "baseline: mean, 95 % interval"]


@pytest.mark.parametrize("value", [-50.0, -np.inf])
def test_a_row_far_off_is_a_number_at_the_edge(value):
    rows = {f"net {i}": {"nss": Interval(1 + i / 100, 0.9, 1.2)} for i in range(8)}
    panel = score_intervals(rows | {"broken": {"nss": Interval(value, value, value)}}, (), "t").axes[0]
    assert [text.get_text() for text in panel.texts] == [f"\u25c2 {value:.3g}"]
    assert panel.get_xlim()[0] > 0


def test_scores_without_any_number_are_drawn():
    assert score_intervals({"net": {"nss": UNKNOWN}}, (), "t").axes[0].get_xlim() == (0, 1)


def test_scores_draw_the_metrics_that_are_asked_for():
    own = {"nss": np.array([1.0, 2.0]), "cc": np.array([0.1, 0.3])}
    scores = Scores("exact", "s", "val", ("a", "b"), {"$a": own, "center bias": own})
    both, one = scores.plot(), scores.plot("cc")
    assert [axes.get_title().split()[0] for axes in both.axes] == ["nss", "cc"]
    assert [axes.get_title().split()[0] for axes in one.axes] == ["cc"]
    interval = scores.interval("$a", "cc")
    assert drawn(one.axes[0])[1] == ("tab:blue", interval.low, interval.high)
    assert drawn(one.axes[0])[0][0] == "tab:gray"
    both.savefig("/dev/null", format="png")  # a name with a dollar sign starts no formula
    with pytest.raises(InputError, match="Did you mean 'nss'"):
        scores.plot("ns")
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


def difference(metric, a, b):
    return Difference(metric, np.array(a), np.array(b), Interval(0.25, -0.5, 1.0), 0.5, 0.5)


def test_differences_are_sorted_and_colored_by_who_is_better():
    entry = difference("nss", [0.0, 0.0, 1.0, 0.0, np.nan], [2.0, -1.0, 1.0, 0.5, 1.0])
    figure = score_differences([entry], ("one", "two"), "val of osie")
    [axes] = figure.axes
    worse, better = (patch for patch in axes.patches if isinstance(patch, StepPatch))
    assert (worse.get_label(), better.get_label()) == ("A better", "B better")
    assert worse.get_data().values.tolist() == [-1, 0, 0, 0]  # without the image that has no score of A
    assert better.get_data().values.tolist() == [0, 0, 0.5, 2]
    assert lines(axes)["mean difference"][1] == [0.25, 0.25]
    [band] = [patch for patch in axes.patches if patch.get_label() == "its 95 % interval"]
    assert (band.get_y(), band.get_y() + band.get_height()) == (-0.5, 1.0)
    counted = "A better on 1, B on 2, 1 equal, 1 without both scores"
    assert axes.get_title(loc="left") == f"nss (higher is better)\n{counted}"
    assert figure.get_suptitle() == "val of osie\nA: one\nB: two"


def test_where_lower_is_better_a_lower_score_is_b_s_gain():
    axes = score_differences([difference("kld", [1.0, 1.0], [0.5, 2.0])], ("a", "b"), "t").axes[0]
    worse, better = (
        patch.get_data().values.tolist() for patch in axes.patches if isinstance(patch, StepPatch)
    )
    assert (worse, better) == ([0, 1], [-0.5, 0])
    assert axes.get_title(loc="left") == "kld (lower is better)\nA better on 1, B on 1"


def test_a_metric_that_no_image_has_gets_no_panel():
    empty = difference("emd", [np.nan], [1.0])
    figure = score_differences([empty, difference("cc", [0.1], [0.2])], ("a", "b"), "t")
    titles = [axes.get_title(loc="left") for axes in figure.axes if axes.axison]
    assert [title.split()[0] for title in titles] == ["cc"]
