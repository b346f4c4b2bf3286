"""A data set's fingerprint: the same wherever the set lies, another for whatever is trained on or scored."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from gazemap.data.dataset import load_dataset
from gazemap.data.writing.folder import save_dataset
from gazemap.errors import DataError


@pytest.fixture
def folder(popout_set, tmp_path):
    shutil.copytree(popout_set.path, tmp_path / "set")
    return tmp_path / "set"


def of(folder):
    return load_dataset(folder).fingerprint


def change_row(path, **values):
    rows = pq.read_table(path).to_pylist()
    rows[0] |= values
    pq.write_table(pa.Table.from_pylist(rows, pq.read_schema(path)), path)


def test_the_same_content_in_another_folder_is_the_same(popout_set, folder):
    assert of(folder) == popout_set.fingerprint == load_dataset(popout_set.path).fingerprint
    name, digest = popout_set.fingerprint.split()
    assert (name, len(digest)) == ("popout", 16)


def test_a_part_is_the_same_before_and_after_it_is_saved(popout_set, tmp_path):
    """NumPy's texts are as wide as the longest of their array, which says nothing of the content."""
    points = popout_set[0].fixations
    narrow = replace(popout_set[0], fixations=replace(points, observer=np.full(len(points), "a")))
    part = popout_set.with_samples([narrow])
    assert save_dataset(part, tmp_path / "part").fingerprint == part.fingerprint


def point_moved(folder):
    change_row(folder / "fixations.parquet", x=1.25)


def split_changed(folder):
    change_row(folder / "images.parquet", split="test")


def map_added(folder):
    (folder / "maps").mkdir()
    np.save(folder / "maps" / "a.npy", np.ones((4, 4)))
    change_row(folder / "images.parquet", map="maps/a.npy")


def image_as_map(folder):
    """The image's file as its map, and no image: the same files in other parts."""
    file = pq.read_table(folder / "images.parquet")["file"][0].as_py()
    change_row(folder / "images.parquet", map=file, file=None)


def pixel_changed(folder):
    path = folder / "images" / "00000.png"
    pixels = np.array(Image.open(path))
    pixels[3, 4] ^= 1
    Image.fromarray(pixels).save(path)


def blur_changed(folder):
    change_row(folder / "images.parquet", sigma=9.0)


def say(folder, **facts):
    path = folder / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


def name_changed(folder):
    say(folder, name="other")


def mirror_images_known(folder):
    say(folder, mirrored_copies=True)


CHANGES = [point_moved, split_changed, map_added, image_as_map, pixel_changed, blur_changed, name_changed]
CHANGES += [mirror_images_known]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_whatever_changes_is_seen(folder, change):
    before = of(folder)
    change(folder)
    assert of(folder) != before


def test_one_value_of_a_map_is_seen(folder):
    map_added(folder)
    before = of(folder)
    values = np.ones((4, 4))
    values[0, 0] = 2
    np.save(folder / "maps" / "a.npy", values)
    assert of(folder) != before


def test_parts_orders_and_the_whole_differ(popout_set):
    with_samples = popout_set.with_samples
    all_of_them = [
        popout_set,
        *map(popout_set.split, popout_set.splits),
        with_samples(popout_set.samples[::-1]),
        with_samples(popout_set.samples[:-1]),
        with_samples(popout_set.samples[:1]),
        popout_set.select(observers=["01"]),
        popout_set.select(observers=["02"]),
        popout_set.select(window=(0, 1)),
        with_samples([replace(popout_set[0], fixations=None)]),
    ]
    assert len({dataset.fingerprint for dataset in all_of_them}) == len(all_of_them)


def test_it_is_never_stale(folder):
    """An image that is replaced, or a sample, after the first look."""
    dataset = load_dataset(folder)
    before = dataset.fingerprint
    pixel_changed(folder)
    changed = dataset.fingerprint
    dataset.samples[1:2] = []
    assert len({before, changed, dataset.fingerprint}) == 3


def test_a_file_that_cannot_be_read_is_named(folder):
    dataset = load_dataset(folder)
    (folder / "images" / "00003.png").unlink()
    with pytest.raises(DataError, match=r"00003\.png cannot be read"):
        _ = dataset.fingerprint
