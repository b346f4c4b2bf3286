"""pysaliency's HDF5 files, as its 0.2.22 writes them; held to it by benchmarks/pysaliency_roundtrip.py."""

import json

import h5py
import numpy as np
from support.miniatures.miniature import POINTS, Miniature, save_picture


def mark(group, kind=None, version=None, attributes=()):
    if kind:
        group.attrs["type"] = np.bytes_(kind)
        group.attrs["version"] = np.bytes_(version)
    group.attrs["__attributes__"] = np.bytes_(json.dumps(list(attributes)))


def file_stimuli(path, names, size=(60, 80, 3)):
    with h5py.File(path, "w") as file:
        encoded = np.array([name.encode() for name in names])
        file.create_dataset("filenames", data=encoded, dtype=h5py.string_dtype())
        shapes = file.create_dataset("shapes", (len(names),), dtype=h5py.vlen_dtype(np.int64))
        for index in range(len(names)):
            shapes[index] = np.array(size)
        mark(file, "FileStimuli", "2.1")
        file.attrs["size"] = len(names)


def stimuli(path, images):
    with h5py.File(path, "w") as file:
        for index, pixels in enumerate(images):
            file.create_dataset(str(index), data=pixels, compression="gzip", compression_opts=9)
        mark(file, "Stimuli", "1.1")
        file.attrs["size"] = len(images)


def padded(rows, longest):
    return np.array([[*row, *[np.nan] * (longest - len(row))] for row in rows])


def fixation_trains(path, scanpaths, durations=None):
    """`scanpaths`: a list of (n, subject, x, y, t)."""
    longest = max(len(x) for _, _, x, _, _ in scanpaths)
    with h5py.File(path, "w") as file:
        n, subjects, x, y, t = zip(*scanpaths, strict=True)
        for name, rows in (("train_xs", x), ("train_ys", y), ("train_ts", t)):
            file[name] = padded(rows, longest)
        file["train_ns"] = np.array(n)
        file["train_subjects"] = np.array(subjects)
        mark(file, "FixationTrains", "1.2", ["subjects", "scanpath_index"])
        file.attrs["scanpath_attribute_mapping"] = np.bytes_(json.dumps({"durations": "duration"}))
        mark(file.create_group("scanpath_attributes"))
        group = file.create_group("scanpath_fixation_attributes")
        if durations is not None:
            group["durations"] = padded(durations, longest)
        mark(group, attributes=["durations"] if durations is not None else [])


def scanpath_fixations(path, scanpaths, durations):
    """The form of the versions that come after 0.2.22."""
    longest = max(len(x) for _, _, x, _, _ in scanpaths)
    with h5py.File(path, "w") as file:
        file.attrs["type"] = np.bytes_("ScanpathFixations")
        file.attrs["version"] = np.bytes_("1.0")
        inner = file.create_group("scanpaths")
        inner.attrs["type"] = np.bytes_("Scanpaths")
        inner.attrs["version"] = np.bytes_("1.0")
        n, subjects, x, y, t = zip(*scanpaths, strict=True)
        inner["xs"], inner["ys"] = padded(x, longest), padded(y, longest)
        inner["n"] = np.array(n)
        inner["length"] = np.array([len(row) for row in x])
        group = inner.create_group("scanpath_attributes")
        group["subject"] = np.array(subjects)
        mark(group, attributes=["subject"])
        group = inner.create_group("fixation_attributes")
        group["ts"], group["durations"] = padded(t, longest), padded(durations, longest)
        mark(group, attributes=["durations", "ts"])
        inner.attrs["attribute_mapping"] = np.bytes_(json.dumps({"durations": "duration", "ts": "t"}))


def fixations(path, n, x, y, t, subjects):
    """Single fixations, version 1.0, without a history."""
    with h5py.File(path, "w") as file:
        for name, values in (("x", x), ("y", y), ("t", t), ("n", n), ("subjects", subjects)):
            file[name] = np.array(values)
        for name in ("x_hist", "y_hist", "t_hist"):
            file[name] = np.full((len(n), 1), np.nan)
        mark(file, "Fixations", "1.0", ["subjects"])


def pysaliency(folder, points=POINTS):
    """All points belong to one scanpath of subject 3."""
    for index in points:
        save_picture(folder / "stimuli" / f"i{index}.jpg", index)
    file_stimuli(folder / "stimuli.hdf5", [f"stimuli/i{index}.jpg" for index in points])
    scanpaths = [
        (index, 3, known[:, 0], known[:, 1], np.arange(float(len(known)))) for index, known in points.items()
    ]
    fixation_trains(folder / "fixations.hdf5", scanpaths)
    return folder


def without_ys(folder):
    with h5py.File(folder / "fixations.hdf5", "a") as file:
        del file["train_ys"]


MINIATURES = {
    "pysaliency": Miniature(
        make=pysaliency,
        image_ids=("i0", "i1", "i2"),
        splits=("train", "train", "val"),
        observers=("03",),
        fault=without_ys,
        fault_message=r"fixations\.hdf5 has no dataset 'train_ys'; its datasets: train_ns",
    ),
}
