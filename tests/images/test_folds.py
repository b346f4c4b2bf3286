"""Folds of images: by hand, and what must hold of every one."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazemap.errors import InputError
from gazemap.images.folds import fold_notes, folds_of, is_long, parse_viewport, viewport_text

SIDES = st.integers(1, 9000)


def places(size, viewport=None):
    return [(fold.x, fold.y, fold.width, fold.height) for fold in folds_of(size, viewport)]


def test_a_page_is_seen_as_somebody_scrolls_it():
    """The last screen ends where the page ends: nobody can scroll further."""
    assert places((3000, 1280)) == [
        (0, 0, 1280, 800), (0, 800, 1280, 800), (0, 1600, 1280, 800), (0, 2200, 1280, 800)
    ]  # fmt: skip
    assert places((2400, 1280), (800, 1280)) == [(0, 0, 1280, 800), (0, 800, 1280, 800), (0, 1600, 1280, 800)]
    assert places((960, 1280), (800, 1280)) == [(0, 0, 1280, 800), (0, 160, 1280, 800)]


def test_a_panorama_lies_side_by_side_and_both_can_be():
    assert places((700, 3000)) == [(0, 0, 1120, 700), (1120, 0, 1120, 700), (1880, 0, 1120, 700)]
    assert places((1600, 2000), (800, 1280)) == [
        (0, 0, 1280, 800), (720, 0, 1280, 800), (0, 800, 1280, 800), (720, 800, 1280, 800)
    ]  # fmt: skip
    assert [fold.number for fold in folds_of((1600, 2000), (800, 1280))] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("size", "viewport"),
    [
        ((2560, 1280), None),  # 2:1 is not beyond it
        ((600, 1200), None),
        ((720, 1280), None),
        ((90, 728), None),  # a banner
        ((3, 2000), None),
        ((2532, 1170), (2532, 1170)),  # a phone's screen, as stated
        ((3000, 1280), "whole"),
        ((600, 800), (800, 1280)),  # smaller than the screen
        ((170_000, 200), None),  # over 100 screens
    ],
)
def test_what_is_seen_at_once_has_one_fold(size, viewport):
    assert places(size, viewport) == [(0, 0, size[1], size[0])]


def test_just_beyond_2_to_1_there_are_folds():
    assert len(folds_of((2561, 1280))) == 4
    assert len(folds_of((601, 1203))) == 2
    assert len(folds_of((2532, 1170))) == 4


@given(
    st.tuples(SIDES, SIDES), st.one_of(st.none(), st.tuples(st.integers(900, 9000), st.integers(900, 9000)))
)
def test_folds_have_one_size_lie_inside_and_leave_nothing_out(size, viewport):
    folds = folds_of(size, viewport)
    assert len({fold.size for fold in folds}) == 1
    assert len(folds) <= 100
    for axis, side in enumerate(size):
        spans = sorted({(fold.y, fold.y + fold.height) if axis == 0 else (fold.x, fold.x + fold.width)
                        for fold in folds})  # fmt: skip
        assert spans[0][0] == 0
        assert spans[-1][1] == side
        assert all(left[1] >= right[0] > left[0] for left, right in pairwise(spans))


@given(st.tuples(SIDES, SIDES), st.tuples(SIDES, SIDES))
def test_scaled_folds_lie_inside_and_touch_where_they_did(size, into):
    folds = folds_of(size)
    scaled = [fold.scaled(size, into) for fold in folds]
    covered = np.zeros(into[0], bool)
    for fold in scaled:
        assert 0 <= fold.y < fold.y + fold.height <= into[0]
        assert 0 <= fold.x < fold.x + fold.width <= into[1]
        covered[fold.part[0]] = True
    assert covered.all()
    assert [fold.scaled(size, size) for fold in folds] == list(folds)


def test_viewports_are_heights_and_widths_and_texts_have_the_width_first():
    assert parse_viewport("1280x800") == parse_viewport((800, 1280)) == parse_viewport([np.int64(800), 1280])
    assert parse_viewport("1280x800") == (800, 1280)
    assert parse_viewport("800x30000") == (30_000, 800)
    assert (parse_viewport(None), parse_viewport("whole")) == (None, "whole")
    assert [viewport_text(v) for v in (None, "whole", (800, 1280))] == ["by shape", "whole", "1280x800"]


@pytest.mark.parametrize(
    "viewport", ["", "wide", "1280", "0x5", "-1x5", "1280x800x3", (800,), (0, 5), (8.5, 9), 7]
)
def test_other_viewports_are_refused(viewport):
    with pytest.raises(InputError, match=r"A viewport must be WIDTHxHEIGHT in pixels .*, or whole.*, got"):
        parse_viewport(viewport)


def test_too_small_a_viewport_is_refused_with_the_count():
    with pytest.raises(InputError, match="3000 x 4000 has 1,200 viewports of 100 x 100; up to 100"):
        folds_of((4000, 3000), (100, 100))


def notes(size, viewport=None):
    return fold_notes(size, folds_of(size, viewport), viewport)


def test_notes_say_what_was_done_and_how_to_say_another_thing():
    [note] = notes((2532, 1170))
    assert note == (
        "1170 x 2532, longer than 2:1: predicted in 4 folds (screens) of 1170 x 731, each with shares of its "
        "own that sum to 100 %. If all of it is seen at once, as of a phone, give --viewport 1170x2532; for "
        "other screens --viewport WIDTHxHEIGHT"
    )
    [note] = notes((3000, 1280), (800, 1280))
    assert note.startswith("1280 x 3000: predicted in 4 folds (screens) of 1280 x 800, each with")
    for viewport in ((2532, 1170), "whole"):
        [note] = notes((2532, 1170), viewport)
        assert note.startswith("1170 x 2532, longer than 2:1, is predicted as one picture, squeezed")
    assert "as a panorama may be, give --viewport 3000x700;" in notes((700, 3000))[0]
    assert notes((720, 1280)) == notes((720, 1280), (720, 1280)) == notes((720, 1280), "whole") == ()
    assert is_long((401, 200))
    assert not is_long((400, 200))
