"""Images, points and maps move as one into a network's frame, and maps come back."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from gazemap.data.batches.targets import Target, TargetMaker
from gazemap.gaze.fixations import Fixations
from gazemap.images.placement import Placement

FITS = ("stretch", "letterbox", "crop")
SIDES = st.integers(40, 160)
PLACEMENTS = st.builds(
    Placement,
    st.tuples(SIDES, SIDES),
    st.tuples(st.integers(24, 96), st.integers(24, 96)),
    st.sampled_from(FITS),
)


def mirror_image(fixations, width):
    return replace(fixations, x=width - fixations.x)


@given(PLACEMENTS, st.floats(0.3, 0.7), st.floats(0.3, 0.7), st.booleans())
@settings(max_examples=80, deadline=None)
def test_a_point_lies_on_what_it_lay_on(placement, across, down, mirrored):
    """The middle of a white disk, found again in the laid image, is where the point was laid."""
    height, width = placement.size
    x, y = across * width, down * height
    rows, columns = np.mgrid[:height, :width] + 0.5
    disk = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 4**2))
    image = np.uint8(np.rint(255 * disk))[..., None].repeat(3, axis=2)
    placed = placement.place_image(image)[..., 0].astype(float)
    up, left = placement.shift
    if placement.fit == "letterbox":  # the gray beside the image is no disk
        beside = np.ones(placed.shape, bool)
        beside[up : up + placement.content[0], left : left + placement.content[1]] = False
        assert (placed[beside] == 128).all()
        placed[beside] = 0
    point = placement.place_fixations(Fixations(np.array([x]), np.array([y])), placement.frame)
    reach = 3 * 4 * np.array(placement.scale) + 1  # where a crop cuts the disk, its middle is not known
    assume(len(point) == 1 and reach[1] < point.x[0] < placement.frame[1] - reach[1])
    assume(reach[0] < point.y[0] < placement.frame[0] - reach[0])
    if mirrored:
        placed, point = placed[:, ::-1], mirror_image(point, placement.frame[1])
    frame_rows, frame_columns = np.mgrid[: placement.frame[0], : placement.frame[1]] + 0.5
    found = [(placed * places).sum() / placed.sum() for places in (frame_columns, frame_rows)]
    assert found == pytest.approx([point.x[0], point.y[0]], abs=0.35)


@given(st.tuples(st.integers(1, 300), st.integers(1, 300)), st.tuples(SIDES, SIDES), st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_an_image_is_resized_as_pillow_does(size, frame, seed):
    image = np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)
    expected = Image.fromarray(image).resize(frame[::-1], Image.Resampling.BILINEAR)
    placed = Placement(size, frame, "stretch").place_image(image)
    assert np.abs(placed.astype(int) - np.asarray(expected)).max() <= 2  # each pass rounds


@given(PLACEMENTS)
@settings(max_examples=60, deadline=None)
def test_points_are_cut_off_where_the_image_is(placement):
    height, width = placement.size
    rows, columns = np.mgrid[:height, :width]
    points = Fixations(columns.ravel() + 0.5, rows.ravel() + 0.5)
    placed = placement.place_fixations(points, placement.frame)
    assert placed.inside(placement.frame).all()
    if placement.fit != "crop":
        assert len(placed) == len(points)
    else:  # the share of the image that a crop keeps
        kept = min(placement.frame[0] / placement.content[0], placement.frame[1] / placement.content[1])
        # a stretch of a line holds as many pixels' centers as it is long, give or take one
        assert len(placed) / len(points) == pytest.approx(kept, abs=1 / min(placement.size) + 1e-9)


@given(PLACEMENTS)
@settings(max_examples=60, deadline=None)
def test_a_smooth_map_comes_back(placement):
    height, width = placement.size
    rows, columns = np.mgrid[:height, :width]
    smooth = (1 + np.sin(3 * columns / width) * np.cos(2 * rows / height)).astype(np.float32)
    back = placement.unplace(placement.place(smooth, placement.frame))
    assert back.shape == placement.size
    (up, left), (down, across) = placement.shift, placement.scale
    seen_rows = ((rows + 0.5) * down + up > 1) & ((rows + 0.5) * down + up < placement.frame[0] - 1)
    seen_columns = ((columns + 0.5) * across + left > 1) & (
        (columns + 0.5) * across + left < placement.frame[1] - 1
    )
    seen = seen_rows & seen_columns
    # at an edge the nearest cell is repeated: half a cell of the steepest slope, and some rounding
    half_a_cell = (2 / placement.content[0] + 3 / placement.content[1]) / 2
    assert np.abs(back - smooth)[seen].max() < half_a_cell + 0.02
    assert np.isfinite(back).all()


def test_by_hand():
    wide = Placement((50, 100), (40, 40), "letterbox")
    assert (wide.content, wide.shift, wide.scale) == ((20, 40), (10, 0), (0.4, 0.4))
    cut = Placement((50, 100), (40, 40), "crop")
    assert (cut.content, cut.shift, cut.scale) == ((40, 80), (0, -20), (0.8, 0.8))
    placed = cut.place_fixations(Fixations(np.array([50.0, 10.0]), np.array([25.0, 25.0])), (20, 20))
    assert (placed.x.tolist(), placed.y.tolist()) == ([10.0], [10.0])


def test_what_a_crop_cut_off_repeats_the_edge():
    placement = Placement((50, 100), (40, 40), "crop")
    grid = np.arange(4.0)[None, :].repeat(4, axis=0)
    back = placement.unplace(grid)
    assert (back[:, :25] == 0).all()
    assert (back[:, 75:] == 3).all()


@pytest.mark.parametrize("fit", FITS)
def test_a_grid_of_the_image_s_own_size_is_unchanged(fit):
    values = np.random.default_rng(0).random((30, 40))
    np.testing.assert_allclose(Placement((30, 40), (30, 40), fit).unplace(values), values)


@given(
    st.tuples(st.integers(1, 3000), st.integers(1, 3000)),
    st.tuples(st.integers(8, 640), st.integers(8, 640)),
    st.sampled_from(FITS),
)
@settings(max_examples=200, deadline=None)
def test_points_on_the_edges_stay_where_nothing_is_cut_off(size, frame, fit):
    """A rounding error must not lose a fixation on the far edge; importers move points there."""
    height, width = size
    corners = Fixations(np.array([0.0, 0, width, width]), np.array([0.0, height, 0, height]))
    placement = Placement(size, frame, fit)
    placed = placement.place_fixations(corners, (frame[0] // 4, frame[1] // 4))
    whole = fit != "crop" or frame[0] * width == frame[1] * height  # the same aspect
    assert len(placed) == (4 if whole else 0)


@given(st.tuples(SIDES, SIDES), st.tuples(SIDES, SIDES))
@settings(max_examples=200, deadline=None)
def test_a_crop_s_edges_are_within_the_image(size, frame):
    placement = Placement(size, frame, "crop")
    assert all(side >= edge for side, edge in zip(placement.content, frame, strict=True))
    assert placement.place(np.ones(size, np.float32), frame).shape == frame


@pytest.mark.parametrize("fit", FITS)
def test_images_targets_and_fixations_are_mirrored_alike(popout_set, fit):
    """The mirror image of a sample, made by hand, gives the mirrored arrays."""
    sample = popout_set[3]
    placement = Placement(sample.size, (30, 30), fit)
    image = placement.place_image(np.ascontiguousarray(sample.image[:, ::-1]))
    np.testing.assert_allclose(image[:, ::-1].astype(int), placement.place_image(sample.image), atol=1)
    target = Target().blurred(sample)
    mirrored = placement.place(np.ascontiguousarray(target[:, ::-1]), (15, 15))
    np.testing.assert_allclose(mirrored[:, ::-1], placement.place(target, (15, 15)), atol=1e-5)
    points = placement.place_fixations(sample.fixations, (15, 15))
    other = placement.place_fixations(mirror_image(sample.fixations, sample.size[1]), (15, 15))
    other = mirror_image(other, 15)
    np.testing.assert_allclose(np.sort(other.x), np.sort(points.x), atol=1e-9)


def reflected_gaussians(places, centers, variance, end):
    """(places, centers): a Gaussian around each, and its reflections at 0 and `end`."""
    images = np.stack([centers, -centers, 2 * end - centers])
    return np.exp(-((places[:, None] - images[:, None]) ** 2) / (2 * variance)).sum(axis=0)


@pytest.mark.parametrize("fit", FITS)
def test_a_target_follows_the_image_exactly(popout_set, fit):
    """Each cell of the grid, mapped back into the image, holds the sum of Gaussians that is there."""
    side, sigma = 48, Target().sigma
    for sample in popout_set.samples[:6]:
        placement = Placement(sample.size, (side, side), fit)
        target = TargetMaker((side, side), (side, side), fit, Target())(sample)
        # the cells' centers in the frame of the blur, 480 x 640 over the whole image
        (height, width), (up, left) = placement.content, placement.shift
        y, x = (np.arange(side) + 0.5 - up) / height * 480, (np.arange(side) + 0.5 - left) / width * 640
        seen = ((y > 0) & (y < 480))[:, None] & ((x > 0) & (x < 640))
        rows, columns = np.nonzero(sample.fixation_map((480, 640)))
        # antialiasing averages over a triangle of one cell each way, of variance cell**2 / 6
        down = reflected_gaussians(y, rows + 0.5, sigma**2 + (480 / height) ** 2 / 6, 480)
        across = reflected_gaussians(x, columns + 0.5, sigma**2 + (640 / width) ** 2 / 6, 640)
        exact = down @ across.T
        assert np.corrcoef(exact[seen], target[seen])[0, 1] > 0.9999
        assert (target[~seen] == 0).all()
