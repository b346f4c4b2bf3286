import hashlib
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import gaze_sets

from gazemap import load_dataset
from gazemap.data.subsets.new_sets import split_dataset
from gazemap.data.subsets.splits import hashed_splits, make_folds
from gazemap.errors import DataError, InputError

SHARES = {"train": 0.8, "val": 0.1, "test": 0.1}
LOOKED = gaze_sets.fixations(("a", 1, None, None))
# a group's number for each image: groups of any size, in any order
GROUPS = st.lists(st.integers(0, 12), min_size=2, max_size=30).filter(lambda groups: len(set(groups)) > 1)


def grouped(groups):
    images = [gaze_sets.sample(str(i), group=f"g{g}", points=LOOKED) for i, g in enumerate(groups)]
    return gaze_sets.dataset(*images)


def splits_of(dataset):
    return {sample.image_id: sample.split for sample in dataset}


def assert_whole_groups(dataset):
    splits = defaultdict(set)
    for sample in dataset:
        splits[sample.group].add(sample.split)
    assert all(len(names) == 1 for names in splits.values())


@given(GROUPS, st.integers(0, 5), st.data())
def test_hashed_splits_keep_groups_and_do_not_depend_on_other_images(groups, seed, data):
    dataset = grouped(groups)
    split = hashed_splits(dataset, SHARES, seed)
    assert_whole_groups(split)
    assert set(split.splits) <= set(SHARES)
    some = data.draw(st.lists(st.sampled_from(dataset.samples), min_size=1, unique_by=id))
    others = hashed_splits(gaze_sets.dataset(*some), SHARES, seed)
    assert splits_of(others).items() <= splits_of(split).items()


@given(GROUPS, st.integers(0, 5), st.data())
def test_each_image_is_in_val_once(groups, seed, data):
    k = data.draw(st.integers(2, len(set(groups))))
    made = make_folds(grouped(groups), k, seed)
    assert len(made) == k
    for fold in made:
        assert_whole_groups(fold)
        assert set(fold.splits) == {"train", "val"}
        assert fold.image_ids == [str(i) for i in range(len(groups))]
    in_val = Counter(sample.image_id for fold in made for sample in fold.split("val"))
    assert in_val == Counter(str(i) for i in range(len(groups)))
    sizes = [fold.splits["val"] for fold in made]
    assert max(sizes) - min(sizes) <= max(Counter(groups).values())


@given(st.randoms(), st.integers(2, 5))
def test_folds_do_not_depend_on_the_order(random, k):
    dataset = grouped([0, 0, 0, 1, 1, 2, 3, 4, 5, 6])
    shuffled = gaze_sets.dataset(*random.sample(dataset.samples, len(dataset)))
    for one, other in zip(make_folds(dataset, k), make_folds(shuffled, k), strict=True):
        assert splits_of(one) == splits_of(other)


@pytest.mark.parametrize("seed", range(3))
def test_shares_come_out_as_in_independent_draws(seed):
    count = 20_000
    split = hashed_splits(grouped(range(count)), SHARES, seed)
    for name, share in SHARES.items():
        assert abs(split.splits[name] - count * share) < 4 * (count * share * (1 - share)) ** 0.5


def test_seeds_give_independent_splits():
    dataset = grouped(range(4000))
    one, other = (splits_of(hashed_splits(dataset, {"a": 0.5, "b": 0.5}, seed)) for seed in (0, 1))
    agreeing = sum(one[image_id] == other[image_id] for image_id in one)
    assert abs(agreeing - 2000) < 4 * 1000**0.5


def test_splits_are_the_same_on_every_machine_and_are_noted():
    split = hashed_splits(grouped(range(8)), {"train": 0.5, "val": 0.5}, seed=3)
    # sha256 of "3/g0" to "3/g7" begins with these bytes: below 0x80 is the first half
    first = [hashlib.sha256(f"3/g{i}".encode()).digest()[0] for i in range(8)]
    assert [sample.split for sample in split] == ["train" if byte < 0x80 else "val" for byte in first]
    assert split.info.notes == ("splits by hash of the group: train 0.5, val 0.5; seed 3",)
    assert make_folds(grouped(range(8)), 4)[2].info.notes == ("splits by fold: 3 of 4 is val; seed 0",)


def test_equal_groups_make_equal_folds():
    assert [fold.splits["val"] for fold in make_folds(grouped(range(23)), 5)] == [5, 5, 5, 4, 4]


@pytest.mark.parametrize(
    "shares",
    [{}, {"train": 0.8}, {"train": 0.8, "val": 0.3}, {"train": 1.2, "val": -0.2}, {"train": "x", "val": 1}],
)
def test_wrong_shares(shares):
    with pytest.raises(InputError, match="positive numbers that add up to 1"):
        hashed_splits(grouped([0, 1]), shares)


@pytest.mark.parametrize("k", [0, 1, 3])
def test_impossible_folds(k):
    with pytest.raises(InputError, match=f"folds must be 2 to 2, the groups of images in .*, got {k}"):
        make_folds(grouped([0, 0, 1]), k)


def test_images_without_truth_are_refused():
    dataset = gaze_sets.dataset(gaze_sets.sample("1", points=LOOKED), gaze_sets.sample("2", split="test"))
    with pytest.raises(DataError, match=r"Of 1 images of 'tiny' neither points nor a map is known \(2\)"):
        hashed_splits(dataset, SHARES)
    with pytest.raises(DataError, match="neither points nor a map"):
        make_folds(dataset, 2)


def test_splits_are_written_as_a_new_set(popout_set, tmp_path):
    shares = {"train": 0.6, "val": 0.4}
    new = split_dataset(popout_set.path, tmp_path / "a", shares=shares)
    assert new.path == tmp_path / "a"
    assert splits_of(load_dataset(tmp_path / "a")) == splits_of(hashed_splits(popout_set, shares))
    split_dataset(popout_set, tmp_path / "b", folds=3, fold=2, seed=5)
    assert splits_of(load_dataset(tmp_path / "b")) == splits_of(make_folds(popout_set, 3, 5)[1])


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({}, "either shares, .* or both the number of folds"),
        ({"folds": 3}, "either shares, .* or both the number of folds"),
        ({"shares": {"a": 1}, "folds": 3, "fold": 1}, "either shares, .* or both the number of folds"),
        ({"folds": 3, "fold": 4}, "fold must be 1 to 3"),
        ({"shares": {"train": "most", "val": 0.1}}, "positive numbers"),
    ],
)
def test_splits_that_are_refused(popout_set, tmp_path, choice, message):
    with pytest.raises(InputError, match=message):
        split_dataset(popout_set, tmp_path / "out", **choice)
    assert not (tmp_path / "out").exists()
