"""Folders of images, maps and fixation maps."""

import shutil

from PIL import Image

from miniatures.miniature import POINTS, Miniature, blurred, fixated, save_picture


def salicon_folder(folder, points=POINTS):
    for index, known in points.items():
        split = "val" if index == 2 else "train"
        save_picture(folder / "images" / split / f"COCO_{index:012}.jpg", index)
        for kind, values in (("fixations", fixated(known)), ("maps", blurred(known))):
            (folder / kind / split).mkdir(parents=True, exist_ok=True)
            Image.fromarray(values).save(folder / kind / split / f"COCO_{index:012}.png")
    return folder


def without_truth(folder):
    for kind in ("fixations", "maps"):
        shutil.rmtree(folder / kind)


MINIATURES = {
    "salicon-folder": Miniature(
        make=salicon_folder,
        image_ids=tuple(f"COCO_{index:012}" for index in range(3)),
        keeps="pixels",
        splits=("train", "train", "val"),
        fault=without_truth,
        fault_message="no image has a map or fixation file",
    ),
}
