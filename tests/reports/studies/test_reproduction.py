"""A study of tiny networks: what was trained is used again, and nothing is printed."""

import json

import pytest
from support import tiny_model

from gazemap.errors import DataError, InputError, WeightsError
from gazemap.reports.studies import reproduction
from gazemap.reports.studies.reproduction import Published, Study, reproduce
from gazemap.training import loop


@pytest.fixture(autouse=True)
def _tiny(monkeypatch, tmp_path):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    (tmp_path / "tiny.yaml").write_text(tiny_model.RECIPE)
    published = (Published("a paper", "elsewhere", {"cc": 0.5}),)
    study = Study("A study", (str(tmp_path / "tiny.yaml"),), ("exact",), published)
    monkeypatch.setitem(reproduction.STUDIES, "tiny", study)


def test_it_returns_what_it_made_and_prints_nothing(popout_set, tmp_path, capfd):
    made = reproduce("tiny", popout_set, tmp_path / "out", sigma=5, overrides=["training.epochs=1"])
    assert "".join(capfd.readouterr()) == ""
    assert made.report == tmp_path / "out" / "report.html"
    assert "a blur of 5 pixels, as asked for" in made.report.read_text()
    run = made.runs["tiny"]
    assert (run.out, run.best_epoch) == (tmp_path / "out" / "tiny", 1)
    assert made.as_json() == {"report": str(made.report), "runs": {"tiny": run.as_json()}}
    assert json.loads(json.dumps(made.as_json()))["runs"]["tiny"]["best_epoch"] == 1


@pytest.mark.slow  # the same door as for sweeps and folds, whose kills are in the quick suite
def test_killed_in_its_first_epoch_it_goes_on_and_is_not_trained_twice(popout_set, tmp_path, monkeypatch):
    out, overrides = tmp_path / "out", ["training.epochs=1"]

    def killed(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loop, "train_one_epoch", killed)
        with pytest.raises(KeyboardInterrupt):
            reproduce("tiny", popout_set, out, overrides=overrides)
    made = reproduce("tiny", popout_set, out, overrides=overrides)
    monkeypatch.setattr(loop, "train_one_epoch", killed)
    assert reproduce("tiny", popout_set, out, overrides=overrides).runs == made.runs
    with pytest.raises(
        WeightsError, match=r"tiny was trained with another recipe: training\.epochs was 1 and is"
    ):
        reproduce("tiny", popout_set, out, overrides=["training.epochs=2"])
    smaller = popout_set.with_samples(popout_set.samples[:-1])
    with pytest.raises(WeightsError, match="tiny was trained with another data set"):
        reproduce("tiny", smaller, out, overrides=overrides)


def test_an_unknown_study_is_named(popout_set, tmp_path):
    with pytest.raises(InputError, match="no study named 'nurick'"):
        reproduce("nurick", popout_set, tmp_path)


def test_what_cannot_be_scored_is_refused_before_anything_is_trained(popout_set, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "train_one_epoch", None)
    with pytest.raises(InputError, match="Give sigma or degrees, not both"):
        reproduce("tiny", popout_set, tmp_path / "out", sigma=3, degrees=1)
    with pytest.raises(DataError, match=r"no split 'val'.*gazemap data split .* --shares train=\.9,val=\.1"):
        reproduce("tiny", popout_set.select(split="train"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
