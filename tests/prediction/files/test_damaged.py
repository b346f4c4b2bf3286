"""Files damaged at random: each is predicted or listed with its reason, in little time and memory."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.damaged_images import DAMAGES, SUFFIXES, damaged_file

from gazemap.images.opening import MAX_PIXELS
from gazemap.prediction.files.predict_files import predict_files

_KIB_A_GIB = 2**20


def memory(key):
    """VmRSS or VmHWM of this process, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key))


@pytest.fixture
def grown():
    """How much more memory than before the test has been held at once, in GiB."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak of what ran before is forgotten
    before = memory("VmRSS")
    return lambda: (memory("VmHWM") - before) / _KIB_A_GIB


def predict_damaged(model, tmp_path, numbers):
    """Every one of them has either whole outputs or a reason; how many of each."""
    (tmp_path / "files").mkdir()
    files = {str(damaged_file(tmp_path / "files", number)) for number in numbers}
    out = tmp_path / "out"
    outcome = predict_files([tmp_path / "files"], out, model=model, write=["saliency", "json"])
    listed = [json.loads(line) for line in (out / "failed.jsonl").read_text().splitlines()]
    failed = {entry["path"]: entry["reason"] for entry in listed}
    assert (outcome.predicted, outcome.skipped, outcome.failed) == (len(files) - len(failed), 0, len(listed))
    assert len(failed) == len(listed)
    for path in files - set(failed):
        name = path.rsplit("/", 1)[1]
        summary = json.loads((out / f"{name}.attention.json").read_text())
        with Image.open(out / f"{name}.saliency.png") as saliency:
            assert saliency.size == (summary["width"], summary["height"])
            assert np.asarray(saliency).max() == 255
    for path, reason in failed.items():
        assert path in files
        assert reason.startswith(path)
        assert len(reason) > len(path) + 20
        assert not list(out.glob(f"{path.rsplit('/', 1)[1]}.*"))
    return Counter(path.rsplit("-", 1)[1].split(".")[0] for path in files - set(failed)), failed


def test_damaged_files_are_predicted_or_listed(density_model, tmp_path):
    predicted, failed = predict_damaged(density_model, tmp_path, range(len(DAMAGES) * len(SUFFIXES) + 30))
    assert (predicted["whole"], predicted["mislabeled"], predicted["animated"]) == (12, 6, 6)
    assert predicted["empty"] == predicted["noise"] == 0
    assert any("170,000,000 are accepted" in reason for reason in failed.values())


@pytest.mark.slow
def test_two_thousand_damaged_files(density_model, grown, tmp_path):
    predicted, failed = predict_damaged(density_model, tmp_path, range(2000))
    assert sum(predicted.values()) > 500
    assert predicted["flipped"] > 20  # damage that a reader gets over
    assert predicted["empty"] == predicted["noise"] == 0
    assert not any("-whole" in path or "-animated" in path or "-mislabeled" in path for path in failed)
    assert grown() < 3


@pytest.mark.slow
def test_a_bomb_below_the_limit_takes_bounded_memory(density_model, grown, tmp_path):
    side = int(MAX_PIXELS**0.5)
    Image.new("RGB", (side, side)).save(tmp_path / "bomb.png")  # half a megabyte
    outcome = predict_files(
        [tmp_path / "bomb.png"], tmp_path / "out", model=density_model, write=["saliency"]
    )
    assert outcome.predicted == 1
    assert grown() < 3
