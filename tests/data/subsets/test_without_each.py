"""Each of several sets left out in turn: no picture lies on both sides."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from support.gaze_sets import dataset, sample

from gazemap.data.subsets.without_each import without_each
from gazemap.errors import DataError


@pytest.fixture
def sets(tmp_path):
    """Three sets; b/1 is a/1 mirrored and in one group with b/2, c/2 is c/1 and b/3 saved anew."""
    rng = np.random.default_rng(0)
    small = {name: rng.integers(0, 255, (6, 8, 3), np.uint8) for name in "pqrst"}
    pictures = {name: Image.fromarray(pixels).resize((80, 60)) for name, pixels in small.items()}

    def known(image_id, picture, split="train", group=None, mirrored=False, quality=95):
        file = tmp_path / f"{len([*tmp_path.iterdir()])}.jpg"
        image = pictures[picture]
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else image
        image.save(file, quality=quality)
        return replace(sample(image_id, split=split, size=(60, 80), group=group), file=file)

    a = [known("1", "p", "val"), known("2", "q")]
    b = [known("1", "p", group="x", mirrored=True), known("2", "r", group="x"), known("3", "s")]
    c = [known("1", "s", "val", quality=60), known("2", "t")]
    return [dataset(*samples, name=name) for name, samples in (("a", a), ("b", b), ("c", c))]


def test_near_duplicates_of_the_set_left_out_are_dropped_with_their_groups(sets):
    without_a, without_b, without_c = without_each(sets, "others")
    assert without_a.dropped == ("b/1", "b/2")
    assert without_a.others.image_ids == ["b/3", "c/1", "c/2"]
    assert without_b.dropped == ("a/1", "c/1")
    assert without_b.others.image_ids == ["a/2", "c/2"]
    assert without_c.dropped == ("b/3",)
    assert without_c.others.image_ids == ["a/1", "a/2", "b/1", "b/2"]
    assert without_a.others.name == "others"
    assert [left.images.name for left in (without_a, without_b, without_c)] == ["a", "b", "c"]


def test_one_picture_does_not_train_and_validate(sets):
    without_a, _, without_c = without_each(sets, "others")
    splits = {s.image_id: s.split for left in (without_a, without_c) for s in left.others}
    assert splits["b/3"] == splits["c/1"] == "val"
    assert splits["b/1"] == splits["b/2"] == splits["a/1"] == "val"


def test_the_set_left_out_keeps_names_and_splits(sets):
    images = without_each(sets, "others")[1].images
    assert [(s.image_id, s.split) for s in images] == [("1", "train"), ("2", "train"), ("3", "train")]
    assert images["1"].group == images["2"].group


def test_of_two_sets_the_other_trains(sets):
    first, second = without_each(sets[:2], "others")
    assert (first.others.image_ids, second.others.image_ids) == (["b/3"], ["a/2"])


def test_sets_of_one_name_are_refused(sets):
    with pytest.raises(DataError, match="two or more data sets of different names"):
        without_each([sets[0], sets[0]], "others")
