"""What every entry of IMPORTERS keeps: points to the last bit, faults listed, all or nothing."""

import errno
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
from miniatures import MINIATURES, POINTS

from gazemap.data.check import check_dataset
from gazemap.data.dataset import FIXATIONS_SCHEMA, IMAGES_SCHEMA, load_dataset
from gazemap.data.importers import IMPORTERS, import_dataset
from gazemap.errors import DataError, InputError, OutputError

# Pixels of a fixation map are points at their centers, and a repeated one counts once.
PIXELS_ONLY = {"salicon-folder", "bristol-pickle"}
WITH_FILES = sorted(IMPORTERS.keys() - {"bristol-pickle"})  # the others hold arrays in pickles


@pytest.fixture(params=IMPORTERS)
def name(request):
    return request.param


@pytest.fixture
def source(name, tmp_path):
    return MINIATURES[name](tmp_path / "source")


@pytest.fixture
def dataset(name, source, tmp_path):
    return import_dataset(name, source, tmp_path / "out")


def test_points_come_through_to_the_last_bit(name, dataset):
    with_points = [sample for sample in dataset if sample.fixations is not None]
    wanted = {2: POINTS[2]} if name == "bristol-pickle" else POINTS
    assert len(with_points) == len(wanted)
    for sample, points in zip(with_points, wanted.values(), strict=True):
        found = np.stack([sample.fixations.x, sample.fixations.y], axis=1)
        if name in PIXELS_ONLY:
            points = np.unique(np.floor(points), axis=0) + 0.5
            found = np.unique(found, axis=0)
        np.testing.assert_array_equal(found, points)


def test_the_folder_is_of_the_documented_form(dataset):
    assert pq.read_schema(dataset.path / "images.parquet").equals(IMAGES_SCHEMA)
    assert pq.read_schema(dataset.path / "fixations.parquet").equals(FIXATIONS_SCHEMA)
    assert check_dataset(dataset.path) == []
    again = load_dataset(dataset.path)
    assert again.info == dataset.info
    assert again.image_ids == dataset.image_ids
    assert again.info.citation
    assert again.info.license
    for sample in again:
        assert sample.image.shape == (*sample.size, 3)
        assert sample.split in {"train", "val"}


def test_importing_twice_gives_the_same_splits(name, source, dataset, tmp_path):
    again = import_dataset(name, source, tmp_path / "again")
    assert [s.split for s in again] == [s.split for s in dataset]


def test_original_files_are_untouched(name, dataset, source):
    if name == "bristol-pickle":  # arrays, not files: written as PNG, which loses nothing
        assert {sample.file.suffix for sample in dataset} == {".png"}
    else:
        originals = {path.read_bytes() for path in source.rglob("*.jpg")}
        assert {sample.file.read_bytes() for sample in dataset} == originals


@pytest.mark.parametrize("name", WITH_FILES)
def test_an_image_that_cannot_be_read_is_set_aside_and_the_rest_imported(name, source, tmp_path):
    files = sorted(source.rglob("*.jpg"))
    files[0].write_bytes(files[0].read_bytes()[:200])
    dataset = import_dataset(name, source, tmp_path / "out")
    assert len(dataset) == 2
    assert [entry.item for entry in dataset.info.set_aside] == [
        {"osie": "1001", "scene": "001", "salicon-folder": "COCO_000000000000"}[name]
    ]
    assert check_dataset(dataset.path) == []


@pytest.mark.parametrize("name", WITH_FILES)
def test_a_missing_image_is_set_aside(name, source, tmp_path):
    files = sorted(source.rglob("*.jpg"))
    files[0].unlink()
    dataset = import_dataset(name, source, tmp_path / "out")
    assert len(dataset) == 2
    assert "no image" in dataset.info.set_aside[0].reason


def test_a_full_disk_leaves_nothing_behind(name, source, tmp_path, monkeypatch):
    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    monkeypatch.setattr(np, "save", full)
    with pytest.raises(OutputError, match="out cannot be written: No space left"):
        import_dataset(name, source, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_a_folder_in_use_is_refused(name, source, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    with pytest.raises(OutputError, match="exists already"):
        import_dataset(name, source, tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep"


def test_a_missing_or_empty_source_is_named(name, tmp_path):
    with pytest.raises(DataError, match=r"no folder .*nowhere"):
        import_dataset(name, tmp_path / "nowhere", tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty"):
        import_dataset(name, tmp_path / "empty", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_format_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(InputError, match="Did you mean 'osie'"):
        import_dataset("osi", tmp_path, tmp_path / "out")
