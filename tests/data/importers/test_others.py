"""What is odd about PASCAL-S, FIGRIM, iSUN, DUT-OMRON and FiWI."""

import shutil

import numpy as np
import pytest
import scipy.io
from PIL import Image
from support.miniatures import MINIATURES, POINTS, SIZE

from gazemap.data.importers import import_dataset
from gazemap.data.importers.figrim import FIGRIM
from gazemap.errors import DataError

FIGRIM_TARGETS = "targetData/allImages_release.mat"


def figrim_targets(folder, stems, fixations):
    """A file of targets whose one observer has `fixations` of each image."""
    records = np.empty((1, len(stems)), dtype=[(n, object) for n in ("filename", "category", "userdata")])
    users = np.empty((1, 1), dtype=[("trial", object), ("fixations", object)])
    users[0, 0] = (1.0, fixations)
    for index, stem in enumerate(stems):
        records[0, index] = (f"{stem}.jpg", "highway", users)
    (folder / FIGRIM_TARGETS).parent.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(folder / FIGRIM_TARGETS, {"allImages": records})
    return folder


def test_the_near_duplicates_of_figrim_share_group_and_split(tmp_path):
    pair = ["sun_bnjxztsvnercygxn", "sun_bdwttbytrbnqyqsk"]
    stems = [
        pair[0],
        *(f"sun_{index}" for index in range(1, 9)),
        pair[1],
        *(f"sun_{i}" for i in range(10, 20)),
    ]
    source = figrim_targets(tmp_path, stems, {"enc": np.array([[1.0, 1.0]])})
    items = {item.image_id.split("/")[-1]: item for item in FIGRIM.open(source, {}).items}
    assert [items[stem].group for stem in pair] == [pair[0]] * 2
    assert [items[stem].split for stem in pair] == ["train"] * 2
    assert [stem for stem, item in items.items() if item.split == "val"] == ["sun_19"]
    assert items["sun_5"].group is None


def test_a_view_of_figrim_that_was_not_recorded_is_no_fault(tmp_path):
    source = figrim_targets(tmp_path / "rec", ["sun_0"], {"rec": np.array([[3.0, 4.0]])})
    (first,) = FIGRIM.open(source, {}).items
    (every,) = FIGRIM.open(source, {"views": "all"}).items
    assert len(first.fixations) == 0
    assert (every.fixations.x.tolist(), every.fixations.y.tolist()) == ([3.0], [4.0])
    source = figrim_targets(tmp_path / "none", ["sun_0"], {"later": np.array([[3.0, 4.0]])})
    with pytest.raises(DataError, match=r"observer 1, fixations has no field 'enc'; its fields: later"):
        list(FIGRIM.open(source, {}).items)


def test_pascal_s_as_an_older_matlab_file_is_refused_by_name(tmp_path):
    source = MINIATURES["pascal-s"](tmp_path / "s")
    scipy.io.savemat(source / "datasets" / "fixations" / "pascalFix.mat", {"fixCell": np.ones((2, 3))})
    with pytest.raises(DataError, match=r"pascalFix\.mat is damaged or no HDF5 file"):
        import_dataset(source, tmp_path / "out", format="pascal-s")


def test_what_lacks_of_pascal_s_is_noted(tmp_path):
    dataset = import_dataset(MINIATURES["pascal-s"](tmp_path / "s"), tmp_path / "out", format="pascal-s")
    assert dataset.info.notes == (
        "the complete set has 850 images, this one has 3",
        "the complete set has 40,314 fixations, this one has 6",
    )


def test_gaze_of_isun_that_leaves_the_image_is_left_out_up_to_a_share(tmp_path):
    many = np.tile(POINTS[0][:1], (97, 1))
    away = np.array([[SIZE[1] + 20.0 - row, 5.0] for row in range(9)])
    few = MINIATURES["isun"](tmp_path / "few", {**POINTS, 0: np.concatenate([many, away[:2]])})
    dataset = import_dataset(few, tmp_path / "out", format="isun")
    assert len(dataset["sun_0"].fixations) == 97
    note = "2 of 102 fixations lie outside their image and were left out (up to 20 px)"
    assert note in dataset.info.notes
    much = MINIATURES["isun"](tmp_path / "much", {**POINTS, 0: np.concatenate([many, away])})
    with pytest.raises(DataError, match="9 of 109 fixations lie outside their images, more than 5%"):
        import_dataset(much, tmp_path / "refused", format="isun")


def test_the_first_row_of_dut_omron_is_the_size_and_no_point(tmp_path):
    dataset = import_dataset(MINIATURES["dut-omron"](tmp_path / "s"), tmp_path / "out", format="dut-omron")
    assert len(dataset["im006"].fixations) == len(POINTS[1]) == 1
    assert (dataset["im006"].fixations.x[0], dataset["im006"].fixations.y[0]) == (1.5, 2.5)


def test_files_of_dut_omron_without_a_partner_are_listed(tmp_path):
    source = MINIATURES["dut-omron"](tmp_path / "s")
    (source / "DUT-OMRON-eye-fixations" / "mat" / "im005.mat").unlink()
    (source / "DUT-OMRON-image" / "im006.jpg").unlink()
    dataset = import_dataset(source, tmp_path / "out", format="dut-omron")
    assert dataset.image_ids == ["im007"]
    assert {entry.item: entry.reason for entry in dataset.info.set_aside} == {
        "DUT-OMRON-image: im005": "no fixations",
        "DUT-OMRON-eye-fixations/mat: im006": "no image",
    }


def test_fiwi_with_a_second_folder_of_a_name_is_refused(tmp_path):
    source = MINIATURES["fiwi"](tmp_path / "s")
    shutil.copytree(source / "webpage_dataset" / "all5", source / "copy" / "all5")
    with pytest.raises(DataError, match=r"holds several folders named all5: .*copy"):
        import_dataset(source, tmp_path / "out", format="fiwi")


def test_a_map_of_fiwi_of_another_size_sets_its_page_aside(tmp_path):
    source = MINIATURES["fiwi"](tmp_path / "s")
    Image.new("L", (10, 10)).save(source / "webpage_dataset" / "all5" / "page0.png")
    dataset = import_dataset(source, tmp_path / "out", format="fiwi")
    assert dataset.image_ids == ["page1", "page2"]
    assert [entry.item for entry in dataset.info.set_aside] == ["page0"]
    assert "is 10 x 10, its image 80 x 60" in dataset.info.set_aside[0].reason
