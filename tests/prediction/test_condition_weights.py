"""A viewing condition that has weights of the network: every engine computes with them, and only under it."""

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch

from gazemap.adaptation.saving import save_adapted
from gazemap.errors import WeightsError
from gazemap.images.fingerprints import FINGERPRINT
from gazemap.models.conditions import ViewingCondition
from gazemap.models.files import form_beside, shipped_weights
from gazemap.models.weights import digest, load_model
from gazemap.prediction import predictor as predictors
from gazemap.prediction.engines.export import export
from gazemap.prediction.engines.pytorch import predict_grids
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import load_predictor

PHOTO = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
FRAME = PHOTO.transpose(2, 0, 1)[None]


@pytest.fixture(scope="module")
def network():
    """The network whose readout another one has."""
    return load_model("shipped:gazenet")


@pytest.fixture(scope="module")
def wall(network):
    """A condition whose readout is another one."""
    rng = np.random.default_rng(1)
    weights = {
        name: (parameter.detach().numpy() + 0.2 * rng.normal(size=parameter.shape)).astype(np.float32)
        for name, parameter in network.named_parameters()
        if name.startswith(network.readout_parts)
    }
    images = rng.integers(0, 256, (3, FINGERPRINT), np.uint8)
    return ViewingCondition("wall", 0.8, 0.01, images=images, weights=weights)


@pytest.fixture(scope="module")
def folder(wall, tmp_path_factory):
    """gazenet under that condition, as weights and as an ONNX form."""
    out = tmp_path_factory.mktemp("adapted") / "mine"
    save_adapted("shipped:gazenet", out, wall)
    return out


@pytest.fixture(scope="module")
def expected(wall, network):
    """The grid by the formula: the network with these weights, then the condition's numbers."""
    other = load_model("shipped:gazenet")
    with torch.no_grad():
        for name, values in wall.weights.items():
            other.get_parameter(name).copy_(torch.tensor(values))
    return wall.applied(predict_grids(other, FRAME), network.log_prior.numpy())[0]


@pytest.mark.parametrize("engine", ["onnx", "torch", "openvino"])
def test_every_engine_computes_with_the_weights_of_the_condition(engine, folder, expected):
    by_default, named = (predict(PHOTO, model, engine=engine).grid for model in (folder, f"{folder}@wall"))
    np.testing.assert_allclose(by_default, expected, atol=1e-4)
    np.testing.assert_array_equal(by_default, named)


@pytest.mark.parametrize("engine", ["onnx", "torch"])
def test_other_conditions_are_as_they_were(engine, folder):
    for name in ("free-viewing", "mouse", "web-page", "as-trained"):
        found, before = (
            predict(PHOTO, model, condition=name, engine=engine).grid for model in (folder, "shipped:gazenet")
        )
        np.testing.assert_array_equal(found, before)
    as_trained, before = (
        load_predictor(model, engine=engine).as_trained().grids(FRAME)
        for model in (folder, "shipped:gazenet")
    )
    np.testing.assert_array_equal(as_trained, before)


def test_a_center_bias_is_left_out_of_the_network_that_has_the_weights(folder, wall, network, expected):
    bare = [predict(PHOTO, folder, engine=engine, center_bias=False).grid for engine in ("onnx", "torch")]
    np.testing.assert_allclose(bare[0], bare[1], atol=1e-4)
    grids = load_predictor(folder).compute(FRAME)
    plain = replace(wall, log_prior=np.zeros((60, 80), np.float32))
    np.testing.assert_allclose(bare[0], plain.applied(grids, network.log_prior.numpy())[0], atol=1e-5)
    assert np.abs(bare[0] - expected).max() > 0.1


def test_weights_make_another_fingerprint_and_the_same_for_every_engine(folder, wall, tmp_path):
    save_adapted("shipped:gazenet", tmp_path / "plain", replace(wall, weights={}))
    by_form, by_weights = (load_predictor(folder, engine=engine) for engine in ("onnx", "torch"))
    assert by_form.fingerprint == by_weights.fingerprint
    assert by_form.fingerprint != load_predictor(tmp_path / "plain").fingerprint
    assert by_form.digest == load_predictor("shipped:gazenet").digest  # the network's own weights stay
    assert by_form.as_trained().fingerprint == load_predictor("shipped:gazenet@as-trained").fingerprint


def test_a_network_in_memory_is_left_as_it_is(folder, expected):
    model = load_model(folder)
    before = digest(model)
    np.testing.assert_allclose(predict(PHOTO, model).grid, expected, atol=1e-5)
    assert digest(model) == before
    np.testing.assert_array_equal(predict_grids(model, FRAME), predict_grids(load_model(folder), FRAME))


@pytest.fixture
def opened(monkeypatch):
    """How many weights each network is opened with, from now on."""
    numbers, own = [], predictors._FORMS["onnx"]
    monkeypatch.setattr(predictors, "_kept", {})
    monkeypatch.setitem(
        predictors._FORMS,
        "onnx",
        lambda *form, weights, **how: numbers.append(len(weights)) or own(*form, weights=weights, **how),
    )
    return numbers


def test_each_network_is_opened_once_and_only_when_it_is_asked_for(folder, opened):
    for _ in range(3):
        predict(PHOTO, folder)
        predict(PHOTO, f"{folder}@wall")
    assert opened == [10]
    predictor = load_predictor(folder)
    for name in ("as-trained", "free-viewing", "wall"):
        load_predictor(predictor, condition=name)
        load_predictor(folder, condition=name, center_bias=False)
    assert opened == [10, 0]


def test_threads_that_ask_at_once_open_one_network(folder, opened):
    load_predictor(f"{folder}@free-viewing")
    grids: list[np.ndarray] = []
    ask = lambda: grids.append(load_predictor(folder).grids(FRAME))  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [0, 10]
    assert len(grids) == 4
    for grid in grids[1:]:
        np.testing.assert_array_equal(grid, grids[0])


def test_a_file_that_became_another_is_not_mixed_with_old_weights(folder, wall, tmp_path):
    form = tmp_path / "own.onnx"
    form.write_bytes((folder / "best.onnx").read_bytes())
    predictor = load_predictor(f"{form}@as-trained")
    form.write_bytes(form_beside(shipped_weights()["gazenet-large"]).read_bytes())
    with pytest.raises(WeightsError, match=r"own\.onnx is another file than when it was opened"):
        load_predictor(replace(predictor, name="own"), condition="wall")


@pytest.mark.parametrize(
    ("name", "shape", "of_form", "of_weights"),
    [
        ("readout.0.bias", (31,), "has no weights readout.0.bias of 124 bytes", "has them of"),
        ("nothing", (32,), "has no weights nothing of 128 bytes", "has none of that name"),
    ],
)
def test_weights_that_do_not_fit_are_refused(name, shape, of_form, of_weights, wall, tmp_path):
    wrong = replace(wall, weights={name: np.zeros(shape, np.float32)})
    save_adapted("shipped:gazenet", tmp_path / "mine", wrong)
    with pytest.raises(WeightsError, match=of_form):
        load_predictor(tmp_path / "mine")
    for read in (load_model, lambda path: load_predictor(path, engine="torch")):
        with pytest.raises(WeightsError, match=f"viewing condition wall has weights {name}.*{of_weights}"):
            read(tmp_path / "mine")


def test_exported_weights_keep_the_condition(folder, expected, tmp_path):
    made = export(folder, tmp_path / "half.safetensors")
    assert made.difference < 1e-5  # gazenet's own are of 16 bits
    np.testing.assert_allclose(predict(PHOTO, made.file).grid, expected, atol=1e-4)
    plain, before = (
        predict(PHOTO, f"{name}@as-trained", engine="torch").grid for name in (made.file, folder)
    )
    np.testing.assert_allclose(plain, before, atol=1e-5)


@pytest.mark.slow
def test_an_exported_graph_has_the_weights_within(folder, expected, tmp_path):
    made = export(folder, tmp_path / "wall.onnx")
    np.testing.assert_allclose(predict(PHOTO, made.file).grid, expected, atol=1e-4)
    predictor, whole = load_predictor(made.file), load_predictor(folder)
    assert (predictor.condition, predictor.log_prior) == (None, None)
    assert predictor.fingerprint == whole.fingerprint  # no other network's
    np.testing.assert_array_equal(predictor.learned_from.trained, whole.learned_from.trained)
