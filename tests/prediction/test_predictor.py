"""One way to a model that is ready to predict, whatever names it, and whichever engine computes it."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from support import tiny_model

import gazemap
from gazemap.errors import InputError, WeightsError
from gazemap.models.files import describe, form_beside, shipped_weights
from gazemap.models.parts import set_center_bias
from gazemap.models.table import create_model
from gazemap.models.weights import digest, load_model, save_model
from gazemap.prediction.engines.export import export
from gazemap.prediction.engines.pytorch import describe_network
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import load_predictor

PHOTO = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)


@pytest.mark.parametrize("name", shipped_weights())
def test_a_form_beside_says_what_its_weights_say(name):
    """The two files next to each other are one model: its facts, its training images, its center bias."""
    form, model = load_predictor(f"shipped:{name}"), load_model(f"shipped:{name}")
    network = describe_network(model)
    assert (form.engine, form.device, form.name, form.center_bias) == ("onnx", "cpu", name, True)
    for fact in ("architecture", "input_size", "output", "fit", "target_range", "digest"):
        assert getattr(form, fact) == getattr(network, fact), fact
    np.testing.assert_array_equal(form.log_prior, network.log_prior)
    np.testing.assert_array_equal(form.training_images.trained, model.training_images.trained)
    np.testing.assert_array_equal(form.training_images.chosen, model.training_images.chosen)
    assert form.training_images.complete == model.training_images.complete
    assert form_beside(shipped_weights()[name]).stat().st_size < {"gazenet": 9e6, "gazenet-large": 19e6}[name]


def test_the_models_that_come_with_gazemap_leave_room_in_a_wheel_of_forty_megabytes():
    files = [file for weights in shipped_weights().values() for file in (weights, form_beside(weights))]
    assert len(files) == 4
    assert sum(file.stat().st_size for file in files) < 38e6


@pytest.mark.parametrize("name", shipped_weights())
def test_no_file_of_a_model_names_a_file_of_the_machine_that_made_it(name):
    weights = shipped_weights()[name]
    for file in (weights, form_beside(weights)):
        content = file.read_bytes()
        assert b"site-packages" not in content
        assert b'.py", line' not in content


@pytest.mark.parametrize("name", shipped_weights())
def test_a_form_beside_is_computed_as_pytorch_computes_its_weights(name):
    found, expected = (predict(PHOTO, name, engine=engine).log_density for engine in ("onnx", "torch"))
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped_weights())
def test_engines_agree_on_fifty_photographs(name, shared_data):
    photos = sorted((shared_data / "osie").rglob("*.jpg"))[:50]
    assert len(photos) == 50
    both = (predict(photos, name, engine=engine) for engine in ("onnx", "torch"))
    for found, expected in zip(*both, strict=True):
        np.testing.assert_allclose(found.log_density, expected.log_density, atol=1e-4)
        np.testing.assert_allclose(found.density, expected.density, atol=1e-4 * expected.density.max())


@pytest.mark.slow
def test_bfloat16_is_near_and_known_by_its_fingerprint(shared_data):
    openvino = pytest.importorskip("openvino")
    if "BF16" not in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        pytest.skip("this processor does not compute in bfloat16")
    photos = sorted((shared_data / "osie").rglob("*.jpg"))[:20]
    full, fewer = (load_predictor("shipped:gazenet", engine=name) for name in ("onnx", "openvino-bf16"))
    for expected, found in zip(predict(photos, full), predict(photos, fewer), strict=True):
        # in nats per fixation; two trainings of one network differ by a hundred times as much
        divergence = (expected.density * (expected.log_density - found.log_density)).sum()
        assert 1e-6 < divergence < 5e-3
    assert full.fingerprint != fewer.fingerprint
    assert full.fingerprint == load_predictor("shipped:gazenet", engine="openvino").fingerprint


def test_a_center_bias_is_left_out_alike_by_every_engine():
    model = load_model("shipped:gazenet")
    plain = [predict(PHOTO, "shipped:gazenet", engine=e, center_bias=False).grid for e in ("onnx", "torch")]
    np.testing.assert_allclose(plain[0], plain[1], atol=1e-4)
    by_engine = [load_predictor("shipped:gazenet", engine=e, center_bias=False) for e in ("onnx", "torch")]
    assert (
        by_engine[0].fingerprint == by_engine[1].fingerprint != load_predictor("shipped:gazenet").fingerprint
    )
    assert not by_engine[0].center_bias
    assert by_engine[0].name == "gazenet-no-center-bias"  # whatever shows its results shows it
    assert load_predictor(by_engine[0], center_bias=False) is by_engine[0]
    before = digest(model)
    of_memory = predict(PHOTO, model, center_bias=False).grid
    assert digest(model) == before
    set_center_bias(model, None)
    np.testing.assert_allclose(predict(PHOTO, model).grid, of_memory, atol=1e-4)
    np.testing.assert_allclose(plain[1], of_memory, atol=1e-6)
    with pytest.raises(InputError, match="tiny has no fixed center bias"):
        load_predictor(tiny_model.Tiny(), center_bias=False)


def test_what_was_opened_last_stays_open_until_the_file_changes(tmp_path):
    first = load_predictor("shipped:gazenet")
    assert load_predictor("shipped:gazenet") is first
    assert load_predictor("gazenet-large") is not first
    path = tmp_path / "own.safetensors"
    save_model(path, create_model("gazenet", input_size=(64, 96)))
    opened = load_predictor(path)
    assert (opened.engine, opened.name) == ("torch", "own")
    assert load_predictor(path) is opened
    save_model(path, create_model("gazenet", input_size=(64, 96)), epoch=3)
    assert load_predictor(path).digest != opened.digest


def test_a_model_in_memory_stays_where_it_is_and_a_wrong_one_is_refused():
    model = tiny_model.Tiny()
    made = load_predictor(model)
    assert (made.engine, made.device, made.name) == ("torch", "cpu", "tiny")
    assert load_predictor(made) is made
    for options in ({"engine": "onnx"}, {"device": "cuda"}):
        with pytest.raises(InputError, match=r"computes by engine torch on cpu.*Load it anew"):
            load_predictor(made, **options)
    with pytest.raises(InputError, match=r"tiny is on cpu, not on cuda.*model\.to\('cuda'\)"):
        load_predictor(model, device="cuda")
    with pytest.raises(InputError, match=r"got ndarray\. The image comes first"):
        predict(model, PHOTO)


def test_a_device_that_an_engine_lacks_is_refused_and_never_replaced(monkeypatch):
    with pytest.raises(InputError, match=r"no GPU here.*onnxruntime-gpu.*engine torch"):
        load_predictor("shipped:gazenet", device="cuda")
    with pytest.raises(InputError, match="'cuda' was asked for, but PyTorch sees no GPU"):
        load_predictor("shipped:gazenet", engine="torch", device="cuda")
    with pytest.raises(InputError, match="openvino computes on the device cpu"):
        load_predictor("shipped:gazenet", engine="openvino", device="cuda")
    with pytest.raises(InputError, match="device must be auto, cpu or cuda, got 'gpu'"):
        load_predictor("shipped:gazenet", device="gpu")
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CUDAExecutionProvider"])

    class FallsBack:
        """A session as ONNX Runtime gives it where the GPU's libraries are missing."""

        def __init__(self, *given, providers):
            assert providers == ["CUDAExecutionProvider"]

        def get_providers(self):
            return ["CPUExecutionProvider"]

    monkeypatch.setattr("onnxruntime.InferenceSession", FallsBack)
    for device in ("cuda", "auto"):
        with pytest.raises(InputError, match="cannot use the device cuda here"):
            load_predictor("shipped:gazenet", device=device, threads=3)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A folder with weights and their form."""
    folder = tmp_path_factory.mktemp("exported")
    torch.manual_seed(0)
    model = tiny_model.Tiny()
    model.target_range, model.fit = (-1.0, 1.0), "letterbox"
    save_model(folder / "own.safetensors", model)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
        export(folder / "own.safetensors", folder / "own.onnx")
    return folder


@pytest.fixture
def form(exported, tmp_path, monkeypatch):
    """A copy, beside a copy of its weights."""
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    shutil.copytree(exported, tmp_path, dirs_exist_ok=True)
    return tmp_path / "own.onnx"


def test_an_exported_form_predicts_without_pytorch(form, tmp_path):
    expected = predict(PHOTO, tmp_path / "own.safetensors").density
    np.save(tmp_path / "photo.npy", PHOTO)
    code = """
import sys, numpy as np
import gazemap
photo, form, out = sys.argv[1:]
np.save(out, gazemap.predict(np.load(photo), model=form).density)
assert "torch" not in sys.modules
"""
    arguments = [str(tmp_path / "photo.npy"), str(form), str(tmp_path / "density.npy")]
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)
    np.testing.assert_allclose(np.load(tmp_path / "density.npy"), expected, atol=1e-6)


def test_files_of_another_kind_are_named(form, tmp_path):
    with pytest.raises(WeightsError, match=r"own\.onnx is an ONNX form, which holds no weights"):
        load_model(form)
    with pytest.raises(InputError, match="PyTorch cannot compute"):
        load_predictor(form, engine="torch")
    (tmp_path / "bad.onnx").write_bytes(b"no form")
    with pytest.raises(WeightsError, match=r"bad\.onnx is damaged, or no ONNX file"):
        load_predictor(tmp_path / "bad.onnx")
    with pytest.raises(WeightsError, match=r"There is no model .*none\.onnx\. Give a run folder"):
        load_predictor(tmp_path / "none.onnx")
    with pytest.raises(WeightsError, match="There is no model"):
        load_predictor(tmp_path / "none.safetensors")
    with pytest.raises(
        WeightsError, match=r"model gaznet\. Did you mean 'gazenet'\? .*shipped:gazenet-large"
    ):
        load_predictor("gaznet")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda about: None, "does not say what network it is"),
        (lambda about: about["network"].pop("digest"), "its description lacks 'digest'"),
        (lambda about: about.update(training_images={"complete": True}), "its training_images lack"),
    ],
)
def test_a_form_with_a_damaged_description_is_refused(form, change, message):
    import onnx

    content = onnx.load(form)
    about = json.loads(content.metadata_props[0].value)
    del content.metadata_props[:]
    change(about)
    if "does not say" not in message:
        entry = content.metadata_props.add()
        entry.key, entry.value = "gazemap", json.dumps(about)
    onnx.save(content, form)
    with pytest.raises(WeightsError, match=message):
        load_predictor(form)


def test_predictions_are_looked_at_and_saved(tmp_path, density_model):
    prediction = predict(PHOTO, density_model)
    assert repr(prediction) == "<Prediction of an image of 64 x 48: log_density on a grid of (12, 12)>"
    np.testing.assert_array_equal(prediction.picture, PHOTO)
    assert prediction.overlay().shape == PHOTO.shape
    image, overlay, bar = prediction.plot().axes
    np.testing.assert_array_equal(image.get_images()[0].get_array(), PHOTO)
    np.testing.assert_array_equal(overlay.get_images()[0].get_array(), prediction.overlay())
    chance = prediction.density * prediction.density.size
    assert (bar.get_ylabel(), bar.get_ylim()[1]) == ("times as often as chance", pytest.approx(chance.max()))
    assert 'alt="&lt;Prediction of' in prediction._repr_html_()
    assert "No picture: This prediction does not know" in replace(prediction, image=None)._repr_html_()
    for name in ("heat.jpg", "heat.png", "heat.json", "heat.npy"):
        assert prediction.save(tmp_path / name) == tmp_path / name
    found = np.load(tmp_path / "heat.npy", allow_pickle=False)
    np.testing.assert_allclose(np.exp(found).sum(), 1, atol=1e-5)
    assert json.loads((tmp_path / "heat.json").read_text()) == prediction.as_json()
    with pytest.raises(InputError, match=r"saved as \.jpg, \.png, \.npy or \.json, got heat\.bmp"):
        prediction.save(tmp_path / "heat.bmp")
    assert not Path(tmp_path / "heat.bmp").exists()


def test_a_predictor_is_shown_in_a_line():
    assert repr(gazemap.load_predictor("gazenet")) == "<Predictor gazenet: 320 x 240, engine onnx on cpu>"
    assert describe("gazenet")["model"] == "gazenet"
