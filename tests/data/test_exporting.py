"""Out to pysaliency's form and back: every bit, and files of exactly that form."""

import json

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from support.miniatures import MINIATURES, picture
from support.miniatures.hdf5 import file_stimuli, fixation_trains
from support.miniatures.hdf5 import fixations as single_fixations

from gazemap.data.dataset import DatasetInfo, load_dataset
from gazemap.data.exporting import export_dataset
from gazemap.data.importers import import_dataset
from gazemap.data.writing.folder import write_dataset
from gazemap.data.writing.items import ImportedSet, Item
from gazemap.errors import DataError, InputError, OutputError
from gazemap.gaze.fixations import Fixations

INFO = DatasetInfo(
    name="tiny", title="Tiny", citation="nobody", license="CC0", source="made", sigma=7.0, task="look"
)
FEW = Fixations(
    x=np.array([1.25, 79.5, 3.0, 0.1]),
    y=np.array([2.5, 59.5, 4.0, 0.2]),
    observer=np.array(["zoë", "ann", "zoë", "ann"]),
    onset=np.array([0.0, 0.0, np.nan, 0.7]),
    duration=np.array([0.25, 0.3, 0.1, 0.2]),
)


def made(folder, *fixations, **others):
    items = (
        Item(
            f"part {index}/i{index}", picture(index), "test" if index else "train", fixations=known, **others
        )
        for index, known in enumerate(fixations)
    )
    return write_dataset(ImportedSet(INFO, items, len(fixations), trusted=True), folder)


def there_and_back(dataset, folder):
    export_dataset(dataset, folder / "exported", format="pysaliency")
    return import_dataset(folder / "exported", folder / "back", format="pysaliency")


def by_observer(fixations):
    """The rows in the order that comes back: an observer's in one piece, each where it first came."""
    if fixations.observer is None:
        return np.arange(len(fixations))
    names = fixations.observer.tolist()
    return np.array(sorted(range(len(names)), key=lambda row: names.index(names[row])), dtype=int)


def assert_same(first, second):
    assert first.image_ids == second.image_ids
    for one, other in zip(first, second, strict=True):
        assert other.file.read_bytes() == one.file.read_bytes()
        for name in ("size", "split", "group", "domain", "sigma", "pixels_per_degree"):
            assert getattr(one, name) == getattr(other, name), name
        order = by_observer(one.fixations)
        for name in ("x", "y", "onset", "duration"):
            wanted, found = getattr(one.fixations, name), getattr(other.fixations, name)
            assert (wanted is None) == (found is None), name
            assert wanted is None or wanted[order].tobytes() == found.tobytes(), name
        wanted, found = one.fixations.observer, other.fixations.observer
        assert (wanted is None) == (found is None)
        assert wanted is None or wanted[order].tolist() == found.tolist()


def test_everything_comes_back(tmp_path):
    dataset = made(tmp_path / "set", FEW, Fixations(np.empty(0), np.empty(0)), FEW, group="g")
    back = there_and_back(dataset, tmp_path)
    assert_same(dataset, back)
    known = {"source", "notes", "set_aside"}
    assert back.info.model_dump(exclude=known) == dataset.info.model_dump(exclude=known)


@pytest.mark.parametrize(
    "name", ["osie", "scene", "salicon-folder", "coco-freeview", "coco-search18", "table"]
)
def test_imported_sets_come_back(tmp_path, name):
    dataset = import_dataset(MINIATURES[name](tmp_path / "s"), tmp_path / "set", format=name)
    assert_same(dataset, there_and_back(dataset, tmp_path))


numbers = st.floats(0, 50, width=64)
times = st.one_of(st.none(), st.floats(allow_infinity=False, allow_nan=True, width=64))


@st.composite
def some_fixations(draw):
    count = draw(st.integers(1, 6))

    def column(values):
        return draw(st.lists(values, min_size=count, max_size=count))

    known = draw(st.sets(st.sampled_from(["observer", "onset", "duration"])))
    names = st.text("ab0 é", min_size=1, max_size=3)
    return Fixations(
        x=np.array(column(numbers)),
        y=np.array(column(numbers)),
        observer=np.array(column(names), dtype=str) if "observer" in known else None,
        onset=np.array(column(numbers)) if "onset" in known else None,
        duration=np.array(column(numbers)) if "duration" in known else None,
    )


@settings(max_examples=15, deadline=None)
@given(st.lists(some_fixations(), min_size=1, max_size=3))
@pytest.mark.slow
def test_any_points_come_back(tmp_path_factory, looked):
    """What is known of some images only stays unknown of the others."""
    folder = tmp_path_factory.mktemp("round")
    dataset = made(folder / "set", *looked)
    assert_same(dataset, there_and_back(dataset, folder))


def test_blurs_and_degrees_of_single_images_come_back(tmp_path):
    items = (
        Item(f"i{index}", picture(index), "train", fixations=FEW, sigma=sigma, pixels_per_degree=degree)
        for index, (sigma, degree) in enumerate([(3.5, 20.0), (None, None)])
    )
    dataset = write_dataset(ImportedSet(INFO, items, 2), tmp_path / "set")
    back = there_and_back(dataset, tmp_path)
    assert [sample.sigma for sample in back] == [3.5, 7.0]
    assert [sample.pixels_per_degree for sample in back] == [20.0, None]


def content(path):
    """Names, types and marks of a file: its form, without its values."""
    with h5py.File(path) as file:
        found = {}
        file.visititems(lambda name, item: found.update({name: str(getattr(item, "dtype", "group"))}))
        return found, {name: value for name, value in file.attrs.items() if name != "size"}


def test_files_are_of_the_form_that_pysaliency_writes(tmp_path):
    """Beside the attributes that it leaves to its users: of the stimuli, and the observers' names."""
    export_dataset(made(tmp_path / "set", FEW), tmp_path / "out", format="pysaliency")
    file_stimuli(tmp_path / "stimuli.hdf5", ["a.jpg"])
    names = ["image_id", "split", "group", "domain"]
    found, marks = content(tmp_path / "out" / "stimuli.hdf5")
    wanted, wanted_marks = content(tmp_path / "stimuli.hdf5")
    assert found == wanted | dict.fromkeys(names, "object")
    assert marks == wanted_marks | {"__attributes__": json.dumps(names).encode()}
    fixation_trains(tmp_path / "fixations.hdf5", [(0, 0, [1.0], [2.0], [0.0])], [[0.1]])
    found, marks = content(tmp_path / "out" / "fixations.hdf5")
    wanted, wanted_marks = content(tmp_path / "fixations.hdf5")
    assert found == wanted | {"scanpath_attributes/observer": "object"}
    assert marks == wanted_marks


def test_points_of_unknown_observers_are_single_fixations(tmp_path):
    nobody = Fixations(FEW.x, FEW.y)
    export_dataset(made(tmp_path / "set", nobody), tmp_path / "out", format="pysaliency")
    single_fixations(tmp_path / "fixations.hdf5", [0], [1.0], [2.0], [0.0], [1.0])
    assert content(tmp_path / "out" / "fixations.hdf5") == content(tmp_path / "fixations.hdf5")


def test_scanpaths_are_those_of_image_and_observer(tmp_path):
    export_dataset(made(tmp_path / "set", FEW), tmp_path / "out", format="pysaliency")
    with h5py.File(tmp_path / "out" / "fixations.hdf5") as file:
        np.testing.assert_array_equal(file["train_xs"], [[1.25, 3.0], [79.5, 0.1]])
        np.testing.assert_array_equal(file["train_ts"], [[0.0, np.nan], [0.0, 0.7]])
        np.testing.assert_array_equal(file["train_subjects"], [1, 0])
        assert file["scanpath_attributes/observer"].asstr()[...].tolist() == ["zoë", "ann"]


def test_shapes_are_those_of_the_image_files(tmp_path):
    for name, mode in (("a", "RGB"), ("b", "L"), ("c", "RGBA")):
        (tmp_path / "images").mkdir(exist_ok=True)
        Image.fromarray(picture(1)).convert(mode).save(tmp_path / "images" / f"{name}.png")
    (tmp_path / "points.csv").write_text("image,x,y\na,1,2\n")
    dataset = import_dataset(tmp_path / "points.csv", tmp_path / "set", format="table")
    export_dataset(dataset, tmp_path / "out", format="pysaliency")
    with h5py.File(tmp_path / "out" / "stimuli.hdf5") as file:
        assert [shape.tolist() for shape in file["shapes"]] == [[60, 80, 3], [60, 80], [60, 80, 4]]
        assert file["filenames"].asstr()[...].tolist() == [f"images/{name}.png" for name in "abc"]


def test_a_photo_on_its_side_is_written_upright(tmp_path):
    """pysaliency does not turn images, and the points are those of the upright one."""
    lying = Image.fromarray(picture(0)).transpose(Image.Transpose.ROTATE_90)
    exif = lying.getexif()
    exif[0x0112] = 6
    lying.save(tmp_path / "a.jpg", exif=exif)
    (tmp_path / "points.csv").write_text("image,x,y\na,79,2\n")
    dataset = import_dataset(tmp_path / "points.csv", tmp_path / "set", format="table")
    back = there_and_back(dataset, tmp_path)
    with Image.open(tmp_path / "exported" / "images" / "a.png") as image:
        np.testing.assert_array_equal(np.asarray(image), dataset["a"].image)
    assert back["a"].size == (60, 80)


def test_what_the_form_cannot_hold_is_refused(tmp_path):
    dataset = made(tmp_path / "set", FEW)
    with pytest.raises(InputError, match=r"no export format named 'pysalency'\. Did you mean"):
        export_dataset(dataset, tmp_path / "out", format="pysalency")
    sizes = write_dataset(
        ImportedSet(INFO, iter([Item("a", (60, 80), "train", fixations=FEW)]), 1), tmp_path / "2"
    )
    with pytest.raises(DataError, match="pysaliency needs image files, which 1 images lack: a"):
        export_dataset(sizes, tmp_path / "out", format="pysaliency")
    maps = write_dataset(
        ImportedSet(INFO, iter([Item("a", picture(0), "train", map=np.ones((3, 4)))]), 1), tmp_path / "3"
    )
    with pytest.raises(DataError, match=r"pysaliency needs fixation points, which data set .* lacks"):
        export_dataset(maps, tmp_path / "out", format="pysaliency")
    assert {path.name for path in tmp_path.iterdir()} == {"set", "2", "3"}


def test_an_export_is_whole_or_nothing(tmp_path):
    dataset = made(tmp_path / "set", FEW, FEW)
    dataset[1].file.unlink()
    with pytest.raises(DataError, match="There is no image file"):
        export_dataset(dataset, tmp_path / "out", format="pysaliency")
    assert {path.name for path in tmp_path.iterdir()} == {"set"}
    with pytest.raises(OutputError, match="exists already"):
        export_dataset(load_dataset(tmp_path / "set"), tmp_path / "set", format="pysaliency")


def test_a_note_beside_the_files_that_is_none_is_named(tmp_path):
    export_dataset(made(tmp_path / "set", FEW), tmp_path / "out", format="pysaliency")
    (tmp_path / "out" / "dataset.json").write_text('{"name": 3}')
    with pytest.raises(DataError, match=r"dataset\.json cannot be used"):
        import_dataset(tmp_path / "out", tmp_path / "back", format="pysaliency")


def test_what_was_exported_is_said(tmp_path):
    dataset = made(tmp_path / "set", FEW)
    exported = export_dataset(tmp_path / "set", tmp_path / "out", format="pysaliency")
    count = sum(len(sample.fixations) for sample in dataset)
    assert (
        exported.as_json()
        == json.loads(json.dumps(exported.as_json()))
        == {
            "folder": str(tmp_path / "out"),
            "format": "pysaliency",
            "images": len(dataset),
            "fixations": count,
        }
    )
    assert {path.name for path in exported.folder.iterdir()} == {
        "images",
        "stimuli.hdf5",
        "fixations.hdf5",
        "dataset.json",
    }
