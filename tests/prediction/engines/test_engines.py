"""Every engine computes what PyTorch computes, and the exported forms are the model."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from support import tiny_model

from gazemap.errors import InputError, MissingPackageError, OutputError
from gazemap.models.files import describe
from gazemap.models.table import create_model
from gazemap.models.weights import digest, load_model, save_model
from gazemap.prediction import predictor as predictors
from gazemap.prediction.engines.export import export
from gazemap.prediction.engines.onnx import open_form
from gazemap.prediction.engines.pytorch import predict_grids
from gazemap.prediction.files.predict_files import predict_files
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import ENGINES, load_predictor


@pytest.fixture(scope="module", params=[pytest.param("gazenet", marks=pytest.mark.slow), "tiny"])
def network(request):
    """A density and a regression, whose targets had a range of their own."""
    torch.manual_seed(0)
    if request.param == "gazenet":
        return create_model("gazenet", input_size=(64, 96)).eval()
    model = tiny_model.Tiny(output="saliency").eval()
    model.target_range = (-1.0, 1.0)
    return model


@pytest.fixture
def frames(network):
    return np.random.default_rng(0).integers(0, 256, (3, 3, *network.input_size), np.uint8)


@pytest.mark.parametrize("name", [name for name in ENGINES if name != "openvino-bf16"])
def test_every_engine_computes_the_same_grids(network, frames, name):
    engine = load_predictor(network, engine=name).grids
    expected = predict_grids(network, frames)
    assert engine(frames).dtype == np.float32
    np.testing.assert_allclose(engine(frames), expected, atol=1e-4)
    np.testing.assert_allclose(engine(frames[:1]), expected[:1], atol=1e-4)  # batches of any size


def test_a_processor_without_bfloat16_is_told_so(monkeypatch, network):
    openvino = pytest.importorskip("openvino")
    monkeypatch.setattr(openvino.Core, "get_property", lambda *_: ["FP32", "INT8"])
    with pytest.raises(InputError, match="does not compute in bfloat16"):
        load_predictor(network, engine="openvino-bf16")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["onnx", "openvino"])
def test_many_files_come_out_alike(network, tmp_path, popout_set, name):
    photos = popout_set.path / "images"
    for engine in ("torch", name):
        outcome = predict_files([photos], tmp_path / engine, model=network, write=["npy"], engine=engine)
        assert outcome.predicted == 30
    for file in sorted((tmp_path / "torch").glob("*.npy")):
        found = np.load(tmp_path / name / file.name, allow_pickle=False)
        np.testing.assert_allclose(found, np.load(file, allow_pickle=False), atol=2e-3)  # of 16 bits
    image = popout_set[0].image
    by_engine = predict(image, network, engine=name)
    np.testing.assert_allclose(by_engine.log_density, predict(image, network).log_density, atol=1e-4)


def test_a_form_is_made_once_and_again_for_other_weights(monkeypatch, tmp_path, weights):
    made = []
    monkeypatch.setenv("GAZEMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(
        "gazemap.prediction.engines.to_onnx.to_onnx", lambda model: made.append(model) or b"form"
    )
    kept = predictors._made_form(weights)
    assert kept == predictors._made_form(weights)
    assert kept.read_bytes() == b"form"
    assert len(made) == 1
    save_model(weights, create_model("gazenet", input_size=(64, 96)))
    predictors._made_form(weights)
    assert len(made) == 2
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GAZEMAP_CACHE", str(tmp_path / "file"))  # where nothing can be kept
    assert predictors._made_form(weights) == b"form"


@pytest.mark.parametrize("name", ["onnx", "torch", pytest.param("openvino", marks=pytest.mark.slow)])
def test_an_engine_leaves_the_model_as_it_is(name, monkeypatch, tmp_path):
    """Its mode, and where it lies: a device of no memory stands for a GPU that is not here."""
    monkeypatch.setenv("GAZEMAP_CACHE", str(tmp_path))  # so that the form is made
    model = tiny_model.Tiny().train()
    model.norm.eval()
    moved = []
    monkeypatch.setattr(tiny_model.Tiny, "cpu", lambda self: moved.append(self) or self)
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    load_predictor(model, engine=name).grids(np.zeros((2, 3, 24, 24), np.uint8))
    assert (model.training, model.convolution.training, model.norm.training) == (True, True, False)
    assert all(one is not model for one in moved)
    assert torch.equal(torch.rand(2), expected)  # random numbers are left alone, too


def test_an_unknown_or_missing_engine_is_refused(network, monkeypatch):
    with pytest.raises(InputError, match=r"no engine named 'onx'.*onnx"):
        load_predictor(network, engine="onx")
    monkeypatch.setattr("gazemap.system.extras.find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"needs the package openvino.*'gazemap\[openvino\]'"):
        load_predictor("shipped:gazenet", engine="openvino", threads=7)  # none that is open already
    with pytest.raises(MissingPackageError, match=r"engine torch needs .* torch.*'gazemap\[train\]'"):
        load_predictor("shipped:gazenet", engine="torch", threads=7)


@pytest.fixture
def weights(tmp_path):
    torch.manual_seed(0)
    model = create_model("gazenet", input_size=(64, 96))
    about = {"dataset": {"name": "some", "train": 3}, "from": [str(tmp_path / "start.safetensors"), "runs/a"]}
    save_model(tmp_path / "own.safetensors", model, **about)
    return tmp_path / "own.safetensors"


@pytest.mark.slow
def test_an_onnx_file_runs_by_itself_and_says_what_it_is(weights, tmp_path):
    exported = export(weights, tmp_path / "own.onnx", any_size=True)
    assert exported.file == tmp_path / "own.onnx"
    assert exported.size == exported.file.stat().st_size
    assert 0 <= exported.difference <= 1e-4
    content = onnx.load(tmp_path / "own.onnx")
    onnx.checker.check_model(content)
    assert b'.py", line' not in (tmp_path / "own.onnx").read_bytes()  # nor of the files of its program
    about = json.loads({entry.key: entry.value for entry in content.metadata_props}["gazemap"])
    network = about.pop("network")
    assert about == {**describe(weights), "from": ["start.safetensors", "runs/a"]}  # no path of the machine
    assert (network["input_size"], network["output"], network["fit"]) == ([64, 96], "log_density", "stretch")
    assert network["digest"] == digest(load_model(weights))
    session = onnxruntime.InferenceSession(tmp_path / "own.onnx", providers=["CPUExecutionProvider"])
    assert [entry.name for entry in session.get_inputs()] == ["images"]
    assert [entry.name for entry in session.get_outputs()] == ["log_density"]
    images = torch.rand(5, 3, 64, 96)
    with torch.no_grad():
        expected = load_model(weights)(images).numpy()
    np.testing.assert_allclose(session.run(None, {"images": images.numpy()})[0], expected, atol=1e-4)
    for size in ((65, 131), (240, 320)):  # and images of any size
        images = torch.rand(1, 3, *size)
        with torch.no_grad():
            expected = load_model(weights)(images).numpy()
        assert expected.shape == (1, -(-size[0] // 4), -(-size[1] // 4))
        np.testing.assert_allclose(session.run(None, {"images": images.numpy()})[0], expected, atol=1e-4)


@pytest.mark.slow
def test_weights_of_16_bits_are_half_the_size_and_load_as_a_model(weights, tmp_path):
    exported = export(weights, tmp_path / "half.safetensors")
    assert (exported.file, exported.size) == (tmp_path / "half.safetensors", exported.file.stat().st_size)
    assert 0 < exported.difference < 0.05
    assert (tmp_path / "half.safetensors").stat().st_size < 0.52 * weights.stat().st_size
    about = {**describe(weights), "from": ["start.safetensors", "runs/a"]}
    assert describe(tmp_path / "half.safetensors") == about
    images = torch.rand(2, 3, 64, 96)
    model = load_model(tmp_path / "half.safetensors")
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    with torch.no_grad():
        torch.testing.assert_close(model(images), load_model(weights)(images), atol=0.05, rtol=0)


def test_what_cannot_be_exported_leaves_no_file(weights, tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"\.onnx or \.safetensors, got .*own\.pt"):
        export(weights, tmp_path / "own.pt")
    with pytest.raises(OutputError, match="There is no folder"):
        export(weights, tmp_path / "none" / "own.onnx")
    save_model(tmp_path / "fixed.safetensors", create_model("deepgaze2", encoder="mobilenetv2"))
    with pytest.raises(InputError, match=r"A deepgaze2 takes images of \(240, 320\) only"):
        export(tmp_path / "fixed.safetensors", tmp_path / "fixed.onnx", any_size=True)
    (tmp_path / "fixed.safetensors").unlink()
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    save_model(tmp_path / "tiny.safetensors", tiny_model.Tiny())

    def shifted(form, name, device):
        opened = open_form(form, name, device=device)
        return replace(opened, compute=lambda frames: opened.compute(frames) + 2e-4)

    monkeypatch.setattr("gazemap.prediction.engines.export.open_form", shifted)
    with pytest.raises(InputError, match=r"differs from the model by 0\.0002"):
        export(tmp_path / "tiny.safetensors", tmp_path / "tiny.onnx")
    other = create_model("gazenet", input_size=(64, 96))
    other.readout[-1].bias.data[:] = 1e9
    save_model(tmp_path / "big.safetensors", other)
    with pytest.raises(InputError, match="beyond the range of 16 bits"):
        export(tmp_path / "big.safetensors", tmp_path / "half.safetensors")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "big.safetensors", "own.safetensors", "tiny.safetensors",
    ]  # fmt: skip


@pytest.mark.slow
def test_onnx_runtime_sends_nothing_and_keeps_no_number_for_it(tmp_path):
    """By itself it writes an identifier of the machine and a database of what it will send."""
    code = "import numpy as np; from gazemap import predict; predict(np.zeros((50, 60, 3), np.uint8))"
    names = ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
    own = {name: value for name, value in os.environ.items() if name not in names}
    own |= {"HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], env=own, check=True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
