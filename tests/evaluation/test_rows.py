"""What can be scored: models by any engine, by name, path or in memory; and without PyTorch."""

import subprocess
import sys

import numpy as np
import pytest
from support import tiny_model

from gazemap.errors import InputError, WeightsError
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.fingerprint import what_makes
from gazemap.evaluation.interchange.stored import open_model_or_maps
from gazemap.evaluation.predictions import Maps
from gazemap.evaluation.rows import open_rows
from gazemap.models.weights import load_model
from gazemap.prediction.predictor import Predictor, load_predictor

WITHOUT_TORCH = """
import sys
import gazemap
scores = gazemap.evaluate("gazenet", sys.argv[1], metrics=["nss"])
print(scores["gazenet"]["nss"].mean)
heavy = {"torch", "timm", "torchvision", "kornia", "h5py", "scipy", "matplotlib"}
print(*sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture(scope="module")
def val(popout_set):
    return popout_set.split("val")


@pytest.mark.slow  # `make light` scores without PyTorch, too
def test_a_shipped_model_is_scored_without_pytorch(popout_set):
    printed = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, popout_set.path], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    expected = evaluate("gazenet", popout_set, metrics=["nss"], engine="torch").interval("gazenet", "nss")
    assert float(printed[0]) == pytest.approx(expected.mean, abs=1e-3)
    assert printed[1] == ""


@pytest.mark.slow
def test_every_engine_gives_the_same_scores_to_the_third_digit(popout_set):
    rows = {engine: load_predictor("gazenet", engine=engine) for engine in ("onnx", "torch")}
    rows["memory"] = load_model("gazenet")
    scores = evaluate(rows, popout_set)
    for metric in scores.metrics:
        onnx, torch, memory = (scores.per_image[row][metric] for row in rows)
        np.testing.assert_allclose(onnx, torch, atol=5e-4)
        np.testing.assert_array_equal(torch, memory)


def test_the_engine_is_part_of_what_makes_scores(popout_set, val):
    made = {
        engine: what_makes(open_rows("gazenet", val, engine=engine), popout_set, "val", "exact")
        for engine in ("auto", "onnx", "torch")
    }
    assert made["auto"] == made["onnx"]
    assert made["auto"]["engines"] == {"gazenet": "onnx"}
    assert made["torch"] == made["onnx"] | {"engines": {"gazenet": "torch"}}


def test_models_and_predictors_are_opened_by_their_own_names(val, tmp_path):
    model = tiny_model.Tiny(output="saliency")
    model.name = "mine"
    rows = open_rows([model, load_predictor("gazenet"), "gazenet-large"], val)
    assert [*rows] == ["mine", "gazenet", "gazenet-large"]
    assert all(isinstance(row, Predictor) for row in rows.values())
    assert open_rows(rows, val) == rows


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        ({"engine": "onix"}, "no engine named 'onix'. Did you mean 'onnx'"),
        ({"device": "gpu"}, "device must be auto, cpu or cuda, got 'gpu'"),
    ],
)
def test_an_engine_or_device_that_is_not_there_is_refused(ask, message, popout_set):
    with pytest.raises(InputError, match=message):
        evaluate("gazenet", popout_set, **ask)


def test_a_name_of_nothing_is_refused_as_a_model(val, tmp_path):
    with pytest.raises(WeightsError, match="gazenet"):
        open_model_or_maps("gazenat", val)
    (tmp_path / "odd.onnx").write_bytes(b"no network")
    with pytest.raises(WeightsError, match=r"odd\.onnx"):
        open_model_or_maps(tmp_path / "odd.onnx", val)


def test_a_model_without_its_center_bias_has_a_row_of_its_own_name(popout_set, val):
    scores = evaluate("gazenet", popout_set, metrics=["nss"], center_bias=False)
    assert "gazenet-no-center-bias" in scores.rows
    plain = open_rows("gazenet", val)["gazenet"]
    without = open_rows("gazenet", val, center_bias=False)["gazenet-no-center-bias"]
    assert without.fingerprint != plain.fingerprint
    assert not without.center_bias
    with pytest.raises(InputError, match="no center bias that could be left out"):
        open_rows({"mine": Maps(np.ones((9, 9)))}, val, center_bias=False)
