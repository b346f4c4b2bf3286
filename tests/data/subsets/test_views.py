from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import gaze_sets

from gazemap import load_dataset
from gazemap.data.check import check_dataset
from gazemap.data.subsets import views
from gazemap.data.subsets.merging import merge
from gazemap.data.writing.folder import save_dataset
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations

INF = float("inf")


@pytest.fixture
def tiny():
    """Points are told apart by x; on image 2, observer "b" alone looked."""
    one = gaze_sets.fixations(
        ("a", 1, 0.4, 0.2), ("b", 2, 0.1, 0.3), ("a", 3, 0.0, 0.1), ("a", 4, 1.0, 0.5), ("b", 5, 2.0, 0.1)
    )
    two = gaze_sets.fixations(("b", 6, 0.0, 0.25))
    return gaze_sets.dataset(
        gaze_sets.sample("1", points=one, map_file=Path("1.png")),
        gaze_sets.sample("2", points=two, size=(40, 40), split="val"),
    )


def left(dataset):
    return {sample.image_id: sample.fixations.x.tolist() for sample in dataset}


def test_fixations_by_what_is_known_of_them(tiny):
    assert left(views.of_observers(tiny, ["a"])) == {"1": [1, 3, 4]}
    assert left(views.of_observers(tiny, ["a", "b"])) == left(tiny)
    assert left(views.of_durations(tiny, (0.2, 0.3))) == {"1": [1], "2": [6]}
    assert left(views.of_durations(tiny, (0.3, INF))) == {"1": [2, 4]}
    assert left(views.of_window(tiny, (0.1, 1.0))) == {"1": [1, 2]}
    assert left(views.first_fixations(tiny, 1)) == {"1": [2, 3], "2": [6]}
    assert left(views.first_fixations(tiny, 2)) == {"1": [1, 2, 3, 5], "2": [6]}


def test_a_part_keeps_all_else_but_maps_of_all_fixations(tiny):
    part = views.of_observers(tiny, ["a"])
    whole = tiny["1"]
    assert part["1"] == replace(whole, fixations=part["1"].fixations, map_file=None)
    assert part["1"].fixations.duration.tolist() == [0.2, 0.1, 0.5]
    assert part.info.notes == ("a part of it: observers a",)
    assert tiny["1"].map_file == Path("1.png")  # the set itself is untouched


def test_images_by_size_and_name(tiny):
    assert views.of_sizes(tiny, width=(41, INF)).image_ids == ["1"]
    assert views.of_sizes(tiny, aspect=(1, 1)).image_ids == ["2"]
    assert views.of_sizes(tiny, height=(40, 40)).image_ids == ["1", "2"]
    assert views.of_sizes(tiny, width=(41, INF))["1"].map_file == Path("1.png")
    assert views.of_sizes(tiny, width=(41, INF)).info.notes == ("a part of it: width 41:inf",)
    assert views.of_images(tiny, ["2", "1"]).image_ids == ["1", "2"]
    with pytest.raises(DataError, match="has no image '3'"):
        views.of_images(tiny, ["2", "3"])


def test_a_choice_that_leaves_nothing(tiny):
    for empty in (
        lambda: views.of_sizes(tiny, width=(0, 10)),
        lambda: views.of_durations(tiny, (5, INF)),
        lambda: views.of_window(tiny, (0, 0)),
        lambda: views.first_fixations(tiny, 0),
        lambda: views.of_images(tiny, []),
        lambda: views.of_observers(tiny, []),
    ):
        with pytest.raises(DataError, match="Nothing of 'tiny' is left by this choice"):
            empty()


CHOICES = {
    "observer": lambda dataset: views.of_observers(dataset, ["a"]),
    "duration": lambda dataset: views.of_durations(dataset, (0, INF)),
    "onset": lambda dataset: views.of_window(dataset, (0, INF)),
}
SCANPATHS = {"observer", "onset"}  # what the first fixations are found by


@pytest.mark.parametrize("column", CHOICES)
@pytest.mark.parametrize("lack", ["column", "points"])
def test_what_a_set_does_not_know_is_refused(tiny, column, lack):
    lacking = None if lack == "points" else replace(tiny["2"].fixations, **{column: None})
    dataset = gaze_sets.dataset(tiny["1"], replace(tiny["2"], fixations=lacking))
    with pytest.raises(DataError, match=rf"the {column} of each fixation.* on 1 of 2 images \(2\)"):
        CHOICES[column](dataset)
    if column in SCANPATHS:
        with pytest.raises(DataError, match="of each fixation"):
            views.first_fixations(dataset, 1)


@pytest.mark.parametrize("column", ["onset", "duration"])
def test_one_time_that_is_not_known_is_refused(tiny, column):
    broken = replace(tiny["2"].fixations, **{column: np.array([np.nan])})
    with pytest.raises(DataError, match=f"the {column} of each fixation"):
        CHOICES[column](gaze_sets.dataset(tiny["1"], replace(tiny["2"], fixations=broken)))


def test_where_nobody_looked_nothing_is_lacking(tiny):
    nobody = gaze_sets.sample("3", points=gaze_sets.fixations())
    dataset = gaze_sets.dataset(*tiny, replace(nobody, fixations=replace(nobody.fixations, onset=None)))
    assert left(views.of_window(dataset, (0.1, 1.0))) == {"1": [1, 2]}


def test_an_unknown_observer_is_named(tiny):
    with pytest.raises(DataError, match=r"no observer named 'aa'. Did you mean 'a'\? Known: a, b"):
        views.of_observers(tiny, ["b", "aa"])


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
    assert left(views.first_fixations(dataset, count)) == expected


@given(st.lists(ROWS, min_size=1, max_size=4).filter(any))
def test_the_held_out_observer_and_the_others_make_the_whole(images):
    dataset = gaze_sets.dataset(
        *(gaze_sets.sample(str(i), points=gaze_sets.fixations(*rows)) for i, rows in enumerate(images))
    )
    seen = []
    for name, own, others in views.leave_one_observer_out(dataset):
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
    with pytest.raises(DataError, match="the observer of each fixation"):
        next(views.leave_one_observer_out(dataset))


def same(one, other):
    """Whether two samples hold the same, but for where their files lie."""
    for column in ("x", "y", "observer", "onset", "duration"):
        a, b = (getattr(sample.fixations, column) for sample in (one, other))
        if (a is None) != (b is None) or (a is not None and not np.array_equal(a, b)):
            return False
    loose = {"file": None, "map_file": None, "fixations": None}
    return replace(one, **loose) == replace(other, **loose)


def test_a_part_is_saved_as_a_set_of_its_own(popout_set, tmp_path):
    part = views.of_observers(popout_set.split("train"), ["01", "07"])
    saved = save_dataset(part, tmp_path / "part")
    assert saved.splits == {"train": 20}
    assert all(same(one, other) for one, other in zip(part, load_dataset(tmp_path / "part"), strict=True))
    assert saved.info == part.info
    assert check_dataset(tmp_path / "part") == []
    for one, other in zip(part, saved, strict=True):
        assert one.file.read_bytes() == other.file.read_bytes()


def test_a_set_of_points_alone_and_their_places_outside_is_saved(tiny, tmp_path):
    outside = replace(tiny["2"], fixations=gaze_sets.fixations(("b", -6, 0.0, 0.25)), sigma=3.0)
    dataset = gaze_sets.dataset(replace(tiny["1"], map_file=None), outside)
    saved = save_dataset(dataset, tmp_path / "out")
    assert all(same(one, other) for one, other in zip(dataset, saved, strict=True))


def test_merged_sets_keep_their_own_names_splits_and_blur(tiny):
    other = gaze_sets.dataset(
        gaze_sets.sample("1", split="test", points=gaze_sets.fixations((None, 9, None, None)), sigma=5.0),
        name="other",
        license="CC0",
        sigma=5.0,
        set_aside=({"item": "x", "reason": "broken"},),
        notes=("odd",),
    )
    merged = merge([tiny, other], "both")
    assert merged.image_ids == ["tiny/1", "tiny/2", "other/1"]
    assert [sample.group for sample in merged] == merged.image_ids
    assert merged.splits == {"train": 1, "val": 1, "test": 1}
    assert merged["tiny/1"].fixations.observers == ["tiny/a", "tiny/b"]
    assert merged["other/1"].fixations.observer is None
    assert [sample.sigma for sample in merged] == [None, None, 5.0]
    info = merged.info
    assert (info.name, info.title, info.citation) == ("both", "Tiny + Tiny", "Nobody")
    assert (info.license, info.sigma) == ("tiny: MIT; other: CC0", None)
    assert (info.set_aside[0].item, info.notes) == ("other/x", ("other: odd",))
    assert tiny["1"].fixations.observers == ["a", "b"]


def test_sets_of_one_name_are_not_merged(tiny):
    for datasets in ([tiny, tiny], [tiny], []):
        with pytest.raises(DataError, match="Two or more data sets of different names"):
            merge(datasets, "both")


def test_parts_and_merges_by_command(run, popout_set, tmp_path):
    arguments = ("--split", "val", "--observers", "01,02", "--width", "128:128", "--images", "00020,00021")
    code, text = run("data", "select", popout_set.path, tmp_path / "part", *arguments)
    assert code == 0, text
    part = load_dataset(tmp_path / "part")
    assert part.image_ids == ["00020", "00021"]
    assert {name for sample in part for name in sample.fixations.observers} == {"01", "02"}
    arguments = ("--window", ":1", "--durations", "0.1:", "--first", 2)
    assert run("data", "select", popout_set.path, tmp_path / "early", *arguments)[0] == 0
    for sample in load_dataset(tmp_path / "early"):
        assert (sample.fixations.onset < 1).all()
        assert (sample.fixations.duration >= 0.1).all()
        assert max(Counter(sample.fixations.observer.tolist()).values()) <= 2

    other = popout_set.split("test")
    other.info = other.info.model_copy(update={"name": "other"})
    save_dataset(other, tmp_path / "other")
    code, text = run(
        "data", "merge", tmp_path / "part", tmp_path / "other", tmp_path / "both", "--name", "both"
    )
    assert code == 0, text
    both = load_dataset(tmp_path / "both")
    assert both.splits == {"val": 2, "test": 5}
    assert both["popout/00020"].file == tmp_path / "both" / "images" / "popout" / "00020.png"
    assert check_dataset(tmp_path / "both") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--durations", "0.1"), "--durations takes LOW:HIGH, two numbers"),
        (("--window", "2:1"), "--window takes LOW:HIGH, two numbers"),
        (("--aspect", "wide:"), "--aspect takes LOW:HIGH, two numbers"),
        (("--width", "nan:"), "--width takes LOW:HIGH, two numbers"),
        (("--split", "dev"), "has no split 'dev'"),
        (("--observers", "01,Bob"), "no observer named 'Bob'"),
        (("--width", "5000:"), "Nothing of 'popout' is left"),
    ],
)
def test_choices_that_are_refused(run, popout_set, tmp_path, arguments, message):
    code, text = run("data", "select", popout_set.path, tmp_path / "out", *arguments)
    assert (code, message in text) == (2, True), text
    assert not (tmp_path / "out").exists()


def test_what_one_merged_set_knows_stays_unknown_of_the_other(tiny, tmp_path):
    """Saved and loaded: no observer named None, no times that are NaN, no images that nobody looked at."""
    plain = gaze_sets.dataset(
        gaze_sets.sample("seen", points=gaze_sets.fixations((None, 3, None, None))),
        gaze_sets.sample("unseen", points=Fixations(np.empty(0), np.empty(0))),
        gaze_sets.sample("withheld", split="test"),
        name="plain",
    )
    known = replace(tiny.samples[1], map_file=None)
    saved = save_dataset(merge([gaze_sets.dataset(known), plain], "both"), tmp_path / "both")
    again = load_dataset(saved.path)
    assert again["tiny/2"].fixations.observers == ["tiny/b"]
    seen = again["plain/seen"].fixations
    assert (seen.observer, seen.onset, seen.duration) == (None, None, None)
    assert len(again["plain/unseen"].fixations) == 0
    assert again["plain/withheld"].fixations is None
    with pytest.raises(DataError, match="observer"):
        views.of_observers(again, ["None"])
