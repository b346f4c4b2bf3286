"""A readout is trained on looks that another readout, which is known, has made."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from support.known_looks import AS_TRAINED, looked_at

import gazemap
from gazemap.adaptation import readout
from gazemap.adaptation.adapt import adapt
from gazemap.adaptation.looks import frames_of, looks_at
from gazemap.data.batches.looks import looks_of
from gazemap.errors import InputError, WeightsError
from gazemap.images.fingerprints import known_again
from gazemap.models.conditions import ViewingCondition
from gazemap.models.files import form_beside, shipped_weights
from gazemap.models.table import create_model
from gazemap.models.weights import load_model, save_model
from gazemap.prediction.engines.form_tensors import with_tensors
from gazemap.prediction.predictor import load_predictor

SAME = ViewingCondition("same")


@pytest.fixture(scope="module")
def looks(pictures, tmp_path_factory):
    """Of observers who see something else in the same features."""
    model, rng = load_model(AS_TRAINED), torch.Generator().manual_seed(0)
    with torch.no_grad():
        for part in model.readout_parts:
            for weight in model.get_submodule(part).parameters():
                weight.add_(torch.randn(weight.shape, generator=rng), alpha=0.2)
    save_model(other := tmp_path_factory.mktemp("other") / "other.safetensors", model)
    return looked_at(pictures, SAME, model=f"{other}@as-trained")


@pytest.fixture(scope="module")
def adapted(looks, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readout, "STEPS", (10, 20))
        return adapt(AS_TRAINED, looks, tmp_path_factory.mktemp("adapted") / "mine", also_weights=True)


@pytest.mark.slow
def test_what_others_see_in_the_same_features_is_learned(adapted, pictures, looks):
    assert adapted.readout.low > 0.02
    assert any(note.startswith("Readout: training it gains") for note in adapted.notes())
    assert adapted.as_json()["readout"]["mean"] == adapted.readout.mean
    before, after = load_model(AS_TRAINED).state_dict(), load_model(adapted.out).state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    trained = adapted.condition.weights
    assert {name.partition(".")[0] for name in trained} == {"readout", "lift", "sharpen"}
    assert sum(values.size for values in trained.values()) == 3330
    assert not any(np.array_equal(values, before[name]) for name, values in trained.items())


@pytest.mark.slow
def test_both_files_of_the_folder_are_the_same_network(adapted, pictures):
    by_form, by_weights = (load_predictor(adapted.out, engine=engine) for engine in ("onnx", "torch"))
    assert by_form.fingerprint == by_weights.fingerprint != load_predictor("shipped:gazenet").fingerprint
    first, second = (gazemap.predict(pictures[0], one).grid for one in (by_form, by_weights))
    np.testing.assert_allclose(first, second, atol=1e-4)
    seen = looks_of(looked_at(pictures[:3], SAME, points=1))
    assert known_again(seen, by_form.learned_from.trained).all()


@pytest.mark.slow
def test_the_other_conditions_stay(adapted, pictures):
    for name in ("web-page", "as-trained"):
        found, before = (
            gazemap.predict(pictures[0], f"{model}@{name}").grid for model in (adapted.out, "shipped:gazenet")
        )
        np.testing.assert_array_equal(found, before)


@pytest.mark.slow
def test_a_condition_with_a_readout_is_no_start(adapted):
    """Where it is named as the start is, the next adaptation starts from the model as it was trained."""
    known = load_predictor(adapted.out).conditions
    renamed = replace(known.by_name["adapted"], name="free-viewing")
    assert known.start.name == "free-viewing"
    assert known.with_one(renamed, is_default=True).start.name == "as-trained"


def test_of_many_images_more_steps_are_tried():
    assert readout._counts(25) == [20, 40, 80, 160]
    assert readout._counts(256) == [20, 40, 80, 160, 320]
    assert readout._counts(530) == [20, 40, 80, 160, 320, 640]


@pytest.mark.slow
def test_of_many_images_one_fold_tells(looks, monkeypatch):
    base, network = load_predictor(AS_TRAINED).as_trained(), load_model(AS_TRAINED)
    monkeypatch.setattr(readout, "STEPS", (10,))
    monkeypatch.setattr(readout, "_MANY", 10)
    seen = looks_at(base, looks)
    found = readout.tuned_readout(network, frames_of(base, looks, seen), seen, SAME, SAME)
    assert 0 < len(found.gains) < len(seen.measured) / 2
    assert found.steps == 10


@pytest.mark.slow
def test_no_weight_changes_where_the_readout_is_right(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(readout, "STEPS", (10, 20))
    right = looked_at(pictures, load_predictor("shipped:gazenet").condition)
    found = adapt("shipped:gazenet", right, tmp_path / "mine", also_weights=True)
    assert found.readout is None
    assert "no weight is changed" in " ".join(found.notes())
    one, other = (gazemap.predict(pictures[0], name).grid for name in (tmp_path / "mine", "shipped:gazenet"))
    np.testing.assert_array_equal(one, other)


def test_networks_without_a_readout_are_refused(pictures, tmp_path):
    known = looked_at(pictures[:5], SAME, points=5)
    save_model(tmp_path / "u.safetensors", create_model("unet", output="log_density"))
    with pytest.raises(InputError, match="readout of u, a unet, cannot be trained"):
        adapt(tmp_path / "u.safetensors", known, tmp_path / "mine", also_weights=True)
    form = form_beside(shipped_weights()["gazenet"])
    with pytest.raises(WeightsError, match=r"is an ONNX form, which holds no weights"):
        adapt(form, known, tmp_path / "mine", also_weights=True)
    assert not (tmp_path / "mine").exists()


def test_weights_are_replaced_as_onnx_reads_them():
    onnx = pytest.importorskip("onnx")
    form = form_beside(shipped_weights()["gazenet"]).read_bytes()
    values = np.arange(32, dtype=np.float32)
    changed = onnx.load_from_string(with_tensors(form, {"readout.0.bias": values}))
    before = onnx.load_from_string(form)
    for one, other in zip(before.graph.initializer, changed.graph.initializer, strict=True):
        array = onnx.numpy_helper.to_array(other)
        expected = values if one.name == "readout.0.bias" else onnx.numpy_helper.to_array(one)
        np.testing.assert_array_equal(array, expected)
    for name, wrong in (("readout.0.bias", values[:3]), ("nothing", values)):
        with pytest.raises(WeightsError, match=rf"a\.onnx has no weights {name} of \d+ bytes"):
            with_tensors(form, {name: wrong}, "a.onnx")
