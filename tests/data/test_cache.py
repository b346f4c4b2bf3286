"""The cache: made once, mapped afterwards, shared, and never wrong."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
from PIL import Image

from gazemap.data import cache, images
from gazemap.data.batches import epoch_batches, load_arrays
from gazemap.data.cache import cache_folder, cached_arrays
from gazemap.data.dataset import load_dataset
from gazemap.data.popout import popout
from gazemap.data.targets import FixationMaker, ImageMaker, Target, TargetMaker
from gazemap.errors import DataError

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
    """Enough images for a build by several processes."""
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

    monkeypatch.setattr(images, "_opened", refuse)
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
    with pytest.warns(UserWarning, match="kept in memory.*GAZEMAP_CACHE"):
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


SCRIPT = """
import sys, time
from gazemap.data import cache, targets
from gazemap.data.dataset import load_dataset

class Slow(targets.ImageMaker):
    def __call__(self, sample):
        time.sleep(float(sys.argv[2]))
        with open(sys.argv[3], "a") as file:
            print(sample.image_id, file=file)
        return super().__call__(sample)

cache._PROCESSES_FROM = 10**6  # threads: a class of this script does not travel
dataset = load_dataset(sys.argv[1])
print(cache.cached_arrays(Slow((24, 32), "stretch"), dataset.samples).sum())
"""


def start(tmp_path, dataset, seconds, log):
    (tmp_path / "build.py").write_text(textwrap.dedent(SCRIPT))
    command = [sys.executable, str(tmp_path / "build.py"), str(dataset), str(seconds), str(tmp_path / log)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


def test_a_killed_build_goes_on(many, tmp_path, place):
    process = start(tmp_path, many, 0.01, "first")
    while len(lines(tmp_path / "first")) < 150:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    total, _ = start(tmp_path, many, 0, "second").communicate()
    expected = cached_arrays(ImageMaker((24, 32), "stretch"), load_dataset(many).samples).sum()
    assert int(total) == expected
    assert 100 < 320 - len(lines(tmp_path / "second")) <= 160  # what was done stayed done


def test_two_builds_at_once_make_it_once(many, tmp_path, place):
    both = [start(tmp_path, many, 0.005, "log") for _ in range(2)]
    totals = {process.communicate()[0] for process in both}
    assert len(totals) == 1
    assert sorted(lines(tmp_path / "log")) == load_dataset(many).image_ids


def test_several_processes_make_the_same(many, place):
    maker = ImageMaker((24, 32), "crop")
    samples = load_dataset(many).samples
    assert len(samples) >= cache._PROCESSES_FROM
    made = cached_arrays(maker, samples)
    for index in (0, 100, 319):
        np.testing.assert_array_equal(made[index], maker(samples[index]))
    assert cache_folder() == place
