"""MATLAB files of version 5 (of MATLAB 5 to 7.2, and 7.3 without HDF5), read without trust.

Files come from strangers, and a damaged one must not end the process, as it can in compiled readers: so every
length is compared with what is there before anything is made of it. The form is MathWorks' "MAT-File Format"
(level 5). Sparse, complex, object and function values are not read; their names are known.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_BYTES = 2**31  # of a file, decompressed; the largest public gaze file has 200 MB

_HEADER = 128
_DEPTH = 32  # of cells in structs in cells ...
_TEXT = 16, 17, 18  # UTF-8, UTF-16, UTF-32
_MATRIX, _COMPRESSED = 14, 15
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_CELL, _STRUCT, _CHAR = 1, 2, 4
_CLASSES = {
    6: np.float64,
    7: np.float32,
    8: np.int8,
    9: np.uint8,
    10: np.int16,
    11: np.uint16,
    12: np.int32,
    13: np.uint32,
    14: np.int64,
    15: np.uint64,
}
_LOGICAL, _COMPLEX = 0x02, 0x08


class Struct(dict[str, "NDArray[Any] | Unread"]):
    """An element of a struct array: field -> value."""


@dataclass(frozen=True)
class Unread:
    """A value of a kind that is not read: sparse, complex, an object or a function."""

    kind: str


Value = NDArray[Any] | Unread  # numbers, rows of text (n,), or objects: cells' values and Structs


class _Element(NamedTuple):
    """A piece of the file: its type and its bytes."""

    type: int
    content: memoryview


class _Header(NamedTuple):
    kind: int
    flags: int
    shape: tuple[int, ...]
    name: str


def read_mat5(content: bytes) -> dict[str, Value]:
    """The variables of a MATLAB 5 file.

    Args:
        content: the whole file.

    Returns:
        name -> numbers in MATLAB's own type, rows of text, or an array of objects: the values of cells, or
        a `Struct` for each element of a struct array.

    Raises:
        ValueError: damaged, or no such file; says where.
    """
    if len(content) < _HEADER or content[126:128] not in (b"IM", b"MI"):
        raise ValueError("it does not begin as a MATLAB 5 file")
    order = "<" if content[126:128] == b"IM" else ">"
    found: dict[str, Value] = {}
    budget = MAX_BYTES
    for element in _elements(memoryview(content)[_HEADER:], order):
        whole = element
        if element.type == _COMPRESSED:
            unpacked = _decompressed(element.content, budget)
            budget -= len(unpacked)
            whole = _next(_elements(memoryview(unpacked), order), "it begins")
        if whole.type != _MATRIX:
            raise ValueError(f"a variable is of type {whole.type}, not a matrix")
        header, parts = _header(whole.content, order)
        if not header.name.startswith("__"):
            found[header.name] = _value(header, parts, order, 0)
    return found


def _decompressed(content: memoryview, most: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(content, most)
    except zlib.error as error:
        raise ValueError(f"its compressed bytes are damaged: {error}") from error
    if unpacker.unconsumed_tail:
        raise ValueError(f"it holds more than {MAX_BYTES:,} bytes")
    return unpacked


def _elements(content: memoryview, order: str) -> Iterator[_Element]:
    """The elements that lie one after the other; each begins with its type and length."""
    place, end = 0, len(content)
    while place + 8 <= end:
        first, length = np.frombuffer(content[place : place + 8], f"{order}u4").tolist()
        if first >> 16:  # a small one: type, length and up to 4 bytes in 8
            kind, length, start = first & 0xFFFF, first >> 16, place + 4
            if length > 4:
                raise ValueError(f"an element of {length} bytes says that it is small")
            following = place + 8
        else:
            kind, start = first, place + 8
            following = start + length + (0 if kind == _COMPRESSED else -length % 8)
        if start + length > end:
            raise ValueError(f"an element of {length:,} bytes is cut off after {end - start:,}")
        yield _Element(kind, content[start : start + length])
        place = following


def _header(content: memoryview, order: str) -> tuple[_Header, Iterator[_Element]]:
    parts = _elements(content, order)
    flags = _integers(_next(parts, "its kind"), order)
    shape = _integers(_next(parts, "its shape"), order)
    name = bytes(_next(parts, "its name").content).decode("latin-1")
    if not flags or not 2 <= len(shape) <= 16 or min(shape) < 0:
        raise ValueError(f"variable {name!r} has no kind or the shape {tuple(shape)}")
    return _Header(flags[0] & 0xFF, flags[0] >> 8 & 0xFF, tuple(shape), name), parts


def _next(parts: Iterator[_Element], what: str) -> _Element:
    part = next(parts, None)
    if part is None:
        raise ValueError(f"a variable ends before {what}")
    return part


def _integers(element: _Element, order: str) -> list[int]:
    numbers = _numbers(element, order)
    if numbers.dtype.kind not in "iu":
        raise ValueError("numbers with fractions stand where whole ones must")
    found: list[int] = numbers.tolist()
    return found


def _numbers(element: _Element, order: str) -> NDArray[Any]:
    if element.type not in _STORED:
        raise ValueError(f"an element of type {element.type} stands where numbers must")
    dtype = np.dtype(f"{order}{_STORED[element.type]}")
    if len(element.content) % dtype.itemsize:
        raise ValueError(
            f"{len(element.content):,} bytes are no whole count of {dtype.itemsize}-byte numbers"
        )
    return np.frombuffer(element.content, dtype)


def _kind(header: _Header) -> str:
    kinds = {_CELL: "cell", _STRUCT: "struct", 3: "object", _CHAR: "char", 5: "sparse", 16: "function"}
    return "complex" if header.flags & _COMPLEX else kinds.get(header.kind, "opaque")


def _value(header: _Header, parts: Iterator[_Element], order: str, depth: int) -> Value:
    if depth > _DEPTH:
        raise ValueError(f"values lie more than {_DEPTH} deep in others")
    if header.kind == _CELL:
        return _objects([_matrix(parts, order, depth) for _ in _counted(header)], header)
    if header.kind == _STRUCT:
        return _structs(header, parts, order, depth)
    if header.kind == _CHAR:
        return _rows_of_text(header, _next(parts, "its text"), order)
    if header.kind not in _CLASSES or header.flags & _COMPLEX:
        return Unread(_kind(header))
    numbers = _numbers(_next(parts, "its numbers"), order)
    if len(numbers) != math.prod(header.shape):
        raise ValueError(
            f"variable {header.name!r} has {len(numbers):,} numbers for the shape {header.shape}"
        )
    dtype = np.bool_ if header.flags & _LOGICAL else _CLASSES[header.kind]
    return numbers.astype(dtype).reshape(header.shape, order="F")


def _counted(header: _Header) -> range:
    """One step per element; what is not there ends the steps before memory does."""
    return range(math.prod(header.shape))


def _matrix(parts: Iterator[_Element], order: str, depth: int) -> Value:
    element = _next(parts, "its values")
    if element.type != _MATRIX:
        raise ValueError(f"an element of type {element.type} stands where a matrix must")
    if not len(element.content):  # as MATLAB writes an empty one
        return np.empty((0, 0))
    header, inner = _header(element.content, order)
    return _value(header, inner, order, depth + 1)


def _structs(header: _Header, parts: Iterator[_Element], order: str, depth: int) -> Value:
    (width, *_) = _integers(_next(parts, "the length of its fields' names"), order) or [0]
    joined = bytes(_next(parts, "its fields' names").content)
    if width < 1 or len(joined) % width:
        raise ValueError(f"fields' names of {len(joined)} bytes are no whole count of {width}")
    starts = range(0, len(joined), width)
    names = [joined[start : start + width].split(b"\0")[0].decode("latin-1") for start in starts]
    if not names:
        return np.empty(0, dtype=object)
    made = [Struct({name: _matrix(parts, order, depth) for name in names}) for _ in _counted(header)]
    return _objects(made, header)


def _objects(values: list[Any], header: _Header) -> NDArray[Any]:
    array = np.empty(len(values), dtype=object)
    for index, value in enumerate(values):  # NumPy would look into arrays of equal shape
        array[index] = value
    return array.reshape(header.shape, order="F")


def _rows_of_text(header: _Header, element: _Element, order: str) -> NDArray[np.str_]:
    if element.type in _TEXT:
        width = {16: "utf-8", 17: "utf-16", 18: "utf-32"}[element.type]
        ending = "" if element.type == _TEXT[0] else "-le" if order == "<" else "-be"
        letters = list(bytes(element.content).decode(width + ending, "replace"))
    else:
        letters = [chr(number) for number in _numbers(element, order).tolist() if 0 <= number < 0x110000]
    rows, count = header.shape[0], math.prod(header.shape)
    if count != len(letters):
        raise ValueError(f"a text of {len(letters)} letters has the shape {header.shape}")
    return np.array(["".join(letters[row::rows]) for row in range(rows if count else 0)], dtype=np.str_)
