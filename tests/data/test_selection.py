"""Parts of a data set: which images, which fixations."""

import inspect
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import gaze_sets

from gazemap import load_dataset
from gazemap.data.dataset import GazeDataset
from gazemap.data.selection import Choices
from gazemap.data.subsets.new_sets import select_dataset
from gazemap.errors import DataError, InputError

INF = float("inf")


def left(dataset):
    return {sample.image_id: sample.fixations.x.tolist() for sample in dataset}


def test_fixations_by_what_is_known_of_them(tiny):
    assert left(tiny.select(observers=["a"])) == {"1": [1, 3, 4]}
    assert left(tiny.select(observers=["a", "b"])) == left(tiny)
    assert left(tiny.select(durations=(0.2, 0.3))) == {"1": [1], "2": [6]}
    assert left(tiny.select(durations=(0.3, INF))) == {"1": [2, 4]}
    assert left(tiny.select(window=(0.1, 1.0))) == {"1": [1, 2]}
    assert left(tiny.select(first=1)) == {"1": [2, 3], "2": [6]}
    assert left(tiny.select(first=2)) == {"1": [1, 2, 3, 5], "2": [6]}


def test_a_part_keeps_all_else_but_maps_of_all_fixations(tiny):
    part = tiny.select(observers=["a"])
    whole = tiny["1"]
    assert part["1"] == replace(whole, fixations=part["1"].fixations, map_file=None)
    assert part["1"].fixations.duration.tolist() == [0.2, 0.1, 0.5]
    assert part.info.notes == ("a part of it: observers a",)
    assert tiny["1"].map_file == Path("1.png")  # the set itself is untouched


def test_images_by_size_and_name(tiny):
    assert tiny.select(width=(41, INF)).image_ids == ["1"]
    assert tiny.select(aspect=(1, 1)).image_ids == ["2"]
    assert tiny.select(height=(40, 40)).image_ids == ["1", "2"]
    assert tiny.select(width=(41, INF))["1"].map_file == Path("1.png")
    assert tiny.select(width=(41, INF)).info.notes == ("a part of it: width 41 or more",)
    assert tiny.select(images=["2", "1"]).image_ids == ["1", "2"]
    with pytest.raises(DataError, match="has no image '3'"):
        tiny.select(images=["2", "3"])


def test_choices_are_combined(tiny):
    """As one after the other, in the order of the arguments: the first of what the window left."""
    both = tiny.select(window=(0.1, 3.0), first=1, observers=["a", "b"])
    assert left(both) == {"1": [1, 2]}
    assert both.info.notes == (
        "a part of it: observers a, b",
        "a part of it: onsets at 0.1 to 3 seconds",
        "a part of it: the first 1 fixations of each scanpath",
    )
    assert left(tiny.select(split="val", first=1)) == {"2": [6]}
    assert left(tiny.select()) == left(tiny)
    with pytest.raises(DataError, match="has no image '2'"):
        tiny.select(split="train", images=["2"])


def test_a_choice_that_leaves_nothing(tiny):
    for empty in (
        lambda: tiny.select(width=(0, 10)),
        lambda: tiny.select(durations=(5, INF)),
        lambda: tiny.select(window=(0, 0)),
        lambda: tiny.select(images=[]),
        lambda: tiny.select(observers=[]),
    ):
        with pytest.raises(DataError, match="No image of 'tiny' is left by this choice"):
            empty()


CHOICES = {
    "observer": lambda dataset: dataset.select(observers=["a"]),
    "duration": lambda dataset: dataset.select(durations=(0, INF)),
    "onset": lambda dataset: dataset.select(window=(0, INF)),
}
SCANPATHS = {"observer", "onset"}  # what the first fixations are found by


@pytest.mark.parametrize("column", CHOICES)
@pytest.mark.parametrize("lack", ["column", "points"])
def test_what_a_set_does_not_know_is_refused(tiny, column, lack):
    lacking = None if lack == "points" else replace(tiny["2"].fixations, **{column: None})
    dataset = gaze_sets.dataset(tiny["1"], replace(tiny["2"], fixations=lacking))
    with pytest.raises(DataError, match=rf"The {column} of each fixation.* for 1 of 2 images \(2\)"):
        CHOICES[column](dataset)
    if column in SCANPATHS:
        with pytest.raises(DataError, match="of each fixation"):
            dataset.select(first=1)


@pytest.mark.parametrize("column", ["onset", "duration"])
def test_one_time_that_is_not_known_is_refused(tiny, column):
    broken = replace(tiny["2"].fixations, **{column: np.array([np.nan])})
    with pytest.raises(DataError, match=f"The {column} of each fixation"):
        CHOICES[column](gaze_sets.dataset(tiny["1"], replace(tiny["2"], fixations=broken)))


def test_where_nobody_looked_nothing_is_lacking(tiny):
    nobody = gaze_sets.sample("3", points=gaze_sets.fixations())
    dataset = gaze_sets.dataset(*tiny, replace(nobody, fixations=replace(nobody.fixations, onset=None)))
    assert left(dataset.select(window=(0.1, 1.0))) == {"1": [1, 2]}


def test_an_unknown_observer_is_named(tiny):
    with pytest.raises(DataError, match=r"no observer named 'aa'. Did you mean 'a'\? Known: a, b"):
        tiny.select(observers=["b", "aa"])


ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.floats(0, 50), st.floats(0, 3), st.floats(0.05, 1)), max_size=12
)


@given(st.lists(ROWS, min_size=1, max_size=4).filter(any), st.integers(1, 4))
def test_first_fixations_as_a_slow_loop_finds_them(images, count):
    dataset = gaze_sets.dataset(
        *(gaze_sets.sample(str(i), points=gaze_sets.fixations(*rows)) for i, rows in enumerate(images))
    )
    expected = {}
    for i, rows in enumerate(images):
        kept = []
        for at, (observer, _, onset, _) in enumerate(rows):
            earlier = [
                other
                for other, row in enumerate(rows)
                if row[0] == observer and (row[2], other) < (onset, at)
            ]
            if len(earlier) < count:
                kept.append(rows[at][1])
        if kept:
            expected[str(i)] = kept
    assert left(dataset.select(first=count)) == expected


def test_parts_are_written_as_a_new_set(popout_set, tmp_path):
    names = ["00020", "00021"]
    choices = {"split": "val", "observers": ["01", "02"], "width": (128, 128), "images": names}
    select_dataset(popout_set.path, tmp_path / "part", **choices)
    part = load_dataset(tmp_path / "part")
    assert part.image_ids == names
    assert {name for sample in part for name in sample.fixations.observers} == {"01", "02"}
    early = {"window": (0, 1), "durations": (0.1, float("inf")), "first": 2}
    select_dataset(popout_set, tmp_path / "early", **early)
    for sample in load_dataset(tmp_path / "early"):
        assert (sample.fixations.onset < 1).all()
        assert (sample.fixations.duration >= 0.1).all()
        assert max(Counter(sample.fixations.observer.tolist()).values()) <= 2


def test_the_choices_are_those_of_select():
    chosen = inspect.signature(GazeDataset.select, eval_str=True).parameters
    assert {name: chosen[name].annotation for name in [*chosen][1:]} == get_type_hints(Choices)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"window": (2, 1)}, r"window must be \(low, high\) with low <= high, got \(2, 1\)"),
        ({"width": (float("nan"), 5)}, r"width must be \(low, high\)"),
        ({"aspect": (1,)}, r"aspect must be \(low, high\)"),
        ({"first": 0}, "first must be at least 1, got 0"),
        ({"split": "dev"}, "has no split 'dev'"),
        ({"observers": ["01", "Bob"]}, "no observer named 'Bob'"),
        ({"width": (5000, 9000)}, "No image of 'popout' is left"),
    ],
)
def test_choices_that_are_refused(popout_set, tmp_path, choice, message):
    with pytest.raises(InputError, match=message):
        select_dataset(popout_set, tmp_path / "out", **choice)
    assert not (tmp_path / "out").exists()
