"""Notes on images that are unlike photographs, where predictions are made and written."""

import json

import numpy as np
import pytest
from PIL import Image
from support.pictures import photo

from gazemap.images.placement import Placement
from gazemap.images.unlike import looks_of, unlike_notes
from gazemap.prediction.files.predict_files import predict_files
from gazemap.prediction.predict import predict

ADVICE = "give --condition web-page"


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)


@pytest.fixture(scope="module")
def chart():
    values = np.full((300, 400, 3), 255, np.uint8)
    values[200:, 50:350:10] = (30, 60, 200)
    return values


def test_a_photograph_has_no_note():
    assert predict(photo(300, 400)).notes == ()


def test_noise_is_noted_under_every_condition(noise):
    placement = Placement((240, 320), (240, 320), "stretch")
    expected = unlike_notes([looks_of(noise.transpose(2, 0, 1), placement)], (240, 320))
    assert len(expected) == 1
    for condition in (None, "web-page"):
        found = predict(noise, condition=condition)
        assert found.notes == expected
        assert found.as_json()["notes"] == list(expected)


def test_a_flat_picture_is_noted_with_the_condition_that_it_may_want(chart):
    [note] = predict(chart).notes
    assert note.endswith(ADVICE)
    assert ADVICE in predict(chart, condition="mouse").notes[0]
    assert predict(chart, condition="web-page").notes == ()
    assert predict(chart, condition="web-page", center_bias=False).notes == ()
    [note] = predict(chart, center_bias=False).notes
    assert ADVICE not in note  # there it is not known


def test_a_page_in_folds_is_judged_as_a_whole(chart):
    found = predict(np.concatenate([chart] * 4))
    assert len(found.folds) > 2
    folded, flat = found.notes
    assert folded.startswith("400 x 1200, longer than 2:1: predicted in")
    assert flat.endswith(ADVICE)
    assert all(not fold.notes for fold in found.folds)


def test_files_of_a_folder_list_it(noise, tmp_path):
    Image.fromarray(noise).save(tmp_path / "noise.png")
    Image.fromarray(photo(240, 320)).save(tmp_path / "photo.png")
    outcome = predict_files([tmp_path], tmp_path / "out", write=["json"])
    assert (outcome.predicted, outcome.noted) == (2, 1)
    [listed] = map(json.loads, (tmp_path / "out" / "notes.jsonl").read_text().splitlines())
    assert listed["path"].endswith("noise.png")
    assert listed["notes"] == list(predict(noise).notes)
