"""The figures of a gaze data set show its numbers: read back from what is drawn."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import StepPatch

from gazemap.reports.figures import gaze


def bars(figure):
    """(edges, counts) of the histogram."""
    [patch] = [patch for patch in figure.axes[0].patches if isinstance(patch, StepPatch)]
    return patch.get_data().edges, patch.get_data().values


def test_the_spatial_histogram_is_laid_over_the_image_from_its_top_left():
    shares = np.arange(6.0).reshape(2, 3)
    figure = gaze.spatial_histogram(shares, aspect=1.5)
    axes, colors = figure.axes
    [shown] = axes.images
    np.testing.assert_array_equal(shown.get_array(), shares)
    assert (shown.norm.vmin, shown.norm.vmax) == (0, 5)
    assert shown.get_extent() == [0, 1, 1, 0]
    assert axes.get_ylim() == (1, 0)
    assert axes.get_aspect() == pytest.approx(1 / 1.5)  # a unit of y is shorter than one of x
    assert colors.get_ylabel() == "times as often as chance"


def test_whole_numbers_get_bars_of_whole_numbers():
    edges, counts = bars(gaze.histogram(np.array([1, 1, 1, 2, 4]), "fixations", "images"))
    middles = (edges[:-1] + edges[1:]) / 2
    assert {m: c for m, c in zip(middles, counts, strict=True) if c} == {1: 3, 2: 1, 4: 1}


def test_bars_count_every_value_and_the_rest_is_said():
    values = np.concatenate([np.linspace(0, 1, 1000), [100.0] * 4])
    figure = gaze.histogram(values, "seconds", "fixations")
    edges, counts = bars(figure)
    assert len(counts) == 40
    assert edges[-1] < 2
    low, high = edges[0], edges[-1]
    assert counts.sum() == ((values >= low) & (values <= high)).sum()
    beyond = len(values) - int(counts.sum())
    [axes] = figure.axes
    assert axes.get_xlabel() == f"seconds ({beyond:,} beyond)"
    assert axes.get_ylabel() == "fixations"
    [median] = axes.lines
    assert list(median.get_xdata()) == [np.median(values)] * 2


def test_equal_values_make_one_bar():
    figure = gaze.histogram(np.full(7, 2.5), "seconds", "fixations")
    edges, counts = bars(figure)
    assert (edges.tolist(), counts.tolist()) == ([2.0, 3.0], [7])
    assert figure.axes[0].get_xlabel() == "seconds"


def test_image_sizes_are_dots_whose_area_grows_with_their_number():
    figure = gaze.image_sizes(np.array([640, 640, 640, 480]), np.array([480, 480, 480, 640]))
    [axes] = figure.axes
    [dots] = axes.collections
    areas = {
        tuple(place): area for place, area in zip(dots.get_offsets().tolist(), dots.get_sizes(), strict=True)
    }
    assert areas.keys() == {(640, 480), (480, 640)}
    assert areas[640, 480] == 208
    assert areas[480, 640] == pytest.approx(8 + 200 / 3)
    assert (axes.get_xlim()[0], axes.get_ylim()[0]) == (0, 0)


SCORES = {
    "nss": [np.array([3.0, 5.0]), np.array([1.0, 1.0]), np.array([1.0, 3.0])],
    "auc": [np.array([0.9]), np.array([0.5]), np.array([0.7])],
}


def points(axes):
    """Color -> (x, mean, half of the interval) of every observer."""
    found = {}
    for container in axes.containers:
        line, _, [segments] = container
        ends = [segment[:, 1] for segment in segments.get_segments()]
        found[to_rgba(line.get_color())] = [
            (x, y, pytest.approx((high - low) / 2))
            for x, y, (low, high) in zip(line.get_xdata(), line.get_ydata(), ends, strict=True)
        ]
    return found


def test_observers_are_sorted_by_the_first_metric_and_outliers_are_red():
    figure = gaze.agreement(["ann", "bob", "eve"], SCORES, np.array([False, True, False]))
    nss, auc = figure.axes
    assert [label.get_text() for label in auc.get_xticklabels()] == ["bob", "eve", "ann"]
    blue, red = to_rgba("tab:blue"), to_rgba("tab:red")
    # 1.96 standard errors: eve's deviation is sqrt(2), of two scores
    assert points(nss) == {red: [(0, 1.0, 0.0)], blue: [(1, 2.0, 1.96), (2, 4.0, 1.96)]}
    assert points(auc) == {red: [(0, 0.5, 0.0)], blue: [(1, 0.7, 0.0), (2, 0.9, 0.0)]}
    assert [axes.get_ylabel() for axes in figure.axes] == ["nss", "auc"]
    median = next(line for line in nss.lines if line.get_linestyle() == "--")
    assert list(median.get_ydata()) == [2.0, 2.0]


def test_many_observers_are_not_named():
    scores = {"nss": [np.array([float(i)]) for i in range(41)]}
    [axes] = gaze.agreement([f"{i}" for i in range(41)], scores, np.zeros(41, bool)).axes
    assert axes.get_xlabel() == "observers, sorted"
