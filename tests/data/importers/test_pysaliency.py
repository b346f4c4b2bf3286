"""pysaliency's forms: stimuli as files or embedded, fixations one by one or as scanpaths."""

import h5py
import numpy as np
import pytest
from support.miniatures import POINTS, SIZE, picture
from support.miniatures.hdf5 import (
    file_stimuli,
    fixation_trains,
    fixations,
    mark,
    pysaliency,
    scanpath_fixations,
    stimuli,
)
from support.miniatures.miniature import save_picture

from gazemap.data.importers import import_dataset
from gazemap.errors import DataError

SCANPATHS = [  # n, subject, x, y, t; one stimulus seen by two, out of order
    (1, 4, [1.5, 2.5], [3.5, 4.5], [0.0, 0.3]),
    (0, 4, [10.0], [20.0], [0.1]),
    (1, 11, [7.0, 8.0, 9.0], [1.0, 2.0, 3.0], [0.0, 1.0, 2.5]),
]
DURATIONS = [[0.2, 0.25], [0.5], [0.1, np.nan, 0.3]]


@pytest.fixture
def folder(tmp_path):
    """Two images as files."""
    source = tmp_path / "s"
    for index in range(2):
        save_picture(source / "stimuli" / f"i{index}.jpg", index)
    file_stimuli(source / "stimuli.hdf5", ["stimuli/i0.jpg", "stimuli/i1.jpg"])
    return source


def brought(source, **options):
    return import_dataset(source, source.parent / "out", format="pysaliency", options=options)


@pytest.mark.parametrize("write", [fixation_trains, scanpath_fixations])
def test_scanpaths_with_subjects_times_and_durations(folder, write):
    write(folder / "fixations.hdf5", SCANPATHS, DURATIONS)
    dataset = brought(folder)
    first, second = (sample.fixations for sample in dataset)
    assert first.x.tolist() == [10.0]
    assert first.observer.tolist() == ["04"]
    assert second.x.tolist() == [1.5, 2.5, 7.0, 8.0, 9.0]
    assert second.y.tolist() == [3.5, 4.5, 1.0, 2.0, 3.0]
    assert second.observer.tolist() == ["04", "04", "11", "11", "11"]
    assert second.onset.tolist() == [0.0, 0.3, 0.0, 1.0, 2.5]
    np.testing.assert_array_equal(second.duration, [0.2, 0.25, 0.1, np.nan, 0.3])
    assert dataset.info.name == "s"


def test_times_that_only_count_are_no_onsets(folder):
    counted = [(n, subject, x, y, list(range(len(x)))) for n, subject, x, y, _ in SCANPATHS]
    fixation_trains(folder / "fixations.hdf5", counted)
    for sample in brought(folder):
        assert sample.fixations.onset is None
        assert sample.fixations.duration is None


def test_times_in_milliseconds(folder):
    fixation_trains(folder / "fixations.hdf5", SCANPATHS)
    dataset = brought(folder, onset_unit="ms")
    assert dataset["i0"].fixations.onset.tolist() == [0.1 / 1000]


@pytest.mark.parametrize(
    ("subjects", "observers"), [([1.0, 1.0, 1.0], []), ([0, 12, 0], ["00", "12"])], ids=["unknown", "known"]
)
def test_single_fixations(folder, subjects, observers):
    """pysaliency gives 1 to all whose subject it does not know, and 0 as their time."""
    fixations(folder / "fixations.hdf5", [1, 0, 1], [1.5, 2.5, 3.5], [4.0, 5.0, 6.0], [0, 0, 0], subjects)
    dataset = brought(folder)
    assert dataset["i1"].fixations.x.tolist() == [1.5, 3.5]
    assert dataset["i0"].fixations.y.tolist() == [5.0]
    assert sorted({name for sample in dataset for name in sample.fixations.observers}) == observers
    assert dataset["i1"].fixations.onset is None


def test_embedded_stimuli_of_every_kind(tmp_path):
    (tmp_path / "s").mkdir()
    color = picture(0)
    clear = np.dstack([color, np.full(SIZE, 255, np.uint8)])
    images = [color, color[..., 0], color[..., :1], clear, color / 255, color[..., :2], color[0, :, 0]]
    stimuli(tmp_path / "s" / "stimuli.hdf5", images)
    fixations(tmp_path / "s" / "fixations.hdf5", [0, 1], [1.5, 2.5], [4.0, 5.0], [0, 0], [1, 1])
    dataset = brought(tmp_path / "s")
    assert dataset.image_ids == ["00000", "00001", "00002", "00003"]
    for image_id in ("00000", "00003"):
        np.testing.assert_array_equal(dataset[image_id].image, color)
    for image_id in ("00001", "00002"):
        np.testing.assert_array_equal(dataset[image_id].image, np.repeat(color[..., :1], 3, axis=2))
    assert dataset["00001"].fixations.x.tolist() == [2.5]
    listed = {entry.item: entry.reason for entry in dataset.info.set_aside}
    assert listed.keys() == {"00004", "00005", "00006"}
    assert listed["00004"] == "an image must be uint8 (H, W) or (H, W, 3), got float64 of shape (60, 80, 3)"


def test_files_by_split_and_withheld_fixations(tmp_path):
    for label in ("train", "validation", "test"):
        save_picture(tmp_path / "s" / "stimuli" / f"{label}.jpg", 1)
        file_stimuli(tmp_path / "s" / f"stimuli_{label}.hdf5", [f"stimuli/{label}.jpg"])
        if label != "test":
            path = tmp_path / "s" / f"fixations_{label}.hdf5"
            fixation_trains(path, [(0, 0, [1.0, 2.0], [3.0, 4.0], [0.0, 0.4])])
    fixation_trains(tmp_path / "s" / "fixations_more.hdf5", [(0, 0, [1.0], [3.0], [0.0])])
    dataset = brought(tmp_path / "s")
    assert {sample.image_id: sample.split for sample in dataset} == {
        "test/test": "test",
        "train/train": "train",
        "validation/validation": "val",
    }
    assert len(dataset["train/train"].fixations) == 2
    assert [(entry.item, entry.reason) for entry in dataset.info.set_aside] == [
        ("fixations_more.hdf5", "no stimuli file of that name")
    ]


@pytest.mark.parametrize("name", ["../secret.jpg", "/etc/secret.jpg", "stimuli/../../secret.jpg", ""])
def test_a_file_name_cannot_lead_out_of_the_folder(folder, name):
    save_picture(folder.parent / "secret.jpg", 5)
    file_stimuli(folder / "stimuli.hdf5", ["stimuli/i0.jpg", name])
    with pytest.raises(DataError, match="does not lie below"):
        brought(folder)


def test_data_of_other_files_are_not_read(folder):
    fixation_trains(folder.parent / "other.hdf5", SCANPATHS)
    fixation_trains(folder / "fixations.hdf5", SCANPATHS)
    with h5py.File(folder / "fixations.hdf5", "a") as file:
        del file["train_xs"], file["train_ys"]
        file["train_xs"] = h5py.ExternalLink(str(folder.parent / "other.hdf5"), "train_xs")
        layout = h5py.VirtualLayout((3, 3), np.float64)
        layout[...] = h5py.VirtualSource(str(folder.parent / "other.hdf5"), "train_ys", (3, 3))
        file.create_virtual_dataset("train_ys", layout)
    with pytest.raises(DataError, match="has no dataset 'train_xs'; its datasets: train_ns, train_subjects"):
        brought(folder)


def test_an_array_that_claims_to_be_huge_is_not_read(folder):
    fixation_trains(folder / "fixations.hdf5", SCANPATHS)
    with h5py.File(folder / "fixations.hdf5", "a") as file:
        del file["train_xs"]
        file.create_dataset("train_xs", (2**20, 2**20), np.float64, chunks=(2**10, 2**10))
    with pytest.raises(DataError, match=r"train_xs must have at most .* numbers, got shape"):
        brought(folder)


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("train_ns", np.array([0, 1, 2]), "names stimuli 0 to 2; there are only 0 to 1"),
        ("train_ns", np.array([0.0, 0.5, 1.0]), "train_ns must be a row of integers"),
        ("train_ns", np.array([0, 1]), r"train_ns has shape \(2,\) for 3 scanpaths"),
        ("train_xs", np.array([1.0, 2.0]), r"train_xs must have shape \(scanpaths, fixations\), got \(2,\)"),
        ("train_ys", np.ones((3, 2)), r"train_ys must have shape \(3, 3\), got \(3, 2\)"),
        ("train_ts", np.array([[b"now"] * 3] * 3), "train_ts must hold numbers, got"),
        ("train_subjects", np.array([0, 1]), r"train_subjects must have shape \(3,\), got \(2,\)"),
    ],
)
def test_arrays_of_another_form_are_named(folder, name, values, message):
    fixation_trains(folder / "fixations.hdf5", SCANPATHS)
    with h5py.File(folder / "fixations.hdf5", "a") as file:
        del file[name]
        file[name] = values
    with pytest.raises(DataError, match=message):
        brought(folder)


def test_files_of_another_type_are_refused(folder):
    with h5py.File(folder / "fixations.hdf5", "w") as file:
        mark(file, "Model", "1.0")
    with pytest.raises(DataError, match=r"must be of type Fixations, FixationTrains .* got 'Model'"):
        brought(folder)
    with h5py.File(folder / "stimuli.hdf5", "w") as file:
        mark(file, "Fixations", "1.0")
    with pytest.raises(DataError, match="holds no stimuli of pysaliency"):
        brought(folder)


def test_the_whole_miniature_points_by_points(tmp_path):
    dataset = brought(pysaliency(tmp_path / "s"))
    for sample, points in zip(dataset, POINTS.values(), strict=True):
        np.testing.assert_array_equal(np.stack([sample.fixations.x, sample.fixations.y], axis=1), points)
