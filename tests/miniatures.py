"""Miniatures of every foreign format, made of real files: three images with known points."""

import pickle

import numpy as np
import scipy.io
from PIL import Image
from scipy.ndimage import gaussian_filter

POINTS = {  # x and y in gazemap's convention: pixels from the left and upper edge, from 0
    0: np.array([[10.25, 20.5], [30.75, 5.5], [10.25, 20.5]]),
    1: np.array([[1.0, 2.0]]),
    2: np.array([[79.5, 59.5], [40.5, 30.5]]),
}
SIZE = (60, 80)


def picture(seed, size=SIZE):
    noise = np.random.default_rng(seed).random((*size, 3))
    smooth = gaussian_filter(noise, (4, 4, 0))
    return np.uint8(255 * (smooth - smooth.min()) / np.ptp(smooth))


def cell(values):
    result = np.empty((len(values), 1), dtype=object)
    for index, value in enumerate(values):
        result[index, 0] = value
    return result


def osie(folder):
    """All points belong to the first observer; the second never looked."""
    (folder / "data" / "stimuli").mkdir(parents=True)
    (folder / "data" / "eye").mkdir()
    records = []
    for index, points in POINTS.items():
        name = f"{1001 + index}.jpg"
        Image.fromarray(picture(index)).save(folder / "data" / "stimuli" / name)
        looked = {
            "fix_x": points[None, :, 0] + 0.5,
            "fix_y": points[None, :, 1] + 0.5,
            "fix_duration": np.full((1, len(points)), 250, np.uint16),
        }
        never = {key: value[:, :0] for key, value in looked.items()}
        records.append({"img": name, "subjects": cell([looked, never])})
    scipy.io.savemat(folder / "data" / "eye" / "fixations.mat", {"fixations": cell(records)})
    return folder


def scene(folder):
    (folder / "data" / "stimuli").mkdir(parents=True)
    (folder / "data" / "tidy").mkdir()
    cells = np.empty((len(POINTS), 12), dtype=object)
    for index, points in POINTS.items():
        Image.fromarray(picture(index)).save(folder / "data" / "stimuli" / f"{index + 1:03}.jpg")
        for observer in range(12):
            cells[index, observer] = np.empty((0, 0))
        times = np.tile([0.3, 0.25], (len(points), 1))
        cells[index, 3] = np.hstack([points[:, ::-1], times])
    scipy.io.savemat(folder / "data" / "tidy" / "fixations.mat", {"fixations": cells})
    return folder


def fixated(points, size=SIZE):
    pixels = np.zeros(size, np.uint8)
    pixels[points[:, 1].astype(int), points[:, 0].astype(int)] = 255
    return pixels


def salicon_folder(folder):
    for index, points in POINTS.items():
        split = "val" if index == 2 else "train"
        pixels = fixated(points)
        blurred = gaussian_filter(pixels / 255, 3)
        for kind, suffix, values in (
            ("images", "jpg", picture(index)),
            ("fixations", "png", pixels),
            ("maps", "png", np.uint8(255 * blurred / blurred.max())),
        ):
            (folder / kind / split).mkdir(parents=True, exist_ok=True)
            Image.fromarray(values).save(folder / kind / split / f"COCO_{index:012}.{suffix}")
    return folder


def bristol_pickle(folder):
    """Two training pictures, each with its mirror image, and one for validation."""
    folder.mkdir(parents=True)
    train = []
    for index in (0, 1):
        image = picture(index, (96, 96)).transpose(2, 0, 1) / 255
        target = gaussian_filter(np.random.default_rng(index).random((48, 48)), 5)
        for flip in (1, -1):
            train.append({"X": image[..., ::flip], "y": target[:, ::flip], "file_name": f"COCO_{index}.jpg"})
    large = picture(2, (480, 640)).transpose(2, 0, 1) / 255
    small = picture(3, (96, 96)).transpose(2, 0, 1) / 255
    val = {
        "X": small,
        "y": np.random.default_rng(2).random((48, 48)),
        "X_original": large,
        "y_original": fixated(POINTS[2], (480, 640)) / 255,
        "file_name": "COCO_2.jpg",
    }
    (folder / "train.pkl").write_bytes(pickle.dumps(train, protocol=2))
    (folder / "val.pkl").write_bytes(pickle.dumps([val]))
    return folder


MINIATURES = {
    "osie": osie,
    "scene": scene,
    "salicon-folder": salicon_folder,
    "bristol-pickle": bristol_pickle,
}
