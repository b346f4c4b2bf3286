"""A run folder: what a resume needs, what made it, and what is refused."""

import json
import shutil
from importlib.metadata import version

import numpy as np
import pytest
from support import tiny_model
from support.run_files import assert_same_bits, tensors
from support.tiny_model import recipe

from gazemap.data.dataset import load_dataset
from gazemap.data.popout.generate import popout
from gazemap.errors import OutputError, WeightsError
from gazemap.models.files import BEST, describe
from gazemap.models.weights import load_model, load_tensors
from gazemap.training import loop
from gazemap.training.checkpoint import LAST
from gazemap.training.loop import train

VERSION = version("gazemap")


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


def test_resuming_a_finished_run_changes_nothing(popout_set, tmp_path, monkeypatch):
    first = train(recipe(tmp_path), popout_set, tmp_path / "a")
    before = tensors(first.out)
    monkeypatch.setattr(loop, "make_run", None)  # no image is decoded, no network made
    again = train(recipe(tmp_path), popout_set, tmp_path / "a", if_exists="resume")
    assert again == first
    assert_same_bits(before, tensors(again.out))


def test_a_folder_with_a_run_is_not_overwritten(popout_set, tmp_path):
    train(recipe(tmp_path, "training.epochs=1"), popout_set, tmp_path / "a")
    with pytest.raises(OutputError, match="already holds a run"):
        train(recipe(tmp_path), popout_set, tmp_path / "a")


def test_resuming_with_another_recipe_is_refused(popout_set, tmp_path):
    train(recipe(tmp_path, "training.epochs=1"), popout_set, tmp_path / "a")
    changed = recipe(tmp_path, "training.epochs=1", "optimizer.lr=0.1")
    with pytest.raises(WeightsError, match=r"optimizer\.lr was 0\.05 and is now 0\.1"):
        train(changed, popout_set, tmp_path / "a", if_exists="resume")


def test_resuming_on_another_data_set_is_refused(popout_set, tmp_path):
    """The same name, one image less: its content is compared, not its name or folder."""
    chosen, out = recipe(tmp_path, "training.epochs=1"), tmp_path / "a"
    train(chosen, popout_set, out)
    smaller = popout_set.with_samples(popout_set.samples[:-1])
    difference = f"the data set was '{popout_set.fingerprint}' and is now '{smaller.fingerprint}'"
    with pytest.raises(WeightsError, match=f"with another data set: {difference}"):
        train(chosen, smaller, out, if_exists="resume")


def test_a_moved_data_set_is_the_same_one(popout_set, tmp_path):
    chosen, out = recipe(tmp_path, "training.epochs=1"), tmp_path / "a"
    first = train(chosen, popout_set, out)
    shutil.copytree(popout_set.path, tmp_path / "moved")
    assert train(chosen, load_dataset(tmp_path / "moved"), out, if_exists="resume") == first


def test_every_difference_is_named_with_the_ways_to_go_on(popout_set, tmp_path, monkeypatch):
    out = tmp_path / "a"
    train(recipe(tmp_path, "training.epochs=1"), popout_set, out)
    monkeypatch.setattr("gazemap.system.fingerprint.version", lambda package: "99.0")
    smaller = popout_set.with_samples(popout_set.samples[:-1])
    changed = recipe(tmp_path, "training.epochs=1", "optimizer.lr=0.1", "data.augment={scale: [0.6, 1.0]}")
    with pytest.raises(WeightsError) as refused:
        train(changed, smaller, out, if_exists="resume")
    message = str(refused.value)
    for part in (
        "with another recipe, data set, version of gazemap",
        "optimizer.lr was 0.05 and is now 0.1",
        "data.augment was None and is now {",
        "the data set was 'popout ",
        f"the version of gazemap was '{VERSION}' and is now '99.0'",
        str(out / "recipe.yaml"),
        f"pip install gazemap=={VERSION}",
        f"--set start={out}",
    ):
        assert part in message


def test_weights_that_a_recipe_names_are_compared_by_content(popout_set, tmp_path):
    """They may move; others under the same name are refused."""
    first = train(recipe(tmp_path, "training.epochs=1"), popout_set, tmp_path / "first")
    later = recipe(tmp_path, "training.epochs=1", f"start={first.out}")
    run = train(later, popout_set, tmp_path / "run")
    first.out.rename(tmp_path / "moved")
    moved = recipe(tmp_path, "training.epochs=1", f"start={tmp_path / 'moved'}")
    assert train(moved, popout_set, run.out, if_exists="resume") == run
    train(recipe(tmp_path, "training.epochs=1", "training.seed=3"), popout_set, first.out)
    with pytest.raises(
        WeightsError, match=r"another recipe: start was 'weights \w+' and is now 'weights \w+'"
    ):
        train(later, popout_set, run.out, if_exists="resume")


def test_weights_say_what_made_them(popout_set, tmp_path):
    run = train(recipe(tmp_path, "training.epochs=2"), popout_set, tmp_path / "a")
    for name in (LAST, BEST):
        made_by = describe(run.out / name)["made_by"]
        assert made_by["recipe"]["training"]["epochs"] == 2
        assert made_by["dataset"] == popout_set.fingerprint
        assert made_by["version"] == VERSION


def test_a_full_disk_leaves_the_checkpoint_before(popout_set, tmp_path, monkeypatch):
    import gazemap.models.weights as weights

    real, calls = weights.save_file, []

    def fills_up(*arguments, **options):
        calls.append(arguments)
        if len(calls) > 3:
            raise weights.SafetensorError("I/O error: No space left on device (os error 28)")
        real(*arguments, **options)

    monkeypatch.setattr(weights, "save_file", fills_up)
    with pytest.raises(OutputError, match="No space left"):
        train(recipe(tmp_path), popout_set, tmp_path / "a")
    monkeypatch.undo()
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    assert json.loads(json.dumps(load_tensors(tmp_path / "a" / LAST)[1]["progress"]))["epoch"] == 2
    resumed = train(recipe(tmp_path), popout_set, tmp_path / "a", if_exists="resume")
    fresh = train(recipe(tmp_path), popout_set, tmp_path / "b")
    assert_same_bits(tensors(resumed.out), tensors(fresh.out))


def test_a_resumed_run_still_knows_what_its_start_had_learned_from(popout_set, tmp_path, monkeypatch):
    first = train(
        recipe(tmp_path, "training.epochs=1"), popout(tmp_path / "other", images=10), tmp_path / "a"
    )
    chosen = recipe(tmp_path, "training.epochs=2", "training.validate_every=1", f"start={first.out}")
    whole = train(chosen, popout_set, tmp_path / "whole")
    one_epoch = loop.train_one_epoch

    def killed(run, epoch, log=None):
        if epoch == 1:
            raise KeyboardInterrupt
        return one_epoch(run, epoch, log)

    monkeypatch.setattr(loop, "train_one_epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        train(chosen, popout_set, tmp_path / "killed")
    monkeypatch.setattr(loop, "train_one_epoch", one_epoch)
    resumed = train(chosen, popout_set, tmp_path / "killed", if_exists="resume")
    expected, found = (load_model(run.out).training_images for run in (whole, resumed))
    np.testing.assert_array_equal(found.trained, expected.trained)
    assert found.complete
    assert_same_bits(tensors(whole.out), tensors(resumed.out))
