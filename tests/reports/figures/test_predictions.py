"""What the pictures promise: one scale for all maps, its legend, and shares that are the table's."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Polygon, Rectangle
from support.exact_prediction import area, predicted

from gazemap.analysis.area_shares import area_shares
from gazemap.analysis.crops import Crop
from gazemap.analysis.designs import area_changes, compare_designs
from gazemap.analysis.mask_files import read_mask
from gazemap.reports.figures import predictions as prediction_figures
from gazemap.reports.figures.saving import write_figure

IMAGE = np.full((30, 40, 3), 200, np.uint8)
PEAK = np.full((30, 40), 0.5 / 1200)
PEAK[10:12, 20:22] += 0.5 / 4
FLAT = np.full((30, 40), 1 / 1200)
LABEL = "times as often as chance, logarithmic"


def shares_of(density, areas):
    return area_shares(predicted(density), areas)


def maps(figure):
    """The images of a figure that are no pictures."""
    drawn = [image for axes in figure.axes for image in axes.images if image.get_array().ndim == 2]
    assert drawn
    return drawn


def labels(figure):
    return [axes.get_ylabel() for axes in figure.axes]


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def outlines(axes):
    rectangles = [patch.get_bbox().bounds for patch in axes.patches if isinstance(patch, Rectangle)]
    polygons = [patch.get_path().get_extents().bounds for patch in axes.patches if isinstance(patch, Polygon)]
    return rectangles + polygons


def test_all_maps_of_a_sheet_share_one_scale_that_a_legend_states(tmp_path):
    rows = [prediction_figures.sheet_row(name, IMAGE, [PEAK, FLAT]) for name in ("a.jpg", "b.jpg")]
    figure = prediction_figures.sheet(rows, ["peaked", "flat"])
    drawn = maps(figure)
    assert len(drawn) == 4
    [(low, high)] = {(image.norm.vmin, image.norm.vmax) for image in drawn}
    assert (low, high) == (0.1, pytest.approx(PEAK.max() * 1200))
    assert labels(figure).count(LABEL) == 1
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[:3] == ["a.jpg", "peaked, up to 150", "flat, up to 1"]
    flat = drawn[1]
    np.testing.assert_allclose(flat.get_array(), 1)
    assert 0.2 < flat.cmap(flat.norm(1.0))[0] < 0.8  # neither black nor the color of a peak
    write_figure(figure, tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").stat().st_size > 10_000


def test_maps_are_drawn_small_and_in_times_chance():
    density = np.random.default_rng(0).random((900, 1300))
    row = prediction_figures.sheet_row("a", np.zeros((900, 1300, 3), np.uint8), [density / density.sum()])
    assert row.image.shape == (443, 640, 3)
    assert row.maps.shape == (1, 443, 640)
    assert row.maps.mean() == pytest.approx(1)


@pytest.mark.slow
def test_the_largest_sheet_of_the_tallest_pages_can_be_written():
    rows = [prediction_figures.sheet_row("a", np.zeros((640, 2, 3), np.uint8), [np.ones((640, 2))])] * 30
    assert 150 * max(prediction_figures.sheet(rows, ["m"]).get_size_inches()) < 2**16  # matplotlib's limit


def test_a_crop_is_drawn_where_it_is_and_the_rest_is_dark():
    figure = prediction_figures.crop(IMAGE, PEAK, Crop(10, 0, 20, 30, 0.75, 0.5))
    left, right = figure.axes[:2]
    for axes in (left, right):
        assert outlines(axes) == [(10, 0, 20, 30)]
    shown = np.asarray(left.images[0].get_array())
    assert np.unique(shown[:, 10:30]).tolist() == [200]
    assert np.unique(shown[:, :10]).tolist() == [66]
    assert "50% of the area" in left.get_title(loc="left")
    assert right.get_title(loc="left") == "75% of the attention"
    assert LABEL in labels(figure)


def test_areas_are_drawn_with_the_table_s_shares():
    boxes = [area("sky", 0, 0, 40, 10), area("peak", 20, 10, 2, 2)]
    shares = shares_of(PEAK, boxes)
    figure = prediction_figures.areas(IMAGE, PEAK, shares, boxes)
    left, middle, bars = figure.axes[:3]
    for axes in (left, middle):
        assert set(outlines(axes)) == {(0, 0, 40, 10), (20, 10, 2, 2)}
        places = {text.get_text(): text.get_position() for text in axes.texts}
        assert places == {"1": (20, 10), "2": (0, 0)}
    assert [patch.get_width() for patch in bars.patches] == [row.attention for row in shares]
    assert [label.get_text() for label in bars.get_yticklabels()] == [
        "1  peak\n50.2%, 150.50 x chance",
        "2  sky\n16.7%, 0.50 x chance",
    ]


def test_numbers_lie_beside_their_areas_where_there_is_room():
    boxes = [area("middle", 20, 10, 2, 2), area("left", 0, 20, 5, 5), area("corner", 0, 0, 4, 4)]
    shares = shares_of(PEAK, boxes)
    figure = prediction_figures.areas(IMAGE, PEAK, shares, boxes)
    figure.draw_without_rendering()
    left = figure.axes[0]
    covered = {}
    for text in left.texts:
        row = shares[int(text.get_text()) - 1]
        extent = text.get_window_extent().transformed(left.transData.inverted())
        low, high = sorted((extent.y0, extent.y1))
        inside = extent.x1 > row.x + 0.1 and high > row.y + 0.1 and low < row.y + row.height
        covered[row.name] = inside
    assert covered == {"middle": False, "left": False, "corner": True}


def test_a_mask_s_areas_are_drawn_along_their_edges(tmp_path):
    from PIL import Image

    colors = np.zeros((30, 40), np.uint8)
    colors[:, 20:] = 255
    Image.fromarray(colors).save(tmp_path / "mask.png")
    mask = read_mask(tmp_path / "mask.png", (30, 40))
    figure = prediction_figures.areas(IMAGE, PEAK, shares_of(PEAK, mask), mask)
    edges = np.asarray(figure.axes[0].images[1].get_array())
    assert np.flatnonzero(edges[15, :, 3]).tolist() == [18, 19, 20]
    assert edges[15, 19, :3] == pytest.approx(to_rgb("#00c2ff"))
    assert {text.get_text() for text in figure.axes[0].texts} == {"1", "2"}


def test_of_many_areas_the_first_are_listed_and_the_rest_is_counted():
    boxes = [area(f"box {i}", i, 0, 1, 1) for i in range(30)]
    figure = prediction_figures.areas(IMAGE, PEAK, shares_of(PEAK, boxes), boxes)
    assert len(figure.axes[2].patches) == 20
    assert "10 more areas" in figure.axes[2].get_title()


def test_two_designs_share_a_scale_and_their_difference_is_white_at_zero():
    boxes = [area("top", 0, 0, 40, 15)]
    difference = compare_designs(FLAT, PEAK)
    changes = area_changes(boxes, shares_of(FLAT, boxes), shares_of(PEAK, boxes))
    figure = prediction_figures.designs((IMAGE, IMAGE), [difference], ("a", "b"), changes, (boxes, boxes))
    first, change, second = maps(figure)
    assert (first.norm.vmin, first.norm.vmax) == (second.norm.vmin, second.norm.vmax)
    assert change.norm.vmin == -change.norm.vmax
    assert change.norm(0.0) == pytest.approx(0.5)
    assert min(change.cmap(change.norm(0.0))[:3]) > 0.95
    assert change.norm.vmax == pytest.approx((PEAK.max() - 1 / 1200) * 1200)
    [numbers] = [text for text in texts(figure) if "CC" in text]
    assert "1  top: 50.0% in A, 75.0% in B (+25.0%)" in numbers
    assert "49.8%" in numbers
    assert {LABEL, "change in times chance, logarithmic beyond 1"} <= set(labels(figure))


def test_equal_designs_show_no_change():
    figure = prediction_figures.designs((IMAGE, IMAGE), [compare_designs(PEAK, PEAK)], ("a", "b"))
    change = maps(figure)[1]
    assert np.ptp(change.get_array()) == 0
    assert change.norm.vmax == 1


@pytest.mark.slow
def test_names_with_dollars_start_no_formula(tmp_path):
    boxes = [area("$5 $_ off", 0, 0, 10, 10)]
    shares = shares_of(PEAK, boxes)
    changes = area_changes(boxes, shares, shares)
    names = ("$a_$", "b$^$")
    for number, figure in enumerate(
        (
            prediction_figures.areas(IMAGE, PEAK, shares, boxes),
            prediction_figures.designs(
                (IMAGE, IMAGE), [compare_designs(PEAK, PEAK)], names, changes, (boxes, boxes)
            ),
            prediction_figures.sheet([prediction_figures.sheet_row("$a_$", IMAGE, [PEAK])], ["$_$"]),
        )
    ):
        write_figure(figure, tmp_path / f"{number}.png")
        assert (tmp_path / f"{number}.png").exists()
