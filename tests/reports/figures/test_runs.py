"""The figures of runs show the data that they are given: read back from what is drawn."""

import numpy as np
import pytest

from gazemap.evaluation.intervals import Interval, SweepRow
from gazemap.reports.figures import runs


def lines(axes):
    """Label -> (x, y) of every labeled line."""
    return {
        line.get_label(): (list(line.get_xdata()), list(line.get_ydata()))
        for line in axes.lines
        if not line.get_label().startswith("_")
    }


def row(epoch, train_loss, val_loss=None):
    return {"epoch": epoch, "train_loss": train_loss, "val_loss": val_loss}


def test_loss_curves_show_each_epoch_and_the_mean_map():
    figure = runs.loss_curves([row(1, 0.9), row(2, 0.5, 0.6), row(3, 0.4), row(4, 0.3, 0.35)], 0.45, "mse")
    [axes] = figure.axes
    drawn = lines(axes)
    assert drawn["training"] == ([1, 2, 3, 4], [0.9, 0.5, 0.4, 0.3])
    assert drawn["validation"] == ([2, 4], [0.6, 0.35])  # where it was measured
    assert drawn["validation, mean training map"][1] == [0.45, 0.45]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [*drawn]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "mse")


def test_a_first_epoch_that_is_far_off_does_not_flatten_the_rest():
    rows = [row(1, 1000.0), *(row(epoch, 1 + 1 / epoch, 1.1) for epoch in range(2, 31))]
    low, high = runs.loss_curves(rows, 1.2, "kld").axes[0].get_ylim()
    assert low < 1 + 1 / 30
    assert 1.2 < high < 3


def test_filters_are_colors_on_one_scale():
    weights = np.zeros((9, 3, 2, 2))
    weights[0, 0], weights[1, 2] = -1.0, 3.0  # the least and the greatest of all
    figure = runs.filters(weights)
    shown = [axes.images[0].get_array() for axes in figure.axes if axes.images]
    assert len(shown) == 9
    np.testing.assert_allclose(shown[0], np.broadcast_to([0, 0.25, 0.25], (2, 2, 3)))
    np.testing.assert_allclose(shown[1], np.broadcast_to([0.25, 0.25, 1], (2, 2, 3)))
    np.testing.assert_allclose(shown[8], 0.25)
    assert not any(axes.axison for axes in figure.axes)


def test_filters_that_are_all_alike_are_drawn():
    [first, *_] = runs.filters(np.full((3, 3, 2, 2), 0.5)).axes
    assert not np.isnan(first.images[0].get_array()).any()


def test_predictions_stand_beside_image_and_truth():
    image = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    density, saliency = np.random.default_rng(1).random((2, 6, 8))
    example = runs.Example("first", image, density, saliency, {"nss": 1.234, "cc": -0.5})
    figure = runs.predictions([example, runs.Example("second", image, saliency, density, {})])
    for axes, values in zip(figure.axes, (image, density, saliency, image, saliency, density), strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), values)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[:3] == ["first", "ground truth", "prediction: nss 1.23  cc -0.50"]
    assert titles[3] == "second"


def test_eight_bits_show_raw_values_white_at_zero():
    raw, clipped, wrapped = np.array([[-0.5, 0.0], [1.0, 2.0]]), np.eye(2), np.ones((2, 2))
    figure = runs.eight_bit([("net", raw, clipped, wrapped)])
    first, second, third = (axes for axes in figure.axes if axes.images)
    for axes, values in ((first, raw), (second, clipped), (third, wrapped)):
        np.testing.assert_array_equal(axes.images[0].get_array(), values)
    shown = first.images[0]
    assert shown.norm([-0.5, 0.0, 2.0]).tolist() == [0, 0.5, 1]
    assert min(shown.cmap(shown.norm(0.0))[:3]) > 0.95
    blue, red = shown.cmap(shown.norm(-0.5)), shown.cmap(shown.norm(2.0))
    assert blue[2] > blue[0]
    assert red[0] > red[2]
    titles = [axes.get_title(loc="left") for axes in (first, second, third)]
    assert titles == ["net: network output", "8 bits, clipped, blurred", "8 bits, wrapped around, blurred"]


@pytest.mark.parametrize("raw", [np.full((2, 2), 0.5), np.full((2, 2), -0.5), np.zeros((2, 2))])
def test_eight_bits_of_one_sign_keep_zero_white(raw):
    axes = runs.eight_bit([("net", raw, raw, raw)]).axes[0]
    assert axes.images[0].norm(0.0) == 0.5


def test_layer_scales_are_lines_by_layer():
    tables = {
        "fresh": {
            "conv1": {"activation": 1.0, "between_images": 0.5, "gradient": 0.0},
            "fc": {"activation": 0.1, "between_images": 0.01, "gradient": 2.0},
        },
        "trained": {"conv1": {"activation": 3.0, "between_images": 2.0, "gradient": 1.0}},
    }
    figure = runs.layer_scales(tables)
    activation, between, gradient = figure.axes
    assert lines(activation) == {"fresh": (["conv1", "fc"], [1.0, 0.1]), "trained": (["conv1"], [3.0])}
    assert lines(between) == {"fresh": (["conv1", "fc"], [0.5, 0.01]), "trained": (["conv1"], [2.0])}
    x, y = lines(gradient)["fresh"]
    assert x == ["conv1", "fc"]
    np.testing.assert_array_equal(y, [np.nan, 2.0])  # 0 has no logarithm
    assert {axes.get_yscale() for axes in figure.axes} == {"log"}
    assert [axes.get_title() for axes in figure.axes] == [
        "standard deviation of the activations",
        "standard deviation of one unit between images",
        "norm of the weights' gradient",
    ]


def test_center_share_is_a_histogram_per_network():
    values = {"a": np.array([-0.99, 0.01, 0.02, 0.99]), "b": np.array([0.51])}
    [axes] = runs.center_share(values).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
    for container, (name, own) in zip(axes.containers, values.items(), strict=True):
        assert container[0].get_label() == name
        assert sum(bar.get_height() for bar in container) == len(own)
        filled = {round(bar.get_x(), 2): bar.get_height() for bar in container if bar.get_height()}
        assert filled == ({-1.0: 1, 0.0: 2, 0.95: 1} if name == "a" else {0.5: 1})
    assert axes.get_xlim() == (-1, 1)


def sweep_row(name, mean, *seeds):
    interval = Interval(mean, mean - 0.1, mean + 0.1)
    return SweepRow(name, {"nss": interval, "kld": interval}, {"nss": [*seeds], "kld": [*seeds]})


def test_a_sweep_shows_mean_interval_and_seeds_of_each_entry():
    rows = [sweep_row("mse", 1.0, 0.9, 1.1), sweep_row("kld", 1.5, 1.5)]
    figure = runs.sweep(rows, ["nss", "kld"], "Losses")
    panel = figure.axes[0]
    assert [label.get_text() for label in panel.get_yticklabels()] == ["mse", "kld"]
    places = dict(zip(("mse", "kld"), panel.get_yticks(), strict=True))
    assert places["mse"] > places["kld"]  # the first stands at the top
    drawn = [(list(line.get_xdata()), list(line.get_ydata())) for line in panel.lines]
    for name, mean, seeds in (("mse", 1.0, [0.9, 1.1]), ("kld", 1.5, [1.5])):
        place = places[name]
        assert ([pytest.approx(mean - 0.1), pytest.approx(mean + 0.1)], [place] * 2) in drawn
        assert ([mean], [place]) in drawn
        assert (seeds, [place] * len(seeds)) in drawn
    assert panel.get_xlim()[0] < 0.9 < 1.6 < panel.get_xlim()[1]
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["nss\n(higher is better)", "kld\n(lower is better)"]
    assert "Losses" in figure.get_suptitle()


def test_an_entry_far_off_stands_at_the_edge_with_its_number():
    rows = [*(sweep_row(f"{i}", 1 + i / 100, 1.0) for i in range(8)), sweep_row("broken", -50.0, -50.0)]
    panel = runs.sweep(rows, ["nss"], "Losses").axes[0]
    [text] = panel.texts
    assert text.get_text() == "\u25c2 -50"
    assert text.get_position() == (panel.get_xlim()[0], 0)
    assert panel.get_xlim()[0] > 0
