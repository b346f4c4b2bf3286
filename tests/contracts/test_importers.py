"""What every entry of IMPORTERS keeps: points to the last bit, faults listed, all or nothing."""

import errno
import os
import re
import shutil
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from support.miniatures import MINIATURES, POINTS, SIZE, picture

from gazemap.data.check import check_dataset
from gazemap.data.dataset import load_dataset
from gazemap.data.importers import IMPORTERS, import_dataset
from gazemap.data.tables import FIXATIONS_COLUMNS, IMAGES_COLUMNS
from gazemap.errors import DataError, InputError, OutputError

HEIGHT, WIDTH = SIZE
MANY = {  # enough points for shares of them to mean something
    index: np.random.default_rng(index).uniform(1, 59, (150, 2)) * [WIDTH / HEIGHT, 1] for index in range(3)
}
IMAGES = (".jpg", ".jpeg", ".png", ".bmp")


def having(*kinds, files=False):
    """Names of the formats that keep one of `kinds`."""
    return sorted(
        name for name, mini in MINIATURES.items() if mini.keeps in kinds and (mini.image_files or not files)
    )


# Faults of images, of conventions and of disks are met by code that all formats share: of each kind of
# source a few are tried every day, and all of them where there is time.
DAILY = {"osie", "mit1003", "salicon", "cat2000-train", "table", "eyelink", "bids", "pysaliency", "folders"}


def marked(names):
    return [pytest.param(name, marks=[] if name in DAILY else [pytest.mark.slow]) for name in names]


WITH_POINTS = marked(having("points", "integers"))
WITH_FILES = marked(having("points", "integers", "pixels", "maps", "images", files=True))


def brought(name, source, out):
    return import_dataset(source, out, format=name, options=MINIATURES[name].options)


@pytest.fixture(params=IMPORTERS)
def name(request):
    return request.param


@pytest.fixture
def source(name, tmp_path):
    return MINIATURES[name](tmp_path / "source")


@pytest.fixture
def dataset(name, source, tmp_path):
    return brought(name, source, tmp_path / "out")


def image_file(name, source, index=0):
    """Where the source holds the image of an index."""
    stem = MINIATURES[name].image_ids[index].split("/")[-1]
    folder = source if source.is_dir() else source.parent
    pictures = [
        path
        for path in sorted(folder.rglob("*"))
        if path.stem == stem
        and path.suffix in IMAGES
        and not path.relative_to(folder).as_posix().startswith(("maps", "fixations"))
        and path.parent.name != "all5"
    ]
    if len(pictures) > 1:  # the same name in several folders
        name_of = MINIATURES[name].image_ids[index]
        pictures = [path for path in pictures if path.with_suffix("").as_posix().endswith(f"/{name_of}")]
    assert len(pictures) == 1
    return pictures[0]


def test_every_importer_says_where_its_data_come_from(name):
    importer = IMPORTERS[name]
    for text in (importer.info.title, importer.info.citation, importer.info.license, importer.info.source):
        assert text
    assert importer.oddities
    if importer.editions:
        assert importer.info.homepage
        assert all(counts.images for counts in importer.editions.values())


def test_points_come_through_to_the_last_bit(name, dataset):
    mini = MINIATURES[name]
    assert set(mini.image_ids) <= set(dataset.image_ids)
    for image_id, points in zip(mini.image_ids, POINTS.values(), strict=True):
        sample = dataset[image_id]
        if mini.keeps == "maps":
            assert sample.fixations is None
            assert sample.stored_map().ndim == 2
        elif mini.keeps == "images":
            assert sample.fixations is None
            assert sample.map_file is None
        else:
            found = np.stack([sample.fixations.x, sample.fixations.y], axis=1)
            wanted = mini.expected(points)
            np.testing.assert_array_equal(
                found[np.lexsort(found.T)], wanted[np.lexsort(wanted.T)], err_msg=image_id
            )
            assert tuple(sample.fixations.observers) == mini.observers


def schema(columns):
    types = {"text": pa.string(), "int32": pa.int32(), "int64": pa.int64(), "float64": pa.float64()}
    return pa.schema([(name, types[kind]) for name, kind in columns.items()])


def test_the_folder_is_of_the_documented_form(name, dataset):
    mini = MINIATURES[name]
    assert pq.read_schema(dataset.path / "images.parquet").equals(schema(IMAGES_COLUMNS))
    if mini.keeps in ("points", "integers", "pixels"):
        assert pq.read_schema(dataset.path / "fixations.parquet").equals(schema(FIXATIONS_COLUMNS))
    assert check_dataset(dataset.path).is_sound
    again = load_dataset(dataset.path)
    assert again.info == dataset.info
    assert again.image_ids == dataset.image_ids
    for sample in again:
        assert sample.file is None or sample.image.shape == (*sample.size, 3)
    assert tuple(dataset[image_id].split for image_id in mini.image_ids) == mini.splits


@pytest.mark.parametrize("name", marked(IMPORTERS))
def test_importing_twice_gives_the_same_set(name, source, dataset, tmp_path):
    again = brought(name, source, tmp_path / "again")
    for file in ("images.parquet", "fixations.parquet"):
        if (dataset.path / file).exists():
            assert pq.read_table(again.path / file).equals(pq.read_table(dataset.path / file))


@pytest.mark.parametrize("name", WITH_FILES)
def test_original_files_are_untouched(name, source, dataset):
    for index, image_id in enumerate(MINIATURES[name].image_ids):
        assert dataset[image_id].file.read_bytes() == image_file(name, source, index).read_bytes()


DAMAGE = {
    "truncated": lambda file: file.write_bytes(file.read_bytes()[:200]),
    "no image": lambda file: file.write_bytes(b"%PDF-1.7"),
    "empty": lambda file: file.write_bytes(b""),
    "missing": lambda file: file.unlink(),
}


@pytest.mark.parametrize("name", WITH_FILES)
@pytest.mark.parametrize("damages", [("truncated", "no image"), ("empty", "missing")], ids="-".join)
def test_images_that_cannot_be_read_are_set_aside_and_the_rest_imported(name, source, tmp_path, damages):
    files = [image_file(name, source, index) for index in range(2)]
    for file, damage in zip(files, damages, strict=True):
        DAMAGE[damage](file)
    dataset = brought(name, source, tmp_path / "out")
    *damaged, last = MINIATURES[name].image_ids
    assert last in dataset.image_ids
    assert not {*damaged} & {*dataset.image_ids}
    for image_id, damage in zip(damaged, damages, strict=True):
        listed = [
            entry
            for entry in dataset.info.set_aside
            if image_id.split("/")[-1] in entry.item and entry.item not in {*damaged} - {image_id}
        ]
        if damage == "missing" and MINIATURES[name].keeps == "images":
            assert listed == []  # nothing else speaks of it
        else:
            assert ["image" in entry.reason for entry in listed] == [True]
    assert check_dataset(dataset.path).is_sound


def save_as(kind, file, pixels):
    """A picture of a kind, under a name whose suffix need not fit."""
    if kind == "16 bits":
        odd = Image.fromarray(np.asarray(pixels)[..., 0].astype(np.uint16) * 257)
    else:
        odd = pixels.convert({"gray": "L", "rgba": "RGBA", "cmyk": "CMYK", "palette": "P"}[kind])
    odd.save(file, format="TIFF" if kind == "cmyk" else "PNG")


@pytest.mark.parametrize("name", WITH_FILES)
@pytest.mark.parametrize("kinds", [("gray", "rgba", "16 bits"), ("cmyk", "palette")], ids="-".join)
def test_images_of_every_kind_are_imported(name, source, tmp_path, kinds):
    for index, kind in enumerate(kinds):
        save_as(kind, image_file(name, source, index), Image.fromarray(picture(index)))
    dataset = brought(name, source, tmp_path / "out")
    for index in range(len(kinds)):
        assert dataset[MINIATURES[name].image_ids[index]].image.shape == (*SIZE, 3)


@pytest.mark.parametrize("name", WITH_FILES)
def test_a_photo_on_its_side_stands_upright(name, source, tmp_path):
    """The points are those of the upright picture, as it was shown."""
    lying = Image.fromarray(picture(0)).transpose(Image.Transpose.ROTATE_90)
    exif = lying.getexif()
    exif[0x0112] = 6
    lying.save(image_file(name, source), format="JPEG", exif=exif)
    dataset = brought(name, source, tmp_path / "out")
    assert dataset[MINIATURES[name].image_ids[0]].image.shape == (*SIZE, 3)


@pytest.mark.parametrize("name", WITH_POINTS)
def test_a_few_points_outside_are_noted(name, tmp_path):
    points = {**MANY, 0: MANY[0].copy()}
    points[0][7] = [WIDTH + 3, 5]
    dataset = brought(name, MINIATURES[name](tmp_path / "source", points), tmp_path / "out")
    found = sum(len(sample.fixations) for sample in dataset if sample.fixations)
    assert found in (449, 450)  # left out, or kept
    assert any("lie outside" in note for note in dataset.info.notes)
    assert len(dataset.info.set_aside) == 0


@pytest.mark.parametrize("name", WITH_POINTS)
@pytest.mark.parametrize("wrong", ["swapped", "another resolution"])
def test_a_wrong_convention_stops_the_import_with_its_likely_cause(name, tmp_path, wrong):
    wide = {index: known * [1, 1 / 2] for index, known in MANY.items()}
    points = {
        "swapped": {index: known[:, ::-1].copy() for index, known in wide.items()},
        "another resolution": {index: known * 2.5 for index, known in MANY.items()},
    }[wrong]
    source = MINIATURES[name](tmp_path / "source", points)
    hint = {"swapped": "the axes are swapped", "another resolution": "at another resolution"}[wrong]
    with pytest.raises(DataError, match=rf"lie outside their images.*{hint}"):
        brought(name, source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", sorted(name for name, mini in MINIATURES.items() if mini.fault))
def test_a_missing_field_is_named(name, source, tmp_path):
    mini = MINIATURES[name]
    mini.fault(source)
    try:
        reasons = [entry.reason for entry in brought(name, source, tmp_path / "out").info.set_aside]
    except DataError as error:
        reasons = [str(error)]
    assert any(re.search(mini.fault_message, reason) for reason in reasons), reasons


@pytest.mark.parametrize(
    "keep", [pytest.param(0, marks=pytest.mark.slow, id="empty"), pytest.param(0.5, id="truncated")]
)
def test_damaged_truth_is_refused_or_listed_with_its_file(name, source, tmp_path, keep):
    """Each file that is no image is damaged in turn; the import never ends in a traceback."""
    files = [source] if source.is_file() else sorted(path for path in source.rglob("*") if path.is_file())
    kinds = {path.suffix: path for path in files if path.suffix not in (".jpg", ".jpeg")}
    for number, file in enumerate(kinds.values()):
        content = file.read_bytes()
        file.write_bytes(content[: int(keep * len(content))])
        out = tmp_path / f"out{number}"
        try:
            faults = [entry.item + entry.reason for entry in brought(name, source, out).info.set_aside]
        except DataError as error:
            faults = [str(error)]
        assert any(file.stem in fault for fault in faults)
        file.write_bytes(content)


@pytest.mark.parametrize("name", marked(IMPORTERS))
def test_a_full_disk_leaves_nothing_behind(name, source, tmp_path, monkeypatch):
    before = {path.name for path in tmp_path.iterdir()}

    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    for module, function in ((shutil, "copyfile"), (np, "save"), (Image.Image, "save"), (os, "link")):
        monkeypatch.setattr(module, function, full)
    with pytest.raises(OutputError, match="out cannot be written: No space left"):
        brought(name, source, tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", marked(IMPORTERS))
def test_a_folder_in_use_is_refused(name, source, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    with pytest.raises(OutputError, match="exists already"):
        brought(name, source, tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep"


def test_a_missing_or_empty_source_is_named(name, tmp_path):
    with pytest.raises(DataError, match=r"no file or folder .*nowhere"):
        brought(name, tmp_path / "nowhere", tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty"):
        brought(name, tmp_path / "empty", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_option_is_refused(name, source, tmp_path):
    options = {**MINIATURES[name].options, "no_such": 1}
    with pytest.raises(InputError, match="no option of the import named 'no_such'"):
        import_dataset(source, tmp_path / "out", format=name, options=options)


def test_an_unknown_format_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(InputError, match="Did you mean 'osie'"):
        import_dataset(tmp_path, tmp_path / "out", format="osi")


def test_the_formats_without_a_miniature_are_none():
    assert Counter(MINIATURES.keys()) == Counter(IMPORTERS.keys())
