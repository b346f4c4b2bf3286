"""Messages of Protocol Buffers, which files of ONNX are, taken apart without the package onnx.

Fields lie one after the other, each with a tag that says its number and how long it is
(https://protobuf.dev/programming-guides/encoding).
"""

from __future__ import annotations

from collections.abc import Iterator

from gazemap.errors import WeightsError

_LENGTHS = {1: 8, 5: 4}  # wire types of fixed length, in bytes
_VARINT, _COUNTED = 0, 2


def checked_fields(message: bytes, file: str) -> list[tuple[int, int, int, int]]:
    """Each field's number, and where it starts, its content starts, and it ends.

    Raises:
        WeightsError: a field ends beyond the message.
    """
    try:
        return [*_fields(message)]
    except (IndexError, KeyError) as error:
        raise WeightsError(f"{file} is damaged, or no ONNX file: it ends within a field.") from error


def _fields(message: bytes) -> Iterator[tuple[int, int, int, int]]:
    place = 0
    while place < len(message):
        start = place
        tag, place = _varint(message, place)
        kind = tag & 7
        content = place
        if kind == _VARINT:
            _, place = _varint(message, place)
        elif kind == _COUNTED:
            length, content = _varint(message, place)
            place = content + length
        else:
            place += _LENGTHS[kind]
        if place > len(message):
            raise IndexError(place)
        yield tag >> 3, start, content, place


def _varint(message: bytes, place: int) -> tuple[int, int]:
    """A number of seven bits per byte, the lowest first, and the place behind it."""
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place


def counted(number: int, content: bytes) -> bytes:
    """A field of counted bytes."""
    return _as_varint(number << 3 | _COUNTED) + _as_varint(len(content)) + content


def _as_varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
