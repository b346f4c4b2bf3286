"""COCO-FreeView and COCO-Search18: JSON lists of scanpaths beside folders of images."""

import json

from support.miniatures.miniature import POINTS, Miniature, save_picture

NAMES = ("000000000009.jpg", "000000000025.jpg", "000000000030.jpg")
FOLDERS = ("images/potted plant", "images/car", "coco_search18_images_TA/car")
SPLITS = ("train", "train", "valid")


def trial(index, points, task, condition, **others):
    """One record, with the keys and types of the authors' files; durations of 100 ms and more."""
    return {
        "name": NAMES[index],
        "subject": 2,
        "task": task,
        "condition": condition,
        "X": points[:, 0].tolist(),
        "Y": points[:, 1].tolist(),
        "T": [100 + 7 * number for number in range(len(points))],
        "length": len(points),
        "split": SPLITS[index],
        **others,
    }


def coco_freeview(folder, points=POINTS):
    for index in points:
        save_picture(folder / FOLDERS[index] / NAMES[index], index)
    trials = [trial(index, known, "none", "freeview") for index, known in points.items()]
    (folder / "COCOFreeView_fixations_trainval.json").write_text(json.dumps(trials))
    return folder


def coco_search18(folder, points=POINTS):
    """The target is in the image; the images of trials without it are not there."""
    tasks = ("potted plant", "car", "car")
    search = {"bbox": [5, 5, 20, 20], "correct": 1, "RT": 1159}
    trials = []
    for index, known in points.items():
        save_picture(folder / "images" / tasks[index] / NAMES[index], index)
        trials.append(trial(index, known, tasks[index], "present", **search))
    for name, chosen in (("train", trials[:2]), ("validation", trials[2:])):
        path = folder / f"coco_search18_fixations_TP_{name}_split1.json"
        path.write_text(json.dumps(chosen))
    path = folder / "coco_search18_fixations_TP_train_split2.json"
    path.write_text(json.dumps(trials))
    return folder


def without_durations(path):
    trials = json.loads(path.read_text())
    del trials[0]["T"]
    path.write_text(json.dumps(trials))


MINIATURES = {
    "coco-freeview": Miniature(
        make=coco_freeview,
        image_ids=tuple(name[:-4] for name in NAMES),
        splits=("train", "train", "val"),
        observers=("02",),
        fault=lambda folder: without_durations(folder / "COCOFreeView_fixations_trainval.json"),
        fault_message=r"trainval\.json, scanpath 1 has no 'T'; its keys: name, subject, task",
    ),
    "coco-search18": Miniature(
        make=coco_search18,
        image_ids=("potted_plant/000000000009", "car/000000000025", "car/000000000030"),
        splits=("train", "train", "val"),
        observers=("02",),
        fault=lambda folder: without_durations(folder / "coco_search18_fixations_TP_train_split1.json"),
        fault_message=r"train_split1\.json, scanpath 1 has no 'T'",
    ),
}
