"""Two of a kind on one folder: the second is told whose it is, and nothing of the first changes."""

import os
import threading
import time

import pytest
import yaml
from support import tiny_model
from support.holding import held

import gazemap
from gazemap.data.exporting import export_dataset
from gazemap.data.popout.generate import popout
from gazemap.data.subsets.new_sets import select_dataset
from gazemap.data.writing.folder import save_dataset
from gazemap.errors import OutputError
from gazemap.evaluation import reuse
from gazemap.evaluation.evaluate import evaluate_opened
from gazemap.evaluation.kept import evaluate_and_keep
from gazemap.evaluation.names import scores_file
from gazemap.prediction.files.predict_files import predict_files
from gazemap.reports.studies.cross_validation import cross_validate
from gazemap.reports.studies.reproduction import reproduce
from gazemap.reports.studies.sweep import sweep

# Command -> what it does with a recipe, a sweep, a data set and a folder: one that it works in.
IN_PLACE = {
    "train": lambda recipe, plan, data, out: gazemap.train(recipe, data, out, if_exists="resume"),
    "predict": lambda recipe, plan, data, out: predict_files([data.path / "images"], out),
    "sweep": lambda recipe, plan, data, out: sweep(plan, data, out),
    "reproduce": lambda recipe, plan, data, out: reproduce("nurick2021", data, out),
    "cross-validate": lambda recipe, plan, data, out: cross_validate(
        recipe, data, out.parent, folds=2, fold=1
    ),
}
# The same with a folder that it makes.
ANEW = {
    "import": lambda recipe, plan, data, out: save_dataset(data, out),
    "popout": lambda recipe, plan, data, out: popout(out, images=10),
    "export": lambda recipe, plan, data, out: export_dataset(data, out, format="pysaliency"),
    "select": lambda recipe, plan, data, out: select_dataset(data, out, split="val"),
}


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    return tiny_model.recipe(tmp_path, "training.epochs=1", "training.validate_every=1")


@pytest.fixture
def plan(recipe, tmp_path):
    content = {"name": "one", "recipe": str(tmp_path / "tiny.yaml"), "entries": {"one": []}}
    (tmp_path / "sweep.yaml").write_text(yaml.safe_dump(content))
    return tmp_path / "sweep.yaml"


@pytest.mark.parametrize(("kind", "table"), [("folder", IN_PLACE), ("file", ANEW)])
def test_the_second_is_told_whose_it_is(kind, table, recipe, plan, popout_set, tmp_path):
    places = {name: tmp_path / name / "1" for name in table}
    with held(tmp_path / "ready", **{kind: list(places.values())}) as process:
        before = sorted(tmp_path.rglob("*"))
        for name, start in table.items():
            with pytest.raises(OutputError, match=rf"1 is in use by process {process.pid}, testing since"):
                start(recipe, plan, popout_set, places[name])
        assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.slow
def test_folds_are_trained_by_several_at_once(recipe, popout_set, tmp_path):
    with held(tmp_path / "ready", folder=tmp_path / "cv" / "1"):
        done = cross_validate(recipe, popout_set, tmp_path / "cv", folds=2, fold=2)
    assert done.missing == [1]
    assert cross_validate(recipe, popout_set, tmp_path / "cv", folds=2, fold=1).missing == []


def test_scores_that_are_there_need_no_lock(popout_set, tmp_path, capsys):
    path = scores_file(tmp_path, popout_set, "val", "exact")
    first = evaluate_and_keep("gazenet", popout_set, metrics=["nss"], out=path)
    assert not first.reused
    with held(tmp_path / "ready", file=path):
        assert evaluate_and_keep("gazenet", popout_set, metrics=["nss"], out=path).reused
    assert "Waiting" not in capsys.readouterr().err


def test_the_second_to_score_waits_and_then_finds_the_scores(popout_set, tmp_path, capsys, monkeypatch):
    """The first is another thread here, held up until the second has said that it waits."""
    path, began, go_on = tmp_path / "scores.json", threading.Event(), threading.Event()

    def slow(*arguments, **options):
        began.set()
        assert go_on.wait(60)
        return evaluate_opened(*arguments, **options)

    monkeypatch.setattr(reuse, "evaluate_opened", slow)
    found = []

    def score():
        found.append(evaluate_and_keep("gazenet", popout_set, metrics=["nss"], out=path))

    threads = [threading.Thread(target=score) for _ in range(2)]
    threads[0].start()
    assert began.wait(60)
    threads[1].start()
    while "Waiting for it." not in (said := capsys.readouterr().err):
        time.sleep(0.01)
    assert f"scores.json is in use by process {os.getpid()}, scoring since" in said
    go_on.set()
    for thread in threads:
        thread.join(60)
    assert sorted(one.reused for one in found) == [False, True]
    assert [file.name for file in tmp_path.iterdir()] == ["scores.json"]
