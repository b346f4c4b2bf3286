"""Several workers score a split to the bits of one process, and open themselves what they score."""

from dataclasses import replace

import numpy as np
import pytest
from support import tiny_model
from support.workers_here import workers_here

from gazemap.errors import InputError
from gazemap.evaluation import by_workers
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.kept import evaluate_and_keep
from gazemap.evaluation.predictions import Maps
from gazemap.metrics import PROTOCOLS
from gazemap.models.weights import save_model


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(by_workers, "ALIKE", 2)


@pytest.fixture
def maps(popout_set, tmp_path):
    (tmp_path / "maps").mkdir()
    for index, sample in enumerate(popout_set):
        values = np.random.default_rng(index).random((12, 16))
        np.save(tmp_path / "maps" / f"{sample.image_id}.npy", values * (index % 7 > 0))  # some are constant
    return tmp_path / "maps"


@pytest.fixture
def here(monkeypatch):
    """The tasks that workers in this process do."""
    return workers_here(monkeypatch)


def assert_same(one, other):
    assert (one.rows, one.metrics, one.image_ids) == (other.rows, other.metrics, other.image_ids)
    for row in one.rows:
        for metric in one.metrics:
            np.testing.assert_array_equal(one.per_image[row][metric], other.per_image[row][metric])
    about = ("protocol", "dataset", "split", "reasons", "seen", "made_by")
    assert [getattr(one, name) for name in about] == [getattr(other, name) for name in about]


def test_two_processes_score_to_the_bits_of_one(popout_set, maps, tmp_path):
    rows = ["gazenet", maps]
    alone = evaluate(rows, popout_set.path)
    assert alone.left_out("maps", "nss")
    kept = evaluate_and_keep(rows, popout_set.path, workers=2, out=tmp_path / "scores.parquet")
    assert_same(alone, kept.scores)


@pytest.mark.parametrize(
    "asked",
    [
        {"protocol": "mit", "seed": 3, "metrics": ["auc_shuffled", "nss"]},
        {
            "protocol": replace(PROTOCOLS["exact"], name="mine", frame=(48, 64)),
            "split": "test",
            "degrees": 0.5,
        },
        {"metrics": ["cc", "nss"], "one_map": True, "sigma": 5.0},
        {"pixels_per_degree": 20.0, "metrics": ["kld"], "unseen": True},
    ],
    ids=lambda asked: " ".join(asked),
)
def test_whatever_is_asked_for_reaches_the_workers(popout_set, maps, here, asked):
    asked = {"split": "val", **asked}
    if "degrees" in asked:
        asked["pixels_per_degree"] = 20.0
    alone = evaluate({"a": str(maps)}, popout_set.path, **asked)
    assert_same(alone, evaluate({"a": str(maps)}, str(popout_set.path), workers=2, **asked))
    assert sorted(here) == [*range(-(-len(alone.image_ids) // 2))]


def test_a_network_of_pytorch_has_the_same_bits_in_parts(popout_set, here, tmp_path, monkeypatch):
    """By one thread for each image, whatever other images are computed beside."""
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    save_model(tmp_path / "run" / "best.safetensors", tiny_model.Tiny(output="log_density"))
    asked = {"metrics": ["nss", "information_gain"], "center_bias": True}
    alone = evaluate(tmp_path / "run", popout_set.path, **asked)
    assert_same(alone, evaluate(tmp_path / "run", popout_set.path, workers=2, **asked))


def test_what_is_in_memory_is_refused_before_anything_is_opened(popout_set, maps):
    with pytest.raises(InputError, match=r"cannot open a Maps in memory\. Give a model's name, a run folder"):
        evaluate({"mine": Maps(np.ones((4, 4)))}, "nowhere", workers=2)
    with pytest.raises(InputError, match="Give its folder, not 'popout' in memory"):
        evaluate(maps, popout_set, workers=2)
    with pytest.raises(InputError, match="at least 1 worker"):
        evaluate(maps, popout_set, workers=0)
    assert evaluate({"mine": Maps(np.ones((4, 4)))}, popout_set, metrics=["nss"], workers=1).rows[0] == "mine"


def test_a_worker_with_another_model_is_refused(popout_set, here, monkeypatch):
    computed_by = by_workers._made_by
    answers = iter([{"gazenet": ["0123", "onnx", "cuda"]}])
    monkeypatch.setattr(by_workers, "_made_by", lambda rows: next(answers, None) or computed_by(rows))
    with pytest.raises(InputError, match="and the others as 0123 onnx cuda"):
        evaluate("gazenet", popout_set.path, metrics=["nss"], workers=2)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_ray_scores_to_the_bits_of_one_process(popout_set, maps):
    alone = evaluate(["gazenet", maps], popout_set.path, metrics=["nss", "sauc"])
    asked = {"metrics": ["nss", "sauc"], "workers": 2, "cluster": "ray"}
    assert_same(alone, evaluate(["gazenet", maps], popout_set.path, **asked))
