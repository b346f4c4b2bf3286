"""An overlay beside its image, with the legend of its colors."""

import numpy as np
import pytest

from gazemap.images.overlays import Scale, beside_overlay, overlay

IMAGE = np.full((30, 40, 3), 200, np.uint8)


def test_the_bar_counts_what_the_colors_stand_for():
    saliency = np.linspace(0, 4, 1200).reshape(30, 40)
    scale = Scale(0.0, 4.0, "times as often as chance")
    figure, axes = beside_overlay(IMAGE, overlay(IMAGE, saliency), ("a $name", "b"), scale)
    bar = figure.axes[2]
    assert (bar.get_ylim(), bar.get_ylabel()) == ((0.0, 4.0), "times as often as chance")
    # a quarter of the way up in value is half of the way up in color, as in the overlay
    assert bar.transScale.transform((0, 1.0))[1] == pytest.approx(
        np.mean([bar.transScale.transform((0, value))[1] for value in (0.0, 4.0)])
    )
    assert axes.get_images()[0].get_extent() == [0, 40, 30, 0]
    figure.savefig("/dev/null", format="png")  # a lone dollar sign starts no formula


def test_a_constant_map_has_no_bar():
    same = overlay(IMAGE, np.ones((30, 40)))
    np.testing.assert_array_equal(same, IMAGE)
    assert len(beside_overlay(IMAGE, same, ("a", "b"), Scale(1.0, 1.0, "saliency"))[0].axes) == 2
