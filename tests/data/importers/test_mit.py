"""What is odd about MIT1003, CAT2000 and FIGRIM."""

import numpy as np
import pytest
import scipy.io
from PIL import Image
from support.miniatures import MINIATURES, POINTS, picture
from support.miniatures.mit import STEMS

from gazemap.data.importers import import_dataset
from gazemap.errors import DataError, InputError


def test_the_first_fixation_of_mit1003_is_on_the_middle(tmp_path):
    source = MINIATURES["mit1003"](tmp_path / "s")
    kept = import_dataset(source, tmp_path / "kept", format="mit1003", options={"first_fixation": "keep"})
    dropped = import_dataset(source, tmp_path / "dropped", format="mit1003")
    for stem, points in zip(STEMS, POINTS.values(), strict=True):
        found = kept[stem].fixations
        assert (found.x[0], found.y[0]) == (39, 29)
        assert len(found) == len(points) + 1
        np.testing.assert_array_equal(found.x[1:], dropped[stem].fixations.x)
        np.testing.assert_allclose(found.onset, np.arange(len(found)) * 84 / 240)
        np.testing.assert_allclose(found.duration, 59 / 240)
    with pytest.raises(InputError, match=r"first_fixation: must be drop or keep, got 'first'"):
        import_dataset(source, tmp_path / "x", format="mit1003", options={"first_fixation": "first"})


def test_recordings_that_are_missing_are_listed(tmp_path):
    source = MINIATURES["mit1003"](tmp_path / "s")
    (source / "DATA" / "zb" / f"{STEMS[1]}.mat").unlink()
    listed = import_dataset(source, tmp_path / "out", format="mit1003").info.set_aside
    assert [(entry.item, entry.reason) for entry in listed] == [
        (f"DATA/zb: {STEMS[1]}", "no recording of this image")
    ]


def test_a_long_name_is_cut_as_matlab_cuts_it(tmp_path):
    source = MINIATURES["mit1003"](tmp_path / "s")
    long = "i" + 70 * "x"
    (source / "ALLSTIMULI" / f"{STEMS[1]}.jpeg").rename(source / "ALLSTIMULI" / f"{long}.jpeg")
    for user in ("ajs", "zb"):
        path = source / "DATA" / user / f"{STEMS[1]}.mat"
        content = scipy.io.loadmat(path)[STEMS[1]]
        path.unlink()
        scipy.io.savemat(path.with_stem(long), {long[:63]: content}, long_field_names=True)
    assert len(import_dataset(source, tmp_path / "out", format="mit1003")[long].fixations) == 1


def test_mit1003_as_maps(shared_data, tmp_path):
    source = shared_data / "mit1003-sample"
    dataset = import_dataset(source, tmp_path / "out", format="mit1003")
    fixated = scipy.io.loadmat(source / "FIXATIONLOCS" / "i210.mat")["fixations"]
    rows, columns = np.nonzero(fixated)
    points = dataset["i210"].fixations
    np.testing.assert_array_equal(np.stack([points.y, points.x]), np.stack([rows, columns]) + 0.5)
    assert dataset["i210"].size == fixated.shape == (675, 1024)
    assert dataset.info.notes == ("the complete set has 1,003 images, this one has 1",)


def test_mit1003_without_either_form(tmp_path):
    (tmp_path / "s" / "ALLSTIMULI").mkdir(parents=True)
    Image.fromarray(picture(0)).save(tmp_path / "s" / "ALLSTIMULI" / "i1.jpeg")
    with pytest.raises(DataError, match=r"DATA/USER/\*.mat or FIXATIONLOCS"):
        import_dataset(tmp_path / "s", tmp_path / "out", format="mit1003")


def test_the_image_of_cat2000_with_a_wrong_tag_stands_upright(tmp_path):
    source = MINIATURES["cat2000-test"](tmp_path / "s")
    upright = Image.fromarray(picture(0))
    exif = upright.getexif()
    exif[0x0112] = 6
    for name in ("134", "135"):
        upright.save(source / "testSet" / "Stimuli" / "Pattern" / f"{name}.jpg", exif=exif)
    dataset = import_dataset(source, tmp_path / "out", format="cat2000-test")
    assert dataset["Pattern/134"].size == (60, 80)
    assert dataset["Pattern/135"].size == (80, 60)


def test_the_repeated_views_of_figrim_are_an_option(tmp_path):
    source = MINIATURES["figrim"](tmp_path / "s")
    first = import_dataset(source, tmp_path / "first", format="figrim")
    every = import_dataset(source, tmp_path / "all", format="figrim", options={"views": "all"})
    name = "Targets/airport_terminal/sun_0"
    assert len(every[name].fixations) == len(first[name].fixations) + 1
    assert every[name].fixations.x[-1] == 4.5


def test_the_test_split_of_isun_has_no_truth(tmp_path):
    dataset = import_dataset(MINIATURES["isun"](tmp_path / "s"), tmp_path / "out", format="isun")
    assert dataset.splits == {"train": 2, "val": 1, "test": 1}
    assert dataset["sun_test"].fixations is None
    with pytest.raises(DataError, match="neither fixation points nor a dense map"):
        dataset["sun_test"].density()
