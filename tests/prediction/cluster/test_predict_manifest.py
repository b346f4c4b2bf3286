import numpy as np
import pytest
from PIL import Image

import gazemap
from gazemap.errors import DataError, InputError, OutputError
from gazemap.prediction.cluster.make_manifest import make_manifest
from gazemap.prediction.cluster.predict_manifest import predict_manifest, shards_of
from gazemap.system.workers import processes


def parts_of(folder):
    return {path.name: path.read_bytes() for path in folder.glob("part-*")}


@pytest.fixture
def expected(tmp_path, manifest):
    """What one process makes."""
    outcome = predict_manifest(manifest, tmp_path / "expected", workers=1)
    assert (outcome.shards, outcome.made, outcome.images, outcome.failed) == (4, 4, 11, 1)
    return parts_of(tmp_path / "expected")


def test_a_row_for_each_image_in_order(tmp_path, expected, photos):
    table = gazemap.read_predictions(tmp_path / "expected").to_table()
    names = sorted(path.name for path in photos.iterdir())
    assert table["image_id"].to_pylist() == [f"photos/{name}" for name in names]
    assert table["width"].to_pylist() == [*range(80, 90), None]
    *none, error = table["error"].to_pylist()
    assert none == [None] * 10
    assert "no image that can be read" in error
    row = table.to_pylist()[3]
    density = np.reshape(row["density"], (row["density_height"], row["density_width"])).astype(float)
    grid = gazemap.predict(photos / names[3]).grid
    np.testing.assert_allclose(density / density.sum(), np.exp(grid) / np.exp(grid).sum(), rtol=2e-3)


def test_two_processes_and_jobs_that_start_alone_make_the_same_bytes(tmp_path, manifest, expected):
    outcome = predict_manifest(manifest, tmp_path / "two", workers=2)
    assert (outcome.made, outcome.images, outcome.failed, outcome.lost) == (4, 11, 1, 0)
    for job in ("2/3", "1/3", "3/3"):
        predict_manifest(manifest, tmp_path / "jobs", workers=1, shard=job)
    assert parts_of(tmp_path / "two") == parts_of(tmp_path / "jobs") == expected


def test_only_what_is_missing_is_made(tmp_path, manifest, expected):
    out = tmp_path / "expected"
    (out / "part-000002.parquet").unlink()
    there = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    outcome = predict_manifest(manifest, out, workers=1)
    assert (outcome.shards, outcome.made, outcome.images) == (4, 1, 3)
    assert parts_of(out) == expected
    assert {path.name: path.stat().st_mtime_ns for path in out.iterdir()}.items() >= there.items()


def test_another_model_or_manifest_is_refused(tmp_path, manifest, photos, expected):
    out = tmp_path / "expected"
    with pytest.raises(OutputError, match="center_bias was 'on' and is now 'off'"):
        predict_manifest(manifest, out, center_bias=False, workers=1)
    with pytest.raises(OutputError, match="density was 'float16' and is now 'uint8'"):
        predict_manifest(manifest, out, density="uint8", workers=1)
    make_manifest([photos], tmp_path / "other.parquet", shard_size=2)
    with pytest.raises(OutputError, match="manifest was"):
        predict_manifest(tmp_path / "other.parquet", out, workers=1)
    assert parts_of(out) == expected


def test_failed_images_are_tried_again(tmp_path, manifest, photos, expected):
    out = tmp_path / "expected"
    Image.new("RGB", (50, 40), "red").save(photos / "broken.jpg", "JPEG")
    outcome = predict_manifest(manifest, out, workers=1, retry_failed=True)
    assert (outcome.shards, outcome.made, outcome.images, outcome.failed) == (4, 1, 1, 0)
    predict_manifest(manifest, tmp_path / "whole", workers=1)
    assert parts_of(out) == parts_of(tmp_path / "whole") != expected
    assert predict_manifest(manifest, out, workers=1, retry_failed=True).made == 0


def test_parts_of_the_work():
    assert [list(shards_of(part, 5)) for part in (None, "1/2", "2/2", "6/6")] == [
        [0, 1, 2, 3, 4],
        [0, 2, 4],
        [1, 3],
        [],
    ]
    for wrong in ("0/4", "5/4", "1", "a/b", "-1/4"):
        with pytest.raises(InputError, match="NUMBER/PARTS"):
            shards_of(wrong, 5)


def test_nothing_to_read(tmp_path):
    with pytest.raises(DataError, match="holds no parts"):
        gazemap.read_predictions(tmp_path)
    with pytest.raises(DataError, match="no folder"):
        gazemap.read_predictions(tmp_path / "none")


@pytest.mark.slow
def test_a_shard_that_ends_its_workers_is_given_up_and_the_rest_goes_on(tmp_path, manifest, monkeypatch):
    dying = """
import os
from gazemap.prediction.cluster.shard import ShardWorker
run = ShardWorker.run
ShardWorker.run = lambda own, number: os.kill(os.getpid(), 9) if number == 1 else run(own, number)
"""
    monkeypatch.setattr(processes, "_START", dying + processes._START)
    outcome = predict_manifest(manifest, tmp_path / "out", workers=2)
    assert (outcome.made, outcome.lost) == (3, 1)
    assert "Shard 1 ended 3 workers, the last by the signal SIGKILL" in " ".join(outcome.failures)
    assert parts_of(tmp_path / "out").keys() == {f"part-00000{number}.parquet" for number in (0, 2, 3)}
