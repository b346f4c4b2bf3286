"""What is odd about each foreign format."""

import pickle

import numpy as np
import pytest
import scipy.io
from PIL import Image
from support.miniatures import MINIATURES, SIZE

from gazemap.data.importers import import_dataset
from gazemap.errors import DataError


def test_osie_observers_durations_and_those_who_never_looked(tmp_path):
    dataset = import_dataset(MINIATURES["osie"](tmp_path / "s"), tmp_path / "out", format="osie")
    fixations = dataset["1001"].fixations
    assert fixations.observers == ["01"]
    assert fixations.duration.tolist() == [0.25] * 3
    assert len(fixations.of_observer("02")) == 0


def test_a_mat_file_without_the_variable_or_damaged(tmp_path):
    source = MINIATURES["osie"](tmp_path / "s")
    path = source / "data/eye/fixations.mat"
    scipy.io.savemat(path, {"gaze": np.ones(3)})
    with pytest.raises(DataError, match="no variable 'fixations'; its variables: gaze"):
        import_dataset(source, tmp_path / "out", format="osie")
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(DataError, match="damaged or no MATLAB"):
        import_dataset(source, tmp_path / "out", format="osie")


def test_unpaired_files_of_a_folder_are_listed(tmp_path):
    source = MINIATURES["salicon-folder"](tmp_path / "s")
    (source / "images/train/COCO_000000000001.jpg").unlink()
    (source / "images/train/extra.jpg").write_bytes(
        (source / "images/train/COCO_000000000000.jpg").read_bytes()
    )
    dataset = import_dataset(source, tmp_path / "out", format="salicon-folder")
    assert dataset.splits == {"train": 1, "val": 1}
    listed = {entry.item: entry.reason for entry in dataset.info.set_aside}
    assert listed == {
        "images/train: extra": "no map and no fixations",
        "maps/train|fixations/train: COCO_000000000001": "no image",
    }


def test_a_fixation_map_of_another_size_is_set_aside(tmp_path):
    source = MINIATURES["salicon-folder"](tmp_path / "s")
    Image.new("L", (10, 10)).save(source / "fixations/train/COCO_000000000000.png")
    dataset = import_dataset(source, tmp_path / "out", format="salicon-folder")
    assert "is 10 x 10, its image 80 x 60" in dataset.info.set_aside[0].reason
    assert len(dataset) == 2


def test_maps_alone_or_fixations_alone_are_enough(tmp_path):
    import shutil

    source = MINIATURES["salicon-folder"](tmp_path / "s")
    shutil.rmtree(source / "fixations")
    dataset = import_dataset(source, tmp_path / "maps-only", format="salicon-folder")
    assert dataset[0].fixations is None
    assert dataset[0].density().sum() == pytest.approx(1)
    assert dataset[0].density((7, 9)).shape == (7, 9)
    with pytest.raises(DataError, match="only a dense map"):
        dataset[0].fixation_map()


@pytest.mark.slow
def test_mirrored_copies_share_the_group_of_their_original(tmp_path):
    dataset = import_dataset(
        MINIATURES["bristol-pickle"](tmp_path / "s"), tmp_path / "out", format="bristol-pickle"
    )
    train = dataset.split("train")
    assert train.image_ids == ["COCO_train", "COCO_train-mirrored"]
    assert [s.group for s in train] == ["train/COCO_train"] * 2
    np.testing.assert_array_equal(train[0].image, train[1].image[:, ::-1])
    np.testing.assert_array_equal(train[0].stored_map(), train[1].stored_map()[:, ::-1])
    assert dataset.info.mirrored_copies


def test_the_maps_of_the_pickles_keep_every_bit(tmp_path):
    source = MINIATURES["bristol-pickle"](tmp_path / "s")
    dataset = import_dataset(source, tmp_path / "out", format="bristol-pickle")
    record = pickle.loads((source / "train.pkl").read_bytes())[0]  # our own file
    np.testing.assert_array_equal(dataset[0].stored_map(), record["y"].astype(np.float32))
    np.testing.assert_array_equal(dataset[0].image, np.rint(record["X"].transpose(1, 2, 0) * 255))
    assert dataset["COCO_2"].image.shape == (480, 640, 3)


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ({"X": 1}, "must hold a list of dicts, got a dict"),
        ([{"X": np.ones((3, 96, 96)), "file_name": "a"}], "entry 0 lacks y"),
        (
            [{"X": np.ones((96, 96)), "y": np.ones((48, 48)), "file_name": "a"}],
            r"X must have shape \(3, H, W\), got \(96, 96\)",
        ),
    ],
)
def test_pickles_of_another_form_are_named(tmp_path, records, message):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "train.pkl").write_bytes(pickle.dumps(records))
    with pytest.raises(DataError, match=message):
        import_dataset(tmp_path / "s", tmp_path / "out", format="bristol-pickle")


@pytest.mark.slow
def test_real_osie(shared_data, tmp_path):
    dataset = import_dataset(shared_data / "osie", tmp_path / "osie", format="osie")
    assert len(dataset) == 700
    assert sum(len(sample.fixations) for sample in dataset) == 98_321
    assert {name for sample in dataset for name in sample.fixations.observers} == {
        f"{number:02}" for number in range(1, 16)
    }
    assert dataset.splits == {"train": 600, "val": 100}
    assert [s.image_id for s in dataset.split("val")] == [str(n) for n in range(1601, 1701)]
    assert dataset["1279"].group == dataset["1374"].group
    assert dataset["1279"].split == dataset["1374"].split
    x = np.concatenate([sample.fixations.x for sample in dataset])
    assert x.min() == pytest.approx(0.7, abs=0.051)
    assert x.max() == pytest.approx(798.7, abs=0.051)


@pytest.mark.slow
def test_real_scene(shared_data, tmp_path):
    dataset = import_dataset(shared_data / "scene", tmp_path / "scene", format="scene")
    assert len(dataset) == 500
    assert sum(len(sample.fixations) for sample in dataset) == 43_894
    assert sum(len(sample.fixations.observers) for sample in dataset) == 500 * 12 - 52


@pytest.mark.slow
def test_real_salicon(shared_data, tmp_path):
    dataset = import_dataset(shared_data / "salicon", tmp_path / "salicon", format="salicon-folder")
    assert len(dataset) == 83
    for sample in dataset:
        pixels = np.asarray(Image.open(shared_data / "salicon/fixations/train" / f"{sample.image_id}.png"))
        np.testing.assert_array_equal(sample.fixation_map() > 0, pixels > 0)
        correlation = np.corrcoef(sample.density().ravel(), sample.stored_map().ravel())[0, 1]
        assert correlation > 0.99
    assert sum("no image" in entry.reason for entry in dataset.info.set_aside) == 2


def test_miniatures_are_of_the_size_they_say(tmp_path):
    dataset = import_dataset(MINIATURES["scene"](tmp_path / "s"), tmp_path / "out", format="scene")
    assert {sample.size for sample in dataset} == {SIZE}
