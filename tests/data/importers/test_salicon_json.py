"""What is odd about SALICON's JSON: two conventions of coordinates that no field names."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.miniatures import POINTS
from support.miniatures.salicon import IMAGES, salicon_json

from gazemap.data.importers import import_dataset
from gazemap.data.importers.salicon_json import read_salicon_json
from gazemap.errors import DataError


def columns_first(known):
    """[x, y] from 0, as decimals."""
    return known - 0.5


def write(path, *fixations, size=(48, 64)):
    """One image; each of `fixations` is a worker's, as text."""
    image = {"id": 9, "file_name": f"{IMAGES[0]}.jpg", "height": size[0], "width": size[1]}
    annotations = ", ".join(
        f'{{"image_id": 9, "fixations": {text}, "worker_id": {worker}, "id": {worker}}}'
        for worker, text in enumerate(fixations)
    )
    path.write_text(f'{{"images": [{json.dumps(image)}], "annotations": [{annotations}]}}')
    return path


def points_of(path, **options):
    (item,) = read_salicon_json(path, images="optional", **options).items
    fixations = item.fixations(item.image)
    return np.stack([fixations.x, fixations.y], axis=1).tolist()


def test_the_convention_is_told_from_the_numbers(tmp_path):
    rows = write(tmp_path / "rows.json", "[[1, 1], [48, 64]]", "[[10, 20]]")
    assert points_of(rows) == [[0.5, 0.5], [63.5, 47.5], [19.5, 9.5]]
    columns = write(tmp_path / "columns.json", "[[0.0, 0.0], [63.0, 47.0]]", "[[20.6, 10]]")
    assert points_of(columns) == [[0.5, 0.5], [63.5, 47.5], [21.1, 10.5]]


@pytest.mark.parametrize(
    ("fixations", "message"),
    [
        ("[[10, 20], [30, 40]]", r"whole numbers, 100\.0% fit as \[row, column\] from 1 and 100\.0% as"),
        ("[[0, 60], [1, 1]]", r"whole numbers, 50\.0% fit as \[row, column\] from 1 and 50\.0% as"),
        ("[[10.0, 20.0]]", r"decimals, 100\.0%"),
        ("[[60.0, 10.0], [10.0, 60.0]]", r"decimals, 50\.0%"),
        ("[]", "Of the first 0"),
    ],
)
def test_an_unclear_convention_is_refused_until_it_is_said(tmp_path, fixations, message):
    path = write(tmp_path / "a.json", fixations)
    with pytest.raises(DataError, match=message):
        points_of(path)
    values = json.loads(fixations)
    expected = [[x + 0.5, y + 0.5] for x, y in values]
    assert points_of(path, coordinates="x-y-0") == expected
    expected = [[column - 0.5, row - 0.5] for row, column in values]
    assert points_of(path, coordinates="row-col-1") == expected


def test_each_file_has_its_own_convention(tmp_path):
    wide = {index: np.array([[79.5, 1.5], [index + 1.5, 59.5]]) for index in range(3)}
    source = salicon_json(tmp_path / "s", wide)
    val = salicon_json(tmp_path / "other", wide, columns_first) / "annotations/fixations_val2014.json"
    (source / "annotations/fixations_val2014.json").write_bytes(val.read_bytes())
    dataset = import_dataset(source, tmp_path / "out", format="salicon-json")
    for index, image_id in enumerate(IMAGES):
        fixations = dataset[image_id].fixations
        np.testing.assert_array_equal(np.stack([fixations.x, fixations.y], axis=1), wide[index])
    assert "fixations_train2014.json: [row, column]" in dataset.info.source
    assert "fixations_val2014.json: [x, y]" in dataset.info.source


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 63), st.integers(0, 47)), max_size=20))
def test_both_conventions_bring_the_same_points(tmp_path_factory, pixels):
    pixels = [(63, 0), (0, 47), *pixels]  # enough to tell
    folder = tmp_path_factory.mktemp("json")
    rows = write(folder / "rows.json", json.dumps([[y + 1, x + 1] for x, y in pixels]))
    columns = write(folder / "columns.json", json.dumps([[float(x), float(y)] for x, y in pixels]))
    assert points_of(rows) == points_of(columns) == [[x + 0.5, y + 0.5] for x, y in pixels]


@pytest.mark.parametrize(
    ("fixations", "message"),
    [
        ("[[1, 2, 3]]", "worker 0: fixations are no list of pairs of numbers"),
        ('[["a", 1]]', "worker 0: fixations are no list of pairs of numbers"),
        ('"none"', "worker 0: fixations are no list of pairs of numbers"),
        ("[[1, 100000000000000000000000000]]", "worker 0: "),
        ("[[1.5, 2.0]]", "some here have fractions"),
    ],
)
def test_what_is_no_point_is_refused_with_its_worker(tmp_path, fixations, message):
    path = write(tmp_path / "a.json", fixations)
    with pytest.raises(DataError, match=message):
        points_of(path, coordinates="row-col-1")


def test_images_are_optional_and_may_lie_elsewhere(tmp_path):
    source = salicon_json(tmp_path / "s")
    options = {"coordinates": "row-col-1", "images": "optional"}
    (source / "images" / "train" / f"{IMAGES[1]}.jpg").unlink()
    dataset = import_dataset(
        source / "annotations", tmp_path / "none", format="salicon-json", options=options
    )
    assert [sample.file for sample in dataset] == [None] * 3
    options["image_folder"] = str(source / "images")
    dataset = import_dataset(
        source / "annotations", tmp_path / "some", format="salicon-json", options=options
    )
    assert [sample.file is None for sample in dataset] == [False, True, False]
    assert len(dataset[IMAGES[1]].fixations) == len(POINTS[1])


def test_an_image_of_another_size_and_annotations_of_no_image_are_listed(tmp_path):
    source = salicon_json(tmp_path / "s")
    path = source / "annotations/fixations_train2014.json"
    content = json.loads(path.read_text())
    content["images"][0]["height"] = 61
    content["annotations"].append({"image_id": 77, "fixations": [], "worker_id": 1, "id": 99})
    path.write_text(json.dumps(content))
    dataset = import_dataset(
        source, tmp_path / "out", format="salicon-json", options={"coordinates": "row-col-1"}
    )
    listed = {entry.item: entry.reason for entry in dataset.info.set_aside}
    assert list(listed) == ["fixations_train2014.json, annotations of the images: 77", IMAGES[0]]
    assert "has 80 x 61 pixels; its file has 80 x 60" in listed[IMAGES[0]]


@pytest.mark.slow
def test_the_real_annotations_come_through_point_by_point(shared_data, tmp_path):
    source = shared_data / "salicon/annotations/fixations_train2014examples.json"
    options = {"image_folder": str(shared_data / "salicon/images")}
    dataset = import_dataset(source, tmp_path / "out", format="salicon-json", options=options)
    content = json.loads(source.read_text())
    assert len(dataset) == len(content["images"]) == 10
    assert all(sample.file is not None and sample.split == "train" for sample in dataset)
    assert sum(len(sample.fixations.observers) for sample in dataset) == 610
    names = {image["id"]: image["file_name"].removesuffix(".jpg") for image in content["images"]}
    expected = {image_id: [] for image_id in names.values()}
    for entry in content["annotations"]:
        for row, column in entry["fixations"]:
            expected[names[entry["image_id"]]].append((column - 0.5, row - 0.5, str(entry["worker_id"])))
    assert sum(map(len, expected.values())) == 73_630
    for sample in dataset:
        found = sample.fixations
        points = zip(found.x.tolist(), found.y.tolist(), found.observer.tolist(), strict=True)
        assert list(points) == expected[sample.image_id]
