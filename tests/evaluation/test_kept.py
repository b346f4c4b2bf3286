"""What `gazemap evaluate` does, from Python: files of scores, and all that is said about them."""

import json

import numpy as np
import pytest
from support import tiny_model

from gazemap.errors import DataError, InputError, OutputError
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.kept import evaluate_and_keep
from gazemap.evaluation.predictions import Maps
from gazemap.evaluation.scores import Scores
from gazemap.models.weights import save_model


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


@pytest.fixture
def run(tmp_path):
    save_model(tmp_path / "mine" / "best.safetensors", tiny_model.Tiny(output="log_density"))
    return tmp_path / "mine"


@pytest.fixture
def maps(popout_set, tmp_path):
    """Maps of every image of the set, val or not."""
    (tmp_path / "maps").mkdir()
    for index, sample in enumerate(popout_set):
        values = np.random.default_rng(index).random((12, 16))
        np.save(tmp_path / "maps" / f"{sample.image_id}.npy", values)
    return tmp_path / "maps"


def test_names_and_paths_are_scored_by_their_own_names(run, maps, popout_set):
    scores = evaluate([run, str(maps)], popout_set.path, metrics=["nss", "cc"])
    assert scores.rows[:2] == ["mine", "maps"]
    renamed = evaluate({"ours": run, "theirs": maps}, popout_set, metrics=["nss", "cc"])
    for left, right in (("mine", "ours"), ("maps", "theirs")):
        for metric in ("nss", "cc"):
            np.testing.assert_array_equal(scores.per_image[left][metric], renamed.per_image[right][metric])
    assert evaluate(run, popout_set, metrics=["nss"]).rows[0] == "mine"


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ([], "There is no model to score"),
        (Maps(np.eye(4)), "Maps in memory have no name"),
        (np.eye(4), r"must not be of type ndarray.*maps in memory"),
        ({"a": 3}, "must not be of type int"),
    ],
)
def test_what_cannot_be_scored_is_refused(models, message, popout_set):
    with pytest.raises(InputError, match=message):
        evaluate(models, popout_set)


def test_two_rows_need_two_names(run, popout_set):
    with pytest.raises(InputError, match="Two models have the same name; the names are mine, mine"):
        evaluate([run, run], popout_set)
    with pytest.raises(DataError, match="no gaze data set"):
        evaluate(run, run)


def test_scores_are_kept_in_the_run_folder_and_used_again(run, popout_set):
    first = evaluate_and_keep(run, popout_set.path, metrics=["nss", "information_gain"])
    assert first.path.parent == run
    assert not first.reused
    kept = Scores.read(first.path)
    np.testing.assert_array_equal(kept.per_image["mine"]["nss"], first.scores.per_image["mine"]["nss"])
    again = evaluate_and_keep(run, popout_set, metrics=["nss", "information_gain"])
    assert (again.reused, again.path) == (True, first.path)
    assert "These scores were made before, by the same model, data set and protocol." in again.notes()
    with pytest.raises(OutputError, match=r"metrics.*--force"):
        evaluate_and_keep(run, popout_set, metrics=["cc"], out=first.path)
    forced = evaluate_and_keep(run, popout_set, metrics=["cc"], out=first.path, force=True)
    assert (forced.reused, Scores.read(first.path).metrics) == (False, ["cc"])


def test_the_result_says_everything_that_the_command_prints(run, maps, popout_set, tmp_path):
    result = evaluate_and_keep([run, maps], popout_set, out=tmp_path / "scores.csv")
    notes = result.notes()
    assert notes[: len(result.scores.notes())] == result.scores.notes()
    assert "maps: 25 of its maps are of other images and were ignored." in notes
    assert f"Scores per image: {tmp_path / 'scores.csv'}" in " ".join(notes)
    gains = {
        row: result.scores.per_image[row]["information_gain"] for row in ("mine", "maps", "gold standard")
    }
    for row in ("mine", "maps"):
        share = result.explained[row]
        assert share.mean == pytest.approx(gains[row].mean() / gains["gold standard"].mean())
        assert f"{row} explains {share} of the gold standard's information gain." in notes
    assert notes[-1].startswith("Log densities")
    found = json.loads(json.dumps(result.as_json(), allow_nan=False))
    assert found["notes"] == notes
    assert found["path"] == str(tmp_path / "scores.csv")
    assert found["ignored_maps"] == {"maps": 25}
    assert found["rows"]["mine"]["nss"]["mean"] == result.scores.interval("mine", "nss").mean
    assert found["information_gain_explained"]["maps"]["mean"] == result.explained["maps"].mean


def test_several_models_have_their_file_in_the_working_folder(run, maps, popout_set, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = evaluate_and_keep([run, maps], popout_set, metrics=["cc"])
    assert str(result.path).startswith("mine-maps-scores-popout-")
    assert (tmp_path / result.path).exists()
    assert result.explained == {}


def test_a_file_of_no_format_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(InputError, match=r"must end in \.parquet, \.csv, \.json, got scores\.txt"):
        evaluate_and_keep("none", tmp_path / "none", out=tmp_path / "scores.txt")
