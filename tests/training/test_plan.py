"""What a training will need, held to what it then takes."""

import json

import pytest
from support import tiny_model

from gazemap.errors import DataError
from gazemap.training import plan
from gazemap.training.loop import train


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


@pytest.mark.parametrize("average", ["null", "0.9"])
def test_a_plan_counts_what_the_training_then_makes(tmp_path, popout_set, average):
    recipe = tiny_model.recipe(tmp_path, "training.epochs=2", f"training.average={average}")
    planned = train(recipe, popout_set, tmp_path / "run", dry_run=True)
    assert not (tmp_path / "run").exists()
    run = train(recipe, popout_set, tmp_path / "run")
    rows = [json.loads(line) for line in (run.out / "metrics.jsonl").read_text().splitlines()]
    assert (planned.epochs, len(rows)) == (2, 2)
    splits = popout_set.splits
    assert (planned.train, planned.val) == (2 * splits["train"], splits["val"])  # mirror: copies
    assert planned.steps_per_epoch == -(-planned.train // planned.batch_size)
    files = [run.out / f"{name}.safetensors" for name in ("best", "last")]
    headers = sum(int.from_bytes(file.read_bytes()[:8], "little") + 8 for file in files)
    made = sum(file.stat().st_size for file in files) - headers
    kept_of_images = 40 * splits["train"]  # how they are known again
    assert 0 <= made - planned.disk_bytes < 3 * kept_of_images + 4096
    assert planned.gpu_bytes is None
    assert planned.measured == min(20, planned.steps_per_epoch)


def test_the_time_is_that_of_all_steps_and_validations(tmp_path, popout_set, monkeypatch):
    seconds = iter([[9.0, 0.5], [0.5] * 4])
    monkeypatch.setattr(plan, "_seconds", lambda run, steps: next(seconds))
    monkeypatch.setattr(plan, "_validation_seconds", lambda run: 2.0)
    recipe = tiny_model.recipe(tmp_path, "training.epochs=5", "training.validate_every=2")
    planned = train(recipe, popout_set, tmp_path / "run", dry_run=True)
    assert planned.seconds == 5 * planned.steps_per_epoch * 0.5 + 3 * 2.0
    assert planned.images_per_second == pytest.approx(planned.train / planned.steps_per_epoch / 0.5)
    text = " ".join(planned.notes())
    assert f"5 epochs of {planned.steps_per_epoch} steps" in text
    assert "Nothing was trained or written" in text
    assert json.loads(json.dumps(planned.as_json()))["seconds"] == planned.seconds


def test_a_set_without_a_split_is_told_how_to_get_one(tmp_path, popout_set):
    lacking = popout_set.select(split="train")
    command = (
        rf"gazemap data split {popout_set.path} --shares train=\.9,val=\.1 --out {popout_set.path}-split"
    )
    with pytest.raises(DataError, match=rf"has no split 'val'\. It has: train \(\d+\)\. .*{command}"):
        train(tiny_model.recipe(tmp_path), lacking, tmp_path / "run")
