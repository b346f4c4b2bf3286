"""MATLAB files of version 5, read by SciPy; a missing field is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gazemap.errors import DataError
from gazemap.system.extras import require


def read_mat(path: Path, variable: str) -> Any:  # noqa: ANN401 - whatever MATLAB stored
    """One variable of a .mat file; structs become objects with attributes.

    Raises:
        DataError: the file is missing or damaged, or has no such variable; lists what it has.
        MissingPackageError: SciPy is not installed.
    """
    if not path.is_file():
        raise DataError(f"There is no file {path}. Give the folder as its authors publish it.")
    require("scipy", "Reading MATLAB files")
    import scipy.io

    try:
        content = scipy.io.loadmat(path, squeeze_me=False, struct_as_record=False)
    except Exception as error:  # SciPy raises many kinds on damaged files
        raise DataError(f"{path} is damaged or no MATLAB 5 file ({error}).") from error
    if variable not in content:
        found = ", ".join(key for key in content if not key.startswith("__")) or "none"
        raise DataError(f"{path} has no variable {variable!r}; its variables: {found}.")
    return content[variable]


def field(struct: Any, name: str, where: str) -> Any:  # noqa: ANN401
    """A struct's field.

    Raises:
        DataError: it has none of that name; lists those that it has.
    """
    if not hasattr(struct, name):
        found = ", ".join(getattr(struct, "_fieldnames", [])) or "none"
        raise DataError(f"{where} has no field {name!r}; its fields: {found}.")
    return getattr(struct, name)
