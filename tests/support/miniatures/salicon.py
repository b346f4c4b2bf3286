"""SALICON as its authors give it out: .mat files with the gaze of each worker, and annotations in JSON."""

import json

import numpy as np
import scipy.io
from support.miniatures.miniature import POINTS, SIZE, Miniature, save_picture

IMAGES = ("COCO_train2014_000000000009", "COCO_train2014_000000000089", "COCO_val2014_000000000133")
SPLITS = ("train", "train", "val")
GAZE = [("location", object), ("timestamp", object), ("fixations", object)]


def gaze(known):
    """All points belong to the first worker, who moved the mouse over each of them; the second never did."""
    one_based = np.floor(known) + 1
    samples = np.repeat(one_based, 2, axis=0)
    workers = np.empty((2, 1), dtype=GAZE)
    times = 250 * np.arange(len(samples), dtype=np.uint16)[:, None]
    workers[0, 0] = (samples, times, one_based.astype(np.uint16))
    workers[1, 0] = (np.empty((0, 0)), np.empty((0, 0)), np.empty((0, 0)))
    return workers


def salicon(folder, points=POINTS, size=SIZE):
    """Two splits with truth, and a test image without."""
    for index, known in points.items():
        save_picture(folder / "images" / SPLITS[index] / f"{IMAGES[index]}.jpg", index, size)
        file = folder / "fixations" / SPLITS[index] / f"{IMAGES[index]}.mat"
        file.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "image": IMAGES[index],
            "resolution": np.array([size], np.uint16),
            "gaze": gaze(known),
        }
        scipy.io.savemat(file, content, do_compression=True)
    save_picture(folder / "images" / "test" / "COCO_test2014_000000000001.jpg", 3, size)
    return folder


def without_fixations(folder):
    path = folder / "fixations" / "train" / f"{IMAGES[0]}.mat"
    workers = gaze(POINTS[0])[["location", "timestamp"]]
    scipy.io.savemat(path, {"resolution": np.array([SIZE], np.uint16), "gaze": workers.astype(GAZE[:2])})


def salicon_json(folder, points=POINTS, numbers=lambda known: (np.floor(known)[:, ::-1] + 1).astype(int)):
    """fixations_*2014.json as [row, column] from 1 by default; all points belong to worker 128."""
    for split in ("train", "val"):
        chosen = [index for index in points if SPLITS[index] == split]
        (folder / "annotations").mkdir(parents=True, exist_ok=True)
        content = {
            "info": {"description": "This is stable 1.0 version of the 2014 Salicon dataset"},
            "images": [
                {"file_name": f"{IMAGES[index]}.jpg", "height": SIZE[0], "width": SIZE[1], "id": index}
                for index in chosen
            ],
            "licenses": [],
            "type": "fixations",
            "annotations": [
                {
                    "image_id": index,
                    "fixations": numbers(points[index]).tolist(),
                    "worker_id": 128,
                    "id": index,
                }
                for index in chosen
            ],
        }
        (folder / "annotations" / f"fixations_{split}2014.json").write_text(json.dumps(content))
        for index in chosen:
            save_picture(folder / "images" / split / f"{IMAGES[index]}.jpg", index)
    return folder


def without_points(folder):
    path = folder / "annotations" / "fixations_train2014.json"
    path.write_text(path.read_text().replace('"fixations":', '"saliency_map":'))


def salicon_test(folder, points=POINTS):
    for index in points:
        save_picture(folder / "images" / "test" / f"COCO_test2014_{index:012}.jpg", index)
    return folder


MINIATURES = {
    "salicon-test": Miniature(
        make=salicon_test,
        image_ids=tuple(f"COCO_test2014_{index:012}" for index in range(3)),
        keeps="images",
        splits=("test", "test", "test"),
    ),
    "salicon": Miniature(
        make=salicon,
        image_ids=IMAGES,
        keeps="integers",
        options={"edition": "2017"},
        splits=SPLITS,
        observers=("01",),
        fault=without_fixations,
        fault_message=r"009\.mat, observer 01 has no field 'fixations'; its fields: location, timestamp",
    ),
    "salicon-json": Miniature(
        make=salicon_json,
        image_ids=IMAGES,
        keeps="integers",
        options={"coordinates": "row-col-1"},
        splits=SPLITS,
        observers=("128",),
        fault=without_points,
        fault_message=r"fixations_train2014\.json.*missing required field `fixations`",
    ),
}
