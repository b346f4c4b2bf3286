"""Folders of images, maps and fixation maps."""

import shutil

import scipy.io
from PIL import Image
from support.miniatures.miniature import POINTS, Miniature, blurred, fixated, save_picture


def kinds_of_files(folder, points, name, suffix, by_split=True):
    """images, maps and fixations, each with a folder per split unless they tell none."""
    for index, known in points.items():
        split = ("val" if index == 2 else "train") if by_split else ""
        save_picture(folder / "images" / split / f"{name.format(index)}{suffix}", index)
        for kind, values in (("fixations", fixated(known)), ("maps", blurred(known))):
            (folder / kind / split).mkdir(parents=True, exist_ok=True)
            Image.fromarray(values).save(folder / kind / split / f"{name.format(index)}.png")
    return folder


def salicon_folder(folder, points=POINTS):
    return kinds_of_files(folder, points, "COCO_{:012}", ".jpg")


def plain_folders(folder, points=POINTS):
    """Images and their maps, in folders that tell no splits."""
    return kinds_of_files(folder, points, "image_{}", ".jpg", by_split=False)


def sam_folder(folder, points=POINTS):
    """config.py's imgs_train_path, maps_train_path and fixs_train_path as names; .mat with a matrix I."""
    for index, known in points.items():
        split, stem = "val" if index == 2 else "train", f"COCO_{index:012}"
        save_picture(folder / f"imgs_{split}" / f"{stem}.jpg", index)
        for kind in ("maps", "fixs"):
            (folder / f"{kind}_{split}").mkdir(exist_ok=True)
        Image.fromarray(blurred(known)).save(folder / f"maps_{split}" / f"{stem}.png")
        scipy.io.savemat(folder / f"fixs_{split}" / f"{stem}.mat", {"I": fixated(known) // 255})
    return folder


def reddy_folder(folder, points=POINTS):
    """As SALICON's folders; all files, the images too, are PNG."""
    return kinds_of_files(folder, points, "image_{}", ".png")


def without_truth(folder):
    for kind in ("fixations", "maps"):
        shutil.rmtree(folder / kind)


def without_a_matrix(folder):
    for path in folder.rglob("*.mat"):
        scipy.io.savemat(path, {"gaze": "none"})


MINIATURES = {
    "folders": Miniature(
        make=plain_folders,
        image_ids=("image_0", "image_1", "image_2"),
        keeps="pixels",
        splits=("train", "train", "val"),
        fault=without_truth,
        fault_message="no image has a map or fixation file",
    ),
    "salicon-folder": Miniature(
        make=salicon_folder,
        image_ids=tuple(f"COCO_{index:012}" for index in range(3)),
        keeps="pixels",
        splits=("train", "train", "val"),
        fault=without_truth,
        fault_message="no image has a map or fixation file",
    ),
    "sam-folder": Miniature(
        make=sam_folder,
        image_ids=tuple(f"COCO_{index:012}" for index in range(3)),
        keeps="pixels",
        splits=("train", "train", "val"),
        fault=without_a_matrix,
        fault_message=r"COCO_0+\.mat must have exactly one two-dimensional variable of numbers, got 0.*gaze",
    ),
    "reddy-folder": Miniature(
        make=reddy_folder,
        image_ids=("image_0", "image_1", "image_2"),
        keeps="pixels",
        splits=("train", "train", "val"),
        fault=without_truth,
        fault_message="no image has a map or fixation file",
    ),
}
