"""Against a local S3 that throttles, fails, cuts off and lies: nothing is lost, and nothing half there."""

import os
import random
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest
from support.killing import environment

import gazemap
from gazemap.errors import DataError, OutputError
from gazemap.prediction.cluster import stores
from gazemap.prediction.cluster.make_manifest import make_manifest
from gazemap.prediction.cluster.predict_manifest import predict_manifest

PASSING = (503, 500, "refused", "cut", "lost")  # faults that are over when it is asked again
PARTS = ("maps/part-000000.parquet", "maps/part-000001.parquet")


def parts_of(s3, out="maps"):
    return {key: content for key, content in s3.objects.items() if key.startswith(f"{out}/part-")}


@pytest.fixture
def calm(stored):
    """What a store without faults gets; nothing of it is there any more, but for the manifest."""
    make_manifest(["s3://bucket/images/"], "s3://bucket/m.parquet", shard_size=6)
    predict_manifest("s3://bucket/m.parquet", "s3://bucket/maps", workers=1)
    parts = parts_of(stored)
    assert tuple(parts) == PARTS
    forget(stored)
    return parts


def forget(s3):
    for key in [*s3.objects]:
        if key.startswith("maps/"):
            del s3.objects[key]
    s3.asked.clear()


def predicted(**options):
    return predict_manifest("s3://bucket/m.parquet", "s3://bucket/maps", workers=1, **options)


def seldom_asked_again(monkeypatch):
    """A store opened from here on gives up after one more try."""
    stores._stores.clear()
    monkeypatch.setitem(stores._RETRIES, "max_retries", 1)


def test_what_passes_is_asked_for_again(stored, calm):
    faults = {f"images/{index}.jpg": fault for index, fault in enumerate(PASSING)}
    faults |= {"maps/_made_by.json": 503, PARTS[0]: "cut", PARTS[1]: "lost"}
    stored.fault = lambda method, key, count: faults.get(key) if count == 1 else None
    outcome = predicted()
    assert (outcome.made, outcome.images, outcome.failed) == (2, 11, 1)
    assert parts_of(stored) == calm
    asked = [stored.asked.count(("GET", f"images/{index}.jpg")) for index in range(10)]
    assert asked == [2] * len(PASSING) + [1] * (10 - len(PASSING))


def test_images_that_never_come_whole_are_set_aside(stored, calm, monkeypatch):
    seldom_asked_again(monkeypatch)
    faults = {"0.jpg": 503, "1.jpg": 403, "2.jpg": "cut", "3.jpg": "long", "4.jpg": "short"}
    stored.fault = lambda method, key, count: faults.get(key.removeprefix("images/"))
    outcome = predicted()
    assert (outcome.made, outcome.images, outcome.failed) == (2, 11, 6)
    rows = gazemap.read_predictions("s3://bucket/maps").to_table(columns=["image_id", "error"]).to_pylist()
    errors = {row["image_id"]: row["error"] for row in rows if row["error"]}
    assert errors.keys() == {*faults, "broken.jpg"}
    for image_id, reason in zip(
        faults, ("SlowDown", "privileges", "body error", "body error", "truncated"), strict=True
    ):
        assert reason in errors[image_id]
    stored.fault = lambda method, key, count: None
    outcome = predicted(retry_failed=True)
    assert (outcome.images, outcome.failed) == (6, 1)
    again = gazemap.read_predictions("s3://bucket/maps").to_table()
    forget(stored)
    predicted()
    assert gazemap.read_predictions("s3://bucket/maps").to_table().equals(again)


@pytest.mark.parametrize(
    "fault", [500, *(pytest.param(f, marks=pytest.mark.slow) for f in ("refused", "cut"))]
)
def test_a_part_that_cannot_be_written_is_not_there(stored, calm, monkeypatch, fault):
    seldom_asked_again(monkeypatch)
    stored.fault = lambda method, key, count: fault if (method, key) == ("PUT", PARTS[1]) else None
    with pytest.raises(OutputError, match=r"s3://bucket/maps/part-000001\.parquet cannot be written"):
        predicted()
    assert parts_of(stored).items() <= calm.items()
    stored.fault = lambda method, key, count: None
    predicted()
    assert parts_of(stored) == calm


def test_a_conflict_is_no_proof_that_it_is_there(s3, monkeypatch):
    """S3 answers 409 while another writes the same, who may fail."""
    s3.fault = lambda method, key, count: 409 if method == "PUT" and count == 1 else None
    stores.write_object("s3://bucket/new", b"ours", replace=False)
    assert s3.objects["new"] == b"ours"
    s3.objects["old"] = b"old"
    stores.write_object("s3://bucket/old", b"new", replace=True)
    assert s3.objects["old"] == b"new"
    monkeypatch.setattr(stores, "_PAUSES", (0.01,))
    s3.fault = lambda method, key, count: 409 if method == "PUT" else None
    with pytest.raises(OutputError, match="others write it"):
        stores.write_object("s3://bucket/never", b"", replace=False)


@pytest.mark.parametrize("fault", ["cut", "short", "long"])
def test_lengths_that_lie_are_found(stored, monkeypatch, fault):
    seldom_asked_again(monkeypatch)
    stored.fault = lambda method, key, count: fault if method == "GET" else None
    size = len(stored.objects["images/0.jpg"])
    with pytest.raises(DataError, match=r"images/0\.jpg"):
        stores.read_range("s3://bucket/images/0.jpg", 0, size)
    if fault != "short":  # all that is stated came, and the decoder finds out
        with pytest.raises(DataError, match=r"images/0\.jpg"):
            stores.read_object("s3://bucket/images/0.jpg")


def test_a_listing_that_is_cut_off_goes_on(stored, monkeypatch):
    faults = iter([None, "cut", "cut"])
    stored.fault = lambda method, key, count: next(faults, None) if (method, key) == ("GET", "") else None
    names = [*stores.objects_below("s3://bucket/images/")]
    assert next(faults, None) is None
    assert names == [f"s3://bucket/{key}" for key in sorted(stored.objects) if key.startswith("images/")]
    monkeypatch.setattr(stores, "_PAUSES", (0.01,))
    stored.fault = lambda method, key, count: "cut" if key == "" else None
    with pytest.raises(DataError, match="s3://bucket/images/ cannot be read"):
        [*stores.objects_below("s3://bucket/images/")]


def gazemap_command(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "gazemap", *arguments],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    )


def start():
    return gazemap_command("predict", "s3://bucket/m.parquet", "--out", "s3://bucket/maps", "--workers", "2")


def often(seed):
    """One request in four fails, in each of the ways that pass."""
    chance = random.Random(seed)
    return lambda method, key, count: chance.choice(PASSING) if chance.random() < 0.25 else None


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_two_drivers_on_one_bad_store_make_one_result(stored, calm, seed):
    stored.fault = often(seed)
    drivers = [start(), start()]
    said = [driver.communicate(timeout=300)[0] for driver in drivers]
    assert [driver.returncode for driver in drivers] == [1, 1], said  # since broken.jpg is no image
    assert parts_of(stored) == calm
    assert len([*stored.objects]) == 11 + 1 + 1 + 2  # nothing else was left there


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_killed_on_a_bad_store_and_resumed(stored, calm, seed):
    stored.fault, chance = often(seed), random.Random(seed)
    for _ in range(3):
        driver = start()
        time.sleep(chance.uniform(0.5, 5))
        os.killpg(driver.pid, signal.SIGKILL)  # with its workers, which would finish their shards
        driver.communicate()
        assert parts_of(stored).items() <= calm.items()  # whole, or not there
    start().communicate(timeout=300)
    assert parts_of(stored) == calm


@pytest.mark.slow
def test_the_commands_from_a_bucket_to_a_bucket(tmp_path, stored):
    listing = gazemap_command("manifest", "s3://bucket/images/", "--out", "s3://bucket/m.parquet")
    assert "s3://bucket/m.parquet lists 11 images in 1 shard of 5,000" in listing.communicate(timeout=100)[0]
    said = start().communicate(timeout=100)[0]
    assert "1 of 1 parts made, of 11 images, in s3://bucket/maps" in " ".join(said.split())
    assert "broken.jpg: " in said
    (tmp_path / "part.parquet").write_bytes(stored.objects[PARTS[0]])
    assert pq.read_table(tmp_path / "part.parquet").num_rows == 11
