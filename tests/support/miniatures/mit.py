"""MIT1003 in both forms, MIT300 and CAT2000."""

import numpy as np
import scipy.io
from support.miniatures.miniature import POINTS, Miniature, fixated, save_picture

STEMS = ("i05june05_static_street_boston_p1010764", "i1003", "i2")
BLINK = np.full((24, 2), -100.0)  # a tenth of a second without an eye


def samples(points):
    """A quarter of a second on the middle, and on each point, with a blink after each."""
    places = np.vstack([[40.0, 30.0], points + 1])  # the authors count pixels from 1
    return np.vstack([piece for place in places for piece in (np.tile(place, (60, 1)), BLINK)])


def recording(folder, user, stem, data):
    (folder / "DATA" / user).mkdir(parents=True, exist_ok=True)
    content = {stem[:63]: {"DATA": {"eyeData": data}, "imgName": stem}}
    scipy.io.savemat(folder / "DATA" / user / f"{stem}.mat", content, long_field_names=True)


def mit1003(folder, points=POINTS):
    """All points belong to ajs; zb only blinked."""
    for stem, index in zip(STEMS, points, strict=True):
        save_picture(folder / "ALLSTIMULI" / f"{stem}.jpeg", index)
        recording(folder, "ajs", stem, samples(points[index]))
        recording(folder, "zb", stem, np.vstack([BLINK, BLINK]))
    return folder


def without_eye_data(folder):
    path = folder / "DATA" / "ajs" / f"{STEMS[0]}.mat"
    scipy.io.savemat(path, {STEMS[0]: {"DATA": {"eye": 1.0}}}, long_field_names=True)


def mit300(folder, points=POINTS):
    for index in points:
        save_picture(folder / "BenchmarkIMAGES" / f"i{index + 9}.jpg", index)
    return folder


def cat2000_train(folder, points=POINTS):
    """Each image has its map in an Output folder beside it, which is no image of its own."""
    for index, known in points.items():
        category, name = ("Action", f"{index + 1:03}") if index < 2 else ("Satelite", "001")
        save_picture(folder / "trainSet" / "Stimuli" / category / f"{name}.jpg", index)
        save_picture(folder / "trainSet" / "Stimuli" / category / "Output" / f"{name}_SaliencyMap.jpg", index)
        (folder / "trainSet" / "FIXATIONLOCS" / category).mkdir(parents=True, exist_ok=True)
        scipy.io.savemat(
            folder / "trainSet" / "FIXATIONLOCS" / category / f"{name}.mat", {"fixLocs": fixated(known) > 0}
        )
    return folder


def without_a_map(folder):
    path = folder / "trainSet" / "FIXATIONLOCS" / "Action" / "001.mat"
    scipy.io.savemat(path, {"name": "a map was here"})


def cat2000_test(folder, points=POINTS):
    for index in points:
        category, name = ("Action", f"{index + 1:03}") if index < 2 else ("Pattern", "001")
        save_picture(folder / "testSet" / "Stimuli" / category / f"{name}.jpg", index)
    return folder


MINIATURES = {
    "mit1003": Miniature(
        make=mit1003,
        image_ids=STEMS,
        observers=("ajs",),
        fault=without_eye_data,
        fault_message="no field 'eyeData'; its fields: eye",
    ),
    "mit300": Miniature(make=mit300, image_ids=("i9", "i10", "i11"), keeps="images", splits=("test",) * 3),
    "cat2000-train": Miniature(
        make=cat2000_train,
        image_ids=("Action/001", "Action/002", "Satelite/001"),
        keeps="pixels",
        fault=without_a_map,
        fault_message=r"001\.mat must have exactly one two-dimensional variable of numbers, got 0",
    ),
    "cat2000-test": Miniature(
        make=cat2000_test,
        image_ids=("Action/001", "Action/002", "Pattern/001"),
        keeps="images",
        splits=("test",) * 3,
    ),
}
