"""What is odd about COCO-FreeView and COCO-Search18."""

import json
import re

import pytest
from support.miniatures import MINIATURES, POINTS
from support.miniatures.miniature import save_picture
from support.miniatures.scanpaths import trial

from gazemap.data.importers import import_dataset
from gazemap.errors import DataError, InputError

FREEVIEW = "COCOFreeView_fixations_trainval.json"


@pytest.fixture
def freeview(tmp_path):
    return MINIATURES["coco-freeview"](tmp_path / "s")


@pytest.fixture
def search18(tmp_path):
    return MINIATURES["coco-search18"](tmp_path / "s")


def changed(path, number, **values):
    trials = json.loads(path.read_text())
    trials[number].update(values)
    path.write_text(json.dumps(trials))


def test_durations_are_seconds_and_onsets_are_not_made_up(freeview, tmp_path):
    fixations = import_dataset(freeview, tmp_path / "out", format="coco-freeview")["000000000009"].fixations
    assert fixations.duration.tolist() == [0.1, 0.107, 0.114]
    assert fixations.onset is None


def test_the_fixation_that_was_asked_for_can_be_dropped(freeview, tmp_path):
    """It is the first of every scanpath, not of every image."""
    trials = json.loads((freeview / FREEVIEW).read_text())
    second = {**trials[0], "subject": 11, "X": [40.0, 3.0], "Y": [30.0, 4.0], "T": [9, 10], "length": 2}
    (freeview / FREEVIEW).write_text(json.dumps([*trials, second]))
    whole = import_dataset(freeview, tmp_path / "whole", format="coco-freeview")
    cut = import_dataset(
        freeview, tmp_path / "cut", format="coco-freeview", options={"initial_fixation": "drop"}
    )
    assert whole["000000000009"].fixations.observer.tolist() == ["02"] * 3 + ["11"] * 2
    fixations = cut["000000000009"].fixations
    assert fixations.x.tolist() == [30.75, 10.25, 3.0]
    assert fixations.observer.tolist() == ["02", "02", "11"]
    assert len(cut["000000000025"].fixations) == 0


def test_one_image_searched_for_two_targets_stays_apart(search18, tmp_path):
    path = search18 / "coco_search18_fixations_TP_train_split1.json"
    save_picture(search18 / "images" / "car" / "000000000009.jpg", 0)
    other = trial(0, POINTS[1], "car", "present")
    path.write_text(json.dumps([*json.loads(path.read_text()), other]))
    dataset = import_dataset(search18, tmp_path / "out", format="coco-search18")
    first, second = dataset["potted_plant/000000000009"], dataset["car/000000000009"]
    assert (len(first.fixations), len(second.fixations)) == (3, 1)
    assert first.group == second.group == "000000000009"
    assert dataset["car/000000000025"].group == "000000000025"


def test_trials_without_the_target_are_another_edition(search18, tmp_path):
    absent = [trial(1, POINTS[0], "stop sign", "absent"), trial(2, POINTS[2], "stop sign", "absent")]
    for index in (1, 2):
        name = absent[index - 1]["name"]
        save_picture(search18 / "coco_search18_images_TA" / "stop sign" / name, index)
    (search18 / "coco_search18_fixations_TA_trainval.json").write_text(json.dumps(absent))
    present = import_dataset(search18, tmp_path / "present", format="coco-search18")
    dataset = import_dataset(
        search18, tmp_path / "out", format="coco-search18", options={"condition": "absent"}
    )
    assert dataset.image_ids == ["stop_sign/000000000025", "stop_sign/000000000030"]
    assert dataset.splits == {"train": 1, "val": 1}
    assert not {*dataset.image_ids} & {*present.image_ids}
    assert "absent" in dataset.info.task
    assert "the complete set has 3,101 images, this one has 2" in dataset.info.notes


def test_either_split_of_the_authors_is_read_alone(search18, tmp_path):
    path = search18 / "coco_search18_fixations_TP_train_split2.json"
    changed(path, 0, split="valid")
    assert import_dataset(search18, tmp_path / "1", format="coco-search18").splits == {"train": 2, "val": 1}
    dataset = import_dataset(search18, tmp_path / "2", format="coco-search18", options={"split": "split2"})
    assert dataset.splits == {"val": 2, "train": 1}
    with pytest.raises(InputError, match="split"):
        import_dataset(search18, tmp_path / "3", format="coco-search18", options={"split": "split3"})


def test_a_condition_that_no_trial_has_is_refused(search18, tmp_path):
    path = search18 / "coco_search18_fixations_TA_trainval.json"
    path.write_text(json.dumps([trial(1, POINTS[0], "car", "present")]))
    with pytest.raises(DataError, match="has no trial whose condition is 'absent'"):
        import_dataset(search18, tmp_path / "out", format="coco-search18", options={"condition": "absent"})


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"T": [1, 2]}, "scanpath 1: X, Y and T must have equally many numbers, got 3, 3, 2"),
        ({"Y": [1, "far", 3]}, "scanpath 1: Y is no list of numbers"),
        ({"X": None}, "scanpath 1: X is no list of numbers"),
    ],
)
def test_a_trial_that_cannot_be_read_sets_its_image_aside(freeview, tmp_path, values, reason):
    changed(freeview / FREEVIEW, 0, **values)
    dataset = import_dataset(freeview, tmp_path / "out", format="coco-freeview")
    assert dataset.image_ids == ["000000000025", "000000000030"]
    (listed,) = dataset.info.set_aside
    assert listed.item == "000000000009"
    assert re.search(reason, listed.reason)


@pytest.mark.parametrize("split", ["validation", None])
def test_an_unknown_split_is_refused(freeview, tmp_path, split):
    changed(freeview / FREEVIEW, 1, split=split)
    with pytest.raises(
        DataError, match=rf"split of image 000000000025 must be one of train, valid, .* got {split}\."
    ):
        import_dataset(freeview, tmp_path / "out", format="coco-freeview")


@pytest.mark.parametrize("content", ["{}", "[1]", "[" * 200_000, '[{"name": 1'])
def test_other_json_is_refused_by_name(freeview, tmp_path, content):
    (freeview / FREEVIEW).write_text(content)
    with pytest.raises(DataError, match=r"trainval\.json is"):
        import_dataset(freeview, tmp_path / "out", format="coco-freeview")


def test_a_name_cannot_lead_out_of_the_folder(freeview, tmp_path):
    save_picture(tmp_path / "secret.jpg", 5)
    changed(freeview / FREEVIEW, 0, name="../../secret.jpg")
    dataset = import_dataset(freeview, tmp_path / "out", format="coco-freeview")
    assert len(dataset) == 2
    assert "name must be a plain relative path" in dataset.info.set_aside[0].reason
    assert not [path for path in (tmp_path / "out").rglob("*") if "secret" in path.name]
