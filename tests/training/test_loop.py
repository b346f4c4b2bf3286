import json
import os
import subprocess
import sys
from importlib.metadata import version

import pytest
import torch
from support import tiny_model
from support.killing import SUPPORT, environment, kill_when
from support.run_files import assert_same_bits, tensors
from support.tiny_model import recipe

from gazemap.errors import DataError, RecipeError, TrainingError
from gazemap.models.files import BEST, describe
from gazemap.models.weights import load_model
from gazemap.training import loop
from gazemap.training.checkpoint import LAST
from gazemap.training.log import read_metrics
from gazemap.training.loop import train
from gazemap.training.recipe import load_recipe

VERSION = version("gazemap")


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


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


def test_recipe_and_data_set_are_named_or_given(popout_set, tmp_path):
    given = train(recipe(tmp_path, "training.epochs=1"), popout_set, tmp_path / "given")
    changed = recipe(tmp_path, "training.epochs=4")
    for name, chosen in (("a", changed), ("b", tmp_path / "tiny.yaml"), ("c", str(tmp_path / "tiny.yaml"))):
        named = train(chosen, str(popout_set.path), tmp_path / name, overrides=["training.epochs=1"])
        assert_same_bits(tensors(given.out), tensors(named.out))
    with pytest.raises(RecipeError, match=r"Recipe tiny has 1 mistake.*\n.*Did you mean 'epochs'"):
        train(changed, popout_set, tmp_path / "d", overrides=["training.epoch=1"])


def test_the_result_is_plain_json(popout_set, tmp_path):
    run = train(recipe(tmp_path), popout_set, tmp_path / "a")
    best = next(row for row in read_metrics(run.out) if row["epoch"] == run.best_epoch)
    assert json.loads(json.dumps(run.as_json(), allow_nan=False)) == {
        "out": str(tmp_path / "a"),
        "epochs": 6,
        "best_epoch": best["epoch"],
        "best_loss": best["val_loss"],
        "mean_map_loss": run.mean_map_loss,
        "resumed_after": 0,
        "warning": run.warning,
    }


def test_a_log_that_is_a_file_has_a_line_per_epoch_and_says_what_was_there(popout_set, tmp_path, capfd):
    """Progress is on stderr, which is no terminal here; nothing is on stdout."""
    chosen, out = recipe(tmp_path), tmp_path / "a"
    train(chosen, popout_set, out, progress=True)
    first = capfd.readouterr()
    assert first.out == ""
    lines = first.err.splitlines()
    assert [line.split(",")[0] for line in lines] == [f"tiny: epoch {epoch}/6" for epoch in range(1, 7)]
    losses = [f"loss {row['train_loss']:.5f}" for row in read_metrics(out)]
    assert all(loss in line for loss, line in zip(losses, lines, strict=True))
    again = train(chosen, popout_set, out, if_exists="resume", progress=True)
    said = f"tiny: 6 of 6 epochs are trained already, in {out}.\n"
    assert (capfd.readouterr(), again.resumed_after) == (("", said), 6)


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


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0.0, 0.15, 0.3, 0.5, 0.8])
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


@pytest.mark.slow
def test_a_set_with_its_mirror_images_is_not_mirrored_again(tmp_path):
    from support.miniatures import MINIATURES

    from gazemap.data.importers import import_dataset
    from gazemap.system.device import choose_device
    from gazemap.training.setup import make_run

    source = MINIATURES["bristol-pickle"](tmp_path / "source")
    dataset = import_dataset(source, tmp_path / "set", format="bristol-pickle")
    run = make_run(recipe(tmp_path), dataset, choose_device("cpu"), progress=False)
    assert (run.mirror, len(run.train)) == ("none", 2)
    trained = train(recipe(tmp_path), dataset, tmp_path / "run", progress=False)
    assert trained.best_loss > 0


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
    from gazemap.training.setup import make_run, mean_map

    run = make_run(recipe(tmp_path), popout_set, choose_device("cpu"), progress=False)
    best = mean_map(run.train.targets, "saliency")
    own = run.loss_of(best.expand_as(run.train.targets), run.train)
    for shift in (0.01, -0.01):
        assert run.loss_of((best + shift).expand_as(run.train.targets), run.train) > own
