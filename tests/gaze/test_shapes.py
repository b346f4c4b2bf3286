"""Areas of any shape: which points they hold and how much of each pixel they cover."""

import numpy as np
import pytest

from gazemap.errors import InputError
from gazemap.gaze.areas import Box
from gazemap.gaze.shapes import Area, check_areas, groups_of, overlapping


def whole(area, size):
    """(H, W): what an area covers of each pixel of an image."""
    part, covered = area.covered(size)
    found = np.zeros(size)
    found[part] = covered
    return found


TRIANGLE = Area("triangle", (np.array([(0.0, 0.0), (4.0, 0.0), (0.0, 4.0)]),))


def test_a_box_covers_parts_of_the_pixels_that_it_cuts():
    covered = whole(Area.of_box(Box("a", 0.5, 1, 2, 1.25)), (4, 4))
    expected = np.zeros((4, 4))
    expected[1, :3] = 0.5, 1, 0.5
    expected[2, :3] = 0.125, 0.25, 0.125
    np.testing.assert_allclose(covered, expected, atol=1e-12)


def test_a_triangle_covers_half_of_each_pixel_on_its_long_side():
    expected = np.array([[1, 1, 1, 0.5], [1, 1, 0.5, 0], [1, 0.5, 0, 0], [0.5, 0, 0, 0]])
    np.testing.assert_allclose(whole(TRIANGLE, (4, 4)), expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_coverage_is_the_share_of_points_held_and_sums_to_the_polygon_s_area(seed):
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
    radii = rng.uniform(2, 9, 9)
    corners = np.stack([10 + radii * np.cos(angles), 12 + radii * np.sin(angles)], axis=1)
    area = Area("star", (corners if seed % 2 else corners[::-1],))
    covered = whole(area, (24, 21))
    x, y = corners.T
    shoelace = abs((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) / 2
    assert covered.sum() == pytest.approx(shoelace)
    steps = (np.arange(20) + 0.5) / 20
    down, across = np.meshgrid(
        (np.arange(24)[:, None] + steps).ravel(), (np.arange(21)[:, None] + steps).ravel(), indexing="ij"
    )
    held = area.holds(across.ravel(), down.ravel(), (24, 21)).reshape(24, 20, 21, 20).mean(axis=(1, 3))
    np.testing.assert_allclose(held, covered, atol=0.06)


def test_left_and_upper_edges_belong_to_an_area_and_so_does_the_image_s_far_edge():
    left, right = Area.of_box(Box("left", 0, 0, 5, 8)), Area.of_box(Box("right", 5, 0, 5, 8))
    x, y = np.array([0.0, 5.0, 10.0, 10.1, -0.1, 3.0]), np.array([0.0, 4.0, 8.0, 4.0, 4.0, np.nan])
    assert left.holds(x, y, (8, 10)).tolist() == [True, False, False, False, False, False]
    assert right.holds(x, y, (8, 10)).tolist() == [False, True, True, False, False, False]


def test_a_mask_holds_the_points_of_its_pixels():
    pixels = np.zeros((2, 3), bool)
    pixels[1, 2] = True
    area = Area("a", pixels=pixels)
    assert area.holds(np.array([2.0, 3.0, 1.9, 9.0]), np.array([1.5, 2.0, 1.5, 9.0]), (2, 3)).tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert whole(area, (2, 3)).sum() == 1
    with pytest.raises(InputError, match="3 x 2 pixels and its image 4 x 2"):
        whole(area, (2, 4))


def test_overlaps_are_said_and_neighbors_are_none():
    boxes = [Box("a", 0, 0, 2.5, 4), Box("b", 2.5, 0, 1.5, 4), Box("c", 2, 3, 1, 1)]
    areas = [Area.of_box(box) for box in boxes]
    assert overlapping(areas, (4, 4)) == [("a", "c"), ("b", "c")]


def test_masks_overlap_by_their_pixels():
    left, right = np.zeros((3, 4), bool), np.zeros((3, 4), bool)
    left[:, :2] = left[2, 3] = right[:, 2:] = True
    areas = [Area("left", pixels=left), Area("right", pixels=right), Area.of_box(Box("box", 0, 0, 1, 1))]
    assert overlapping(areas, (3, 4)) == [("left", "right"), ("left", "box")]
    right[2, 3] = False
    assert overlapping([areas[0], Area("right", pixels=right)], (3, 4)) == []


def test_a_shape_keeps_its_place_at_another_size_and_a_mask_has_none():
    wider = TRIANGLE.scaled((4, 4), (8, 16))
    assert wider.bounds == Box("triangle", 0, 0, 16, 8)
    assert wider.share_of((8, 16)) == pytest.approx(TRIANGLE.share_of((4, 4))) == pytest.approx(0.5)
    mask = Area("mask", pixels=np.ones((2, 2), bool))
    assert mask.scaled((2, 2), (2, 2)) is mask
    with pytest.raises(InputError, match="mask is a mask of an image of 2 x 2"):
        mask.scaled((2, 2), (4, 4))


def test_shapes_without_area_and_shares_in_place_of_pixels_are_refused():
    with pytest.raises(InputError, match="line has no area"):
        Area("line", (np.array([(0.0, 0.0), (2.0, 2.0), (4.0, 4.0)]),)).covered((4, 4))
    with pytest.raises(InputError, match="mask of none has no pixel"):
        Area("none", pixels=np.zeros((4, 4), bool)).covered((4, 4))
    share = Area.of_box(Box("a", 0.1, 0.1, 0.2, 0.2))
    with pytest.raises(
        InputError, match=r"ends at \(0\.3, 0\.3\): are these shares .* by 80, y and height by 60"
    ):
        check_areas([share], (60, 80))
    check_areas([share], (8, 8))
    with pytest.raises(InputError, match="Several areas are named a"):
        check_areas([share, share], (60, 80))


def test_a_group_is_all_that_its_members_have():
    areas = [Area.of_box(Box("a", 0, 0, 2, 2), "both"), Area.of_box(Box("b", 1, 0, 2, 2), "both")]
    (group,) = groups_of(areas)
    assert (group.name, whole(group, (4, 4)).sum()) == ("both", 6)
    with pytest.raises(InputError, match="a: an area and a group"):
        groups_of([*areas, Area.of_box(Box("c", 0, 0, 1, 1), "a")])


def test_an_area_outside_of_its_image_is_refused():
    with pytest.raises(
        InputError, match=r"triangle reaches from \(0, 0\) to \(4, 4\) and out of its image of 3"
    ):
        TRIANGLE.check_inside((4, 3))
