"""Every command with --json prints one JSON document, and nothing else on the standard output."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support import tiny_model
from support.commands import all_commands
from support.miniatures import MINIATURES

from gazemap.cli.command import plain_result
from gazemap.data.popout.generate import popout
from gazemap.evaluation.scores import Scores
from gazemap.models.weights import save_model
from gazemap.serving.built import PAGE

# one call of every command, in the order in which they can be run; most in a folder that all share
CALLS = {
    "data sources": "scene",
    "data formats": "table",
    "data import": "raw --format osie --out osie",
    "data popout": "--out popout --images 10",
    "data info": "set",
    "data check": "set",
    "data view": "set --images 2",
    "data select": "set --split val --out part",
    "data split": "set --shares train=.5,val=.5 --out halves",
    "data merge": "part osie --name both --out both",
    "data duplicates": "set",
    "data export": "set --format pysaliency --out exported",
    "data bids": "recorded --format bids --out bids",
    "data prepare": "set --recipe tiny.yaml",
    "models": "gazenet",
    "export": "tiny.safetensors --out half.safetensors",
    "predict": "a.png none.png --model tiny.safetensors --out maps --write saliency,json",
    "manifest": "a.png --out manifest.parquet",
    "areas": "a.png --areas left=0,0,40,60 --model tiny.safetensors",
    "check": "a.png --areas left=0,0,40,60 --require left>=0.01 --model tiny.safetensors",
    "describe": "a.png --areas left=0,0,40,60 --model tiny.safetensors",
    "crop": "a.png --aspect 1:1 --out crop.png --model tiny.safetensors",
    "diff": "a.png a.png --areas left=0,0,40,60 --model tiny.safetensors",
    "adapt": "gazenet --data set --out adapted",
    "sheet": "a.png --model tiny.safetensors --out sheet.png",
    "page": "--out site",
    "metrics": "",
    "recipes": "",
    "train": "tiny.yaml --data set --out run",
    "evaluate": "run --data set --metrics nss,information_gain",
    "compare": "run run --row-b uniform",
    "report": "run --data set --protocols exact",
    "submit": "run --data set --split val --format tuebingen --out maps.h5",
    "cross-validate": "tiny.yaml --data set --out cv --folds 2 --set training.epochs=1",
    "transfer": "set other --recipe tiny.yaml --out transfer --set training.epochs=1",
    "sweep": "sweep.yaml --data set --out sweep",
}
MAKERS = {"osie": ["data import"], "part": ["data select"], "run": ["train", "evaluate"]}
NEED_NETWORK_OR_HOURS = {
    "mcp": "a client that talks to it",
    "serve": "somebody who stops it",
    "data download": "the network",
    "reproduce": "three networks to train",
    "demo": "four networks to train",
}
CODES = {"predict": 1}  # none.png is not there


@pytest.fixture(scope="module")
def folder(popout_set, tmp_path_factory):
    made = tmp_path_factory.mktemp("json")
    (made / "set").symlink_to(popout_set.path)
    popout(made / "other", images=10, size=(96, 128), seed=1)
    about = json.loads((made / "other" / "dataset.json").read_text())
    (made / "other" / "dataset.json").write_text(json.dumps(about | {"name": "other"}))
    MINIATURES["osie"](made / "raw")
    MINIATURES["bids"](made / "recorded")
    pixels = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
    Image.fromarray(pixels).save(made / "a.png")
    (made / "tiny.yaml").write_text(tiny_model.RECIPE)
    (made / "sweep.yaml").write_text(
        "name: sweep\nrecipe: tiny.yaml\nset: [training.epochs=1]\nentries: {a: []}\n"
    )
    save_model(made / "tiny.safetensors", tiny_model.Tiny(output="log_density"))
    return made


@pytest.fixture(autouse=True)
def _there(folder, monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "80")


def no_constant(text):
    raise AssertionError(f"{text} is not JSON")


def test_every_command_is_called():
    assert {*CALLS, *NEED_NETWORK_OR_HOURS} == {*all_commands()}


# shown by test_commands.py and by the tests of their functions in the quick suite
ELSEWHERE = {"adapt", "cross-validate", "page", "transfer"}
EVERY = [pytest.param(words, marks=[pytest.mark.slow] if words in ELSEWHERE else []) for words in CALLS]


@pytest.mark.parametrize("words", EVERY)
def test_the_standard_output_is_one_json_document(call, words):
    if words == "page" and not (PAGE / "index.html").is_file():
        pytest.skip("the page is not built here: make page")
    for made, makers in MAKERS.items():
        if made in CALLS[words].split() and not Path(made).exists():  # another process has run these tests
            for earlier in makers[: [*makers, words].index(words)]:
                call(*earlier.split(), *CALLS[earlier].split())
    code, out, errors = call(*words.split(), *CALLS[words].split(), "--json")
    assert code == CODES.get(words, 0), errors
    found = json.loads(out, parse_constant=no_constant)
    assert found
    assert "Traceback" not in errors


def test_the_scores_are_those_of_the_table(call):
    _, out, _ = call(
        "evaluate", "tiny.safetensors", "--data", "set", "--metrics", "nss", "--json", "--out", "s.json"
    )
    found = json.loads(out)
    assert (found["protocol"], found["path"]) == ("exact", "s.json")
    kept = Scores.read(Path("s.json"))
    for row in kept.rows:
        mean = found["rows"][row]["nss"]["mean"]
        assert mean == (None if row == "uniform" else pytest.approx(kept.per_image[row]["nss"].mean()))


def test_a_mistake_is_said_on_the_standard_error_and_the_output_stays_empty(call):
    code, out, errors = call("evaluate", "nowhere", "--data", "set", "--json")
    assert (code, out) == (2, "")
    assert errors.startswith("Error: ")
    code, out, errors = call("evaluate", "gazenet", "--json")
    assert (code, out, "Missing option '--data'" in errors) == (2, "", True)


def test_what_a_function_prints_does_not_spoil_the_output(call, monkeypatch):
    from gazemap.data import dataset

    load = dataset.load_dataset
    monkeypatch.setattr(dataset, "load_dataset", lambda path: print("loading") or load(path))
    _, out, errors = call("data", "info", "set", "--json")
    assert json.loads(out)["images"] == 30
    assert "loading" in errors


def test_names_of_files_that_are_no_text_are_printed(call, tmp_path):
    name = os.fsdecode(b"caf\xe9.png")
    Path(tmp_path / name).write_bytes(Path("a.png").read_bytes())
    words = ("predict", tmp_path / name, "--model", "tiny.safetensors", "--out", tmp_path / "maps")
    code, out, errors = call(*words, "--json")
    assert (code, json.loads(out)["files"][0]) == (0, str(tmp_path / "maps" / f"{name}.saliency.png")), errors
    code, out, errors = call(*words, "--write", "saliency,json")
    assert (code, r"caf\udce9.png.attention.json" in out) == (0, True), errors


def test_numbers_that_are_not_finite_are_null():
    assert plain_result({"a": math.nan, "b": [math.inf, 1.5]}) == {"a": None, "b": [None, 1.5]}
