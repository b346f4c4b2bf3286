"""Each image is scored once, by the run that did not see it."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from support import tiny_model
from support.killing import kill_when

from gazemap.data.dataset import GazeDataset
from gazemap.data.subsets.splits import make_folds
from gazemap.errors import InputError, WeightsError
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.names import scores_file
from gazemap.evaluation.predictions import Maps
from gazemap.evaluation.scores import Scores
from gazemap.models.files import describe
from gazemap.models.weights import load_model
from gazemap.reports.studies.cross_validation import cross_validate, pooled
from gazemap.training import loop
from gazemap.training.checkpoint import LAST
from gazemap.training.recipe import Recipe, load_recipe


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


@dataclass
class Study:
    """What the tests below ask for, again and again."""

    recipe: Recipe
    dataset: GazeDataset
    out: Path

    def run(self, **options):
        return cross_validate(self.recipe, self.dataset, self.out, folds=3, **options)

    def scores_of(self, fold, protocol="exact"):
        part = make_folds(self.dataset, 3)[fold - 1]
        return Scores.read(scores_file(self.out / str(fold), part, "val", protocol))


def study_in(folder, dataset):
    (folder / "tiny.yaml").write_text(tiny_model.RECIPE)
    options = ["training.epochs=1", "model.options={output: log_density}", "loss={kld: 1.0}"]
    recipe = load_recipe(folder / "tiny.yaml", options)
    return Study(recipe, dataset, folder / "cv")


@pytest.fixture
def study(tmp_path, popout_set):
    return study_in(tmp_path, popout_set)


@pytest.fixture(scope="module")
def whole(tmp_path_factory, popout_set):
    """A study that is done, to be read alone, and its result."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
        done = study_in(tmp_path_factory.mktemp("whole"), popout_set)
        return done, done.run()


def test_every_image_is_scored_by_the_run_that_did_not_see_it(whole, popout_set):
    study, result = whole
    scores = result.scores
    assert sorted(scores.image_ids) == sorted(sample.image_id for sample in popout_set)
    assert scores.seen == {"tiny": dict.fromkeys(scores.image_ids, "epoch chosen on")}
    held_out = make_folds(popout_set, 3)[1]
    again = evaluate({"tiny": load_model(study.out / "2")}, held_out, "val", "exact")
    place = {image_id: index for index, image_id in enumerate(scores.image_ids)}
    for row in again.rows:
        for metric, values in again.per_image[row].items():
            found = [scores.per_image[row][metric][place[image_id]] for image_id in again.image_ids]
            np.testing.assert_allclose(found, values)
    seen = describe(study.out / "2")["dataset"]["train"]
    assert seen + len(again.image_ids) == len(popout_set)
    kept = Scores.read(result.file)
    assert (kept.image_ids, kept.split, kept.made_by) == (scores.image_ids, "3 folds", scores.made_by)
    assert kept.made_by["dataset"] == popout_set.fingerprint
    assert kept.made_by["folds"][1] == study.scores_of(2).made_by


def test_the_result_is_plain_json(study, whole):
    content = json.loads(json.dumps(study.run(fold=1).as_json(), allow_nan=False))
    assert (content["scores"], content["file"], content["missing"]) == (None, None, [2, 3])
    _, result = whole
    content = json.loads(json.dumps(result.as_json(), allow_nan=False))
    assert content["scores"]["rows"]["tiny"]["nss"]["mean"] == result.scores.interval("tiny", "nss").mean
    assert (content["runs"].keys(), content["file"]) == ({"1", "2", "3"}, str(result.file))


def test_folds_can_be_shared_and_what_is_there_is_kept(study):
    first = study.run(fold=2)
    assert (first.scores, first.missing) == (None, [1, 3])
    weights = study.out / "2" / "best.safetensors"
    written = weights.stat().st_mtime_ns
    assert study.run(fold=1).scores is None
    assert study.run(fold=3).scores is not None
    again = study.run()
    assert again.scores is not None
    assert (again.missing, [run.resumed_after for run in again.runs.values()]) == ([], [1, 1, 1])
    assert weights.stat().st_mtime_ns == written
    with pytest.raises(InputError, match=r"from 1 to 3, the number of folds, got 4"):
        study.run(fold=4)


@pytest.mark.slow
def test_other_sets_are_trained_on_in_every_fold_and_never_scored(study, popout_set, tmp_path):
    info = popout_set.info.model_copy(update={"name": "other"})
    other = GazeDataset(popout_set.path, info, popout_set.samples)
    scores = study.run(fold=1, extra_data=[other]).scores
    assert scores is None
    about = describe(study.out / "1")["dataset"]
    assert about["train"] == len(other.split("train")) + len(popout_set) * 2 // 3
    assert len(study.scores_of(1).image_ids) == len(popout_set) // 3
    with pytest.raises(WeightsError, match="cv/1 was trained with another data set"):
        study.run(fold=1)  # without the other set


def test_a_folder_of_another_recipe_is_refused(study, tmp_path):
    study.run(fold=1)
    changed = load_recipe(tmp_path / "tiny.yaml", ["training.epochs=2"])
    with pytest.raises(
        WeightsError, match=r"cv/1 was trained with another recipe: .*training\.epochs was 1 and"
    ):
        replace(study, recipe=changed).run(fold=1)
    with pytest.raises(WeightsError, match="cv/1 was trained with another recipe"):
        replace(study, recipe=changed).run(fold=2)
    assert not (study.out / "2").exists()


def test_a_folder_of_another_data_set_is_refused(study, popout_set):
    study.run(fold=1)
    smaller = popout_set.with_samples(popout_set.samples[:-1])
    with pytest.raises(WeightsError, match="cv/1 was trained with another data set"):
        replace(study, dataset=smaller).run(fold=1)


@pytest.mark.slow
def test_another_protocol_scores_anew_and_trains_nothing(study, popout_set, monkeypatch):
    before = study.run()
    first = before.scores
    monkeypatch.setattr(loop, "make_run", None)
    other = study.run(protocol="mit").scores
    assert (first.protocol, other.protocol) == ("exact", "mit")
    part = make_folds(popout_set, 3)[0]
    alone = evaluate({"tiny": load_model(study.out / "1")}, part, "val", "mit")
    again = study.scores_of(1, "mit")
    for metric in alone.metrics:
        np.testing.assert_array_equal(again.per_image["tiny"][metric], alone.per_image["tiny"][metric])
    kept = Scores.read(before.file)
    np.testing.assert_array_equal(kept.per_image["tiny"]["nss"], first.per_image["tiny"]["nss"])


@pytest.mark.slow
def test_killed_in_its_first_epoch_it_goes_on(study, popout_set, tmp_path):
    """SIGKILL before the first checkpoint of the first fold; the end is that of a run never killed."""
    (tmp_path / "killed.yaml").write_text(yaml.safe_dump(study.recipe.model_dump(mode="json")))
    fold = study.out / "1"
    arguments = ("cross-validate", tmp_path / "killed.yaml", popout_set.path, study.out)
    kill_when(fold / "metrics.jsonl", "hang_in_training.py", *arguments)
    assert not (fold / LAST).exists()
    study.run(fold=1)
    replace(study, out=tmp_path / "whole").run(fold=1)
    killed, whole = (load_model(out / "1").state_dict() for out in (study.out, tmp_path / "whole"))
    assert all(torch.equal(killed[name], whole[name]) for name in whole)


def test_pooled_scores_are_those_of_all_images(popout_set):
    parts = [
        Scores("exact", "set", "val", (f"{i}",), {"model": {"nss": np.array([float(i)])}}) for i in range(3)
    ]
    together = pooled(parts, popout_set)
    assert together.interval("model", "nss").mean == 1.0
    assert together.image_ids == ("0", "1", "2")


def test_a_blur_that_was_asked_for_is_kept_with_the_pooled_scores(popout_set):
    maps = {"maps": Maps(np.random.default_rng(0).random((6, 8)))}
    parts = [evaluate(maps, popout_set, split, metrics=["nss", "cc"], sigma=9) for split in ("val", "test")]
    assert "The ground truth has a blur of 9 pixels, as asked for." in pooled(parts, popout_set).notes()
