"""A run's weights say which images they have learned from, their start's and teachers' among them."""

import numpy as np
import pytest
import yaml
from support import tiny_model

from gazemap.data.popout.generate import popout
from gazemap.images.looks import look
from gazemap.models.files import describe
from gazemap.models.weights import load_model, load_tensors, save_tensors
from gazemap.training.learned import record
from gazemap.training.loop import train
from gazemap.training.recipe import parse_recipe


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


@pytest.fixture(scope="module")
def other_set(tmp_path_factory):
    return popout(tmp_path_factory.mktemp("gaze") / "other", images=10, size=(96, 128), seed=7)


def short(**keys):
    recipe = yaml.safe_load(tiny_model.RECIPE) | {"loss": {"kld": 1.0}} | keys
    recipe["model"] = {"name": "tiny", "options": {"output": "log_density"}}
    recipe["training"] = recipe["training"] | {"epochs": 1, **keys.get("training", {})}
    return parse_recipe(recipe, "test")


def prints(dataset, *splits):
    return {bytes(look(sample.file)[:40]) for sample in dataset if sample.split in splits}


def kept(run):
    images = load_model(run).training_images
    return {bytes(row) for row in images.trained}, {bytes(row) for row in images.chosen}, images.complete


def test_a_run_keeps_its_training_images_and_those_that_chose_its_epoch(popout_set, tmp_path):
    dataset = popout_set
    train(short(training={"average": 0.9}), dataset, tmp_path / "a", progress=False)
    assert kept(tmp_path / "a") == (prints(dataset, "train"), prints(dataset, "val"), True)
    assert describe(tmp_path / "a")["training_images"]["trained"] == dataset.splits["train"]


def test_what_a_start_a_pretext_and_teachers_learned_from_was_learned_from(popout_set, other_set, tmp_path):
    dataset = popout_set
    train(short(), other_set, tmp_path / "other", progress=False)
    both = (
        prints(dataset, "train") | prints(other_set, "train"),
        prints(dataset, "val") | prints(other_set, "val"),
    )
    other = str(tmp_path / "other")
    for name, keys in (
        ("start", {"start": other}),
        ("taught", {"teachers": {"runs": [other], "weight": 0.5}}),
        ("pretext", {"start": other, "pretext": {"source": "canny", "epochs": 1}}),
    ):
        train(short(**keys), dataset, tmp_path / name, progress=False)
        assert kept(tmp_path / name) == (*both, True)
    tensors, about = load_tensors(tmp_path / "other" / "best.safetensors")
    plain = {key: value for key, value in tensors.items() if not key.startswith("training_images")}
    del about["training_images"]
    save_tensors(tmp_path / "other" / "best.safetensors", plain, about)  # as one of an earlier version
    train(short(start=other), dataset, tmp_path / "unknown", progress=False)
    assert kept(tmp_path / "unknown") == (prints(dataset, "train"), prints(dataset, "val"), False)
    images = record(other, other_set)
    assert kept(other) == (prints(other_set, "train"), prints(other_set, "val"), True)
    assert np.array_equal(images.trained, load_model(other).training_images.trained)
