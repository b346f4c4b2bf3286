"""A model is fitted to looks that were drawn from densities which are known."""

import numpy as np
import pytest
from support import tiny_model
from support.known_looks import AS_TRAINED, looked_at

import gazemap
from gazemap.adaptation.adapt import adapt
from gazemap.errors import InputError, OutputError
from gazemap.images.fingerprints import known_again
from gazemap.models.conditions import ViewingCondition
from gazemap.models.files import describe, shipped_weights
from gazemap.models.weights import save_model
from gazemap.prediction.predictor import load_predictor

TRUTH = ViewingCondition("truth", 0.5, 0.03)


@pytest.fixture(scope="module")
def adapted(pictures, tmp_path_factory):
    out = tmp_path_factory.mktemp("adapted") / "mine"
    return adapt("shipped:gazenet", looked_at(pictures, TRUTH), out)


def test_what_the_looks_were_drawn_by_is_found(adapted):
    assert adapted.condition.power == pytest.approx(TRUTH.power, abs=0.06)
    assert adapted.condition.blur == pytest.approx(TRUTH.blur, abs=0.008)
    assert adapted.gain.low > 0.05
    assert any("left out of the fit" in note for note in adapted.notes())
    assert adapted.as_json()["changed"] is True


def test_the_folder_stands_for_the_model_in_every_engine(adapted, pictures):
    first, second = (gazemap.predict(pictures[0], adapted.out, engine=engine) for engine in ("auto", "torch"))
    np.testing.assert_allclose(first.grid, second.grid, atol=1e-4)
    before = gazemap.predict(pictures[0], AS_TRAINED).grid
    predictor = load_predictor(adapted.out)
    np.testing.assert_allclose(
        first.grid, adapted.condition.applied(before[None], predictor.log_prior)[0], atol=1e-5
    )
    assert predictor.engine == "onnx"  # its form is beside its weights
    assert predictor.fingerprint != load_predictor("shipped:gazenet").fingerprint
    bare = gazemap.predict(pictures[0], adapted.out, center_bias=False).grid
    assert np.abs(bare - first.grid).max() > 0.1


def test_the_images_of_the_fit_count_as_seen(adapted, pictures):
    from gazemap.data.batches.looks import looks_of

    looks = looks_of(looked_at(pictures[:3], TRUTH, points=1))
    for model, seen in ((adapted.out, True), ("shipped:gazenet", False)):
        for engine in ("onnx", "torch"):
            images = load_predictor(model, engine=engine).learned_from
            assert known_again(looks, images.trained).all() == seen
    as_it_was = load_predictor(adapted.out, condition="as-trained").learned_from
    assert not known_again(looks, as_it_was.trained).any()
    assert describe(adapted.out)["condition"] == "adapted"


@pytest.mark.slow
def test_an_adapted_model_is_adapted_anew_from_its_start(adapted, pictures, tmp_path):
    again = adapt(adapted.out, looked_at(pictures, TRUTH), tmp_path / "again")
    assert again.condition.power == adapted.condition.power


@pytest.mark.slow
def test_a_model_keeps_the_conditions_that_it_has(adapted, pictures, tmp_path):
    adapt(adapted.out, looked_at(pictures, ViewingCondition("other", 1.6)), tmp_path / "two", name="other")
    first, second, before = (
        gazemap.predict(pictures[0], name).grid
        for name in (f"{tmp_path}/two@adapted", tmp_path / "two", f"{tmp_path}/two@as-trained")
    )
    np.testing.assert_array_equal(first, gazemap.predict(pictures[0], adapted.out).grid)
    np.testing.assert_array_equal(before, gazemap.predict(pictures[0], AS_TRAINED).grid)
    assert np.abs(second - before).max() > 0.1
    by_option = gazemap.predict(pictures[0], tmp_path / "two", condition="adapted")
    np.testing.assert_array_equal(by_option.grid, first)
    for engine in ("onnx", "torch"):
        predictor = load_predictor(f"{tmp_path}/two@adapted", engine=engine)
        assert (predictor.name, predictor.condition.name) == ("two@adapted", "adapted")
    with pytest.raises(InputError, match=r"viewing condition of two named 'wall'.*as-trained"):
        gazemap.predict(pictures[0], f"{tmp_path}/two@wall")
    with pytest.raises(InputError, match="names the condition adapted, not other"):
        gazemap.predict(pictures[0], f"{tmp_path}/two@adapted", condition="other")


def test_nothing_changes_where_the_model_is_right(pictures, tmp_path):
    right = looked_at(pictures, load_predictor("shipped:gazenet").condition)
    found = adapt("shipped:gazenet", right, tmp_path / "mine")
    assert found.condition is None
    assert any(note.startswith("Nothing is changed") for note in found.notes())
    assert (found.start.name, found.as_json()["power"]) == ("free-viewing", found.start.power)
    one, other = (gazemap.predict(pictures[0], name).grid for name in (tmp_path / "mine", "shipped:gazenet"))
    np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_an_export_holds_the_condition(adapted, pictures, tmp_path):
    from gazemap.prediction.engines.export import export

    export(adapted.out, tmp_path / "mine.onnx")
    one, other = (gazemap.predict(pictures[0], name).grid for name in (tmp_path / "mine.onnx", adapted.out))
    np.testing.assert_allclose(one, other, atol=1e-4)
    assert load_predictor(tmp_path / "mine.onnx").condition is None  # a part of the graph


def test_what_cannot_be_adapted_is_refused_before_work(adapted, pictures, tmp_path):
    known = looked_at(pictures[:4], TRUTH, points=5)
    with pytest.raises(InputError, match="cannot be named 'My Wall'"):
        adapt("shipped:gazenet", known, tmp_path / "few", name="My Wall")
    with pytest.raises(OutputError, match="exists already"):
        adapt("shipped:gazenet", known, adapted.out)
    with pytest.raises(InputError, match="has 4 images that somebody looked at, and 5 or more"):
        adapt("shipped:gazenet", known, tmp_path / "few")
    tiny_model.register()
    save_model(tmp_path / "tiny.safetensors", tiny_model.Tiny())
    with pytest.raises(InputError, match="tiny predicts no density"):
        adapt(tmp_path / "tiny.safetensors", known, tmp_path / "tiny")
    assert not (tmp_path / "few").exists()
    assert "gazenet" in shipped_weights()
