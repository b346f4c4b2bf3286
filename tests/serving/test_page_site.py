"""The page without a server: what its files and its single file hold, and what is refused."""

import base64
import gzip
import json
import re

import numpy as np
import pytest

from gazemap.adaptation.saving import save_adapted
from gazemap.errors import InputError, MissingPackageError, OutputError
from gazemap.models.conditions import ViewingCondition
from gazemap.models.files import form_beside, shipped_weights
from gazemap.prediction.engines.form_tensors import with_tensors
from gazemap.prediction.predictor import load_predictor
from gazemap.serving import built
from gazemap.serving.site import write_page

INDEX = """<meta name="gazemap-form" content="server">
<meta http-equiv="Content-Security-Policy" content="script-src 'self'; style-src 'self'">
<link rel="stylesheet" href="page.css">
<script src="page.js"></script>
"""
FILES = {
    "index.html": INDEX.encode(),
    "page.css": b"body {}",
    "page.js": b"start()",
    "worker.js": b"work()",
    "runtime.wasm.gz": gzip.compress(b"wasm"),
    "licenses.txt": b"MIT",
}


@pytest.fixture(autouse=True)
def _built(tmp_path, monkeypatch):
    """A page of six small files in the place of the built one."""
    folder = tmp_path / "built"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    monkeypatch.setattr(built, "PAGE", folder)


def unpacked(content):
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def check_models(files):
    """What the page is told of each model is what Python knows, and the networks are those of the wheel."""
    models = json.loads(unpacked(files["models.json"]))
    assert [model["name"] for model in models if "@" not in model["name"]] == [*shipped_weights()]
    assert {"gazenet@mouse", "gazenet-large@web-page"} < {model["name"] for model in models}
    assert [model["name"] for model in models if model["is_default"]] == ["gazenet"]
    for model in models:
        predictor = load_predictor(f"shipped:{model['name']}")
        assert tuple(model["input_size"]) == predictor.input_size
        assert (model["fit"], model["has_center_bias"]) == (predictor.fit, predictor.center_bias)
        prior = np.frombuffer(base64.b64decode(model["log_prior"]), "<f4")
        np.testing.assert_array_equal(prior, predictor.log_prior.ravel())
        used = predictor.condition
        assert (model["condition"] and model["condition"]["power"]) == (used and used.power)
        form = form_beside(shipped_weights()[model["name"].partition("@")[0]])
        assert unpacked(files[model["file"]]) == form.read_bytes()
        check_weights(model, predictor.conditions.weights, form.read_bytes())


def check_weights(model, weights, form):
    """What the page puts into the network's file makes the network that has the condition's weights."""
    content = bytearray(form)
    for piece in model["pieces"]:
        raw = base64.b64decode(piece["text"])
        content[piece["at"] : piece["at"] + len(raw)] = raw
    assert bytes(content) == with_tensors(form, weights)


def test_the_folder_holds_the_page_its_models_and_nothing_else(tmp_path):
    page = write_page(out=tmp_path / "site")
    files = {path.name: path.read_bytes() for path in (tmp_path / "site").iterdir()}
    assert {name: len(content) for name, content in files.items()} == page.sizes
    assert {*files} == {*FILES, "models.json", "model-1.onnx.gz", "model-2.onnx.gz"}
    assert files["index.html"].decode() == INDEX.replace('"server"', '"static"')
    assert all(files[name] == content for name, content in FILES.items() if name != "index.html")
    check_models(files)
    assert page.opens == tmp_path / "site/index.html"


def test_the_single_file_holds_all_of_it(tmp_path):
    page = write_page(single_file=tmp_path / "attention.html")
    html = page.opens.read_text()
    within = re.findall(r'<script type="text/plain" data-file="(.+?)">(\S+)</script>', html)
    files = {name: base64.b64decode(content) for name, content in within}
    assert unpacked(files["worker.js"]) == FILES["worker.js"]
    assert unpacked(files["runtime.wasm.gz"]) == b"wasm"
    check_models(files)
    assert 'name="gazemap-form" content="single-file"' in html
    assert "<style>body {}</style>" in html
    program = html.index("<script>start()</script>")
    assert html.index("model-1.onnx.gz") < program < html.index("model-2.onnx.gz")  # which can wait
    assert "MIT</script>" in html
    assert not re.search(r'(?:src|href)="(?!#|data:)', html)
    assert [path.name for path in tmp_path.iterdir() if path.name != "built"] == ["attention.html"]


def test_it_holds_the_models_that_are_asked_for(tmp_path):
    """A model under a viewing condition, whose name is no address, and no other."""
    prior = np.random.default_rng(0).normal(size=(60, 80)).astype(np.float32)
    weights = {"readout.0.bias": prior[0, :32]}
    condition = ViewingCondition("adapted", 0.6, 0.02, prior, weights=weights)
    save_adapted("gazenet", tmp_path / 'my "model"', condition)
    write_page(out=tmp_path / "site", model=[f'{tmp_path}/my "model"', "gazenet@as-trained"])
    model, *others = json.loads((tmp_path / "site" / "models.json").read_text())
    known = [*load_predictor("gazenet").conditions.by_name]
    assert [other["name"] for other in others] == [
        *(f'my "model"@{name}' for name in (*known, "as-trained")),
        "gazenet@as-trained",
    ]
    assert [other["file"] for other in others] == [model["file"]] * len(others)  # one network for all
    check_weights(model, weights, form_beside(shipped_weights()["gazenet"]).read_bytes())
    assert [len(one["pieces"]) for one in (model, others[-1])] == [1, 0]
    assert [other["is_default"] for other in others] == [False] * len(others)
    assert (model["name"], model["is_default"], model["has_center_bias"]) == ('my "model"', True, True)
    assert (model["condition"]["power"], model["condition"]["blur"]) == (0.6, 0.02)
    kept = np.frombuffer(base64.b64decode(model["condition"]["log_prior"]), "<f4")
    np.testing.assert_array_equal(kept, prior.ravel())
    assert len([*(tmp_path / "site").glob("*.onnx.gz")]) == 1


@pytest.mark.slow
def test_the_same_page_is_written_twice(tmp_path):
    pages = [write_page(single_file=tmp_path / name) for name in ("a.html", "b.html")]
    assert pages[0].opens.read_bytes() == pages[1].opens.read_bytes()


def test_mistakes_are_told(tmp_path):
    with pytest.raises(InputError, match="Give one of the two"):
        write_page()
    with pytest.raises(InputError, match="Give one of the two"):
        write_page(out=tmp_path / "site", single_file=tmp_path / "a.html")
    with pytest.raises(InputError, match=r"must be named \.html.*got 'page\.pdf'"):
        write_page(single_file=tmp_path / "page.pdf")
    with pytest.raises(OutputError, match="exists already"):
        write_page(out=built.PAGE)


def test_a_checkout_without_the_built_page_says_how_to_build_it(tmp_path, monkeypatch):
    monkeypatch.setattr(built, "PAGE", tmp_path / "none")
    for choice in ({"out": tmp_path / "site"}, {"single_file": tmp_path / "a.html"}):
        with pytest.raises(MissingPackageError, match="`make page`"):
            write_page(**choice)
    assert not (tmp_path / "site").exists()
    assert not (tmp_path / "a.html").exists()


@pytest.mark.slow
def test_what_is_printed_says_what_to_do(tmp_path):
    folder, file = write_page(out=tmp_path / "site"), write_page(single_file=tmp_path / "a.html")
    assert re.search(r"9 files of \d+\.\d MB.*python -m http\.server -d", folder.notes()[0])
    assert "Open it by double click" in file.notes()[0]
    assert file.as_json()["sizes"] == {"a.html": file.opens.stat().st_size}
