"""Studies whose parts are made by workers: the numbers of one process, and what is made stays made."""

import json

import pytest
import torch
import yaml
from support import tiny_model
from support.killing import environment, kill_when
from support.workers_here import workers_here

from gazemap.data.dataset import load_dataset
from gazemap.data.popout.generate import popout
from gazemap.errors import InputError, WeightsError
from gazemap.models.weights import load_model
from gazemap.reports.studies.cross_validation import cross_validate
from gazemap.reports.studies.sweep import sweep
from gazemap.reports.studies.transfer import transfer
from gazemap.system.workers import processes


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A small data set, and another one."""
    folders = [tmp_path_factory.mktemp("sets") / name for name in ("one", "other")]
    for seed, folder in enumerate(folders):
        popout(folder, images=10, size=(64, 64), seed=seed)
        about = folder / "dataset.json"
        about.write_text(json.dumps(json.loads(about.read_text()) | {"name": folder.name}))
    return folders


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A recipe of a tiny density, which workers of other processes know, too."""
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    known = "from support import tiny_model; tiny_model.register(); "
    monkeypatch.setattr(processes, "_START", known + processes._START)
    changes = {"training.epochs": "1", "model.options": "{output: log_density}", "loss": "{kld: 1.0}"}
    return tiny_model.recipe(tmp_path, *(f"{key}={value}" for key, value in changes.items()))


@pytest.fixture
def plan(tiny, tmp_path):
    """A sweep of two entries."""
    (tmp_path / "kld.yaml").write_text(yaml.safe_dump(tiny.model_dump(mode="json")))
    entries = {"slow": ["optimizer.lr=0.01"], "fast": ["optimizer.lr=0.05"]}
    content = {"name": "rates", "recipe": str(tmp_path / "kld.yaml"), "metrics": ["nss"], "entries": entries}
    (tmp_path / "sweep.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    return tmp_path / "sweep.yaml"


@pytest.fixture
def here(monkeypatch):
    """The tasks that workers in this process do."""
    return workers_here(monkeypatch)


def assert_same_weights(one, other):
    left, right = (load_model(run).state_dict() for run in (one, other))
    assert left.keys() == right.keys()
    assert all(torch.equal(left[key], right[key]) for key in left)


@pytest.mark.slow
def test_two_processes_train_folds_to_the_bits_of_one(tiny, data, tmp_path):
    alone = cross_validate(tiny, load_dataset(data[0]), tmp_path / "one", folds=2)
    several = cross_validate(tiny, data[0], tmp_path / "two", folds=2, workers=2)
    assert [run.resumed_after for run in several.runs.values()] == [1, 1]  # the workers trained them
    for fold in ("1", "2"):
        assert_same_weights(tmp_path / "one" / fold, tmp_path / "two" / fold)
    assert several.scores.to_arrow() == alone.scores.to_arrow()
    assert several.scores.made_by == alone.scores.made_by


def test_folds_that_are_there_are_not_given_to_workers(tiny, data, tmp_path, here):
    asked = {"folds": 3, "workers": 2}
    assert cross_validate(tiny, data[0], tmp_path / "cv", fold=2, **asked).missing == [1, 3]
    assert here == [2]
    whole = cross_validate(tiny, data[0], tmp_path / "cv", **asked)
    assert (here, whole.missing) == ([2, 3, 1], [])
    more = cross_validate(tiny, data[0], tmp_path / "more", extra_data=[data[1]], fold=1, **asked)
    alone = cross_validate(tiny, data[0], tmp_path / "alone", extra_data=[data[1]], fold=1, folds=3)
    assert_same_weights(more.runs[1].out, alone.runs[1].out)


def test_a_sweep_by_workers_is_that_of_one_process(plan, data, tmp_path, here):
    sweep(plan, load_dataset(data[0]), tmp_path / "one")
    sweep(plan, data[0], tmp_path / "two", workers=2)
    assert here[:2] == ["fast-0", "slow-0"]
    assert here[2:] == [0]  # the part of the images that was scored
    tables = [(tmp_path / out / "table.csv").read_text() for out in ("one", "two")]
    assert tables[0] == tables[1]
    sweep(plan, data[0], tmp_path / "two", workers=2)
    assert len(here) == 3


def test_sets_left_out_by_workers_are_those_of_one_process(tiny, data, tmp_path, here):
    alone = transfer(data, tiny, tmp_path / "one", split="val")
    several = transfer([str(one) for one in data], tiny, tmp_path / "two", split="val", workers=2)
    assert sorted(here) == ["one", "other"]
    assert several.table.read_text() == alone.table.read_text()


def test_what_workers_cannot_open_or_may_not_replace_is_refused_before_they_start(
    tiny, plan, data, tmp_path, here
):
    known = load_dataset(data[0])
    for study in (
        lambda: sweep(plan, known, tmp_path / "out", workers=2),
        lambda: cross_validate(tiny, known, tmp_path / "out", workers=2),
        lambda: cross_validate(tiny, data[0], tmp_path / "out", extra_data=[known], workers=2),
        lambda: transfer([known, known], tiny, tmp_path / "out", workers=2),
    ):
        with pytest.raises(InputError, match="Give its folder, not 'one' in memory"):
            study()
    assert not (tmp_path / "out").exists()
    sweep(plan, data[0], tmp_path / "out", workers=2)
    del here[:]
    with pytest.raises(WeightsError, match="was trained with another recipe"):
        sweep(plan, data[0], tmp_path / "out", overrides=["training.epochs=2"], workers=2)
    assert here == []


@pytest.mark.slow
def test_a_driver_that_is_killed_leaves_no_worker_in_its_folders(plan, data, tmp_path):
    out = tmp_path / "out"
    arguments = ("sweep-by-workers", plan, data[0], out)
    kill_when(out / "slow-0" / "metrics.jsonl", "hang_in_training.py", *arguments)
    sweep(plan, data[0], out, workers=2)
    sweep(plan, load_dataset(data[0]), tmp_path / "whole")
    assert (out / "table.csv").read_text() == (tmp_path / "whole" / "table.csv").read_text()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_ray_trains_to_the_bits_of_one_process(plan, data, tmp_path, monkeypatch):
    """By a network that comes with gazemap, since Ray's workers know no other."""
    shallow = {"recipe": "unet-popout", "set": ["training.epochs=1"]}
    plan.write_text(yaml.safe_dump(yaml.safe_load(plan.read_text()) | shallow))
    sweep(plan, load_dataset(data[0]), tmp_path / "one")
    sweep(plan, data[0], tmp_path / "ray", workers=2, cluster="ray")
    tables = [(tmp_path / out / "table.csv").read_text() for out in ("one", "ray")]
    assert tables[0] == tables[1]
