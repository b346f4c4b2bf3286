"""Every command that writes one result finds out at its start where that cannot be, not after its work."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from support import tiny_model

import gazemap
from gazemap.errors import OutputError
from gazemap.evaluation.interchange.submission import submit
from gazemap.evaluation.kept import evaluate_and_keep
from gazemap.prediction import predictor
from gazemap.prediction.engines import export as exporting
from gazemap.prediction.files.predict_files import predict_files
from gazemap.reports import view as viewing
from gazemap.reports.areas import areas
from gazemap.reports.compare import compare
from gazemap.reports.crop import crop
from gazemap.reports.diff import diff
from gazemap.reports.report import report
from gazemap.reports.sheet import sheet
from gazemap.system import writing
from gazemap.training import loop

BOX = ["all=0,0,20,20"]

# Command -> what it does with an image, a data set and a folder that cannot be written.
WRITERS = {
    "areas --out": lambda image, data, closed: areas(image, areas=BOX, out=closed / "a.csv"),
    "areas --figure": lambda image, data, closed: areas(image, areas=BOX, figure=closed / "a.png"),
    "diff --out": lambda image, data, closed: diff(image, image, areas=BOX, out=closed / "a.json"),
    "diff --figure": lambda image, data, closed: diff(image, image, figure=closed / "a.png"),
    "crop": lambda image, data, closed: crop(image, closed / "a.png", aspect="1:1"),
    "sheet": lambda image, data, closed: sheet(image, closed / "a.png"),
    "evaluate": lambda image, data, closed: evaluate_and_keep("gazenet", data, out=closed / "a.csv"),
    "compare --out": lambda image, data, closed: compare(closed, closed, out=closed / "a.csv"),
    "compare --figure": lambda image, data, closed: compare(closed, closed, figure=closed / "a.png"),
    "report": lambda image, data, closed: report("gazenet", data, out=closed / "report"),
    "view": lambda image, data, closed: viewing.view(data, closed / "a.html"),
    "export": lambda image, data, closed: exporting.export("gazenet", closed / "a.safetensors"),
    "submit": lambda image, data, closed: submit(
        "gazenet", data, closed / "a.hdf5", format="tuebingen", split="val"
    ),
    "predict": lambda image, data, closed: predict_files([image], closed / "predicted"),
    "train": lambda image, data, closed: gazemap.train(
        tiny_model.recipe(Path(image).parent), data, closed / "run"
    ),
}


def working(*arguments, **options):
    raise AssertionError("the work began")


@pytest.fixture
def image(popout_set, tmp_path):
    path = tmp_path / "image.png"
    path.write_bytes(popout_set[0].file.read_bytes())
    return path


@pytest.fixture
def idle(monkeypatch):
    """Nothing is predicted, checked, loaded for an export or trained."""
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    make = predictor._predictor
    monkeypatch.setattr(
        predictor, "_predictor", lambda *made: replace(make(*made), opened=lambda weights: working)
    )
    monkeypatch.setattr(predictor, "_kept", {})  # those that are open already
    monkeypatch.setattr(viewing, "check_dataset", working)
    monkeypatch.setattr(exporting, "load_model", working)
    monkeypatch.setattr(loop, "make_run", working)


@pytest.fixture
def closed(tmp_path):
    """A folder in which nobody may write, root neither."""
    if os.geteuid() == 0:
        return Path("/proc/1")
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    return folder


@pytest.mark.parametrize("name", WRITERS)
def test_a_closed_folder_is_found_before_the_work(name, image, popout_set, closed, idle):
    with pytest.raises(OutputError, match="cannot be written") as raised:
        WRITERS[name](image, popout_set, closed)
    assert str(closed) in str(raised.value)


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_is_found_before_the_work(name, image, popout_set, tmp_path, idle, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    (tmp_path / "full").mkdir()
    monkeypatch.setattr(writing.os, "fsync", full)
    with pytest.raises(OutputError, match="cannot be written: No space left on device"):
        WRITERS[name](image, popout_set, tmp_path / "full")
    assert not list((tmp_path / "full").iterdir())
