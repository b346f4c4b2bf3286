"""Each image is scored once, by the run that did not see it."""

from dataclasses import replace

import numpy as np
import pytest
from support import tiny_model

from gazemap.data.dataset import GazeDataset
from gazemap.errors import InputError, WeightsError
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.scores import Scores
from gazemap.models.weights import describe, load_model
from gazemap.reports.studies.cross_validation import SCORES, CrossValidation, pooled
from gazemap.training.recipe import load_recipe


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


@pytest.fixture
def study(tmp_path, popout_set):
    (tmp_path / "tiny.yaml").write_text(tiny_model.RECIPE)
    options = ["training.epochs=1", "model.options={output: log_density}", "loss={kld: 1.0}"]
    recipe = load_recipe(tmp_path / "tiny.yaml", options)
    return CrossValidation(recipe, popout_set, [], 3, tmp_path / "cv", progress=False)


def test_every_image_is_scored_by_the_run_that_did_not_see_it(study, popout_set):
    from gazemap.data.subsets.splits import make_folds

    scores = study.run()
    assert sorted(scores.image_ids) == sorted(sample.image_id for sample in popout_set)
    held_out = make_folds(popout_set, 3)[1]
    again = evaluate({"tiny": load_model(study.out / "2")}, held_out, "val", "exact")
    place = {image_id: index for index, image_id in enumerate(scores.image_ids)}
    for row in again.rows:
        for metric, values in again.per_image[row].items():
            found = [scores.per_image[row][metric][place[image_id]] for image_id in again.image_ids]
            np.testing.assert_allclose(found, values)
    seen = describe(study.out / "2")["dataset"]["train"]
    assert seen + len(again.image_ids) == len(popout_set)
    assert Scores.read(study.out / SCORES).image_ids == scores.image_ids


def test_folds_can_be_shared_and_what_is_there_is_kept(study):
    assert study.run(only=2) is None
    weights = study.out / "2" / "best.safetensors"
    first = weights.stat().st_mtime_ns
    assert study.run(only=1) is None
    assert study.run(only=3) is not None
    assert study.run() is not None
    assert weights.stat().st_mtime_ns == first
    with pytest.raises(InputError, match=r"1 to 3, the number of folds; 4 came"):
        study.run(only=4)


def test_other_sets_are_trained_on_in_every_fold_and_never_scored(study, popout_set, tmp_path):
    info = popout_set.info.model_copy(update={"name": "other"})
    other = GazeDataset(popout_set.path, info, popout_set.samples)
    scores = replace(study, beside=[other]).run(only=1)
    assert scores is None
    about = describe(study.out / "1")["dataset"]
    assert about["train"] == len(other.split("train")) + len(popout_set) * 2 // 3
    assert len(Scores.read(study.out / "1" / SCORES).image_ids) == len(popout_set) // 3


def test_a_folder_of_another_recipe_is_refused(study, tmp_path):
    study.run(only=1)
    (study.out / "1" / SCORES).unlink()
    changed = load_recipe(tmp_path / "tiny.yaml", ["training.epochs=2"])
    with pytest.raises(WeightsError, match="trained with another recipe"):
        replace(study, recipe=changed).run(only=1)


def test_pooled_scores_are_those_of_all_images():
    parts = [
        Scores("exact", "set", "val", (f"{i}",), {"model": {"nss": np.array([float(i)])}}) for i in range(3)
    ]
    assert pooled(parts).interval("model", "nss").mean == 1.0
    assert pooled(parts).image_ids == ("0", "1", "2")
