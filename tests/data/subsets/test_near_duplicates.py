import json
from dataclasses import replace

import imagehash
import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image, ImageEnhance, ImageOps
from scipy.fft import idctn
from support import gaze_sets
from support.pictures import picture

from gazemap import load_dataset
from gazemap.data.check import check_dataset
from gazemap.data.subsets.duplicates import Move, find_duplicates
from gazemap.data.subsets.near_duplicates import DISTANCE, Pair, near_duplicates, regrouped
from gazemap.data.writing.folder import save_dataset, save_splits
from gazemap.errors import DataError, InputError

LOOKED = gaze_sets.fixations(("a", 1, None, None))


def cut(image):
    width, height = image.size
    return image.crop((width // 50, height // 50, width - width // 50, height - height // 50))


@pytest.fixture
def stored(tmp_path):
    """A data set in memory of pictures (name -> image and how to save it), whose files exist."""

    def store(pictures, splits=()):
        samples = []
        for name, (image, options) in pictures.items():
            file = tmp_path / f"{name}.{options.pop('suffix', 'png')}"
            image.save(file, **options)
            sample = gaze_sets.sample(
                name, points=LOOKED, size=image.size[::-1], split=dict(splits).get(name, "train")
            )
            samples.append(replace(sample, file=file))
        return gaze_sets.dataset(*samples)

    return store


def test_pictures_that_were_changed_are_found_again(stored):
    original = picture(0)
    bright = ImageEnhance.Brightness(original).enhance(1.2)
    dataset = stored(
        {
            "original": (original, {}),
            "stranger": (picture(1), {}),
            "poor": (original.resize((100, 75)), {"suffix": "jpg", "quality": 15}),
            "mirrored": (ImageOps.mirror(original), {}),
            "another": (picture(2), {"suffix": "jpg"}),
            "bright": (bright, {}),
            "cut": (cut(original), {}),
        }
    )
    family = ["original", "poor", "mirrored", "bright", "cut"]
    pairs = near_duplicates(dataset)
    expected = [(a, b) for i, a in enumerate(family) for b in family[i + 1 :]]
    assert [(pair.first, pair.second) for pair in pairs] == expected
    for pair in pairs:
        assert pair.mirrored == ("mirrored" in (pair.first, pair.second))
        assert 0 <= pair.distance <= DISTANCE
        assert 0.7 <= pair.correlation <= 1.0001
    exact = next(pair for pair in pairs if pair.mirrored)
    assert (exact.first, exact.second, exact.distance) == ("original", "mirrored", 0)
    assert exact.correlation == pytest.approx(1)


def test_an_upright_photo_and_its_turned_file(stored):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = {"suffix": "jpg", "quality": 90, "exif": exif}
    dataset = stored({"upright": (picture(3), {}), "turned": (picture(3).transpose(Image.ROTATE_90), turned)})
    assert [(pair.distance <= 4, pair.mirrored) for pair in near_duplicates(dataset)] == [(True, False)]


def test_flat_pictures_and_bright_skies_do_not_pair(stored):
    random = np.random.default_rng(0)

    def landscape(horizon):
        gray = np.where(np.arange(120) < horizon, 230, 60)[:, None] + random.normal(0, 25, (12, 16)).repeat(
            10, axis=0
        ).repeat(10, axis=1)
        return Image.fromarray(gray.clip(0, 255).astype(np.uint8))

    flat = {f"flat{shade}": (Image.new("RGB", (160, 120), (shade,) * 3), {}) for shade in (0, 127, 128, 255)}
    skies = {f"sky{i}": (landscape(60), {}) for i in range(8)}
    assert near_duplicates(stored(flat | skies)) == []
    assert near_duplicates(stored(flat)) == []


def test_equal_hashes_of_unlike_pictures_do_not_pair(stored):
    random = np.random.default_rng(2)
    signs = random.permutation(np.repeat([-1, 1], 32)).reshape(8, 8)

    def of_these_signs():
        strengths = np.exp(random.normal(0, 2.5, (8, 8)))  # a few outweigh all others
        spectrum = np.zeros((160, 160))
        spectrum[:8, :8] = signs * strengths
        gray = idctn(spectrum, norm="ortho")
        return Image.fromarray(np.rint(128 + 120 * gray / np.abs(gray).max()).astype(np.uint8))

    unlike = stored({f"{i}": (of_these_signs(), {}) for i in range(6)})
    hashes = [imagehash.phash(Image.open(sample.file)) for sample in unlike]
    assert sum(hashes[i] - hashes[j] <= DISTANCE for j in range(6) for i in range(j)) > 3
    assert near_duplicates(unlike) == []


def test_more_images_than_are_compared_at_once(stored, monkeypatch):
    monkeypatch.setattr("gazemap.data.subsets.near_duplicates._ROWS", 3)
    pictures = {f"{i}": (picture(i % 8, (64, 48)), {}) for i in range(12)}
    pairs = near_duplicates(stored(pictures))
    assert [(pair.first, pair.second) for pair in pairs] == [("0", "8"), ("1", "9"), ("2", "10"), ("3", "11")]


def test_images_without_a_file_are_not_compared_and_damaged_ones_are_named(stored, tmp_path):
    dataset = stored({"1": (picture(0), {"suffix": "jpg"}), "2": (picture(0), {})})
    points_alone = gaze_sets.dataset(dataset["1"], replace(dataset["2"], file=None))
    assert near_duplicates(points_alone) == []
    with pytest.raises(DataError, match="no image files to compare"):
        near_duplicates(gaze_sets.dataset(replace(dataset["1"], file=None)))
    file = tmp_path / "1.jpg"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(DataError, match=r"1\.jpg is damaged"):
        near_duplicates(dataset)


def pair(first, second):
    return Pair(first, second, 0, 1.0, False)


@pytest.mark.parametrize(
    ("splits", "expected"),
    [
        (("train", "train", "train"), "train"),
        (("train", "train", "val"), "val"),
        (("train", "val", "test"), "test"),
        (("val", "val", "test"), "test"),
        (("b", "b", "a"), "b"),
        (("b", "a", "c"), "a"),
    ],
)
def test_a_group_goes_where_no_evaluation_loses_an_image(splits, expected):
    samples = [gaze_sets.sample(str(i), split=split) for i, split in enumerate(splits)]
    stranger = gaze_sets.sample("stranger", split="train")
    grouped = regrouped(gaze_sets.dataset(*samples, stranger), [pair("0", "1"), pair("1", "2")])
    assert [sample.split for sample in grouped] == [expected] * 3 + ["train"]
    assert [sample.group for sample in grouped] == ["0", "0", "0", "stranger"]


def test_known_groups_stay_and_are_linked():
    dataset = gaze_sets.dataset(
        gaze_sets.sample("1", group="x"),
        gaze_sets.sample("2", group="x", split="val"),
        gaze_sets.sample("3", group="b"),
        gaze_sets.sample("4", group="c"),
    )
    assert [s.group for s in regrouped(dataset, [])] == ["x", "x", "b", "c"]
    linked = regrouped(dataset, [pair("2", "4")])
    assert [(s.group, s.split) for s in linked] == [("c", "val"), ("c", "val"), ("b", "train"), ("c", "val")]
    with pytest.raises(DataError, match="no image '9'"):
        regrouped(dataset, [pair("1", "9")])


@pytest.fixture
def folder(stored, tmp_path):
    pictures = {"1": (picture(0), {}), "2": (picture(1), {}), "3": (cut(picture(0)), {})}
    save_dataset(stored(pictures, {"3": "val"}), tmp_path / "set")
    return tmp_path / "set"


def test_duplicates_are_found_and_applied(folder):
    before = (folder / "images.parquet").read_bytes()
    found = find_duplicates(folder)
    (only,) = found.pairs
    assert (only.first, only.second, found.groups) == ("1", "3", {"1": (only,)})
    assert (found.images, found.moves, found.applied) == (3, (Move("1", "train", "val"),), False)
    assert (folder / "images.parquet").read_bytes() == before
    told = find_duplicates(load_dataset(folder), apply=True).as_json()
    assert json.loads(json.dumps(told)) == told
    assert told["groups"]["1"][0]["second"] == "3"
    assert told["moves"] == [{"image_id": "1", "old": "train", "new": "val"}]
    assert told["applied"] is True
    written = load_dataset(folder)
    assert [(s.group, s.split) for s in written] == [("1", "val"), ("2", "train"), ("1", "val")]
    assert check_dataset(folder).is_sound
    assert find_duplicates(folder, apply=True).moves == ()
    with pytest.raises(InputError, match="distance must be 0 to 32 bits, got 33"):
        find_duplicates(folder, distance=33)


def test_groups_are_written_beside_all_other_columns(folder):
    path = folder / "images.parquet"
    table = pq.read_table(path)
    pq.write_table(table.append_column("camera", [["a", "b", "c"]]), path)
    save_splits(load_dataset(folder))
    assert pq.read_table(path).drop_columns(["camera"]) == table
    assert pq.read_table(path)["camera"].to_pylist() == ["a", "b", "c"]
    with pytest.raises(DataError, match="does not list exactly these 1 images"):
        save_splits(load_dataset(folder).split("val"))


@pytest.mark.slow
def test_osie_has_one_pair(shared_data):
    stimuli = sorted((shared_data / "osie" / "data" / "stimuli").glob("*.jpg"))
    samples = [replace(gaze_sets.sample(file.stem, size=(600, 800)), file=file) for file in stimuli]
    pairs = near_duplicates(gaze_sets.dataset(*samples))
    assert [(pair.first, pair.second, pair.distance) for pair in pairs] == [("1279", "1374", 0)]
