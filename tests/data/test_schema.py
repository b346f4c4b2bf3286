"""What a data set's tables say is checked before it is believed."""

import json

import pytest
from support import gaze_sets

from gazemap.data.dataset import load_dataset
from gazemap.data.schema import plain_path
from gazemap.data.tables import IMAGES_COLUMNS
from gazemap.data.writing.folder import save_dataset
from gazemap.errors import DataError
from gazemap.system.tables import read_parquet, rows_of, table_of, write_parquet


@pytest.mark.parametrize("path", ["1", "a/b.jpg", "ä ö/人.png", "...", "a..b", "-x", "ab:1"])
def test_plain_paths(path):
    assert plain_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/a",
        "../a",
        "a/../../b",
        "a//b",
        "./a",
        "a\\b",
        "C:/a",
        "c:a",
        "a\0b",
        "a\nb",
        "\x1b[2J",
        "x" * 300,
    ],
)
def test_paths_that_lead_away_or_fit_no_disk(path):
    with pytest.raises(ValueError, match="plain relative path"):
        plain_path(path)


@pytest.fixture
def folder(tmp_path):
    return save_dataset(
        gaze_sets.dataset(gaze_sets.sample("1"), gaze_sets.sample("2")), tmp_path / "set"
    ).path


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("image_id", "../1", "must be a plain relative path"),
        ("file", "/etc/passwd", "must be a plain relative path"),
        ("file", "images/../../1.png", "must be a plain relative path"),
        ("map", "a\0b", "must be a plain relative path, without control characters"),
        ("image_id", None, "must be a valid string"),
        ("split", None, "must be a valid string"),
        ("width", 0, "must be greater than or equal to 1"),
        ("height", -5, "must be greater than or equal to 1"),
        ("width", 2**31 - 1, "must be less than or equal to 170000000"),
        ("fixations", -1, "must be greater than or equal to 0"),
        ("sigma", float("nan"), "must be less than or equal to 100000"),
        ("sigma", 1e9, "must be less than or equal to 100000"),
        ("pixels_per_degree", float("inf"), "must be less than or equal to 100000"),
        ("pixels_per_degree", 0.0, "must be greater than 0"),
    ],
)
def test_a_row_that_cannot_be_is_named(folder, column, value, expected):
    path = folder / "images.parquet"
    rows = rows_of(read_parquet(path))
    rows[1][column] = value
    columns = {name: [row[name] for row in rows] for name in IMAGES_COLUMNS}
    write_parquet(table_of(columns, IMAGES_COLUMNS), path)
    with pytest.raises(DataError, match=rf"images\.parquet, row 2: {column} {expected}"):
        load_dataset(folder)


def test_an_area_that_no_image_has(folder):
    path = folder / "images.parquet"
    rows = rows_of(read_parquet(path))
    rows[0] |= {"width": 100_000, "height": 100_000}
    columns = {name: [row[name] for row in rows] for name in IMAGES_COLUMNS}
    write_parquet(table_of(columns, IMAGES_COLUMNS), path)
    with pytest.raises(DataError, match=r"row 1: .*width x height must be at most 170,000,000"):
        load_dataset(folder)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sigma": -1}, "sigma: must be greater than or equal to 0"),
        ({"sigma": 1e300}, "sigma: must be less"),
        ({"pixels_per_degree": 0}, "pixels_per_degree: must be greater than 0"),
        ({"viewing_seconds": "x"}, "viewing_seconds: must be a valid number"),
        ({"notes": 5}, "notes: must be a valid"),
    ],
)
def test_a_description_that_cannot_be_is_named(folder, change, expected):
    path = folder / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(DataError, match=rf"dataset\.json cannot be used: {expected}"):
        load_dataset(folder)


@pytest.mark.parametrize("content", [b"[" * 100_000, b"\xff\xfe\x00", b"9" * 10_000, b"null"])
def test_a_description_that_is_no_json(folder, content):
    (folder / "dataset.json").write_bytes(content)
    with pytest.raises(DataError, match=r"dataset\.json cannot be used"):
        load_dataset(folder)
