"""Each observer against the others."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import gaze_sets

from gazemap.data.subsets.observers import leave_one_observer_out
from gazemap.errors import DataError

ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.floats(0, 50), st.floats(0, 3), st.floats(0.05, 1)), max_size=12
)


@given(st.lists(ROWS, min_size=1, max_size=4).filter(any))
def test_the_held_out_observer_and_the_others_make_the_whole(images):
    dataset = gaze_sets.dataset(
        *(gaze_sets.sample(str(i), points=gaze_sets.fixations(*rows)) for i, rows in enumerate(images))
    )
    seen = []
    for name, own, others in leave_one_observer_out(dataset):
        seen.append(name)
        assert own.image_ids == others.image_ids
        for mine, theirs in zip(own, others, strict=True):
            assert mine.fixations.observers == [name]
            assert name not in theirs.fixations.observers
            both = [*mine.fixations.x, *theirs.fixations.x]
            assert sorted(both) == sorted(dataset[mine.image_id].fixations.x)
    expected = {row[0] for rows in images if len({row[0] for row in rows}) > 1 for row in rows}
    assert seen == sorted(expected)


def test_leave_one_observer_out_needs_observers(tiny):
    dataset = gaze_sets.dataset(replace(tiny["2"], fixations=replace(tiny["2"].fixations, observer=None)))
    with pytest.raises(DataError, match="The observer of each fixation"):
        next(leave_one_observer_out(dataset))
