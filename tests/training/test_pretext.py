"""A pretext on the tiny model: trained first, in a folder of its own, and what gaze training starts from."""

import pytest
import torch
import yaml
from support import tiny_model

from gazemap.errors import RecipeError, WeightsError
from gazemap.models.files import BEST, describe
from gazemap.models.table import create_model
from gazemap.models.weights import load_model, save_model, start_from
from gazemap.training import loop
from gazemap.training.log import read_metrics
from gazemap.training.loop import train
from gazemap.training.pretext import pretext_recipe
from gazemap.training.recipe import parse_recipe


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


def recipe_with(**keys):
    return parse_recipe(yaml.safe_load(tiny_model.RECIPE) | keys, "test")


def test_the_pretext_s_recipe_differs_in_target_output_loss_and_length():
    own = recipe_with(pretext={"source": "canny", "epochs": 3})
    first = pretext_recipe(own)
    assert first.data.target.of == "canny"
    assert first.model.options["output"] == "log_density"
    assert (first.loss, first.training.epochs, first.pretext) == ({"kld": 1.0}, 3, None)
    assert (first.optimizer, first.data.mirror, first.training.seed) == (
        own.optimizer,
        own.data.mirror,
        own.training.seed,
    )
    with pytest.raises(RecipeError, match="no section pretext"):
        pretext_recipe(recipe_with())
    with pytest.raises(RecipeError, match=r"pretext\.source"):
        recipe_with(pretext={"source": "gabor", "epochs": 3})


def test_gaze_training_starts_from_the_pretext_s_best_weights(popout_set, tmp_path, monkeypatch):
    started = []
    make_run = loop.make_run

    def noted(*arguments, **options):
        run = make_run(*arguments, **options)
        started.append({key: value.clone() for key, value in run.model.state_dict().items()})
        return run

    monkeypatch.setattr(loop, "make_run", noted)
    out = tmp_path / "run"
    train(recipe_with(pretext={"source": "sobel", "epochs": 3}), popout_set, out, progress=False)
    learned = load_model(out / "pretext").state_dict()
    assert len(started) == 2  # the pretext's own start, then that of the gaze training
    assert all(torch.equal(started[1][key], learned[key]) for key in learned)
    assert not torch.equal(started[0]["readout.weight"], started[1]["readout.weight"])
    losses = [row["val_loss"] for row in read_metrics(out / "pretext")]
    assert losses[-1] < losses[1]  # validated every two epochs: it learns edges
    assert describe(out)["recipe"]["pretext"] == {"source": "sobel", "epochs": 3}


def test_a_run_killed_in_its_pretext_ends_as_if_it_had_not_been(popout_set, tmp_path, monkeypatch):
    recipe = recipe_with(pretext={"source": "harris", "epochs": 4})
    train(recipe, popout_set, tmp_path / "whole", progress=False)
    one_epoch = loop.train_one_epoch

    def killed(run, epoch, log=None):
        if epoch == 3:
            raise KeyboardInterrupt
        return one_epoch(run, epoch, log)

    monkeypatch.setattr(loop, "train_one_epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        train(recipe, popout_set, tmp_path / "killed", progress=False)
    assert not (tmp_path / "killed" / BEST).exists()
    monkeypatch.setattr(loop, "train_one_epoch", one_epoch)
    train(recipe, popout_set, tmp_path / "killed", progress=False)
    for run in ("pretext", "."):
        whole, killed_run = (load_model(tmp_path / name / run).state_dict() for name in ("whole", "killed"))
        assert all(torch.equal(whole[key], killed_run[key]) for key in whole)


def test_weights_of_another_run_are_the_start(popout_set, tmp_path):
    """With a rate near 0 a run keeps the weights that it starts from."""
    train(recipe_with(), popout_set, tmp_path / "first", progress=False)
    first = load_model(tmp_path / "first").state_dict()
    still = {"name": "sgd", "lr": 1e-12}
    second = recipe_with(start=str(tmp_path / "first"), optimizer=still)
    train(second, popout_set, tmp_path / "second", progress=False)
    kept = load_model(tmp_path / "second").state_dict()
    for key, value in first.items():
        if not key.startswith("norm.running") and not key.endswith("tracked"):
            torch.testing.assert_close(kept[key], value, atol=1e-6, rtol=0)


def test_weights_of_another_network_are_refused(tmp_path):
    save_model(tmp_path / "tiny.safetensors", create_model("tiny"))
    larger = create_model("tiny")
    larger.readout = torch.nn.Conv2d(8, 2, 1)
    with pytest.raises(WeightsError, match=r"tiny\.safetensors cannot be the start of this tiny: 2 param"):
        start_from(larger, tmp_path / "tiny.safetensors")
    with pytest.raises(WeightsError, match="no model"):
        start_from(larger, tmp_path / "none.safetensors")
