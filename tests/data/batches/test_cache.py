"""The cache: made once, mapped afterwards, shared, and never wrong."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import gazemap
from gazemap.data.batches.arrays import epoch_batches, load_arrays
from gazemap.data.batches.cache import cached_arrays
from gazemap.data.batches.targets import FixationMaker, ImageMaker, Target, TargetMaker
from gazemap.data.dataset import load_dataset
from gazemap.data.popout.generate import popout
from gazemap.errors import DataError
from gazemap.images import reading as images

TESTS = Path(__file__).parents[2]
SOURCE = Path(gazemap.__file__).parents[1]
MAKERS = (
    ImageMaker((24, 32), "letterbox"),
    TargetMaker((24, 32), (12, 16), "letterbox", Target()),
    FixationMaker((24, 32), (12, 16), "letterbox"),
)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("GAZEMAP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "arrays"


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Enough images to be killed in the middle of."""
    return popout(tmp_path_factory.mktemp("many") / "set", images=320, size=(64, 64)).path


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: type(maker).__name__)
def test_the_arrays_are_those_of_each_sample(maker, popout_set, place):
    made = cached_arrays(maker, popout_set.samples)
    assert made.shape == (30, *maker.shape)
    assert made.dtype == maker.dtype
    for index in (0, 7, 29):
        np.testing.assert_array_equal(made[index], maker(popout_set[index]))
    assert [path.suffix for path in place.iterdir()] == [".npy"]


def test_nothing_is_decoded_twice(popout_set, place, monkeypatch):
    options = {"input_size": (24, 32), "target_size": (12, 16), "target": Target()}
    first = load_arrays(popout_set, **options)
    files = sorted(place.iterdir())

    def refuse(*arguments, **rest):
        raise AssertionError("an image was decoded")

    monkeypatch.setattr(images, "opened", refuse)
    monkeypatch.setattr(Image, "open", refuse)
    again = load_arrays(popout_set, **options)
    for batch in epoch_batches(again, batch_size=7, mirror="copies", seed=0, epoch=0):
        assert len(batch)
    assert sorted(place.iterdir()) == files
    assert all((a == b).all() for a, b in zip(first.parts, again.parts, strict=True))


def test_other_content_or_options_are_other_arrays(tmp_path, place):
    dataset = popout(tmp_path / "set", images=10, size=(64, 64))
    maker = ImageMaker((24, 32), "stretch")
    before = cached_arrays(maker, dataset.samples).copy()
    Image.new("RGB", (64, 64), "red").save(dataset[3].file)
    after = cached_arrays(maker, load_dataset(dataset.path).samples)
    assert (after[3] == np.array([255, 0, 0])[:, None, None]).all()
    np.testing.assert_array_equal(np.delete(after, 3, axis=0), np.delete(before, 3, axis=0))
    cached_arrays(ImageMaker((24, 32), "crop"), dataset.samples)
    cached_arrays(maker, dataset.samples[::-1])
    assert len(list(place.iterdir())) == 4


@pytest.mark.parametrize("damage", ["truncated", "empty", "another shape"])
def test_a_damaged_file_is_made_anew(popout_set, place, damage):
    maker = ImageMaker((24, 32), "stretch")
    before = cached_arrays(maker, popout_set.samples).copy()
    (file,) = place.iterdir()
    content = file.read_bytes()
    if damage == "another shape":
        np.save(file, np.zeros((30, 3, 24, 31), np.uint8))
    else:
        file.write_bytes(content[: len(content) // 2] if damage == "truncated" else b"")
    np.testing.assert_array_equal(cached_arrays(maker, popout_set.samples), before)
    assert file.read_bytes() == content


def test_without_a_cache_folder_the_arrays_are_kept_in_memory(popout_set, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("GAZEMAP_CACHE", str(tmp_path / "file"))
    maker = ImageMaker((24, 32), "stretch")
    with pytest.warns(UserWarning, match="GAZEMAP_CACHE.*kept in memory"):
        made = cached_arrays(maker, popout_set.samples)
    np.testing.assert_array_equal(made[5], maker(popout_set[5]))


def test_a_full_disk_shows_before_anything_is_written(popout_set, place, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.warns(UserWarning, match="No space left"):
        made = cached_arrays(ImageMaker((24, 32), "stretch"), popout_set.samples)
    assert len(made) == 30


def test_a_broken_image_is_named_and_leaves_no_arrays(tmp_path, place):
    dataset = popout(tmp_path / "set", images=10, size=(64, 64))
    dataset[4].file.write_bytes(b"not an image")
    with pytest.raises(DataError, match=r"00004\.png"):
        cached_arrays(ImageMaker((24, 32), "stretch"), dataset.samples)
    assert not [path for path in place.iterdir() if path.name.count(".") == 1 and path.suffix == ".npy"]


def test_a_broken_image_stops_the_build_at_once(many, tmp_path, place, monkeypatch):
    made = []

    class Counting(ImageMaker):
        def __call__(self, sample):
            if sample.image_id == "00000":
                raise DataError("broken")
            made.append(sample.image_id)
            time.sleep(0.002)
            return super().__call__(sample)

    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with pytest.raises(DataError, match="broken"):
        cached_arrays(Counting((24, 32), "stretch"), load_dataset(many).samples)
    assert len(made) <= 3 * 32  # the chunks that were running


def test_a_file_that_cannot_be_opened_is_named(tmp_path, place):
    dataset = popout(tmp_path / "set", images=10, size=(64, 64))
    dataset[4].file.unlink()
    dataset[4].file.mkdir()
    with pytest.raises(DataError, match=r"00004\.png"):
        cached_arrays(ImageMaker((24, 32), "stretch"), dataset.samples)


SETUP = """
import sys
from support.slow_maker import Slow
from gazemap.data.batches import cache
from gazemap.data.dataset import load_dataset

cache._PROCESSES_FROM = 1
"""
BUILD = 'print(cache.cached_arrays(Slow((24, 32), "stretch"), load_dataset(sys.argv[1]).samples{}).sum())\n'
UNGUARDED = SETUP + BUILD.format("")
GUARDED = f"{SETUP}\nif __name__ == '__main__':\n    {BUILD.format(', processes=True')}"


@pytest.fixture(params=["threads", pytest.param("processes", marks=pytest.mark.slow)])
def start(request, many, tmp_path, place):
    """Start a build of 320 images by a script, of whatever name; without a guard, threads alone will do."""
    script = tmp_path / ("gazemap" if request.param == "threads" else "guarded")
    script.write_text(UNGUARDED if request.param == "threads" else GUARDED)

    def call(seconds, log):
        more = {
            "SLOW_SECONDS": str(seconds),
            "SLOW_LOG": str(log),
            "PYTHONPATH": os.pathsep.join([str(TESTS), str(SOURCE)]),
        }
        return subprocess.Popen(
            [sys.executable, str(script), str(many)],
            env={**os.environ, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    call.kind = request.param
    return call


def made(log):
    """What was made so far, and by which processes."""
    rows = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    whole = [row for row in rows if len(row) == 2]
    return [row[0] for row in whole], {int(row[1]) for row in whole}


def wait_for(condition):
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < 60
        time.sleep(0.02)


def alive(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_build_goes_on(start, many, tmp_path):
    process = start(0.01, tmp_path / "first")
    wait_for(lambda: len(made(tmp_path / "first")[0]) >= 150)
    process.send_signal(signal.SIGKILL)
    process.wait()
    workers = made(tmp_path / "first")[1]
    assert (workers == {process.pid}) == (start.kind == "threads")
    wait_for(lambda: not any(map(alive, workers)))  # none is left behind
    process.communicate()  # closes its pipes
    total, errors = start(0, tmp_path / "second").communicate()
    expected = cached_arrays(ImageMaker((24, 32), "stretch"), load_dataset(many).samples).sum()
    assert int(total) == expected, errors
    assert len(made(tmp_path / "second")[0]) <= 320 - 64  # what was done stayed done


@pytest.mark.slow
def test_two_builds_at_once_make_it_once(start, many, tmp_path, place):
    both = [start(0.005, tmp_path / "log") for _ in range(2)]
    (first, _), (second, errors) = (process.communicate() for process in both)
    assert first == second, errors
    assert sorted(made(tmp_path / "log")[0]) == load_dataset(many).image_ids
    assert [path.suffix for path in place.iterdir()] == [".npy"]


@pytest.mark.slow
@pytest.mark.parametrize("start", ["processes"], indirect=True)
def test_a_killed_worker_is_said_and_the_build_goes_on(start, many, tmp_path):
    process = start(0.01, tmp_path / "first")
    wait_for(lambda: len(made(tmp_path / "first")[0]) >= 100)
    os.kill(min(made(tmp_path / "first")[1]), signal.SIGKILL)
    _, errors = process.communicate()
    assert "OutputError: A process that fills the cache was killed" in errors
    total, errors = start(0, tmp_path / "second").communicate()
    assert int(total) > 0, errors
    assert len(made(tmp_path / "second")[0]) < 320
