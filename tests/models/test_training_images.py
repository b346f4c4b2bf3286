"""What weights have learned from is kept in their file, and handed on by start, export and reading."""

import numpy as np
import pytest
import torch
from support import tiny_model

from gazemap.errors import WeightsError
from gazemap.models.files import describe, shipped_weights
from gazemap.models.training_images import TrainingImages
from gazemap.models.weights import (
    digest,
    load_model,
    load_tensors,
    record_training_images,
    save_model,
    save_tensors,
    start_from,
)
from gazemap.prediction.engines.export import export


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


def prints(*starts):
    return np.array([[start] * 40 for start in starts], np.uint8).reshape(-1, 40)


def starts(images):
    return images.trained[:, 0].tolist(), images.chosen[:, 0].tolist(), images.complete


def test_each_image_is_kept_once_with_those_of_starts_and_teachers():
    own = TrainingImages(prints(5, 3, 5), prints(9))
    assert starts(own.with_those_of([])) == ([3, 5], [9], True)
    teacher = TrainingImages(prints(4, 3), prints())
    assert starts(own.with_those_of([teacher])) == ([3, 4, 5], [9], True)
    assert starts(own.with_those_of([teacher, None])) == ([3, 4, 5], [9], False)
    partly = TrainingImages(prints(1), prints(2), complete=False)
    assert starts(own.with_those_of([partly])) == ([1, 3, 5], [2, 9], False)


def test_a_weights_file_keeps_them_beside_the_weights(tmp_path):
    model = tiny_model.Tiny()
    assert model.training_images is None
    save_model(tmp_path / "old.safetensors", model)
    assert load_model(tmp_path / "old.safetensors").training_images is None
    model.training_images = TrainingImages(prints(3, 4), prints(7), complete=False)
    save_model(tmp_path / "new.safetensors", model, epoch=2)
    loaded = load_model(tmp_path / "new.safetensors")
    assert starts(loaded.training_images) == ([3, 4], [7], False)
    assert digest(loaded) == digest(load_model(tmp_path / "old.safetensors")) == digest(model)
    about = describe(tmp_path / "new.safetensors")
    assert about["training_images"] == {"trained": 2, "chosen": 1, "complete": False}
    assert about["epoch"] == 2
    export(tmp_path / "new.safetensors", tmp_path / "half.safetensors")
    assert starts(load_model(tmp_path / "half.safetensors").training_images) == ([3, 4], [7], False)
    other = tiny_model.Tiny()
    start_from(other, tmp_path / "new.safetensors")
    assert starts(other.training_images) == ([3, 4], [7], False)


def test_they_can_be_recorded_later_and_leave_every_weight_as_it_is(tmp_path):
    path = tmp_path / "old.safetensors"
    save_model(path, tiny_model.Tiny(), epoch=2)
    before, about = load_tensors(path)
    for images in (TrainingImages(prints(1, 2), prints(8)), TrainingImages(prints(6), prints())):
        record_training_images(path, images)
        after, described = load_tensors(path)
        assert starts(load_model(path).training_images) == starts(images)
        assert {key: value for key, value in described.items() if key != "training_images"} == about
        assert all(torch.equal(after[key], value) for key, value in before.items())
        assert len(after) == len(before) + 2


def test_fingerprints_of_another_form_are_refused(tmp_path):
    path = tmp_path / "bad.safetensors"
    model = tiny_model.Tiny()
    model.training_images = TrainingImages(prints(1), prints(2))
    save_model(path, model)
    tensors, about = load_tensors(path)
    for changes, message in (
        ({"training_images.chosen": torch.zeros(2, 39, dtype=torch.uint8)}, r"must be .*got uint8 \(2, 39\)"),
        ({"training_images.trained": torch.zeros(2, 40)}, "got float32"),
    ):
        save_tensors(path, tensors | changes, about)
        with pytest.raises(WeightsError, match=message):
            load_model(path)
    del tensors["training_images.chosen"]
    save_tensors(path, tensors, about)
    with pytest.raises(WeightsError, match=r"bad\.safetensors is damaged: its training_images lack"):
        load_model(path)


@pytest.mark.parametrize("name", shipped_weights())
def test_the_models_that_come_with_gazemap_know_theirs(name):
    trained, chosen = {"gazenet": (1083, 200), "gazenet-large": (1530, 260)}[name]
    images = load_model(f"shipped:{name}").training_images
    assert (len(images.trained), len(images.chosen), images.complete) == (trained, chosen, True)
    different = len(np.unique(images.trained[:, 8:], axis=0))
    assert different == trained - 1  # OSIE 1279 and 1374 are one picture
    assert images.arrays()["training_images.trained"].nbytes == 40 * trained
