"""The cache, filled ahead of a run: what the run then finds."""

import json

import pytest
from support import tiny_model

from gazemap.errors import OutputError
from gazemap.training.loop import train
from gazemap.training.prepare import prepare


@pytest.fixture(autouse=True)
def _tiny(monkeypatch, tmp_path):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    monkeypatch.setenv("GAZEMAP_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tiny.yaml").write_text(tiny_model.RECIPE)


def test_a_run_finds_all_that_it_needs(popout_set, tmp_path):
    made = prepare(popout_set.path, tmp_path / "tiny.yaml", overrides=["training.epochs=1"])
    assert made.cache == tmp_path / "cache" / "arrays"
    files = {file: file.stat().st_mtime_ns for file in made.cache.iterdir()}
    assert len(files) == 8  # images, targets, fixations and looks of two splits
    train(tmp_path / "tiny.yaml", popout_set, tmp_path / "run", overrides=["training.epochs=1"])
    assert {file: file.stat().st_mtime_ns for file in made.cache.iterdir()} == files


def test_it_says_what_it_made(popout_set, tmp_path):
    made = prepare(popout_set, str(tmp_path / "tiny.yaml"))
    per_image = 3 * 24 * 24 + 12 * 12 * (4 + 2)  # bytes: uint8, float32 and int16
    assert json.loads(json.dumps(made.as_json())) == {
        "splits": {
            name: {"images": images, "size": [24, 24], "bytes": images * per_image}
            for name, images in (("train", 20), ("val", 5))
        },
        "cache": str(tmp_path / "cache" / "arrays"),
    }


def test_a_cache_that_cannot_be_written_is_no_success(popout_set, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GAZEMAP_CACHE", str(tmp_path / "file"))
    with pytest.raises(
        OutputError, match=r"Nothing was prepared\. The cache folder .*file/arrays cannot be used"
    ):
        prepare(popout_set, tiny_model.recipe(tmp_path))
