import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy
from support.exact_prediction import area, predicted

from gazemap.analysis.area_shares import area_shares
from gazemap.analysis.designs import area_changes, compare_designs, on_grid, paired_areas
from gazemap.errors import InputError
from gazemap.gaze.areas import Box
from gazemap.gaze.shapes import Area


def shares(density, areas):
    return area_shares(predicted(density), areas)


def density_of(seed, height, width):
    values = np.random.default_rng(seed).random((height, width)) + 0.01
    return values / values.sum()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.integers(0, 999), st.integers(2, 9), st.integers(2, 9))
def test_numbers_of_equal_sizes_are_those_of_scipy(seed_a, seed_b, height, width):
    a, b = density_of(seed_a, height, width), density_of(seed_b + 1000, height, width)
    found = compare_designs(a, b)
    assert found.kld_a_b == pytest.approx(entropy(a.ravel(), b.ravel()), abs=1e-9)
    assert found.kld_b_a == pytest.approx(entropy(b.ravel(), a.ravel()), abs=1e-9)
    assert found.cc == pytest.approx(np.corrcoef(a.ravel(), b.ravel())[0, 1])
    assert found.sim == pytest.approx(1 - found.total_variation)
    assert 0 <= found.total_variation <= 1


def test_a_design_is_equal_to_itself():
    found = compare_designs(density_of(0, 5, 7), density_of(0, 5, 7))
    assert (found.cc, found.sim, found.total_variation) == pytest.approx((1, 1, 0))
    assert 0 <= found.kld_a_b < 1e-9


def test_all_of_the_attention_can_lie_elsewhere():
    a, b = np.zeros((4, 4)), np.zeros((4, 4))
    a[0, 0] = b[3, 3] = 1
    found = compare_designs(a, b)
    assert (found.total_variation, found.sim) == (1, 0)
    assert found.kld_a_b > 30


def test_sizes_may_differ_and_the_order_only_turns_the_sign():
    a, b = density_of(1, 30, 20), density_of(2, 12, 40)
    there, back = compare_designs(a, b), compare_designs(b, a)
    assert there.a.shape == there.b.shape == (12, 20)
    np.testing.assert_array_equal(there.a, back.b)
    assert (there.kld_a_b, there.cc) == pytest.approx((back.kld_b_a, back.cc))


def test_an_image_twice_as_large_is_the_same_design():
    small = np.outer(np.hanning(26)[1:-1], np.hanning(34)[1:-1])
    small /= small.sum()
    large = np.kron(small, np.ones((2, 2))) / 4
    found = compare_designs(small, large)
    assert found.cc > 0.999
    assert found.total_variation < 0.01


def test_a_density_stays_one_at_another_size_and_is_not_changed_in_place():
    density = density_of(0, 20, 30)
    kept = density.copy()
    for size in ((20, 30), (7, 11), (40, 90)):
        assert on_grid(density, size).sum() == pytest.approx(1)
    np.testing.assert_array_equal(density, kept)


def test_areas_stay_in_their_relative_place_or_go_where_they_are_said_to():
    a, b = np.zeros((10, 10)), np.zeros((20, 40))
    a[:5, :5], b[10:, 20:] = 1 / 25, 1 / 200
    boxes = [area("top left", 0, 0, 5, 5), area("bottom right", 5, 5, 5, 5)]
    sizes = ((10, 10), (20, 40))
    placed, taken_over = paired_areas(boxes, [], sizes, sizes)
    assert taken_over == {"top left", "bottom right"}
    same = area_changes(boxes, shares(a, boxes), shares(b, placed), taken_over)
    assert {row.row()["place_b"] for row in same} == {"from A"}
    assert [(row.name, row.a.attention, row.b.attention, row.change) for row in same] == [
        ("top left", pytest.approx(1), pytest.approx(0), pytest.approx(-1)),
        ("bottom right", pytest.approx(0), pytest.approx(1), pytest.approx(1)),
    ]
    elsewhere = [area("bottom right", 0, 0, 20, 10), area("top left", 20, 10, 10, 10)]
    placed, taken_over = paired_areas(boxes, elsewhere, sizes, sizes)
    assert taken_over == set()
    moved = area_changes(boxes, shares(a, boxes), shares(b, placed), taken_over)
    assert [(row.name, row.b.attention) for row in moved] == [
        ("top left", pytest.approx(0.5)),
        ("bottom right", pytest.approx(0)),
    ]
    assert (moved[0].a.times_chance, moved[0].b.times_chance) == (pytest.approx(4), pytest.approx(4))
    assert moved[0].row() == {
        "name": "top left", "change": pytest.approx(-0.5), "attention_a": pytest.approx(1),
        "attention_b": pytest.approx(0.5),
        "times_chance_a": pytest.approx(4), "times_chance_b": pytest.approx(4),
        "seen_a": pytest.approx(1), "seen_b": pytest.approx(1 - 0.5 ** (0.9 * 5.618)),
        "fold_a": 1, "fold_b": 1, "x_a": 0, "x_b": 20, "y_a": 0, "y_b": 10, "width_a": 5, "width_b": 10,
        "height_a": 5, "height_b": 10, "place_b": "given",
    }  # fmt: skip


def test_only_what_moved_needs_a_place_of_its_own():
    boxes, sizes = [area("a", 0, 0, 5, 5), area("b", 5, 5, 5, 5)], ((10, 10), (20, 20))
    placed, taken_over = paired_areas(boxes, [area("b", 1, 2, 3, 4)], sizes, sizes)
    assert [one.bounds for one in placed] == [Box("a", 0, 0, 10, 10), Box("b", 1, 2, 3, 4)]
    assert taken_over == {"a"}


def test_on_screens_a_place_keeps_its_distance_from_the_top():
    """B is a longer page of the same width: relative to its height the box would lie 400 pixels lower."""
    boxes, sizes = [area("cta", 80, 400, 200, 60)], ((3000, 1280), (6000, 1280))
    placed, _ = paired_areas(boxes, [], sizes, ((1280, 1280), (1280, 1280)))
    assert [one.bounds for one in placed] == [boxes[0].bounds]


def test_areas_of_one_design_alone_or_outside_of_it_are_refused():
    box, sizes = area("a", 0, 0, 5, 5), ((10, 10), (4, 4))
    with pytest.raises(InputError, match=r"A has no b\. Its areas are a"):
        paired_areas([box], [area("b", 0, 0, 1, 1)], sizes, sizes)
    with pytest.raises(InputError, match=r"a reaches from .* its image of 4 x 4"):
        paired_areas([box], [box], sizes, sizes)
    with pytest.raises(InputError, match="its image of 10 x 10"):
        paired_areas([area("a", 6, 0, 5, 5)], [], sizes, sizes)
    with pytest.raises(InputError, match=r"taken over from A do not fit B: say where they are\. a reaches"):
        paired_areas([box], [], sizes, ((1, 1), (1, 1)))


def test_groups_and_shapes_are_taken_over_and_masks_where_the_sizes_are_one():
    sizes = ((10, 10), (20, 20))
    tip = Area("tip", (np.array([(0.0, 0.0), (4.0, 0.0), (0.0, 4.0)]),), group="head")
    both = [tip, area("logo", 5, 0, 5, 5, "head")]
    placed, taken_over = paired_areas(both, [area("logo", 0, 10, 4, 4)], sizes, sizes)
    assert [(one.name, one.group) for one in placed] == [("tip", "head"), ("logo", "head")]
    assert placed[0].share_of(sizes[1]) == pytest.approx(tip.share_of(sizes[0]))
    flat = np.full((10, 10), 0.01), np.full((20, 20), 1 / 400)
    changes = area_changes(both, shares(flat[0], both), shares(flat[1], placed), taken_over)
    assert [(row.name, row.is_taken_over) for row in changes] == [
        ("tip", True), ("logo", False), ("head", True)
    ]  # fmt: skip
    mask = Area("mask", pixels=np.eye(10, dtype=bool))
    assert paired_areas([mask], [], (sizes[0],) * 2, (sizes[0],) * 2)[0] == [mask]
    with pytest.raises(InputError, match="mask is a mask of an image of 10 x 10"):
        paired_areas([mask], [], sizes, sizes)
