"""The authors' own forms of OSIE and Scene."""

import numpy as np
import scipy.io
from support.miniatures.miniature import POINTS, Miniature, cell, save_picture


def osie(folder, points=POINTS):
    """All points belong to the first observer; the second never looked."""
    (folder / "data" / "eye").mkdir(parents=True)
    records = []
    for index, known in points.items():
        name = f"{1001 + index}.jpg"
        save_picture(folder / "data" / "stimuli" / name, index)
        looked = {
            "fix_x": known[None, :, 0] + 0.5,
            "fix_y": known[None, :, 1] + 0.5,
            "fix_duration": np.full((1, len(known)), 250, np.uint16),
        }
        never = {key: value[:, :0] for key, value in looked.items()}
        records.append({"img": name, "subjects": cell([looked, never])})
    scipy.io.savemat(folder / "data" / "eye" / "fixations.mat", {"fixations": cell(records)})
    return folder


def osie_without_a_field(folder):
    subject = {"fix_x": np.ones((1, 2)), "fix_y": np.ones((1, 2))}
    content = {"fixations": cell([{"img": "1001.jpg", "subjects": cell([subject])}])}
    scipy.io.savemat(folder / "data" / "eye" / "fixations.mat", content)


def scene(folder, points=POINTS):
    """All points belong to the fourth observer."""
    (folder / "data" / "tidy").mkdir(parents=True)
    cells = np.empty((len(points), 12), dtype=object)
    for index, known in points.items():
        save_picture(folder / "data" / "stimuli" / f"{index + 1:03}.jpg", index)
        for observer in range(12):
            cells[index, observer] = np.empty((0, 0))
        times = np.tile([0.3, 0.25], (len(known), 1))
        cells[index, 3] = np.hstack([known[:, ::-1], times])
    scipy.io.savemat(folder / "data" / "tidy" / "fixations.mat", {"fixations": cells})
    return folder


def scene_without_a_column(folder):
    cells = np.empty((1, 12), dtype=object)
    for index in range(12):
        cells[0, index] = np.ones((2, 3))
    scipy.io.savemat(folder / "data" / "tidy" / "fixations.mat", {"fixations": cells})


MINIATURES = {
    "osie": Miniature(
        make=osie,
        image_ids=("1001", "1002", "1003"),
        splits=("val", "val", "val"),
        observers=("01",),
        fault=osie_without_a_field,
        fault_message=r"image 1, observer 1 has no field 'fix_duration'; its fields: fix_x, fix_y",
    ),
    "scene": Miniature(
        make=scene,
        image_ids=("001", "002", "003"),
        splits=("train", "train", "val"),
        observers=("04",),
        fault=scene_without_a_column,
        fault_message=r"image 001, observer 1: the shape must be \(n, 4\), got \(2, 3\)",
    ),
}
