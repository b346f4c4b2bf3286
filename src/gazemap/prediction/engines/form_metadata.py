"""What the file of an ONNX form says of itself, read and replaced without the package onnx.

A file of ONNX is a message of Protocol Buffers: fields one after the other, each with a tag that says its
number and how long it is (https://protobuf.dev/programming-guides/encoding).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gazemap.errors import WeightsError

_METADATA = 14  # the number of the field metadata_props of ModelProto, onnx.proto
_KEY, _VALUE = 1, 2  # of StringStringEntryProto
_LENGTHS = {1: 8, 5: 4}  # wire types of fixed length, in bytes
_VARINT, _COUNTED = 0, 2


def with_metadata(form: bytes, entries: Mapping[str, str], file: str = "The ONNX form") -> bytes:
    """A form that says other things of itself.

    Args:
        form: the file's content.
        entries: what it shall say; all else that it says stays.
        file: its name, for messages.

    Raises:
        WeightsError: it is damaged.
    """
    kept = bytearray()
    for number, start, content, end in _checked_fields(form, file):
        if number != _METADATA or _pair(form[content:end], file)[0] not in entries:
            kept += form[start:end]
    for key, value in entries.items():
        pair = _counted(_KEY, key.encode()) + _counted(_VALUE, value.encode())
        kept += _counted(_METADATA, pair)
    return bytes(kept)


def metadata_in(form: bytes, file: str = "The ONNX form") -> dict[str, str]:
    """What a form says of itself, by key.

    Args:
        form: the file's content.
        file: its name, for messages.

    Raises:
        WeightsError: it is damaged.
    """
    fields = _checked_fields(form, file)
    return dict(_pair(form[content:end], file) for number, _, content, end in fields if number == _METADATA)


def _checked_fields(message: bytes, file: str) -> list[tuple[int, int, int, int]]:
    try:
        return [*_fields(message)]
    except (IndexError, KeyError) as error:
        raise WeightsError(f"{file} is damaged: it ends within a field, or is no ONNX file.") from error


def _fields(message: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Each field's number, and where it starts, its content starts, and it ends."""
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


def _pair(entry: bytes, file: str) -> tuple[str, str]:
    """Key and value of an entry of the metadata."""
    try:
        found = {
            number: entry[content:end].decode() for number, _, content, end in _checked_fields(entry, file)
        }
    except UnicodeDecodeError as error:
        raise WeightsError(f"{file} is damaged: its description is no text ({error}).") from error
    return found.get(_KEY, ""), found.get(_VALUE, "")


def _varint(message: bytes, place: int) -> tuple[int, int]:
    """A number of seven bits per byte, the lowest first, and the place behind it."""
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place


def _counted(number: int, content: bytes) -> bytes:
    """A field of counted bytes."""
    return _as_varint(number << 3 | _COUNTED) + _as_varint(len(content)) + content


def _as_varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
