"""Files of predicted maps -> (h, w) numbers: pictures, NPY, MAT; other suffixes are refused."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.errors import DataError, MissingPackageError
from gazemap.images.conversion import facts_of
from gazemap.images.formats import ENDINGS
from gazemap.images.opening import MAX_PIXELS
from gazemap.images.reading import using
from gazemap.system.extras import require
from gazemap.system.mat_files import read_mat5
from gazemap.types import Floats

if TYPE_CHECKING:
    import h5py

Shape = tuple[int, ...]

_GRAY_SPREAD = 3  # levels between the channels of a gray JPEG that rounding may leave, as in the maps of EMOd
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def decode_map(content: bytes, where: str) -> Floats:
    """The map in a file's bytes, (h, w) float64; see `as_map` for the scale of integers.

    Pictures are gray, or RGB with equal channels; 16 bits stay 16 bits. A MAT file (of version 5 or
    7.3) must hold one two-dimensional variable of numbers; scalars and vectors are ignored.

    Args:
        content: the whole file.
        where: the file's name, for its suffix and for messages.

    Raises:
        DataError: damaged, no map, colored, too large, or a pickle, which is never read.
        MissingPackageError: a MAT file of version 7.3, and h5py is not installed.
    """
    suffix = PurePosixPath(where).suffix.lower()
    try:
        values = DECODERS[suffix](content, where)
    except (DataError, MissingPackageError):
        raise
    except Exception as error:  # damaged files make the decoders raise many kinds
        raise DataError(f"{where} is damaged and cannot be decoded ({error}). Replace the file.") from error
    return as_map(values, where)


def as_map(values: NDArray[Any], where: str) -> Floats:
    """Numbers as float64 (h, w); uint8 and uint16 become [0, 1] of their range, others stay.

    Raises:
        DataError: not two-dimensional, empty, too large, no real numbers, or not all finite.
    """
    check_header(values.shape, values.dtype, where)
    top = np.iinfo(values.dtype).max if values.dtype.name in ("uint8", "uint16") else 1
    floats: Floats = values.astype(np.float64) / top
    wrong = floats.size - np.count_nonzero(np.isfinite(floats))
    if wrong:
        raise DataError(
            f"{where} must hold finite numbers, but {wrong:,} of {floats.size:,} are NaN or infinite."
        )
    return floats


def check_header(shape: Shape, dtype: np.dtype[Any], where: str) -> None:
    """Refuse what cannot be a map by its shape and type, before its content is read.

    Raises:
        DataError: no real numbers, not (h, w), empty or too large.
    """
    if dtype.kind not in "buif":
        pickled = " Object arrays are pickles, which are never read." if dtype.kind == "O" else ""
        raise DataError(f"{where} must hold real numbers, got type {dtype}.{pickled}")
    if len(shape) != 2 or 0 in shape:
        raise DataError(f"{where} must hold one map of shape (h, w), not empty, got shape {shape}.")
    if shape[0] * shape[1] > MAX_PIXELS:
        raise DataError(f"{where} must have at most {MAX_PIXELS:,} pixels, got shape {shape}.")


def hdf5_names(file: h5py.File) -> list[str]:
    """The names of an HDF5 file's datasets with their groups, "a/b"; none whose data are elsewhere.

    Links to other files are not followed, so that a foreign file cannot name one of this machine's.
    """
    import h5py

    names = []

    def visit(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset) and not item.external and not item.is_virtual:
            names.append(name)

    file.visititems(visit)
    return names


def _picture(content: bytes, where: str) -> NDArray[Any]:
    try:
        return using(content, partial(_gray, where=where))
    except DataError as error:
        raise DataError(str(error).replace("The image ", f"{where} ", 1)) from error


def _gray(image: Image.Image, where: str) -> NDArray[Any]:
    check_header((image.height, image.width), np.dtype(np.uint8), where)
    if getattr(image, "n_frames", 1) > 1:
        raise DataError(f"{where} holds several pictures. Save one map per file.")
    if ";16" in str(getattr(image, "tile", None)) and image.mode[0] not in "IF":  # Pillow would cut them to 8
        raise DataError(f"{where} has several channels of 16 bits; save it as one channel of 16 bits, gray.")
    if "transparency" not in image.info and (image.mode in ("1", "L", "F") or image.mode.startswith("I")):
        negative, values = facts_of(image).negative, np.asarray(image)
        if negative and values.dtype.kind in "iu":
            return np.iinfo(values.dtype).max - values
        return values
    pixels = np.asarray(image.convert("RGBA"))
    if pixels[..., 3].min() < 255:
        raise DataError(
            f"{where} must be opaque, but is transparent in places. Save it in gray without alpha."
        )
    if np.ptp(pixels[..., :3], axis=2).max() > _GRAY_SPREAD:
        raise DataError(
            f"{where} is in color, as heat maps for people are, and colors have no order. "
            "Save the map itself, in gray or as NPY."
        )
    return pixels[..., 1]


def _numpy(content: bytes, where: str) -> NDArray[Any]:
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    form = np.lib.format
    read_header = form.read_array_header_1_0 if version == (1, 0) else form.read_array_header_2_0
    shape, _, dtype = read_header(stream)
    check_header(shape, dtype, where)
    stream.seek(0)
    values: NDArray[Any] = np.load(stream, allow_pickle=False)
    return values


def _matlab(content: bytes, where: str) -> NDArray[Any]:
    if _HDF5_SIGNATURE in (content[:8], content[512:520]):
        return _matlab_7_3(content, where)
    variables = {name: v for name, v in read_mat5(content).items() if isinstance(v, np.ndarray)}
    numbers = {name: v.shape for name, v in variables.items() if v.dtype.kind in "buif"}
    return variables[_only_map(numbers, {name: v.shape for name, v in variables.items()}, where)]


def _matlab_7_3(content: bytes, where: str) -> NDArray[Any]:
    """An HDF5 file, in which MATLAB's columns come first."""
    require("h5py", "Reading MATLAB 7.3 files")
    import h5py

    with h5py.File(io.BytesIO(content), "r") as file:
        variables = {name: file[name] for name in hdf5_names(file) if not name.startswith("#")}
        shapes = {name: (item.shape or ())[::-1] for name, item in variables.items()}
        numbers = {
            name: shapes[name]
            for name, item in variables.items()
            if item.dtype.kind in "buif" and item.attrs.get("MATLAB_class") not in (b"char", b"cell")
        }
        values: NDArray[Any] = variables[_only_map(numbers, shapes, where)][()].T
        return values


def _only_map(numbers: Mapping[str, Shape], variables: Mapping[str, Shape], where: str) -> str:
    maps = [name for name, shape in numbers.items() if len(shape) == 2 and min(shape) > 1]
    if len(maps) != 1:
        listed = ", ".join(f"{name} {shape}" for name, shape in variables.items()) or "none"
        raise DataError(
            f"{where} must have exactly one two-dimensional variable of numbers, got {len(maps)}. "
            f"Its variables: {listed}."
        )
    check_header(numbers[maps[0]], np.dtype(np.float64), where)
    return maps[0]


DECODERS: dict[str, Callable[[bytes, str], NDArray[Any]]] = {
    **dict.fromkeys(ENDINGS, _picture),
    ".npy": _numpy,
    ".mat": _matlab,
}
