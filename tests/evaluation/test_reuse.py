"""Scores in a file are used again only where all that made them is the same."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support import tiny_model

from gazemap.data.dataset import GazeDataset
from gazemap.evaluation import reuse
from gazemap.evaluation.evaluate import evaluate, evaluate_opened
from gazemap.evaluation.interchange.stored import open_predictions
from gazemap.evaluation.names import scores_file, scores_file_beside, scores_files
from gazemap.evaluation.predictions import Maps
from gazemap.evaluation.reuse import scores_in
from gazemap.evaluation.scores import Scores
from gazemap.metrics import PROTOCOLS
from gazemap.system import fingerprint

GRID = np.random.default_rng(0).random((6, 8))


def asked(popout, **changes):
    """The arguments of one evaluation, some of them changed."""
    usual = {"models": {"maps": Maps(GRID)}, "dataset": popout, "protocol": "mit", "metrics": ["nss", "cc"]}
    return usual | changes


@pytest.fixture
def kept(tmp_path, popout_set):
    """A file that holds the scores of `asked`."""
    path = tmp_path / "scores.parquet"
    scores_in(path, **asked(popout_set))
    return path


def count_evaluations(monkeypatch):
    calls = []
    made = evaluate_opened
    monkeypatch.setattr(
        reuse, "evaluate_opened", lambda *args, **named: calls.append(1) or made(*args, **named)
    )
    return calls


def assert_same_numbers(left, right):
    assert (left.protocol, left.dataset, left.split) == (right.protocol, right.dataset, right.split)
    assert (left.image_ids, left.rows, left.metrics) == (right.image_ids, right.rows, right.metrics)
    for row in left.rows:
        for metric in left.metrics:
            np.testing.assert_array_equal(left.per_image[row][metric], right.per_image[row][metric])


def test_what_the_same_things_made_is_read(kept, popout_set, monkeypatch):
    calls = count_evaluations(monkeypatch)
    before = kept.stat()
    moved = GazeDataset(popout_set.path, popout_set.info, popout_set.samples)  # opened again
    scores = scores_in(kept, **asked(moved, models={"maps": Maps(GRID.copy())}))
    assert not calls
    assert kept.stat().st_mtime_ns == before.st_mtime_ns
    assert_same_numbers(scores, evaluate(**asked(popout_set)))


def one_point_moved(dataset):
    first, *rest = dataset.samples
    columns = first.fixations.columns
    moved = replace(first.fixations, x=np.append(columns["x"][:-1], 1.0))
    return GazeDataset(dataset.path, dataset.info, [replace(first, fixations=moved), *rest])


CHANGES = {
    "dataset": lambda dataset: {"dataset": one_point_moved(dataset)},
    "split": lambda _: {"split": "train"},
    "protocol": lambda _: {"protocol": "exact"},
    "metrics": lambda _: {"metrics": ["nss"]},
    "one map": lambda _: {"one_map": True},
    "seed": lambda _: {"seed": 1},
    "maps": lambda _: {"models": {"maps": Maps(GRID + 1e-9)}},
    "what maps hold": lambda _: {
        "models": {"maps": Maps(np.full((6, 8), -np.log(48)), output="log_density")}
    },
    "row": lambda _: {"models": {"others": Maps(GRID)}},
    "rows": lambda _: {"models": {"maps": Maps(GRID), "others": Maps(GRID)}},
}


DAILY = {"dataset", "split", "protocol", "metrics", "maps"}  # the others go through the same comparison
EVERY = [pytest.param(change, marks=[] if change in DAILY else [pytest.mark.slow]) for change in CHANGES]


@pytest.mark.parametrize("change", EVERY)
def test_what_other_things_made_is_made_anew(kept, popout_set, change, monkeypatch):
    calls = count_evaluations(monkeypatch)
    changed = asked(popout_set, **CHANGES[change](popout_set))
    scores = scores_in(kept, **changed)
    assert len(calls) == 1
    assert_same_numbers(scores, evaluate(**changed))
    assert_same_numbers(Scores.read(kept), scores)
    scores_in(kept, **changed)
    assert len(calls) == 1


def test_two_own_protocols_of_one_name_are_two(tmp_path, popout_set, monkeypatch):
    calls = count_evaluations(monkeypatch)
    for ddof in (0, 1, 1):
        mine = replace(PROTOCOLS["mit"], name="mine", ddof=ddof)
        scores_in(tmp_path / "scores.parquet", **asked(popout_set, protocol=mine))
    assert len(calls) == 2


def test_another_version_scores_anew(kept, popout_set, monkeypatch):
    calls = count_evaluations(monkeypatch)
    monkeypatch.setattr(fingerprint, "version", lambda _: "99.0")
    assert scores_in(kept, **asked(popout_set)).made_by["version"] == "99.0"
    assert calls == [1]


def test_a_model_s_weights_count_and_not_the_object(tmp_path, popout_set, monkeypatch):
    calls = count_evaluations(monkeypatch)
    path, model = tmp_path / "scores.parquet", tiny_model.Tiny(output="saliency")
    scores_in(path, **asked(popout_set, models={"tiny": model}))
    same = tiny_model.Tiny(output="saliency")
    same.load_state_dict(model.state_dict())
    scores_in(path, **asked(popout_set, models={"tiny": same}))
    assert len(calls) == 1
    next(same.parameters()).data += 0.01
    scores_in(path, **asked(popout_set, models={"tiny": same}))
    assert len(calls) == 2


def test_stored_maps_count_by_their_content(tmp_path, popout_set, monkeypatch):
    calls = count_evaluations(monkeypatch)
    images, folder = popout_set.split("val"), tmp_path / "maps"
    folder.mkdir()
    for sample in images:
        np.save(folder / f"{sample.image_id}.npy", GRID)
    path = tmp_path / "scores.parquet"
    for _ in range(2):
        scores_in(path, **asked(popout_set, models={"maps": open_predictions(folder, images)}))
    folder.rename(tmp_path / "moved")
    scores_in(path, **asked(popout_set, models={"maps": open_predictions(tmp_path / "moved", images)}))
    assert len(calls) == 1
    np.save(tmp_path / "moved" / f"{images[4].image_id}.npy", GRID.T.copy().reshape(6, 8))
    scores_in(path, **asked(popout_set, models={"maps": open_predictions(tmp_path / "moved", images)}))
    assert len(calls) == 2


def test_scores_that_do_not_say_what_made_them_are_made_anew(tmp_path, popout_set, monkeypatch):
    path = tmp_path / "scores.parquet"
    scores = evaluate(**asked(popout_set))
    replace(scores, made_by={}).write(path)
    assert Scores.read(path).made_by == {}
    calls = count_evaluations(monkeypatch)
    assert scores_in(path, **asked(popout_set)).made_by["dataset"] == popout_set.fingerprint
    assert calls == [1]


def test_scores_that_were_evaluated_and_written_by_hand_say_what_made_them(tmp_path, popout_set, monkeypatch):
    path = tmp_path / "scores.parquet"
    evaluate(**asked(popout_set)).write(path)
    calls = count_evaluations(monkeypatch)
    assert scores_in(path, **asked(popout_set)).made_by["dataset"] == popout_set.fingerprint
    assert calls == []


def test_files_are_named_by_the_data_set_s_content_and_found_by_the_same_rule(tmp_path, popout_set):
    own = scores_file(tmp_path, popout_set, "val", "exact")
    digest = popout_set.fingerprint.split()[1]
    assert own == tmp_path / f"scores-popout-{digest[:8]}-val-exact.parquet"
    other = scores_file(tmp_path, one_point_moved(popout_set), "val", "exact")
    assert other.name != own.name
    report = scores_file(tmp_path, popout_set, "val", "exact", "report")
    report.touch()
    assert scores_files(tmp_path, "val", "exact") == [report]
    own.touch()
    assert scores_files(tmp_path, "val", "exact") == [own]
    other.touch()
    assert scores_files(tmp_path, "val", "exact") == sorted([own, other])
    for split, protocol in (("test", "exact"), ("val", "mit"), ("val", "one-map")):
        assert scores_files(tmp_path, split, protocol) == []
    odd = scores_file(tmp_path, popout_set, "val", "mit, step 0.25")
    assert odd.name.endswith("val-mit-step-0.25.parquet")


def test_a_folder_keeps_its_own_scores_and_a_file_has_them_beside_it(tmp_path, popout_set):
    (tmp_path / "run").mkdir()
    asked = ("a", popout_set, "val", "exact")
    own = scores_file_beside(tmp_path / "run", *asked)
    assert own == scores_file(tmp_path / "run", popout_set, "val", "exact")
    beside = scores_file(tmp_path, popout_set, "val", "exact", "a")
    assert scores_file_beside(tmp_path / "a.hdf5", *asked) == beside
    shipped = scores_file_beside(Path("gazenet"), "gazenet", popout_set, "val", "exact")
    assert (str(shipped.parent), shipped.name[:15]) == (".", "gazenet-scores-")


@pytest.mark.parametrize("there", ["nothing", "other scores", "the same scores"])
def test_the_data_set_is_hashed_once(there, tmp_path, popout_set, monkeypatch):
    path = tmp_path / "scores.parquet"
    if there != "nothing":
        scores_in(path, **asked(popout_set, **({"seed": 1} if there == "other scores" else {})))
    hashed = []
    plain = GazeDataset.fingerprint.fget
    monkeypatch.setattr(GazeDataset, "fingerprint", property(lambda own: hashed.append(1) or plain(own)))
    scores_in(path, **asked(popout_set))
    assert len(hashed) == 1
