"""Maps as others store them: every kind of file and of container."""

import io
import tarfile
import zipfile

import h5py
import numpy as np
import scipy.io
from PIL import Image

SIZE = (96, 128)


def as_bytes(save, *arguments, **options):
    stream = io.BytesIO()
    save(stream, *arguments, **options)
    return stream.getvalue()


def npy(values):
    return as_bytes(np.save, values)


def mat_5(values, name="saliency", **others):
    return as_bytes(scipy.io.savemat, {name: values, **others}, do_compression=True)


def mat_7_3(values, userblock=512, **others):
    stream = io.BytesIO()
    with h5py.File(stream, "w", userblock_size=userblock) as file:
        for name, item in {"saliency": values, **others}.items():
            file[name] = np.asarray(item).T
            file[name].attrs["MATLAB_class"] = np.bytes_(b"double")
        file["text"] = np.zeros((9, 2), np.uint16)
        file["text"].attrs["MATLAB_class"] = np.bytes_(b"char")
        file["#refs#/a"] = np.zeros((5, 5))
    return stream.getvalue()


def picture(values, kind, **options):
    return as_bytes(Image.fromarray(values).save, kind, **options)


def rgb(values):
    return np.repeat(values[..., None], 3, axis=2)


FILES = {
    "npy": (".npy", npy, 65535),
    "npy float32": (".npy", lambda grid: npy(np.asfortranarray(grid / 65535, dtype=np.float32)), None),
    "mat 5": (".mat", lambda grid: mat_5(grid / 65535, sigma=3.0, note="ours"), None),
    "mat 7.3": (".mat", lambda grid: mat_7_3(grid / 65535, sigma=[[3.0]]), None),
    "mat 7.3 without a user block": (".mat", lambda grid: mat_7_3(grid / 65535, userblock=0), None),
    "png 16": (".png", lambda grid: picture(grid, "PNG"), 65535),
    "tiff 16": (".tif", lambda grid: picture(grid, "TIFF"), 65535),
    "tiff float": (".tiff", lambda grid: picture((grid / 65535).astype(np.float32), "TIFF"), None),
    "png 8": (".png", lambda grid: picture((grid >> 8).astype(np.uint8), "PNG"), 255),
    "png 8 rgb": (".png", lambda grid: picture(rgb((grid >> 8).astype(np.uint8)), "PNG"), 255),
    "tiff 8": (".TIFF", lambda grid: picture((grid >> 8).astype(np.uint8), "TIFF"), 255),
    "jpeg": (".jpg", lambda grid: picture((grid >> 8).astype(np.uint8), "JPEG", quality=100), "lossy"),
    "jpeg rgb": (".jpeg", lambda grid: picture(rgb((grid >> 8).astype(np.uint8)), "JPEG"), "very lossy"),
}


def expected(grid, scale):
    if scale in (255, "lossy", "very lossy"):
        return (grid >> 8) / 255
    return grid / 65535


def write_folder(files, path):
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def write_zip(files, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def write_tar(files, path, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


CONTAINERS = {
    "folder": write_folder,
    "zip": write_zip,
    "tar": write_tar,
    "tar.gz": lambda files, path: write_tar(files, path, "w:gz"),
    "tar.xz": lambda files, path: write_tar(files, path, "w:xz"),
}


KINDS = [*CONTAINERS, "hdf5", "hdf5 groups", "npz"]


def write(kind, named, path):
    """Maps by image in any container, in another order, among other files and a map of another image."""
    if kind in CONTAINERS:
        files = {f"deep/er/{name}.npy": npy(grid) for name, grid in reversed(named.items())}
        files |= {"deep/other.npy": npy(np.ones(SIZE)), "README.txt": b"hello", "__MACOSX/deep/._a.npy": b"x"}
        return CONTAINERS[kind](files, path)
    if kind == "npz":
        np.savez_compressed(path.with_suffix(".npz"), **named, other=np.ones(SIZE))
        return path.with_suffix(".npz")
    group = "group/" if "groups" in kind else ""
    with h5py.File(path, "w") as file:
        for name, grid in named.items():
            file.create_dataset(f"{group}{name}.jpg", data=grid, compression="gzip")
        file["other.jpg"] = np.ones(SIZE)
    return path
