"""MATLAB files of version 5: variables, fields and cells, each of the type that an importer asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import DataError
from gazemap.system.mat_files import MAX_BYTES, Struct, Unread, read_mat5
from gazemap.types import Floats


def read_mat(path: Path, variable: str) -> NDArray[Any]:
    """One variable of a .mat file; see `read_variables`.

    Raises:
        DataError: as `read_variables`.
    """
    return read_variables(path, variable)[0]


def read_variables(path: Path, *variables: str) -> list[NDArray[Any]]:
    """Variables of a .mat file, read at once: numbers, rows of text, or objects, see `mat_files.read_mat5`.

    Raises:
        DataError: the file is missing or damaged, or lacks one of them; lists what it has.
    """
    if not path.is_file():
        raise DataError(f"There is no file {path}. Give the folder as its authors publish it.")
    if path.stat().st_size > MAX_BYTES:
        raise DataError(f"{path} must have up to {MAX_BYTES:,} bytes, got {path.stat().st_size:,}.")
    try:
        content = read_mat5(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is damaged or no MATLAB 5 file ({error}).") from error
    for name in variables:
        if name not in content:
            raise DataError(
                f"{path} has no variable {name!r}; its variables: {', '.join(content) or 'none'}."
            )
    return [_read(content[name], f"{path}, {name}") for name in variables]


def field(struct: object, name: str, where: str) -> NDArray[Any]:
    """A struct's field.

    Raises:
        DataError: it is no struct, or has no field of that name; lists those that it has.
    """
    if not isinstance(struct, Struct):
        raise DataError(f"{where} must be a struct with the field {name!r}, got {_described(struct)}.")
    if name not in struct:
        raise DataError(f"{where} has no field {name!r}; its fields: {', '.join(struct) or 'none'}.")
    return _read(struct[name], f"{where} {name}")


def elements(values: NDArray[Any], where: str) -> list[Any]:
    """The values of a cell, or the structs of a struct array, in MATLAB's order of rows.

    Raises:
        DataError: they are numbers or text.
    """
    if values.dtype != object:
        raise DataError(f"{where} must be a cell or a struct array, got {_described(values)}.")
    return values.ravel().tolist()


def only(value: object, where: str) -> Any:  # noqa: ANN401 - a struct or the value of a cell
    """The first element of a cell or a struct array, which has one.

    Raises:
        DataError: it has none, or is neither.
    """
    inside = elements(value, where) if isinstance(value, np.ndarray) else []
    if not inside:
        raise DataError(
            f"{where} must be a cell or a struct array with one element, got {_described(value)}."
        )
    return inside[0]


def text(struct: object, name: str, where: str) -> str:
    """A struct's field that is one row of text, which may lie in a cell.

    Raises:
        DataError: it is none, or empty.
    """
    value: object = field(struct, name, where)
    if isinstance(value, np.ndarray) and value.dtype == object:
        value = only(value, f"{where} {name}")
    if not isinstance(value, np.ndarray) or value.dtype.kind != "U" or not value.size:
        raise DataError(f"{where} {name} must be text, got {_described(value)}.")
    return str(value.ravel()[0])


def numbers(value: object, where: str) -> Floats:
    """Numbers of any shape, float64.

    Raises:
        DataError: it is text, a cell or a struct.
    """
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "buif":
        raise DataError(f"{where} must hold numbers, got {_described(value)}.")
    return value.astype(np.float64)


def rows(value: object, where: str, columns: int, *, more: bool = False) -> Floats:
    """(n, columns) float64; of MATLAB's empty matrix, of any shape, (0, columns).

    Args:
        value: of a variable, a field or a cell.
        where: what messages call it.
        columns: how many there must be.
        more: whether further columns may be there; they are left out.

    Raises:
        DataError: no numbers, or of another shape.
    """
    found = numbers(value, where)
    if not found.size:
        return np.empty((0, columns))
    if found.ndim != 2 or found.shape[1] < columns or (found.shape[1] > columns and not more):
        wanted = f"(n, {columns}{' or more' if more else ''})"
        raise DataError(f"{where}: the shape must be {wanted}, got {found.shape}.")
    return found[:, :columns]


def numbered(values: Floats, where: str) -> NDArray[np.str_]:
    """(n,): observers' numbers as names of two digits, "07".

    Raises:
        DataError: a number that is not whole, or negative.
    """
    whole = np.isfinite(values) & (values == np.floor(values)) & (values >= 0) & (values < 1e6)
    if not whole.all():
        raise DataError(f"{where}: observers must be whole numbers, got {values[~whole][0]:g}.")
    return np.array([f"{int(value):02}" for value in values], dtype=str)


def _read(value: object, where: str) -> NDArray[Any]:
    if isinstance(value, Unread):
        raise DataError(f"{where} is of a kind that is not read: {value.kind}. Save it as full numbers.")
    found: NDArray[Any] = np.asarray(value)
    return found


def _described(value: object) -> str:
    if isinstance(value, Struct):
        return f"a struct of {', '.join(value) or 'no fields'}"
    if isinstance(value, np.ndarray):
        kind = {"U": "text", "O": "a cell or struct array"}.get(value.dtype.kind, "numbers")
        return f"{kind} of shape {value.shape}"
    return (
        "nothing" if value is None else f"a {value.kind} value" if isinstance(value, Unread) else "no array"
    )
