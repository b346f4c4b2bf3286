"""What is odd about folders of images, maps and fixation maps: partners are missing, names are free."""

import re
import shutil

import numpy as np
import pytest
import scipy.io
from PIL import Image
from support.miniatures import MINIATURES, POINTS, SIZE
from support.miniatures.miniature import blurred, fixated

from gazemap.data.importers import import_dataset
from gazemap.errors import DataError, InputError

FIRST, SECOND, _ = MINIATURES["salicon-folder"].image_ids


@pytest.fixture
def source(tmp_path):
    return MINIATURES["salicon-folder"](tmp_path / "s")


def test_points_without_an_image_are_taken_when_images_are_optional(source, tmp_path):
    (source / "images/train" / f"{FIRST}.jpg").unlink()
    assert FIRST not in import_dataset(source, tmp_path / "required", format="salicon-folder").image_ids
    dataset = import_dataset(
        source, tmp_path / "out", format="salicon-folder", options={"images": "optional"}
    )
    assert dataset[FIRST].file is None
    assert dataset[FIRST].size == SIZE
    np.testing.assert_array_equal(dataset[FIRST].fixation_map(), fixated(POINTS[0]) / 255)
    assert dataset[FIRST].map_file is not None
    assert dataset.info.set_aside == ()
    assert [sample.file is None for sample in dataset] == [True, False, False]


@pytest.mark.parametrize("suffix", [".png", ".mat"])
@pytest.mark.parametrize("keep", [0, 30, 200], ids=["empty", "its header damaged", "truncated"])
def test_damaged_points_without_an_image_are_set_aside(source, tmp_path, suffix, keep):
    (source / "images/train" / f"{FIRST}.jpg").unlink()
    file = source / "fixations/train" / f"{FIRST}.png"
    if suffix == ".mat":
        file.unlink()
        scipy.io.savemat(file.with_suffix(".mat"), {"I": np.eye(*SIZE)})
    file = file.with_suffix(suffix)
    noise = np.uint8(np.random.default_rng(0).random(SIZE) > 0.5) * 255
    if suffix == ".png":
        Image.fromarray(noise).save(file)
    file.write_bytes(file.read_bytes()[:keep])
    dataset = import_dataset(
        source, tmp_path / "out", format="salicon-folder", options={"images": "optional"}
    )
    assert len(dataset) == 2
    (listed,) = dataset.info.set_aside
    assert listed.item == FIRST
    assert file.name in listed.reason


def test_points_alone_are_enough_and_may_be_matrices(tmp_path):
    folder = tmp_path / "s" / "fixs_val"
    folder.mkdir(parents=True)
    scipy.io.savemat(folder / "a.mat", {"I": fixated(POINTS[0]) // 255})
    np.save(folder / "b.npy", fixated(POINTS[1]))
    options = {"images": "optional", "name": "mine", "sigma": 5}
    dataset = import_dataset(tmp_path / "s", tmp_path / "out", format="sam-folder", options=options)
    assert dataset.splits == {"val": 2}
    for index, sample in enumerate(dataset):
        assert sample.size == SIZE
        np.testing.assert_array_equal(sample.fixation_map() > 0, fixated(POINTS[index]) > 0)
    assert (dataset.name, dataset.info.title, dataset[0].sigma) == ("mine", "mine", 5)
    with pytest.raises(DataError, match=r"no folder imgs_\{split\}. Expected: imgs_train, maps_train"):
        import_dataset(tmp_path / "s", tmp_path / "required", format="sam-folder")


def test_folders_of_any_name_are_found(source, tmp_path):
    for split in ("train", "val"):
        for kind, name in (("images", "images"), ("fixations", "fixations/maps")):
            (source / split / name).parent.mkdir(parents=True, exist_ok=True)
            (source / kind / split).rename(source / split / name)
    options = {"image_folder": "./{split}/images", "fixation_folder": "{split}/fixations/maps"}
    dataset = import_dataset(source, tmp_path / "out", format="reddy-folder", options=options)
    assert dataset.splits == {"train": 2, "val": 1}
    assert sum(len(sample.fixations) for sample in dataset) == 5
    assert dataset[0].sigma is None  # of a set that only the user knows


def test_folders_without_splits_are_split_by_share(tmp_path):
    source = MINIATURES["folders"](tmp_path / "s")
    dataset = import_dataset(source, tmp_path / "all", format="folders", options={"val": "1"})
    assert dataset.splits == {"val": 3}
    assert dataset.info.notes == ("no splits are stated: 3 of 3 images are val, the last by name (val=1)",)


def test_folders_of_maps_alone_are_enough(tmp_path):
    source = MINIATURES["folders"](tmp_path / "s")
    shutil.rmtree(source / "fixations")
    dataset = import_dataset(source, tmp_path / "out", format="folders")
    assert dataset.splits == {"train": 2, "val": 1}
    assert all(sample.fixations is None and sample.map_file for sample in dataset)


def test_folders_of_which_some_tell_the_split_are_refused(source, tmp_path):
    with pytest.raises(InputError, match=r"all of the folders' names have \{split\} in them, or none"):
        import_dataset(source, tmp_path / "out", format="salicon-folder", options={"map_folder": "maps"})


@pytest.mark.parametrize("template", ["/images/{split}", "{split}/{split}"])
def test_a_folder_name_that_is_no_relative_path_is_refused(source, tmp_path, template):
    with pytest.raises(InputError, match=r"relative path with \{split\} in it"):
        import_dataset(source, tmp_path / "out", format="salicon-folder", options={"map_folder": template})


def test_a_picture_goes_before_a_matrix_of_the_same_name(source, tmp_path):
    """SALICON's own .mat files hold gaze; many loaders put fixation maps beside them."""
    for path in (source / "fixations").rglob("*.png"):
        scipy.io.savemat(path.with_suffix(".mat"), {"gaze": "structs"})
    dataset = import_dataset(source, tmp_path / "out", format="salicon-folder")
    assert len(dataset) == 3
    assert dataset.info.set_aside == ()


@pytest.mark.slow
def test_all_points_of_salicon_without_its_images(shared_data, tmp_path):
    """15,000 files; every tenth against a reading of its own, and all by the sum."""
    options = {"images": "optional"}
    dataset = import_dataset(
        shared_data / "salicon", tmp_path / "out", format="salicon-folder", options=options
    )
    assert dataset.splits == {"train": 10_000, "val": 5_000}
    assert sum(sample.file is not None for sample in dataset) == 83
    assert dataset.info.set_aside == ()
    for sample in list(dataset)[::10]:
        file = shared_data / "salicon/fixations" / sample.split / f"{sample.image_id}.png"
        pixels = np.flatnonzero(np.asarray(Image.open(file)))
        known = sample.fixations
        np.testing.assert_array_equal(known.y * 640 - 320 + known.x - 0.5, pixels)
    assert sum(len(sample.fixations) for sample in dataset) == 7_140_753


def refused_picture(source, tmp_path, kind, file, picture):
    """What the import says of one picture that is no fixation map, or no dense map."""
    Image.fromarray(picture).save(source / kind / "train" / file, quality=90)
    dataset = import_dataset(source, tmp_path / "out", format="salicon-folder")
    (listed,) = dataset.info.set_aside
    assert listed.item == FIRST
    assert file in listed.reason
    return listed.reason


def test_a_lossy_fixation_map_is_read_to_the_pixel(source, tmp_path):
    (source / "fixations/train" / f"{FIRST}.png").unlink()
    Image.fromarray(fixated(POINTS[0])).save(source / "fixations/train" / f"{FIRST}.jpg", quality=90)
    dataset = import_dataset(source, tmp_path / "out", format="salicon-folder")
    np.testing.assert_array_equal(dataset[FIRST].fixation_map() > 0, fixated(POINTS[0]) > 0)


def test_a_density_among_fixation_maps_is_set_aside(source, tmp_path):
    reason = refused_picture(source, tmp_path, "fixations", f"{FIRST}.png", blurred(POINTS[0]))
    assert "a density, not fixations. Put it into maps/" in reason


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros(SIZE, np.uint8), "is the same everywhere"),
        (fixated(POINTS[0]), "is a picture of .* fixations, not a dense map"),
        (255 - fixated(POINTS[0]), "it is inverted"),
    ],
    ids=["constant", "fixations", "inverted"],
)
def test_what_is_no_dense_map_is_set_aside(source, tmp_path, picture, message):
    assert re.search(message, refused_picture(source, tmp_path, "maps", f"{FIRST}.png", picture))


SIX = Image.new("RGB", (60, 40))
ONE = np.zeros((40, 60), np.uint8)
ONE[9, 9] = 255


def folders_of(tmp_path, *files):
    """A source with these files: images, or fixation maps with one fixation."""
    for file in files:
        path = tmp_path / "s" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        (Image.fromarray(ONE) if file.startswith("fixations") else SIX).save(path)
    return tmp_path / "s"


@pytest.mark.parametrize("ending", ["bmp", "tif", "webp", "gif", "ppm", "avif"])
def test_images_of_any_format_and_splits_of_any_name_are_taken(tmp_path, ending):
    source = folders_of(tmp_path, f"images/Validation/1.{ending}", "fixations/VAL/1.png")
    dataset = import_dataset(source, tmp_path / "out", format="salicon-folder")
    assert dataset.splits == {"val": 1}
    assert dataset[0].image.shape == (40, 60, 3)
    assert [len(sample.fixations) for sample in dataset.split("Valid")] == [1]


def test_two_folders_of_one_split_are_refused(tmp_path):
    source = folders_of(tmp_path, "images/val/1.png", "images/Validation/2.png", "fixations/val/1.png")
    with pytest.raises(DataError, match=r"Validation and .*val are both of the split val"):
        import_dataset(source, tmp_path / "out", format="salicon-folder")


@pytest.mark.parametrize(
    ("images", "fixations"),
    [
        (("Face_01.jpg", "Face_02.jpg"), ("face_01.png", "FACE_02.png")),
        (("caf\u00e9.jpg", "b.jpg"), ("cafe\u0301.png", "b.png")),
        (("001.jpg", "002.jpg"), ("001_fixMap.png", "002_fixMap.png")),
        (("001.jpg", "002.jpg"), ("fix_001.png", "fix_002.png")),
        (("011.jpg", "021.jpg"), ("0111.png", "0211.png")),
    ],
    ids=["case", "form", "ending", "beginning", "an ending that names share"],
)
def test_names_that_differ_in_case_form_or_an_affix_are_paired(tmp_path, images, fixations):
    source = folders_of(
        tmp_path, *(f"images/val/{n}" for n in images), *(f"fixations/val/{n}" for n in fixations)
    )
    dataset = import_dataset(source, tmp_path / "out", format="salicon-folder")
    assert [len(sample.fixations) for sample in dataset] == [1, 1]
    assert dataset.info.set_aside == ()


def test_names_that_only_case_tells_apart_are_kept_apart(tmp_path):
    source = folders_of(
        tmp_path, *(f"{kind}/val/{n}.png" for kind in ("images", "fixations") for n in ("a", "A"))
    )
    assert import_dataset(source, tmp_path / "out", format="salicon-folder").image_ids == ["A", "a"]


def test_files_that_no_rule_pairs_are_named(tmp_path):
    source = folders_of(tmp_path, "images/val/one.png", "fixations/val/two.png")
    with pytest.raises(
        DataError, match=r"Images: one\. Maps and fixations: two\. Taken are files that end in \.png"
    ):
        import_dataset(source, tmp_path / "out", format="salicon-folder")


def test_of_two_images_of_one_name_it_is_said_which_is_taken(tmp_path):
    source = folders_of(tmp_path, "images/val/a.jpg", "images/val/a.bmp", "fixations/val/a.png")
    dataset = import_dataset(source, tmp_path / "out", format="salicon-folder")
    (listed,) = dataset.info.set_aside
    assert (listed.item, listed.reason) == ("a.bmp", "a.jpg of the same name is taken, in val")


def test_hidden_files_are_no_images_and_near_names_are_asked_for(tmp_path):
    names = ("images/val/a_01.png", "images/val/a_02.png", "fixations/val/a_01.png", "fixations/val/a_2.png")
    source = folders_of(tmp_path, *names)
    for folder in ("images", "fixations"):
        (source / folder / "val" / "._a_01.png").write_bytes(b"\0\5\x16\7")  # what macOS writes beside a file
    dataset = import_dataset(source, tmp_path / "out", format="salicon-folder")
    assert dataset.image_ids == ["a_01"]
    without_truth, without_image = dataset.info.set_aside
    assert without_truth.reason == "no map and no fixations"
    assert without_image.reason == "no image. a_2: did you mean a_02?"
