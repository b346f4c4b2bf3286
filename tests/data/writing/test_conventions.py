"""Points that are not what they seem: each cause is found from the points; true points are let through."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.foreign_points import written

from gazemap.data.writing.conventions import ConventionCheck
from gazemap.data.writing.frames import Frame
from gazemap.gaze.fixations import Fixations

SETS = {
    "large": [(1280, 720)] * 8,
    "small": [(640, 480)] * 8,
    "several": [(256, 256), (640, 480), (800, 600), (480, 640), (1024, 768)] * 3,
}


def looks(random, width, height, count=60):
    """Around the middle, as people look."""
    return random.normal(0.5, 0.2, (count, 2)).clip(0.001, 0.999) * [width, height]


def verdict(sizes, wrong=lambda points, width, height: points, observer=None, seed=0, **options):
    random = np.random.default_rng(seed)
    check = ConventionCheck(**options)
    for number, (width, height) in enumerate(sizes):
        x, y = np.asarray(wrong(looks(random, width, height), width, height), float).T
        who = None if observer is None else np.array(observer(number, len(x)))
        raw = Fixations(x.copy(), y.copy(), who)
        check.add(raw, check.frame.placed(raw, (height, width)), (height, width))
    return check.problem(final=True), [*check.notes()]


def beside(points, width, share=0.05, pixels=30):
    """A share of the looks goes up to some pixels beside the picture, to the right."""
    count = int(share * len(points))
    points[:count, 0] = width + np.linspace(1, pixels, count)
    return points


def sized(points, width, height, screen):
    """On a screen, as large as it allows."""
    factor = min(screen[0] / width, screen[1] / height)
    return points * factor + (np.array(screen) - factor * np.array([width, height])) / 2


def middle(width, height):
    """Where an image lies in the middle of a screen."""
    return np.array([(1920 - width) / 2, (1080 - height) / 2])


CAUSES = {
    "swapped": (lambda p, w, h: p[:, ::-1], "the axes are swapped"),
    "center": (lambda p, w, h: p - [w / 2, h / 2], r"from the middle of the image \(origin=center"),
    "center, some beside": (
        lambda p, w, h: beside(p, w) - [w / 2, h / 2],
        r"from the middle of the image \(origin=center",
    ),
    "shares": (lambda p, w, h: p / [w, h], "convention=normalized"),
    "shares, some beside": (lambda p, w, h: beside(p, w) / [w, h], "convention=normalized"),
    "shares from the middle": (
        lambda p, w, h: p / [w, h] - 0.5,
        "shares of the image, counted from its middle .convention=normalized and origin=center",
    ),
    "-1 to 1": (lambda p, w, h: 2 * (p / [w, h]) - 1, "from its middle .shown=2x2 and origin=center"),
    "beside": (lambda p, w, h: beside(p, w), r"are just outside, up to 30 px: people looked off the picture"),
    "screen": (
        lambda p, w, h: p + middle(w, h),
        r"pixels of a screen, with the image in its middle: with screen=1920x1080",
    ),
    "screen, some beside": (
        lambda p, w, h: beside(p, w) + middle(w, h),
        r"pixels of a screen, with the image in its middle: with screen=1920x1080",
    ),
    "twice": (lambda p, w, h: 2 * p, r"at another resolution, some 2 times .*\(shown=2"),
    "2.5 times": (lambda p, w, h: 2.5 * p, r"at another resolution, some 2.5 times .*\(shown=2.5"),
    "y upward": (lambda p, w, h: p * [1, -1], "y is negative: it counts upward"),
}


@pytest.mark.parametrize("sizes", SETS)
@pytest.mark.parametrize("case", CAUSES)
def test_the_cause_is_found_from_the_points(case, sizes):
    wrong, message = CAUSES[case]
    for seed in range(3):
        problem, _ = verdict(SETS[sizes], wrong, seed=seed)
        assert problem is not None
        assert re.search(message, problem), problem


def test_of_images_shown_as_large_as_the_screen_allows():
    problem, _ = verdict(SETS["several"], lambda p, w, h: sized(p, w, h, (1920, 1080)))
    assert (
        "another resolution than that of these files, the same for all: screen=1920x1080 and shown=fit"
        in problem
    )
    problem, _ = verdict(
        SETS["large"], lambda p, w, h: sized(p, w, h, (2560, 1440)), frame=Frame(screen=(2560.0, 1440.0))
    )
    assert problem.endswith("With each image as large as the screen allows they fit: shown=fit.")


def test_a_screen_of_one_size_of_image_says_its_offset():
    problem, _ = verdict(SETS["large"], CAUSES["screen"][0])
    assert "screen=1920x1080 (which is offset=320,180) 100.0% fit" in problem


@pytest.mark.parametrize(
    "frame",
    [Frame(screen=(1920.0, 1080.0)), Frame(origin="center"), Frame(offset=(300.0, 0.0)), Frame(shown=0.5)],
)
def test_options_that_are_one_too_many_are_named(frame):
    problem, _ = verdict(SETS["large"], frame=frame)
    assert problem.endswith(
        f"Without {frame.told()} they fit: they count on the image, from its upper left corner."
    )


def test_a_pixel_more_or_less():
    random = np.random.default_rng(0)
    problem, _ = verdict([(64, 48)] * 8, lambda p, w, h: random.random((60, 2)) * [w, h] + 1)
    assert "Less one pixel they fit" in problem
    problem, _ = verdict([(64, 48)] * 8, lambda p, w, h: random.random((60, 2)) * [w, h] - 1)
    assert "Plus one pixel they fit" in problem


@pytest.mark.parametrize(
    "place", [(-1, -1), (0, 0), (-32768, -32768), (1e8, 1e8), (640, 480), (0, 480), (-5, 7)]
)
def test_many_at_one_place_are_missing_samples(place):
    def lost(points, width, height):
        points[::10] = place
        return points

    problem, _ = verdict(SETS["small"], lost)
    x, y = (f"{number:.6g}" for number in place)
    assert f"48 of 480 points are exactly ({x}, {y}): missing samples" in problem
    assert "missing=drop" in problem
    outside = not (0 <= place[0] <= 640 and 0 <= place[1] <= 480)
    assert ("outside=drop" in problem) == outside
    assert verdict(SETS["small"], lost, missing="drop")[0] is None
    kept, _ = verdict(SETS["small"], lost, missing="keep", tolerance=0.5)
    assert kept is None
    dropped, _ = verdict(SETS["small"], lost, left="drop", tolerance=0.5)
    assert (dropped is None) == outside


def test_missing_samples_of_several_kinds_are_counted_apart():
    def lost(points, width, height):
        points[:6], points[6:9], points[9:12] = (-1, -1), (0, 0), np.nan
        return points

    problem, _ = verdict(SETS["small"], lost)
    assert (
        "24 of 480 points are NaN or infinite, 48 of 480 points are exactly (-1, -1), "
        "24 of 480 points are exactly (0, 0): missing samples" in problem
    )


def test_missing_samples_do_not_hide_what_else_is_wrong():
    def lost(points, width, height):
        points = points - [width / 2, height / 2]
        points[::10] = (-32768, -32768)
        return points

    problem, _ = verdict(SETS["small"], lost, left="drop", tolerance=0.5)
    assert "origin=center" in problem
    assert "48 of 480 points are exactly (-32768, -32768)" in problem


def test_missing_samples_among_shares_are_told_with_them():
    def lost(points, width, height):
        points = points / [width, height]
        points[::10] = 0
        return points

    problem, _ = verdict(SETS["small"], lost)
    assert "48 of 480 points are exactly (0, 0): missing samples" in problem
    assert "convention=normalized" in problem


def test_shares_of_one_observer_among_pixels_of_others_are_named():
    def mixed(points, width, height):
        points[:20] /= [width, height]
        return points

    names = ["Ann"] * 20 + ["Ben"] * 40
    problem, _ = verdict(SETS["several"], mixed, observer=lambda number, count: names)
    assert "300 of 900 points lie in [0, 1]" in problem
    assert "all of observer Ann among them" in problem
    assert "convention=normalized" in problem


def test_one_observer_in_another_convention_is_named_with_the_cause():
    def mixed(points, width, height):
        points[:12] -= [width / 2, height / 2]
        return points

    names = ["Cleo"] * 12 + ["Ann"] * 24 + ["Ben"] * 24
    problem, _ = verdict(SETS["small"], mixed, observer=lambda number, count: names)
    assert ". Without observer Cleo all fit. Of that observer's points, x spans" in problem
    assert "origin=center" in problem


def test_signs_of_several_kinds_are_counted_together():
    def lost(points, width, height):
        points[0], points[1], points[2] = (-1, -1), (-32768, 77), (1e8, 1e8)
        return points

    problem, _ = verdict([(640, 480)] * 4, lambda p, w, h: lost(np.concatenate([p, p]), w, h))
    assert "4 of 480 points are exactly (-32768, 77)" in problem


def test_a_few_missing_samples_inside_are_noted():
    places = iter([(0, 0)] * 3)

    def lost(points, width, height):
        points[0] = next(places, points[0])
        return points

    problem, notes = verdict([(640, 480)] * 8, lost)
    assert problem is None
    assert notes == ["3 of 480 points are exactly (0, 0): if these are missing samples, say missing=drop"]


@pytest.mark.parametrize("place", [(0, 0), (-1, -1), (320, 240)])
def test_a_few_at_one_place_are_no_reason_to_stop(place):
    def once(points, width, height):
        points[:1] = place if width * height % 7 else points[:1]
        return points

    assert verdict([(640, 480), (700, 490), (700, 490), (700, 490)], once)[0] is None


def test_half_the_size_fits_and_is_noted():
    problem, notes = verdict(SETS["large"], lambda p, w, h: p / 2)
    assert problem is None
    assert "All points lie in the upper left 50% of width and height" in notes[0]
    assert "shown=0.5" in notes[0]


def test_a_corner_that_holds_all_is_asked_about():
    problem, _ = verdict(SETS["large"], lambda p, w, h: p / 4)
    assert "All points lie in the upper left 25% of width and height" in problem
    assert "recorded at a smaller size (shown=0.25)? If they are right, say shown=1." in problem
    assert verdict(SETS["large"], lambda p, w, h: p / 4, frame=Frame(shown=1.0)) == (None, [])
    _, (note,) = verdict(SETS["several"], lambda p, w, h: 100 * p / [w, h])
    assert "per cent of width and height (shown=100x100)" in note
    problem, _ = verdict(SETS["large"], lambda p, w, h: 100 * p / [w, h])
    assert "per cent of width and height (shown=100x100)" in problem


def test_a_sign_in_x_or_y_alone():
    def lost(points, width, height):
        points[::20, 0], points[1::20, 1] = -1, -1
        return points

    problem, _ = verdict(SETS["small"], lost)
    assert "48 of 480 points are exactly -1 in x or y: missing samples" in problem


@given(
    seed=st.integers(0, 10**6),
    sizes=st.lists(st.tuples(st.integers(9, 2000), st.integers(9, 2000)), min_size=1, max_size=5),
    spread=st.floats(0.02, 0.5),
)
@settings(max_examples=80, deadline=None)
def test_true_points_are_never_stopped(seed, sizes, spread):
    """Of images of any size, people and spread of their looks, also rounded to whole pixels."""
    random = np.random.default_rng(seed)
    for frame in (Frame(), Frame("pixel")):
        check = ConventionCheck(frame)
        for width, height in sizes:
            points = random.normal(0.5, spread, (50, 2))
            points = points[((points > 0) & (points < 1)).all(axis=1)] * [width, height]
            points = np.floor(points) if frame.convention == "pixel" else points
            raw = Fixations(*points.T.copy())
            check.add(raw, frame.placed(raw, (height, width)), (height, width))
        assert check.problem(final=True) is None


@given(
    seed=st.integers(0, 10**6),
    frame=st.sampled_from(
        [
            Frame(origin="center"),
            Frame("normalized"),
            Frame("normalized", "center"),
            Frame(screen=(1920.0, 1080.0)),
            Frame(shown=2.0),
            Frame(shown=(2.0, 2.0), origin="center"),
        ]
    ),
)
@settings(max_examples=60, deadline=None)
def test_what_a_refusal_proposes_is_taken(seed, frame):
    """A set that is refused in pixels of the image is right by the frame that the message names."""
    random = np.random.default_rng(seed)
    plain, named = ConventionCheck(), ConventionCheck(frame)
    for width, height in SETS["large"]:
        raw = Fixations(*written(*looks(random, width, height).T, (height, width), frame))
        plain.add(raw, raw, (height, width))
        named.add(raw, frame.placed(raw, (height, width)), (height, width))
    problem = plain.problem(final=True)
    assert named.problem(final=True) is None
    assert all(option in problem for option in frame.told().split(", "))
