"""Weights: what a loaded model is called, which file a name means, and what a digest depends on."""

import pytest
import torch
from support.tiny_model import MODELS, Tiny

import gazemap
from gazemap.errors import WeightsError
from gazemap.models.files import BEST, describe
from gazemap.models.weights import digest, load_model, save_model, save_tensors


@pytest.fixture(autouse=True)
def _tiny(monkeypatch, tmp_path):
    monkeypatch.setitem(MODELS, "tiny", Tiny)
    monkeypatch.chdir(tmp_path)


def test_a_shipped_model_s_row_has_its_own_name(popout_set):
    model = load_model("gazenet-large")
    assert (model.name, model.architecture) == ("gazenet-large", "gazenet")
    scores = gazemap.evaluate(model, popout_set, "val", metrics=["nss"])
    assert scores.interval("gazenet-large", "nss").mean > 0


def test_a_model_is_called_as_the_place_where_it_was_found(tmp_path):
    assert Tiny().name == "tiny"
    save_model(tmp_path / "runs" / "a" / BEST, Tiny())
    save_model(tmp_path / "half.safetensors", Tiny())
    assert load_model("runs/a").name == "a"
    assert load_model("half.safetensors").name == "half"
    assert describe("runs/a")["model"] == "tiny"


def test_the_current_folder_is_called_by_its_own_name(tmp_path, monkeypatch):
    save_model(tmp_path / "runs" / "a" / BEST, Tiny())
    monkeypatch.chdir(tmp_path / "runs" / "a")
    assert load_model(".").name == "a"


def test_what_exists_comes_before_a_shipped_name(tmp_path):
    save_model(tmp_path / "gazenet" / BEST, Tiny())
    assert load_model("gazenet").architecture == describe("gazenet")["model"] == "tiny"
    shipped = load_model("shipped:gazenet")
    assert (shipped.name, shipped.architecture) == ("gazenet", "gazenet")
    assert load_model().architecture == "gazenet"  # the default is always the shipped one
    (tmp_path / "gazenet" / BEST).unlink()
    with pytest.raises(WeightsError, match=r"gazenet/best\.safetensors.*shipped:gazenet,"):
        load_model("gazenet")


def test_an_unknown_shipped_name_is_refused_with_the_nearest():
    with pytest.raises(WeightsError, match="Did you mean 'gazenet'"):
        load_model("shipped:gazent")


def test_a_digest_says_what_a_model_computes_and_not_what_it_is_called():
    torch.manual_seed(0)
    model = Tiny()
    own = digest(model)
    model.name = "another"
    assert digest(model) == own
    model.fit = "crop"
    assert digest(model) != own
    model.fit = "stretch"
    model.target_range = (-1.0, 1.0)
    assert digest(model) != own
    model.target_range = (0.0, 1.0)
    assert digest(model) == own
    with torch.no_grad():
        model.readout.bias += 1
    assert digest(model) != own


def test_reading_a_model_leaves_it_as_it_is(tmp_path):
    model = Tiny().train()
    model.readout.requires_grad_(False)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    digest(model)
    save_model(tmp_path / "tiny.safetensors", model)
    assert model.training
    assert not model.readout.weight.requires_grad
    assert model.convolution.weight.requires_grad
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def test_a_default_that_changes_later_changes_no_saved_model(tmp_path, monkeypatch):
    save_model(tmp_path / "tiny.safetensors", Tiny())
    monkeypatch.setattr(Tiny.__init__, "__kwdefaults__", {"output": "log_density", "norm": True})
    assert Tiny().output == "log_density"
    assert load_model("tiny.safetensors").output == "saliency"


def test_weights_of_a_model_or_option_that_is_not_known_name_their_file(tmp_path):
    for change, message in (({"model": "tny"}, "named 'tny'"), ({"options": {"depth": 3}}, "named 'depth'")):
        about = {"model": "tiny", "options": {}, **change}
        save_tensors(tmp_path / "other.safetensors", Tiny().state_dict(), about)
        with pytest.raises(WeightsError, match=rf"other\.safetensors is of a model.*{message}"):
            load_model("other.safetensors")
