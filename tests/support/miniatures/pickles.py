"""The 2021 replication's pickles."""

import pickle

import numpy as np
from scipy.ndimage import gaussian_filter
from support.miniatures.miniature import POINTS, Miniature, fixated, picture


def bristol_pickle(folder, points=POINTS):
    """A picture with its mirror image for training, two for validation, whose points are known."""
    folder.mkdir(parents=True)
    image = picture(0, (96, 96)).transpose(2, 0, 1) / 255
    target = gaussian_filter(np.random.default_rng(0).random((48, 48)), 5)
    train = [
        {"X": image[..., ::flip], "y": target[:, ::flip], "file_name": "COCO_train.jpg"} for flip in (1, -1)
    ]
    val = [
        {
            "X": picture(index + 4, (96, 96)).transpose(2, 0, 1) / 255,
            "y": np.random.default_rng(index).random((48, 48)),
            "X_original": picture(index + 1, (480, 640)).transpose(2, 0, 1) / 255,
            "y_original": fixated(known, (480, 640)) / 255,
            "file_name": f"COCO_{index}.jpg",
        }
        for index, known in points.items()
    ]
    (folder / "train.pkl").write_bytes(pickle.dumps(train, protocol=2))
    (folder / "val.pkl").write_bytes(pickle.dumps(val))
    return folder


def without_targets(folder):
    record = {"X": np.ones((3, 96, 96)), "file_name": "a.jpg"}
    (folder / "train.pkl").write_bytes(pickle.dumps([record]))


MINIATURES = {
    "bristol-pickle": Miniature(
        make=bristol_pickle,
        image_ids=("COCO_0", "COCO_1", "COCO_2"),
        keeps="pixels",
        splits=("val", "val", "val"),
        image_files=False,
        fault=without_targets,
        fault_message=r"train\.pkl, entry 0 lacks y",
    ),
}
