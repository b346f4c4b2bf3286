import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import torch
from filelock import FileLock
from PIL import Image
from support import tiny_model

from gazemap.errors import InputError, OutputError
from gazemap.prediction.files import streaming
from gazemap.prediction.files.outputs import OUTPUTS
from gazemap.prediction.files.streaming import predict_files
from gazemap.prediction.predict import predict


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
    assert counts(predict_files(model, [photos], out, write=list(OUTPUTS))) == (5, 0, 0)
    endings = [kind.ending for kind in OUTPUTS.values()]
    expected = sorted([*(f"{name}{ending}" for name in NAMES for ending in endings), "model.json"])
    assert files_in(out) == expected
    for name in NAMES:
        found = np.load(out / f"{name}.log_density.npy", allow_pickle=False)
        np.testing.assert_allclose(found, predict(model, photos / name).log_density, atol=1e-3)


def test_two_pictures_are_the_default(model, photos, tmp_path):
    predict_files(model, [photos / "a.png"], tmp_path / "out")
    assert files_in(tmp_path / "out") == ["a.png.overlay.jpg", "a.png.saliency.png", "model.json"]


def test_broken_files_are_listed_and_the_rest_goes_on(density_model, photos, tmp_path):
    (photos / "broken.jpg").write_bytes(b"\xff\xd8 no")
    out = tmp_path / "out"
    sources = [photos, tmp_path / "none.png"]
    outcome = predict_files(density_model, sources, out)
    assert counts(outcome) == (5, 0, 2)
    listed = [json.loads(line) for line in (out / "failed.jsonl").read_text().splitlines()]
    by_path = {entry["path"]: entry["reason"] for entry in listed}
    assert set(by_path) == {str(photos / "broken.jpg"), str(tmp_path / "none.png")}
    assert "is no image that can be read" in by_path[str(photos / "broken.jpg")]
    assert "There is no image file" in by_path[str(tmp_path / "none.png")]
    assert {failure.path for failure in outcome.failures} == set(by_path)
    (photos / "broken.jpg").unlink()
    assert counts(predict_files(density_model, sources, out)) == (0, 5, 1)
    assert (out / "failed.jsonl").read_text().count("\n") == 1


def test_only_the_first_ten_failures_are_kept(density_model, tmp_path):
    outcome = predict_files(density_model, [f"none{i}.png" for i in range(25)], tmp_path / "out")
    assert (outcome.failed, len(outcome.failures)) == (25, 10)
    assert (tmp_path / "out" / "failed.jsonl").read_text().count("\n") == 25


def test_what_is_there_and_newer_is_skipped(density_model, photos, tmp_path):
    out = tmp_path / "out"
    predict_files(density_model, [photos], out)
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}
    assert counts(predict_files(density_model, [photos], out)) == (0, 5, 0)
    assert times == {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}
    (out / "a.jpg.overlay.jpg").unlink()
    later = time.time() + 5
    os.utime(photos / "b.png", (later, later))
    assert counts(predict_files(density_model, [photos], out)) == (2, 3, 0)
    assert (out / "a.jpg.overlay.jpg").exists()
    assert counts(predict_files(density_model, [photos / "a.png"], out, write=["json"])) == (1, 0, 0)


def test_another_model_s_results_are_not_taken_for_done(density_model, photos, tmp_path):
    out = tmp_path / "out"
    predict_files(density_model, [photos], out, write=["npy"])
    before = np.load(out / "b.png.log_density.npy")
    torch.manual_seed(9)
    other = tiny_model.Tiny(output="log_density")
    assert counts(predict_files(other, [photos], out, write=["npy"])) == (5, 0, 0)
    assert not np.allclose(before, np.load(out / "b.png.log_density.npy"))
    assert counts(predict_files(other, [photos], out, write=["npy"])) == (0, 5, 0)


def test_results_may_lie_beside_the_images(density_model, photos):
    assert counts(predict_files(density_model, [photos], photos)) == (5, 0, 0)
    assert counts(predict_files(density_model, [photos], photos)) == (0, 5, 0)


def test_mistakes_are_refused_before_anything_is_written(density_model, photos, tmp_path):
    for sources, options, message in (
        ([tmp_path / "nothing.txt"], {"write": ["heat"]}, "no output named 'heat'"),
        ([], {}, "no images in an empty list"),
        ([f"@{tmp_path}/none.txt"], {}, "cannot be read"),
    ):
        with pytest.raises(InputError, match=message):
            predict_files(density_model, sources, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_ends_it(density_model, photos, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        predict_files(density_model, [photos], tmp_path / "file" / "out")
    (tmp_path / "out" / "a.png.saliency.png" / "full").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"a\.png\.saliency\.png cannot be written"):
        predict_files(density_model, [photos], tmp_path / "out")
    assert not (tmp_path / "out" / ".unfinished").exists()


def test_a_folder_is_used_by_one_process_at_a_time(density_model, photos, tmp_path):
    (tmp_path / "out").mkdir()
    with (
        FileLock(tmp_path / "out" / ".unfinished.lock"),
        pytest.raises(OutputError, match="in use by another process"),
    ):
        predict_files(density_model, [photos], tmp_path / "out")
    assert counts(predict_files(density_model, [photos], tmp_path / "out")) == (5, 0, 0)


def test_a_name_that_is_too_long_fails_alone(density_model, photos, tmp_path):
    (photos / "a.png").rename(photos / ("x" * 250 + ".png"))
    outcome = predict_files(density_model, [photos], tmp_path / "out")
    assert counts(outcome) == (4, 0, 1)
    assert "too long" in outcome.failures[0].reason


def test_no_more_than_a_batch_a_thread_is_in_memory(density_model, photos, tmp_path, monkeypatch):
    """Images that are read, less images that are written: the same for 300 as for 150."""
    lock, here, most = threading.Lock(), 0, []
    read, write = streaming._read, streaming.Results.write

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

    monkeypatch.setattr(streaming, "_read", counting_read)
    monkeypatch.setattr(streaming.Results, "write", counting_write)
    for number in (150, 300):
        most.append(0)
        for index in range(number):
            (photos / f"{number}-{index}.png").hardlink_to(photos / "a.png")
        pattern = f"{photos}/{number}-*.png"
        outcome = predict_files(density_model, [pattern], tmp_path / "out", write=["json"])
        assert counts(outcome) == (number, 0, 0)
    assert here == 0
    assert max(most) <= 8 * min(8, os.cpu_count() + 1)


RUN = """
import signal, sys, torch
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell would ignore it
sys.path[:0] = {path!r}
from support import tiny_model
from gazemap.prediction.files.streaming import predict_files
torch.manual_seed(0)
print(predict_files(tiny_model.Tiny(output="log_density"), [{source!r}], {out!r}))
"""


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGKILL,
        *(pytest.param(kind, marks=pytest.mark.slow) for kind in (signal.SIGINT, signal.SIGTERM)),
    ],
)
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
    outcome = predict_files(density_model, [photos], out)
    assert outcome.predicted + outcome.skipped == 305
    assert outcome.skipped >= 10
    assert not list(out.rglob(".*"))
    assert len(files_in(out)) == 2 * 305 + 1
