"""The page's colors and contours are those of gazemap.images.overlays and prediction.pictures."""

import numpy as np
import pytest
from contourpy import contour_generator
from support.page_modules import called, needs_node, typed
from support.page_predictions import random_prediction

from gazemap.images.overlays import colormap, overlay
from gazemap.prediction.pictures import SHARES, levels_holding

pytestmark = needs_node


def test_a_layer_over_an_image_is_the_overlay_of_python():
    prediction = random_prediction((48, 64))
    image = np.random.default_rng(1).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    times = (prediction.density * prediction.density.size).astype(np.float32)
    scale = {"low": float(times.min()), "high": float(times.max())}
    layer = called("view/maps.js", "layerOf", [[typed(times), scale, "heat", 0.8]])[0]
    rgba = np.reshape(layer, (48, 64, 4)).astype(float)
    found = image + (rgba[..., :3] - image) * rgba[..., 3:] / 255
    assert np.abs(found - overlay(image, prediction.saliency)).max() < 2.5


def test_reveal_darkens_what_is_not_looked_at():
    values = np.array([0, 1, 4], np.float32)
    layer = called("view/maps.js", "layerOf", [[typed(values), {"low": 0, "high": 4}, "reveal", 1]])[0]
    assert np.reshape(layer, (3, 4)).tolist() == [[0, 0, 0, 255], [0, 0, 0, 127], [0, 0, 0, 0]]


def test_colors_are_those_of_matplotlib():
    found = called("density/colors.js", "cssColor", [[level / 255] for level in range(256)])
    assert found == [f"rgb({red} {green} {blue})" for red, green, blue in colormap().tolist()]


def test_an_even_map_has_no_colors():
    values = np.ones(4, np.float32)
    assert called("density/colors.js", "levelsOf", [[typed(values), {"low": 1, "high": 1}]]) == [[0] * 4]


def test_contours_hold_the_shares_of_python():
    density = random_prediction((48, 64)).density
    found = called("density/contours.js", "levelsHolding", [[typed(density.astype(np.float32)), SHARES]])[0]
    assert found == pytest.approx(levels_holding(density, SHARES), rel=1e-5)


def test_outlines_are_those_of_contourpy():
    density = random_prediction((48, 64), seed=4).density.astype(np.float32)
    levels = [level * (1 + 1e-6) for level in levels_holding(density.astype(np.float64), SHARES)]
    asked = [[typed(density), density.shape, level] for level in levels]
    for level, segments in zip(levels, called("density/contours.js", "outline", asked), strict=True):
        check_outline(density, level, segments)


def check_outline(density, level, segments):
    lines = contour_generator(z=np.pad(density, 1)).lines(level)
    expected = sum(np.linalg.norm(np.diff(line, axis=0), axis=1).sum() for line in map(np.asarray, lines))
    found = np.reshape(segments, (-1, 2, 2))
    assert np.linalg.norm(found[:, 1] - found[:, 0], axis=1).sum() == pytest.approx(expected, rel=1e-2)
    points = np.concatenate(
        [np.asarray(line) - 0.5 for line in lines]
    )  # the first pixel's center is (0.5, 0.5)
    distances = np.linalg.norm(found.reshape(-1, 1, 2) - points, axis=2).min(axis=1)
    assert distances.max() < 1e-3
