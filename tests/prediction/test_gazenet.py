"""The models that come with gazemap: there, small, explained, and putting out what they always did."""

from pathlib import Path

import numpy as np
import pytest

import gazemap
from gazemap.errors import InputError
from gazemap.models.files import DEFAULT_MODEL, describe, model_card, shipped_weights
from gazemap.prediction.engines.pytorch import predict_grids

LEARNED_FROM = {
    "gazenet": {"name": "free-viewing", "train": 1083, "val": 200},
    "gazenet-large": {"name": "free-viewing-1530", "train": 1530, "val": 260},
}
GOLDEN = Path(__file__).parents[1] / "golden"
each_shipped = pytest.mark.parametrize("name", shipped_weights())
first_shipped = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name != "gazenet")) for name in shipped_weights()]
)


def scene():
    """An image that any machine makes alike: a gradient, two disks and bars."""
    y, x = np.mgrid[:240, :320]
    image = np.stack([x * 255 // 319, y * 255 // 239, np.full_like(x, 90)])
    image[:, (x - 90) ** 2 + (y - 80) ** 2 < 30**2] = [[230], [60], [40]]
    image[:, (x - 220) ** 2 + (y - 150) ** 2 < 18**2] = [[250], [250], [240]]
    image[:, 200:210, 40:160:4] = 0
    return image.astype(np.uint8)[None]


def test_the_default_and_a_larger_one_are_shipped():
    assert list(shipped_weights()) == ["gazenet", "gazenet-large"]
    assert gazemap.load_model().input_size == gazemap.load_model(DEFAULT_MODEL).input_size == (240, 320)
    assert gazemap.load_model("gazenet-large").input_size == (336, 448)


@each_shipped
def test_it_puts_out_what_it_did_when_it_was_shipped(name):
    found = predict_grids(gazemap.load_model(name), scene())[0]
    np.testing.assert_allclose(found, np.load(GOLDEN / f"{name}.npy", allow_pickle=False), atol=2e-3)


@each_shipped
def test_it_is_small_and_says_how_it_came_to_be(name):
    assert shipped_weights()[name].stat().st_size < 12e6
    about = describe(name)
    assert about["model"] == "gazenet"
    assert about["recipe"]["name"] == name
    assert about["dataset"] == LEARNED_FROM[name]
    assert "/" not in about["recipe"]["model"]["options"]["encoder_weights"]  # no path of the machine


@each_shipped
def test_it_has_a_card_that_says_what_it_must(name):
    card = model_card(name)
    for heading in ("Trained on", "Scores", "Where it fails", "Center bias", "What it must not be used for"):
        assert f"## {heading}" in card
    for license_ in ("MIT", "Apache-2.0", "SALICON"):
        assert license_ in card


def test_a_card_of_no_model_is_refused():
    with pytest.raises(InputError, match=r"no model with weights named 'gazent'.*gazenet"):
        model_card("gazent")


@first_shipped
def test_it_sees_more_than_the_center_bias(name, popout_set):
    scores = gazemap.evaluate({name: gazemap.load_model(name)}, popout_set, "val", metrics=["nss"])
    assert scores.interval(name, "nss").mean > scores.interval("center bias", "nss").mean


@pytest.mark.parametrize("engine", ["torch", pytest.param("openvino", marks=pytest.mark.slow)])
def test_every_engine_has_the_same_folds(engine):
    """A page of three screens, one by one and in one batch with another image."""
    page = np.tile(scene()[0].transpose(1, 2, 0), (3, 1, 1))
    expected = gazemap.predict(page, "shipped:gazenet", engine="onnx", viewport=(240, 320))
    alone, _ = gazemap.predict([page, page[:200]], "shipped:gazenet", engine=engine, viewport=(240, 320))
    assert [part.fold.y for part in expected.folds] == [part.fold.y for part in alone.folds] == [0, 240, 480]
    np.testing.assert_allclose(alone.array, expected.array, atol=1e-4)


@first_shipped
def test_it_has_viewing_conditions_and_two_have_a_readout_of_their_own(name):
    model = gazemap.load_model(name)
    conditions = model.conditions
    assert [*conditions.by_name] == ["free-viewing", "mouse", "web-page"]
    assert conditions.used is conditions.by_name["free-viewing"]
    mouse = {"gazenet": 530, "gazenet-large": 60}[name]  # its train, or its test
    assert [len(one.images) for one in conditions.by_name.values()] == [251, mouse, 25]
    readout = {key for key, _ in model.named_parameters() if key.startswith(model.readout_parts)}
    weights = {key: {*one.weights} for key, one in conditions.by_name.items()}
    assert weights == {"free-viewing": set(), "mouse": readout, "web-page": readout}
    image = scene()[0].transpose(1, 2, 0)
    plain, by_default = (gazemap.predict(image, named).density for named in (f"{name}@as-trained", name))
    np.testing.assert_array_equal(gazemap.predict(image, f"{name}@free-viewing").density, by_default)
    for condition in conditions.by_name:
        changed = gazemap.predict(image, name, condition=condition).density
        assert changed.sum() == pytest.approx(1, abs=1e-4)
        assert np.corrcoef(changed.ravel(), plain.ravel())[0, 1] < 0.999
        by_torch = gazemap.predict(image, f"{name}@{condition}", engine="torch").density
        np.testing.assert_allclose(by_torch, changed, atol=1e-3 * changed.max())


@pytest.mark.slow
def test_weights_that_are_exported_under_a_condition_keep_it(tmp_path):
    from gazemap.prediction.engines.export import export

    made = export("gazenet@mouse", tmp_path / "mouse.safetensors")
    assert made.difference < 1e-6
    image = scene()[0].transpose(1, 2, 0)
    found, expected = (
        gazemap.predict(image, name, engine="torch").grid for name in (made.file, "gazenet@mouse")
    )
    np.testing.assert_allclose(found, expected, atol=1e-6)
