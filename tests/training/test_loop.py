import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version

import pytest
import torch
from support import tiny_model
from support.killing import SUPPORT, environment, kill_when
from support.tiny_model import recipe

from gazemap.data.dataset import load_dataset
from gazemap.errors import DataError, OutputError, TrainingError, WeightsError
from gazemap.models.weights import BEST, describe, load_model, load_tensors
from gazemap.training import loop
from gazemap.training.checkpoint import LAST
from gazemap.training.log import read_metrics
from gazemap.training.loop import train
from gazemap.training.recipe import load_recipe

VERSION = version("gazemap")


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


def tensors(out, name=LAST):
    return load_tensors(out / name)[0]


def assert_same_bits(first, second):
    assert first.keys() == second.keys()
    for key, value in first.items():
        assert torch.equal(value, second[key]), key


def without_clock(rows):
    return [{k: v for k, v in row.items() if k != "images_per_second"} for row in rows]


def test_two_runs_give_the_same_bits_and_learn(popout_set, tmp_path):
    runs = [train(recipe(tmp_path), popout_set, tmp_path / name, progress=False) for name in "ab"]
    assert_same_bits(*(tensors(run.out) for run in runs))
    rows = [without_clock(read_metrics(run.out)) for run in runs]
    assert rows[0] == rows[1]
    assert rows[0][-1]["train_loss"] < rows[0][0]["train_loss"]
    assert [row["epoch"] for row in rows[0]] == [1, 2, 3, 4, 5, 6]
    assert [row["val_loss"] is not None for row in rows[0]] == [False, True] * 3
    assert [row["learning_rate"] for row in rows[0]] == [0.05] * 3 + [0.025] * 3
    assert all(row["gradient_norm"] > 0 for row in rows[0])


def test_another_seed_gives_other_bits(popout_set, tmp_path):
    a = train(recipe(tmp_path), popout_set, tmp_path / "a", progress=False)
    b = train(recipe(tmp_path, "training.seed=2"), popout_set, tmp_path / "b", progress=False)
    assert not torch.equal(
        tensors(a.out)["model.convolution.weight"], tensors(b.out)["model.convolution.weight"]
    )


def test_a_run_folder_explains_itself(popout_set, tmp_path):
    run = train(recipe(tmp_path), popout_set, tmp_path / "a", progress=False)
    about = describe(run.out)
    assert about["model"] == "tiny"
    assert about["recipe"]["training"]["epochs"] == 6
    assert about["dataset"] == {"name": "popout", "train": 20, "val": 5}
    losses = {row["epoch"]: row["val_loss"] for row in read_metrics(run.out)}
    assert about["val_loss"] == run.best_loss == min(filter(None, losses.values())) == losses[run.best_epoch]
    assert sorted(p.name for p in run.out.iterdir()) == [
        BEST, "events", LAST, "metrics.jsonl", "recipe.yaml",
    ]  # fmt: skip
    assert load_recipe(run.out / "recipe.yaml") == recipe(tmp_path)
    assert list((run.out / "events").glob("events*"))
    model = load_model(run.out)
    assert (model.name, model.architecture) == (run.out.name, "tiny")


@pytest.mark.parametrize(
    "moment", [0.0, 0.3, *(pytest.param(moment, marks=pytest.mark.slow) for moment in (0.15, 0.5, 0.8))]
)
def test_killed_at_any_moment_it_resumes_to_the_same_bits(popout_set, tmp_path, moment):
    """SIGKILL after the first checkpoint or before; the end is that of a run never killed."""
    slow = (
        "training.epochs=14",
        "training.batch_size=2",
        "training.validate_every=1",
        "training.average=0.9",
    )
    whole = train(recipe(tmp_path, *slow), popout_set, tmp_path / "whole", progress=False)
    out = tmp_path / "killed"
    (tmp_path / "killed.yaml").write_text((whole.out / "recipe.yaml").read_text())
    kill_when(out / "metrics.jsonl", "train_tiny.py", popout_set.path, out, after=moment)
    command = [sys.executable, str(SUPPORT / "train_tiny.py"), str(popout_set.path), str(out), "--resume"]
    subprocess.run(command, env=environment(), check=True, timeout=100)
    for name in (LAST, BEST):
        assert_same_bits(tensors(whole.out, name), tensors(out, name))
    assert without_clock(read_metrics(whole.out)) == without_clock(read_metrics(out))


def test_a_set_with_its_mirror_images_is_not_mirrored_again(tmp_path):
    from support.miniatures import MINIATURES

    from gazemap.data.importers import import_dataset
    from gazemap.system.device import choose_device
    from gazemap.training.setup import prepare

    source = MINIATURES["bristol-pickle"](tmp_path / "source")
    dataset = import_dataset("bristol-pickle", source, tmp_path / "set")
    run = prepare(recipe(tmp_path), dataset, choose_device("cpu"), progress=False)
    assert (run.mirror, len(run.train)) == ("none", 2)
    trained = train(recipe(tmp_path), dataset, tmp_path / "run", progress=False)
    assert trained.best_loss > 0


def test_resuming_a_finished_run_changes_nothing(popout_set, tmp_path):
    first = train(recipe(tmp_path), popout_set, tmp_path / "a", progress=False)
    before = tensors(first.out)
    again = train(recipe(tmp_path), popout_set, tmp_path / "a", if_exists="resume", progress=False)
    assert again == first
    assert_same_bits(before, tensors(again.out))


def test_a_folder_with_a_run_is_not_overwritten(popout_set, tmp_path):
    train(recipe(tmp_path, "training.epochs=1"), popout_set, tmp_path / "a", progress=False)
    with pytest.raises(OutputError, match="already holds a run"):
        train(recipe(tmp_path), popout_set, tmp_path / "a", progress=False)


def test_resuming_with_another_recipe_is_refused(popout_set, tmp_path):
    train(recipe(tmp_path, "training.epochs=1"), popout_set, tmp_path / "a", progress=False)
    changed = recipe(tmp_path, "training.epochs=1", "optimizer.lr=0.1")
    with pytest.raises(WeightsError, match=r"optimizer\.lr was 0\.05 and is now 0\.1"):
        train(changed, popout_set, tmp_path / "a", if_exists="resume", progress=False)


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


def test_training_shows_and_sets_nothing(popout_set, tmp_path, capfd):
    before = dict(os.environ)
    train(recipe(tmp_path, "training.epochs=1"), popout_set, tmp_path / "a")
    assert {**os.environ, "PYTEST_CURRENT_TEST": ""} == {**before, "PYTEST_CURRENT_TEST": ""}
    assert "".join(capfd.readouterr()) == ""


@pytest.mark.filterwarnings("ignore:overflow")
def test_a_loss_that_explodes_stops_the_run_and_keeps_the_checkpoint(popout_set, tmp_path, monkeypatch):
    def doubling_rate(optimizer, section, schedule, epoch, epochs):
        optimizer.param_groups[0]["lr"] = 0.01 * 4.0**epoch

    explosive = recipe(tmp_path, "optimizer.lr=0.9", "training.validate_every=1", "training.epochs=900")
    monkeypatch.setattr(loop, "apply_schedule", doubling_rate)
    with pytest.raises(TrainingError, match=r"epoch \d+, step \d+.*keeps the weights of epoch"):
        train(explosive, popout_set, tmp_path / "a", progress=False)
    assert all(value.isfinite().all() for value in tensors(tmp_path / "a", BEST).values())
    assert all(value.isfinite().all() for value in tensors(tmp_path / "a").values())


def test_a_set_without_the_split_is_refused_before_anything_is_written(popout_set, tmp_path):
    with pytest.raises(DataError, match=r"no split 'val'.*train \(20\)"):
        train(recipe(tmp_path), popout_set.split("train"), tmp_path / "a", progress=False)
    assert not (tmp_path / "a").exists()


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
        train(recipe(tmp_path), popout_set, tmp_path / "a", progress=False)
    monkeypatch.undo()
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    assert json.loads(json.dumps(load_tensors(tmp_path / "a" / LAST)[1]["progress"]))["epoch"] == 2
    resumed = train(recipe(tmp_path), popout_set, tmp_path / "a", if_exists="resume", progress=False)
    fresh = train(recipe(tmp_path), popout_set, tmp_path / "b", progress=False)
    assert_same_bits(tensors(resumed.out), tensors(fresh.out))


@pytest.mark.parametrize("output", ["saliency", "log_density"])
def test_both_kinds_of_output_train(popout_set, tmp_path, output):
    loss = "mse" if output == "saliency" else "kld"
    kind = recipe(tmp_path, f"model.options={{output: {output}}}", f"loss={{{loss}: 1.0}}")
    run = train(kind, popout_set, tmp_path / output, progress=False)
    assert run.best_loss < 3 * run.mean_map_loss


@pytest.mark.parametrize(
    "override",
    ["training.precision=bf16", "training.channels_last=false", "training.fused_optimizer=false"],
)
def test_speed_options_train_to_nearly_the_same_loss(popout_set, tmp_path, override):
    plain = train(recipe(tmp_path), popout_set, tmp_path / "plain", progress=False)
    other = train(recipe(tmp_path, override), popout_set, tmp_path / "other", progress=False)
    assert other.best_loss == pytest.approx(plain.best_loss, rel=0.02)


def test_the_mean_map_is_what_no_fixed_map_beats(popout_set, tmp_path):
    from gazemap.system.device import choose_device
    from gazemap.training.setup import mean_map, prepare

    run = prepare(recipe(tmp_path), popout_set, choose_device("cpu"), progress=False)
    best = mean_map(run.train.targets, "saliency")
    own = run.loss_of(best.expand_as(run.train.targets), run.train)
    for shift in (0.01, -0.01):
        assert run.loss_of((best + shift).expand_as(run.train.targets), run.train) > own
