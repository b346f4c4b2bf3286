from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazemap.errors import DataError
from gazemap.images.names import doubts, images_meant, match_names, minimal_names


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (["001.jpg"], "001.jpg"),
        (["001"], "001"),
        (["b/001.png"], "b/001.png"),
        (["x/y/001.npy", "002.npy"], "x/y/001.npy"),
        (["001.jpg.mat"], "001.jpg.mat"),
        (["old/001.png", "b/001.png"], "b/001.png"),
        (["b/001.png", "001.png", "c/a/b/001.png"], "c/a/b/001.png"),
        (["b\\001.png", "c\\001.png"], "b\\001.png"),
        (["001.log_density.npy", "001.saliency.png", "001.overlay.png"], "001.saliency.png"),
        (["001.jpg.saliency16.png", "001.jpg.overlay.jpg"], "001.jpg.saliency16.png"),
    ],
)
def test_a_name_fits_by_its_stem_and_then_by_its_folders(keys, chosen):
    assert match_names([Path("/data/a/b/001.jpg")], keys, "saliency") == [chosen]


@pytest.mark.parametrize(
    ("files", "keys", "message"),
    [
        (["1.jpg", "2.jpg"], ["1.png", "3.png"], "1 of 2 images have no prediction: 2.jpg. There are 2"),
        (["1.jpg"], ["1.png", "1.npy"], r"1 of 1 images have several that fit: 1.jpg \(1.png, 1.npy\)"),
        (["1.jpg"], ["a/1.png", "b/1.png"], "have several that fit"),
        (["a/1.jpg", "b/1.jpg"], ["1.png"], "2 of 2 images have no prediction.*folders where names repeat"),
        (["a/1.jpg", "b/1.jpg"], ["a/1.png", "c/1.png"], "1 of 2 images have no prediction"),
        (["01.jpg"], ["1.png", "001.png"], "1 of 1 images have no prediction"),
    ],
)
def test_missing_and_ambiguous_names_are_refused(files, keys, message):
    with pytest.raises(DataError, match=message):
        match_names([Path("/set") / name for name in files], keys, "saliency")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("scene/2.png", 2),
        ("exports/scene/2", 2),
        ("2.jpg", 2),
        ("1.jpg", -1),  # two end so
        ("train/1", -1),  # an image of that number, but of another folder
        ("train/2", -1),
        ("scene\\1.tif", 1),
        ("c", 3),
        ("osie/c", 3),
        ("3", -1),
    ],
)
def test_a_name_means_an_image_where_one_is_the_end_of_the_other(name, meant):
    assert images_meant([name], ["osie/1.jpg", "scene/1.jpg", "scene/2.jpg", "c"]) == [meant]


def test_the_prediction_of_an_image_of_another_folder_is_not_taken():
    files = [Path("/set/val/1.jpg"), Path("/set/test/2.jpg")]
    with pytest.raises(DataError, match=r"1 of 2 images have no prediction: 1\.jpg"):
        match_names(files, ["train/1.png", "test/2.png"], "saliency")
    assert match_names(files, ["maps/1.png", "maps/2.png"], "saliency") == ["maps/1.png", "maps/2.png"]


def names(depth):
    return st.sets(st.tuples(*[st.sampled_from("abc")] * depth).map("/".join), min_size=1)


@given(st.integers(1, 4).flatmap(names), st.randoms(), st.sampled_from(["", "model/maps/"]))
def test_minimal_names_always_lead_back_to_their_images(stems, random, prefix):
    files = [Path(f"/set/images/{stem}.jpg") for stem in sorted(stems)]
    keys = [f"{prefix}{name.removesuffix('.jpg')}.png" for name in minimal_names(files)]
    assert len(set(keys)) == len(keys)
    shuffled = keys.copy()
    random.shuffle(shuffled)
    assert match_names(files, shuffled, "saliency") == keys


def test_minimal_names_keep_the_folders_that_differ():
    assert minimal_names([Path("/s/i/1.jpg"), Path("/s/i/2.jpg")]) == ["1.jpg", "2.jpg"]
    assert minimal_names([Path("/s/Art/1.jpg"), Path("/s/Zoo/1.jpg")]) == ["Art/1.jpg", "Zoo/1.jpg"]
    assert minimal_names([Path("/s/Art/1.jpg")]) == ["1.jpg"]


def test_names_are_compared_in_one_form_and_without_case_where_that_leaves_no_doubt():
    images = ["caf\u00e9/001.jpg", "Face_02.JPG", "x.jpg", "X.png"]
    names = ["cafe\u0301/001.png", "face_02", "x", "X", "y"]
    assert images_meant(names, images) == [0, 1, 2, 3, -1]
    assert images_meant(["FACE_02"], ["face_02", "Face_02"]) == [-1]
    files = [Path("stimuli/Face_01.jpg"), Path("stimuli/face_02.jpg")]
    assert match_names(files, ["face_01.png", "FACE_02.png"], "saliency") == ["face_01.png", "FACE_02.png"]
    assert match_names(files[:1], ["face_01.png", "Face_01.png"], "saliency") == ["Face_01.png"]


def test_of_maps_of_8_and_16_bits_those_of_16_are_taken():
    keys = ["a.jpg.saliency.png", "a.jpg.saliency16.png", "a.jpg.overlay.jpg", "failed.jsonl"]
    assert match_names([Path("images/a.jpg")], keys, "saliency") == ["a.jpg.saliency16.png"]
    with pytest.raises(DataError, match="several that fit"):
        match_names([Path("a.jpg")], ["a.png", "x/a.png", "a.npy"], "saliency")


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("face_3", " face_3: did you mean face_03?"),
        ("faec-03.png", " faec-03.png: did you mean face_03?"),
        ("IM", " IM: did you mean Im or im?"),
        ("0012", " 0012: did you mean sets/12?"),
        ("cafe1", " cafe1: did you mean caf\u00e91?"),
        ("face_4", ""),  # another number is another image
        ("tree", ""),
        ("9" * 5000, ""),
    ],
)
def test_the_nearest_name_is_asked_for_where_numbers_agree(name, asked):
    assert doubts([name], ["face_03", "face_05", "Im", "im", "sets/12", "caf\u00e91"]) == asked


@given(st.sets(st.integers(0, 999), min_size=1), st.integers(0, 999))
def test_a_name_with_other_zeros_is_asked_for_and_no_other(numbers, wanted):
    images = [f"img_{number:03}" for number in numbers]
    expected = f" Img{wanted:05}: did you mean img_{wanted:03}?" if wanted in numbers else ""
    assert doubts([f"Img{wanted:05}"], images) == expected


def test_missing_predictions_are_asked_for():
    with pytest.raises(
        DataError, match=r"no prediction: face_03\.jpg\. face_03\.jpg: did you mean face_3\.png\?"
    ):
        match_names([Path("face_03.jpg")], ["face_3.png", "face_1.png"], "saliency")
