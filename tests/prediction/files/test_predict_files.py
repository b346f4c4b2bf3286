import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms
from support import tiny_model

from gazemap.errors import InputError, OutputError
from gazemap.evaluation.predictions import maps_of
from gazemap.images import opening, reading
from gazemap.images.reading import read_image
from gazemap.models.parts import set_center_bias
from gazemap.models.table import create_model
from gazemap.models.weights import digest
from gazemap.prediction.files.outputs import OUTPUTS
from gazemap.prediction.files.predict_files import _Worker, predict_files
from gazemap.prediction.files.result_folder import Results
from gazemap.prediction.predict import predict
from gazemap.system import extras
from gazemap.system.locks import only_one


@pytest.fixture
def photos(tmp_path):
    """Five images in two folders; the stem `a` three times."""
    random = np.random.default_rng(0)
    for index, name in enumerate(("a.png", "a.jpg", "b.png", "deep/a.png", "deep/c.webp")):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 255, (30 + index, 40, 3), np.uint8)).save(path)
    return tmp_path / "photos"


NAMES = ["a.jpg", "a.png", "b.png", "deep/a.png", "deep/c.webp"]


def files_in(out):
    return sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())


def counts(outcome):
    return outcome.predicted, outcome.skipped, outcome.failed


def test_a_folder_is_predicted_as_its_images_are(model, photos, tmp_path):
    out = tmp_path / "out"
    assert counts(predict_files([photos], out, model=model, write=list(OUTPUTS))) == (5, 0, 0)
    endings = [kind.ending for kind in OUTPUTS.values()]
    expected = sorted([*(f"{name}{ending}" for name in NAMES for ending in endings), "made_by.json"])
    assert files_in(out) == expected
    for name in NAMES:
        found = np.load(out / f"{name}.log_density.npy", allow_pickle=False)
        np.testing.assert_allclose(found, predict(photos / name, model).log_density, atol=1e-3)


def test_two_pictures_are_the_default(model, photos, tmp_path):
    predict_files([photos / "a.png"], tmp_path / "out", model=model)
    assert files_in(tmp_path / "out") == ["a.png.overlay.jpg", "a.png.saliency.png", "made_by.json"]


def test_broken_files_are_listed_and_the_rest_goes_on(density_model, photos, tmp_path):
    (photos / "broken.jpg").write_bytes(b"\xff\xd8 no")
    out = tmp_path / "out"
    sources = [photos, tmp_path / "none.png"]
    outcome = predict_files(sources, out, model=density_model)
    assert counts(outcome) == (5, 0, 2)
    listed = [json.loads(line) for line in (out / "failed.jsonl").read_text().splitlines()]
    by_path = {entry["path"]: entry["reason"] for entry in listed}
    assert set(by_path) == {str(photos / "broken.jpg"), str(tmp_path / "none.png")}
    assert "is no image that can be read" in by_path[str(photos / "broken.jpg")]
    assert "There is no image file" in by_path[str(tmp_path / "none.png")]
    assert {failure.path for failure in outcome.failures} == set(by_path)
    (photos / "broken.jpg").unlink()
    assert counts(predict_files(sources, out, model=density_model)) == (0, 5, 1)
    assert (out / "failed.jsonl").read_text().count("\n") == 1


def test_only_the_first_ten_failures_are_kept(density_model, tmp_path):
    outcome = predict_files([f"none{i}.png" for i in range(25)], tmp_path / "out", model=density_model)
    assert (outcome.failed, len(outcome.failures)) == (25, 10)
    assert (tmp_path / "out" / "failed.jsonl").read_text().count("\n") == 25


def test_what_is_there_and_newer_is_skipped(density_model, photos, tmp_path):
    out = tmp_path / "out"
    predict_files([photos], out, model=density_model)
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}
    assert counts(predict_files([photos], out, model=density_model)) == (0, 5, 0)
    assert times == {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}
    (out / "a.jpg.overlay.jpg").unlink()
    later = time.time() + 5
    os.utime(photos / "b.png", (later, later))
    assert counts(predict_files([photos], out, model=density_model)) == (2, 3, 0)
    assert (out / "a.jpg.overlay.jpg").exists()
    assert counts(predict_files([photos / "a.png"], out, model=density_model, write=["json"])) == (1, 0, 0)


def test_a_folder_of_another_model_is_refused_and_left_as_it_is(density_model, photos, tmp_path):
    out = tmp_path / "out"
    predict_files([photos / "a.png"], out, model=density_model)
    before = {path: path.read_bytes() for path in out.iterdir()}
    torch.manual_seed(9)
    other = tiny_model.Tiny(output="log_density")
    with pytest.raises(OutputError, match=r"out holds predictions of .*: model was '.*and is now '"):
        predict_files([photos], out, model=other)
    assert {path: path.read_bytes() for path in out.iterdir()} == before
    density_model.fit = "crop"
    with pytest.raises(OutputError, match=r"fit was 'stretch' and is now 'crop'.*Choose another folder"):
        predict_files([photos], out, model=density_model)
    density_model.fit = "stretch"
    assert counts(predict_files([photos], out, model=density_model)) == (4, 1, 0)


def test_a_folder_says_what_made_it(photos, tmp_path, monkeypatch):
    """A center bias that was taken away counts, and so does the version; a damaged note is no note."""
    model, out = create_model("gazenet", input_size=(64, 96)).eval(), tmp_path / "out"
    set_center_bias(model, torch.arange(1.0, 13).reshape(3, 4))
    predict_files([photos / "a.png"], out, model=model, write=["json"])
    made_by = json.loads((out / "made_by.json").read_text())["made_by"]
    assert digest(model).startswith(made_by["model"])
    assert len(made_by["model"]) == 16
    assert (made_by["output"], made_by["fit"], made_by["center_bias"]) == ("log_density", "stretch", "on")
    with monkeypatch.context() as changed:
        changed.setattr("gazemap.system.fingerprint.version", lambda name: "99.0")
        with pytest.raises(OutputError, match=r"version was .* and is now '99.0'"):
            predict_files([photos / "a.png"], out, model=model, write=["json"])
    assert counts(predict_files([photos / "a.png"], out, model=model, write=["json"])) == (0, 1, 0)
    set_center_bias(model, None)
    with pytest.raises(OutputError, match="center_bias was 'on' and is now 'off'"):
        predict_files([photos / "a.png"], out, model=model, write=["json"])
    (out / "made_by.json").write_text("no JSON")
    with pytest.raises(OutputError, match=r"another model, .*it does not say what made it"):
        predict_files([photos / "a.png"], out, model=model, write=["json"])


def photograph(height, width):
    """Smooth parts, edges and grain, as a photo has them."""
    random = np.random.default_rng(0)
    parts = Image.fromarray(random.integers(0, 255, (6, 8, 3), np.uint8)).resize((width, height), 3)
    pixels = np.asarray(parts).astype(int) + random.normal(0, 8, (height, width, 1))
    pixels[height // 3 : height // 2, width // 3 : width // 2] = (230, 40, 40)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    "size", [(40, 50), (95, 95), (96, 96), (500, 300), pytest.param((1200, 1600), marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_every_door_gives_the_same_prediction(density_model, tmp_path, size, suffix):
    """Files, paths and bytes to the last bit; so do pixels below four times the frame of 24 x 24."""
    photo = tmp_path / f"photo.{suffix}"
    photograph(*size).save(photo)
    for write in (["npy"], ["npy", "overlay"]):
        predict_files([photo], tmp_path / "-".join(write), model=density_model, write=write)
        found = np.load(tmp_path / "-".join(write) / f"{photo.name}.log_density.npy", allow_pickle=False)
        for image in (photo, photo.read_bytes()):
            expected = predict(image, density_model).log_density.astype(np.float32)
            np.testing.assert_array_equal(found, expected)
    whole = predict(read_image(photo), density_model).log_density
    if suffix == "png" or size in ((40, 50), (95, 95)):
        np.testing.assert_array_equal(found, whole.astype(np.float32))
    assert (np.exp(whole) * (whole - found)).sum() < 2e-4


def test_a_data_set_s_images_are_predicted_as_their_files_are(popout_set, density_model):
    val = popout_set.split("val")
    for sample, one in zip(val, maps_of(density_model, val).images, strict=True):
        np.testing.assert_allclose(one.grid, predict(sample.file, density_model).grid, atol=1e-6)


def test_a_photo_is_decoded_once(density_model, tmp_path, monkeypatch):
    """Also where pictures are drawn of it, unless it was decoded at reduced scale."""
    decoded = []
    real = reading._decoded
    monkeypatch.setattr(reading, "_decoded", lambda *given: decoded.append(given[1]) or real(*given))
    for name, size in (("a.jpg", (95, 95)), ("b.png", (95, 400)), ("large.jpg", (400, 400))):
        photograph(*size).save(tmp_path / name)
    pictures = ["overlay", "contour"]
    predict_files([tmp_path], tmp_path / "out", model=density_model, write=["saliency", *pictures])
    times = Counter(Path(name).name for name in decoded)
    assert times == {"a.jpg": 1, "b.png": 1, "large.jpg": 2}
    for name in times:
        decoded.clear()
        write_again = predict(tmp_path / name, density_model)
        for kind in pictures:
            OUTPUTS[kind].write(write_again, tmp_path / "again.jpg")
            file = tmp_path / "out" / f"{name}{OUTPUTS[kind].ending}"
            np.testing.assert_array_equal(read_image(tmp_path / "again.jpg"), read_image(file))


def test_results_may_lie_beside_the_images(density_model, photos):
    assert counts(predict_files([photos], photos, model=density_model)) == (5, 0, 0)
    assert counts(predict_files([photos], photos, model=density_model)) == (0, 5, 0)


def test_mistakes_are_refused_before_anything_is_written(density_model, photos, tmp_path):
    for sources, options, message in (
        ([tmp_path / "nothing.txt"], {"write": ["heat"]}, "no output named 'heat'"),
        ([], {}, "no images in an empty list"),
        ([f"@{tmp_path}/none.txt"], {}, "cannot be read"),
    ):
        with pytest.raises(InputError, match=message):
            predict_files(sources, tmp_path / "out", model=density_model, **options)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_ends_it(density_model, photos, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        predict_files([photos], tmp_path / "file" / "out", model=density_model)
    (tmp_path / "out" / "a.png.saliency.png" / "full").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"a\.png\.saliency\.png cannot be written"):
        predict_files([photos], tmp_path / "out", model=density_model)
    assert not (tmp_path / "out" / ".unfinished").exists()


def test_a_folder_is_used_by_one_process_at_a_time(density_model, photos, tmp_path):
    (tmp_path / "out").mkdir()
    with (
        only_one(tmp_path / "out", "predicting"),
        pytest.raises(OutputError, match=f"out is in use by process {os.getpid()}, predicting since"),
    ):
        predict_files([photos], tmp_path / "out", model=density_model)
    assert counts(predict_files([photos], tmp_path / "out", model=density_model)) == (5, 0, 0)


def test_a_name_that_is_too_long_fails_alone(density_model, photos, tmp_path):
    (photos / "a.png").rename(photos / ("x" * 250 + ".png"))
    outcome = predict_files([photos], tmp_path / "out", model=density_model)
    assert counts(outcome) == (4, 0, 1)
    assert "too long" in outcome.failures[0].reason


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["onnx", "torch"])
def test_what_is_there_already_does_not_change_the_rest(photos, tmp_path, engine):
    """By PyTorch, the last bits depend on what else is in a batch: after a stop, other images are."""
    options = {"model": "gazenet", "engine": engine, "write": ["npy"]}
    predict_files([photos], tmp_path / "whole", **options)
    predict_files([photos / "a.png", photos / "b.png"], tmp_path / "stopped", **options)
    predict_files([photos], tmp_path / "stopped", **options)
    for name in NAMES:
        file = f"{name}.log_density.npy"
        assert (tmp_path / "whole" / file).read_bytes() == (tmp_path / "stopped" / file).read_bytes()


def test_no_more_than_a_batch_a_thread_is_in_memory(density_model, photos, tmp_path, monkeypatch):
    """Images that are read, less images that are written: the same for 300 as for 150."""
    lock, here, most = threading.Lock(), 0, []
    read, write = _Worker._read, Results.write

    def counting_read(*arguments):
        nonlocal here
        with lock:
            here += 1
            most[-1] = max(most[-1], here)
        return read(*arguments)

    def counting_write(*arguments):
        nonlocal here
        write(*arguments)
        with lock:
            here -= 1

    monkeypatch.setattr(_Worker, "_read", counting_read)
    monkeypatch.setattr(Results, "write", counting_write)
    for number in (150, 300):
        most.append(0)
        for index in range(number):
            (photos / f"{number}-{index}.png").hardlink_to(photos / "a.png")
        pattern = f"{photos}/{number}-*.png"
        outcome = predict_files([pattern], tmp_path / "out", model=density_model, write=["json"])
        assert counts(outcome) == (number, 0, 0)
    assert here == 0
    assert max(most) <= 8 * min(8, os.cpu_count() + 1)


RUN = """
import signal, sys, torch
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell would ignore it
sys.path[:0] = {path!r}
from support import tiny_model
from gazemap.prediction.files.predict_files import _Worker, predict_files
from gazemap.prediction.files.result_folder import Results
torch.manual_seed(0)
print(predict_files([{source!r}], {out!r}, model=tiny_model.Tiny(output="log_density")))
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_killed_run_leaves_nothing_partial_and_goes_on(density_model, photos, tmp_path, number):
    for index in range(300):
        (photos / f"{index:03}.png").hardlink_to(photos / "a.png")
    out = tmp_path / "out"
    code = RUN.format(path=sys.path, source=str(photos), out=str(out))
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while len(list(out.glob("*.saliency.png"))) < 20:
        assert child.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    child.send_signal(number)
    assert child.wait(30) != 0
    written = [path for path in out.rglob("*.*") if path.is_file() and ".unfinished" not in str(path)]
    assert 20 <= len(written) < 610
    for path in written:
        if path.suffix in (".png", ".jpg"):
            Image.open(path).load()
    outcome = predict_files([photos], out, model=density_model)
    assert outcome.predicted + outcome.skipped == 305
    assert outcome.skipped >= 10
    assert not list(out.rglob(".*"))
    assert len(files_in(out)) == 2 * 305 + 1


def test_pictures_keep_the_color_profile_and_assumptions_are_said(density_model, tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    photograph(60, 80).save(tmp_path / "a.jpg", icc_profile=profile)
    dark = np.asarray(photograph(60, 80).convert("L")).astype(np.uint16) * 4
    Image.fromarray(dark).save(tmp_path / "dark.png")
    (tmp_path / "b.psd").write_bytes(b"8BPS\0\1")
    out = tmp_path / "out"
    outcome = predict_files([tmp_path], out, model=density_model, write=["overlay", "contour", "json"])
    for kind in ("overlay", "contour"):
        with Image.open(out / f"a.jpg.{kind}.jpg") as written:
            assert written.info["icc_profile"] == profile
    predict(tmp_path / "a.jpg", density_model).save(tmp_path / "heat.png")
    with Image.open(tmp_path / "heat.png") as written:
        assert written.info["icc_profile"] == profile
    note = f"dark: {dark.min()} to {dark.max():,} of 65,535; 1,023 was taken as white"
    assert (outcome.predicted, outcome.noted) == (2, 1)
    assert outcome.noted_first == (f"{tmp_path / 'dark.png'}: {note}.",)
    assert predict(tmp_path / "dark.png", density_model).notes == (note,)
    assert json.loads((out / "dark.png.attention.json").read_text())["notes"] == [note]
    assert "notes" not in json.loads((out / "a.jpg.attention.json").read_text())
    listed = json.loads((out / "notes.jsonl").read_text())
    assert listed == {"path": str(tmp_path / "dark.png"), "notes": [note]}
    assert outcome.besides == ("1 file looks like an image of other kinds (1 .psd) and was not read.",)
    assert json.loads((out / "failed.jsonl").read_text())["reason"].endswith("export it as JPEG or PNG.")
    assert {*outcome.noted_first, *outcome.besides} <= {*outcome.notes()}


def test_a_heic_without_its_package_fails_alone(density_model, photos, tmp_path, monkeypatch):
    def missing(package, purpose):
        raise extras.missing(package, purpose)

    monkeypatch.setattr(opening, "require", missing)
    (photos / "IMG_0001.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    outcome = predict_files([photos], tmp_path / "out", model=density_model)
    assert counts(outcome) == (5, 0, 1)
    assert "pip install 'gazemap[heic]'" in outcome.failures[0].reason
