"""What is odd about Toronto: all maps are in one cell, so each must be of its own image's size."""

import numpy as np
import scipy.io
from support.miniatures import MINIATURES

from gazemap.data.importers import import_dataset


def test_a_map_of_another_size_sets_its_image_aside(tmp_path):
    source = MINIATURES["toronto"](tmp_path / "s")
    path = source / "eyetrackingdata" / "fixdens" / "origfixdata.mat"
    maps = scipy.io.loadmat(path)["white"]
    maps[0, 1] = maps[0, 1].T
    scipy.io.savemat(path, {"white": maps})
    dataset = import_dataset(source, tmp_path / "out", format="toronto")
    assert dataset.image_ids == ["1", "3"]
    (entry,) = dataset.info.set_aside
    assert entry.item == "2"
    assert (
        "origfixdata.mat, image 2: the map must have its image's shape (60, 80), got (80, 60)" in entry.reason
    )
    rows, columns = np.nonzero(maps[0, 2])
    points = dataset["3"].fixations
    np.testing.assert_array_equal(np.stack([points.y, points.x]), np.stack([rows, columns]) + 0.5)


def test_the_last_tenth_is_val(tmp_path):
    source = MINIATURES["toronto"](tmp_path / "s")
    folder = source / "eyetrackingdata" / "fixdens"
    maps = scipy.io.loadmat(folder / "origfixdata.mat")["white"]
    for number in range(4, 21):
        (folder / "Original Image Set" / f"{number}.jpg").write_bytes(
            (folder / "Original Image Set" / "1.jpg").read_bytes()
        )
    many = np.empty((1, 20), dtype=object)
    many[0, :] = [maps[0, 0]] * 20
    scipy.io.savemat(folder / "origfixdata.mat", {"white": many})
    dataset = import_dataset(source, tmp_path / "out", format="toronto")
    assert dataset.image_ids == [str(number) for number in range(1, 21)]
    assert dataset.split("val").image_ids == ["19", "20"]
