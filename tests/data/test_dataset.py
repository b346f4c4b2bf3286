import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gazemap.data.check import check_dataset
from gazemap.data.dataset import as_dataset, load_dataset
from gazemap.errors import DataError, InputError
from gazemap.gaze.fixations import Fixations


@pytest.fixture
def folder(popout_set, tmp_path):
    shutil.copytree(popout_set.path, tmp_path / "set")
    return tmp_path / "set"


def changed(path, change):
    rows = pq.read_table(path).to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, pq.read_schema(path)), path)


def test_a_sample_knows_its_image_and_points(popout_set):
    sample = popout_set["00003"]
    assert sample.image.shape == (96, 128, 3)
    assert sample.fixation_map().sum() == len(sample.fixations) == 120
    assert sample.fixation_map((480, 640)).sum() == 120
    assert sample.density().sum() == pytest.approx(1)
    assert sample.density((48, 64), sigma=8).shape == (48, 64)
    assert popout_set[3].image_id == "00003"
    with pytest.raises(DataError, match="no image 'x'"):
        popout_set["x"]


def test_a_density_of_another_size_is_the_same_picture(popout_set):
    sample = popout_set[0]
    large, small = sample.density(), sample.density((48, 64))
    reduced = large.reshape(48, 2, 64, 2).sum(axis=(1, 3))
    assert np.corrcoef(small.ravel(), reduced.ravel())[0, 1] > 0.99


def test_sets_and_samples_print_on_one_line(popout_set):
    splits = "{'train': 20, 'val': 5, 'test': 5}"
    assert repr(popout_set) == f"GazeDataset('popout', images=30, splits={splits}, observers=15)"
    sample = popout_set["00020"]
    assert repr(sample) == "Sample('00020', size=(96, 128), split='val', fixations=120)"
    only_map = replace(sample, fixations=None, map_file=Path("maps/00020.png"))
    assert repr(only_map).endswith("fixations=None, map_file='00020.png')")
    known = "x, y, observer, onset, duration"
    assert repr(sample.fixations) == f"Fixations(120, observers=15, known={known!r})"
    assert repr(Fixations(sample.fixations.x, sample.fixations.y)) == "Fixations(120, known='x, y')"


def test_an_unknown_image_is_refused_with_the_nearest(popout_set):
    expected = (
        "The data set has no image '00020.png'. Did you mean '00020'? It has 30 images, such as '00000', "
        "'00001', '00002'; `image_ids` lists all."
    )
    for ask in (lambda: popout_set["00020.png"], lambda: popout_set.select(images=["00001", "00020.png"])):
        with pytest.raises(DataError) as refused:
            ask()
        assert str(refused.value) == expected


def test_an_unknown_split_lists_those_that_exist(popout_set):
    with pytest.raises(DataError, match=r"no split 'dev'. It has: train \(20\), val \(5\), test \(5\)"):
        popout_set.split("dev")


def test_describing_a_set(popout_set):
    counted = popout_set.summary()
    assert (counted.images, counted.fixations, counted.observers, counted.maps) == (30, 3600, 15, 0)
    assert (counted.splits, counted.sizes) == ({"train": 20, "val": 5, "test": 5}, {(96, 128): 30})
    told = counted.as_json()
    assert told == json.loads(json.dumps(told, allow_nan=False))
    assert told["path"] == str(popout_set.path)
    assert told["sizes"] == [{"height": 96, "width": 128, "images": 30}]
    assert (told["name"], told["license"]) == ("popout", popout_set.info.license)
    assert (told["fixations"], told["splits"], told["pixels_per_degree"]) == (3600, counted.splits, None)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("dataset.json", b"{", r"dataset\.json cannot be used"),
        ("dataset.json", b'{"name": "x"}', r"dataset\.json cannot be used.*title"),
        ("images.parquet", b"PAR1", r"images\.parquet cannot be read"),
        ("fixations.parquet", b"", r"fixations\.parquet cannot be read"),
    ],
)
def test_damaged_tables_are_named(folder, file, content, message):
    (folder / file).write_bytes(content)
    with pytest.raises(DataError, match=f"(?s){message}"):
        load_dataset(folder)


def test_missing_columns_and_folders_are_named(folder, tmp_path):
    table = pq.read_table(folder / "images.parquet")
    pq.write_table(table.drop_columns(["width"]), folder / "images.parquet")
    with pytest.raises(DataError, match=r"images\.parquet needs the columns image_id"):
        load_dataset(folder)
    with pytest.raises(DataError, match="no gaze data set"):
        load_dataset(tmp_path / "nowhere")
    (folder / "images.parquet").unlink()
    with pytest.raises(DataError, match=r"images\.parquet cannot be read"):
        load_dataset(folder)


def test_a_set_with_images_but_no_row(folder):
    changed(folder / "images.parquet", lambda rows: rows.clear())
    with pytest.raises(DataError, match="lists no image"):
        load_dataset(folder)


def test_observers_are_optional(folder):
    def forget(rows):
        for row in rows:
            row["observer"] = None

    changed(folder / "fixations.parquet", forget)
    dataset = load_dataset(folder)
    assert not dataset.has_observers
    assert dataset[0].fixations.observers == []


def test_without_a_stated_blur_one_must_be_passed(folder):
    info = json.loads((folder / "dataset.json").read_text())
    info["sigma"] = None
    (folder / "dataset.json").write_text(json.dumps(info))
    sample = load_dataset(folder)[0]
    with pytest.raises(DataError, match="states no blur"):
        sample.density()
    assert sample.density(sigma=3).sum() == pytest.approx(1)


def test_a_sound_set_has_no_problem(folder):
    assert check_dataset(folder).is_sound


def test_every_fault_is_named(folder):
    (folder / "images" / "00000.png").unlink()
    damaged = folder / "images" / "00001.png"
    damaged.write_bytes(damaged.read_bytes()[:300])
    shutil.copy(folder / "images" / "00002.png", folder / "images" / "stray.png")

    def spoil_images(rows):
        rows[3]["width"] = 999
        rows[4]["group"] = rows[20]["group"]
        rows[6]["image_id"] = rows[5]["image_id"]

    def spoil_fixations(rows):
        for row in rows:
            if row["image_id"] == "00007":
                row["x"] += 100

    changed(folder / "images.parquet", spoil_images)
    changed(folder / "fixations.parquet", spoil_fixations)
    found = {}
    check = check_dataset(folder)
    assert (check.is_sound, check.images) == (False, 30)
    assert check.as_json()["problems"][0] == {"item": "00005", "what": "listed twice in images.parquet"}
    for problem in check.problems:
        found.setdefault(problem.item, []).append(problem.what)
    assert "no image file" in found["00000"][0]
    assert "damaged" in found["00001"][0]
    assert "00003.png is 128 x 96, images.parquet says 999 x 96" in found["00003"]
    assert "lie in train, val" in found["00020"][0]
    assert "listed twice in images.parquet" in found["00005"]
    assert "fixations outside 128 x 96" in found["00007"][0]
    assert "has fixations but no row in images.parquet" in found["00006"]
    assert "no row of images.parquet names it" in found["images/stray.png"]
    assert "00008" not in found


def test_a_blur_in_degrees_needs_the_viewing_distance(folder):
    with pytest.raises(DataError, match="many pixels make a degree"):
        load_dataset(folder)[0].density(degrees=1)
    changed(folder / "images.parquet", lambda rows: rows[0].update(pixels_per_degree=6.0))
    sample = load_dataset(folder)[0]
    np.testing.assert_array_equal(sample.density(degrees=0.5), sample.density(sigma=3.0))


def test_an_image_of_which_the_points_alone_are_known(folder):
    file = load_dataset(folder)[0].file
    file.unlink()
    changed(folder / "images.parquet", lambda rows: rows[0].update(file=None))
    sample = load_dataset(folder)[0]
    assert sample.fixation_map().sum() == len(sample.fixations)
    with pytest.raises(DataError, match="only its points are known"):
        _ = sample.image
    assert check_dataset(folder).is_sound
    assert load_dataset(folder).image_names[0] == folder / "images" / "00000"


def test_points_moved_to_the_edge(popout_set):
    from gazemap.gaze.fixations import Fixations

    clipped = Fixations(np.array([-3.0, 5.0, 99.0]), np.array([1.0, 50.0, -1.0])).clipped((40, 60))
    assert (clipped.x.tolist(), clipped.y.tolist()) == ([0, 5, 60], [1, 40, 0])
    assert clipped.inside((40, 60)).all()


def test_no_blur_is_not_the_usual_blur(popout_set):
    sample = popout_set[0]
    np.testing.assert_array_equal(sample.density(sigma=0), sample.fixation_map() / 120)
    with pytest.raises(InputError, match="sigma or degrees, not both"):
        sample.density(sigma=3, degrees=1)
    for wrong in (-1.0, float("nan")):
        with pytest.raises(InputError, match="sigma must be a finite number, at least 0"):
            sample.density(sigma=wrong)


def test_an_image_of_a_set_may_have_no_blur(folder):
    changed(folder / "images.parquet", lambda rows: rows[0].update(sigma=0.0))
    assert load_dataset(folder)[0].sigma == 0.0


def test_samples_compare_and_hash(folder):
    one, two = load_dataset(folder), load_dataset(folder)
    assert one[0] == two[0]
    assert one[0] != one[1]
    assert len({*one, *two}) == 30


def test_a_function_takes_a_set_or_its_folder(folder):
    dataset = load_dataset(folder)
    assert as_dataset(dataset) is dataset
    assert as_dataset(str(folder)).fingerprint == as_dataset(folder).fingerprint == dataset.fingerprint
