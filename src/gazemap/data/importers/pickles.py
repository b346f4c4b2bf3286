"""A restricted reader of pickles: numpy arrays and plain containers, and nothing else.

A pickle is a program. This reader runs none: every global that a pickle names is looked up in the
short table below, and any other is refused by its name before anything is called.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.errors import DataError

MAX_BYTES = 64 * 2**30


def _array_reconstruct(subtype: type, shape: tuple[int, ...], kind: object) -> np.ndarray[Any, Any]:
    """What numpy's own reconstruct does, for plain arrays alone."""
    if subtype is not np.ndarray:
        raise DataError(f"The pickle holds an array of type {subtype!r}; only numpy.ndarray is admitted.")
    return np.ndarray.__new__(np.ndarray, shape, dtype=np.int8)


def _plain_dtype(code: object, *arguments: object) -> np.dtype[Any]:
    dtype = np.dtype(code)  # type: ignore[call-overload]
    if dtype.hasobject:
        raise DataError("The pickle holds an array of Python objects; numbers and strings are admitted.")
    return dtype  # type: ignore[no-any-return]


def _scalar(dtype: np.dtype[Any], content: bytes | str = b"") -> Any:  # noqa: ANN401
    raw = content.encode("latin1") if isinstance(content, str) else content
    return np.frombuffer(raw, dtype=dtype, count=1)[0]


def _from_buffer(
    buffer: bytes, dtype: np.dtype[Any], shape: tuple[int, ...], order: str
) -> np.ndarray[Any, Any]:
    return np.frombuffer(buffer, dtype=dtype).reshape(shape, order=order)  # type: ignore[call-overload,no-any-return]


def _encode(text: str, encoding: str) -> bytes:
    """How Python 3 writes bytes in old protocols."""
    if encoding != "latin1":
        raise DataError(f"The pickle encodes bytes as {encoding!r}; only latin1 is admitted.")
    return text.encode("latin1")


def _admitted() -> dict[tuple[str, str], Any]:
    table: dict[tuple[str, str], Any] = {
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): _plain_dtype,
        ("_codecs", "encode"): _encode,
        ("collections", "OrderedDict"): dict,
    }
    for package in ("numpy.core", "numpy._core"):
        table[f"{package}.multiarray", "_reconstruct"] = _array_reconstruct
        table[f"{package}.multiarray", "scalar"] = _scalar
        table[f"{package}.numeric", "_frombuffer"] = _from_buffer
    return table


_ADMITTED = _admitted()


class _RestrictedUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401
        if (module, name) not in _ADMITTED:
            raise DataError(
                f"The pickle asks for {module}.{name}, which is refused: only numpy arrays and plain "
                "lists, dicts, strings and numbers are read, and nothing was executed."
            )
        return _ADMITTED[module, name]

    def persistent_load(self, identifier: object) -> Any:  # noqa: ANN401
        raise DataError(f"The pickle refers to something outside itself ({identifier!r}); refused.")


def read_pickle(path: Path) -> Any:  # noqa: ANN401 - what the file holds
    """Read a pickle of numpy arrays and plain containers, of any protocol and Python version.

    Raises:
        DataError: missing, damaged or too large, or it names anything else; gives its name.
    """
    if not path.is_file():
        raise DataError(f"There is no file {path}.")
    if path.stat().st_size > MAX_BYTES:
        raise DataError(f"{path} is larger than {MAX_BYTES:,} bytes.")
    with path.open("rb") as file:
        try:
            return _RestrictedUnpickler(file, encoding="latin1").load()
        except DataError as error:
            raise DataError(f"{path}: {error}") from error
        except Exception as error:  # a damaged pickle can fail in any way
            raise DataError(f"{path} is damaged or no pickle ({error}).") from error
