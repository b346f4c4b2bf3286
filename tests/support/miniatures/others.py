"""Toronto, PASCAL-S, FIGRIM, iSUN, DUT-OMRON and FiWI."""

import h5py
import numpy as np
import scipy.io
from PIL import Image
from support.miniatures.miniature import POINTS, SIZE, Miniature, fixated, save_picture


def toronto(folder, points=POINTS):
    fixdens = folder / "eyetrackingdata" / "fixdens"
    maps = np.empty((1, len(points)), dtype=object)
    for index, known in points.items():
        save_picture(fixdens / "Original Image Set" / f"{index + 1}.jpg", index)
        maps[0, index] = fixated(known)
    scipy.io.savemat(fixdens / "origfixdata.mat", {"white": maps})
    return folder


def toronto_of_one_map(folder):
    path = folder / "eyetrackingdata" / "fixdens" / "origfixdata.mat"
    scipy.io.savemat(path, {"white": np.ones(SIZE)})


def pascal_s(folder, points=POINTS, rows=3):
    """A cell array as MATLAB 7.3 stores it: references to transposed arrays."""
    path = folder / "datasets" / "fixations" / "pascalFix.mat"
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w", userblock_size=512) as file:
        cells = file.create_dataset("fixCell", (1, len(points)), dtype=h5py.ref_dtype)
        for index, known in points.items():
            save_picture(folder / "datasets" / "imgs" / "pascal" / f"{index + 1}.jpg", index)
            values = np.stack([known[:, 1] + 0.5, known[:, 0] + 0.5, np.full(len(known), 4.0)])
            cells[0, index] = file.create_dataset(f"#refs#/{index}", data=values[:rows]).ref
    return folder


def pascal_s_without_observers(folder):
    pascal_s(folder, rows=2)


def views(known):
    nothing = np.empty((0, 0))
    return {"enc": known, "rec": np.array([[5.0, 5.0]]), "rec2": nothing}


def figrim(folder, points=POINTS):
    """Two targets and a filler; all points are of the second observer's first view."""
    for folder_name, file, indices in (
        ("Targets", "targetData/allImages_release.mat", (0, 1)),
        ("Fillers", "fillerData/allImages_fillers.mat", (2,)),
    ):
        records = []
        for index in indices:
            save_picture(folder / folder_name / "airport_terminal" / f"sun_{index}.jpg", index)
            nobody = {"trial": np.empty((0, 0)), "fixations": np.empty((0, 0))}
            somebody = {"trial": 7.0, "fixations": views(points[index] + 0.5)}
            users = np.empty((1, 2), dtype=[("trial", object), ("fixations", object)])
            for number, user in enumerate((nobody, somebody)):
                users[0, number] = (user["trial"], user["fixations"])
            records.append((f"sun_{index}.jpg", "airport_terminal", users))
        images = np.empty(
            (1, len(records)), dtype=[(n, object) for n in ("filename", "category", "userdata")]
        )
        images[0, :] = records
        (folder / file).parent.mkdir(parents=True)
        scipy.io.savemat(folder / file, {"allImages": images})
    return folder


def figrim_without_users(folder):
    images = np.empty((1, 1), dtype=[("filename", object), ("category", object)])
    images[0, 0] = ("sun_0.jpg", "airport_terminal")
    scipy.io.savemat(folder / "targetData" / "allImages_release.mat", {"allImages": images})


ISUN_SPLITS = ("training", "training", "validation")


def isun(folder, points=POINTS):
    """All points belong to the first worker; a test image has none."""
    fields = [(name, object) for name in ("image", "resolution", "category", "gaze")]
    for split in ("training", "validation", "testing"):
        chosen = [index for index in points if ISUN_SPLITS[index] == split]
        records = np.empty((len(chosen) or 1, 1), dtype=fields)
        for row, index in enumerate(chosen):
            workers = np.empty(
                (1, 2), dtype=[("location", object), ("timestamp", object), ("fixation", object)]
            )
            workers[0, 0] = (points[index] + 0.5, np.empty((0, 0)), points[index] + 0.5)
            workers[0, 1] = (np.empty((0, 0)), np.empty((0, 0)), np.empty((0, 0)))
            records[row, 0] = (f"sun_{index}", np.array([SIZE]), "airport", workers)
            save_picture(folder / "images" / f"sun_{index}.jpg", index)
        if not chosen:
            records[0, 0] = ("sun_test", np.array([SIZE]), "airport", np.empty((0, 0)))
            save_picture(folder / "images" / "sun_test.jpg", 9)
        scipy.io.savemat(folder / f"{split}.mat", {split: records})
    return folder


def isun_without_gaze(folder):
    records = np.empty((1, 1), dtype=[("image", object), ("resolution", object)])
    records[0, 0] = ("sun_0", np.array([SIZE]))
    scipy.io.savemat(folder / "training.mat", {"training": records})


def dut_omron(folder, points=POINTS):
    """The first row is the image's size; all points belong to observer 3."""
    mats = folder / "DUT-OMRON-eye-fixations" / "mat"
    mats.mkdir(parents=True)
    for index, known in points.items():
        save_picture(folder / "DUT-OMRON-image" / f"im{index + 5:03}.jpg", index)
        rows = np.column_stack([np.floor(known), np.full(len(known), 3)])
        content = np.vstack([[SIZE[1], SIZE[0], 0], rows]).astype(np.int32)
        scipy.io.savemat(mats / f"im{index + 5:03}.mat", {"s": content})
    return folder


def dut_omron_without_observers(folder):
    path = folder / "DUT-OMRON-eye-fixations" / "mat" / "im005.mat"
    scipy.io.savemat(path, {"s": np.ones((4, 2))})


def fiwi(folder, points=POINTS):
    for index, known in points.items():
        save_picture(folder / "webpage_dataset" / "stimuli" / f"page{index}.png", index)
        (folder / "webpage_dataset" / "all5").mkdir(parents=True, exist_ok=True)
        Image.fromarray(fixated(known)).save(folder / "webpage_dataset" / "all5" / f"page{index}.png")
    return folder


def fiwi_without_maps(folder):
    (folder / "webpage_dataset" / "all5").rename(folder / "webpage_dataset" / "all3")


MINIATURES = {
    "toronto": Miniature(
        make=toronto,
        image_ids=("1", "2", "3"),
        keeps="pixels",
        fault=toronto_of_one_map,
        fault_message=r"white must be a cell or a struct array, got numbers of shape",
    ),
    "pascal-s": Miniature(
        make=pascal_s,
        image_ids=("1", "2", "3"),
        observers=("04",),
        fault=pascal_s_without_observers,
        fault_message=r"pascalFix\.mat, image 1: the shape must be \(n, 3\), got \(3, 2\)",
    ),
    "figrim": Miniature(
        make=figrim,
        image_ids=tuple(
            f"{folder}/airport_terminal/sun_{index}"
            for index, folder in enumerate(("Targets", "Targets", "Fillers"))
        ),
        observers=("02",),
        fault=figrim_without_users,
        fault_message="image 1, has no field 'userdata'; its fields: filename, category",
    ),
    "isun": Miniature(
        make=isun,
        image_ids=("sun_0", "sun_1", "sun_2"),
        splits=("train", "train", "val"),
        observers=("01",),
        fault=isun_without_gaze,
        fault_message=r"training\.mat.* has no field 'gaze'; its fields: image, resolution",
    ),
    "dut-omron": Miniature(
        make=dut_omron,
        image_ids=("im005", "im006", "im007"),
        keeps="integers",
        observers=("03",),
        fault=dut_omron_without_observers,
        fault_message=r"im005\.mat: s: the shape must be \(n, 3\), got \(4, 2\)",
    ),
    "fiwi": Miniature(
        make=fiwi,
        image_ids=("page0", "page1", "page2"),
        keeps="pixels",
        fault=fiwi_without_maps,
        fault_message="no PNG files of the same names in folders stimuli and all5",
    ),
}
