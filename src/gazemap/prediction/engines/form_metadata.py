"""What the file of an ONNX form says of itself, read and replaced without the package onnx."""

from __future__ import annotations

from collections.abc import Mapping

from gazemap.errors import WeightsError
from gazemap.prediction.engines.protobuf import checked_fields, counted

_METADATA = 14  # the number of the field metadata_props of ModelProto, onnx.proto
_KEY, _VALUE = 1, 2  # of StringStringEntryProto


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
    for number, start, content, end in checked_fields(form, file):
        if number != _METADATA or _pair(form[content:end], file)[0] not in entries:
            kept += form[start:end]
    for key, value in entries.items():
        pair = counted(_KEY, key.encode()) + counted(_VALUE, value.encode())
        kept += counted(_METADATA, pair)
    return bytes(kept)


def metadata_in(form: bytes, file: str = "The ONNX form") -> dict[str, str]:
    """What a form says of itself, by key.

    Args:
        form: the file's content.
        file: its name, for messages.

    Raises:
        WeightsError: it is damaged.
    """
    fields = checked_fields(form, file)
    return dict(_pair(form[content:end], file) for number, _, content, end in fields if number == _METADATA)


def _pair(entry: bytes, file: str) -> tuple[str, str]:
    """Key and value of an entry of the metadata."""
    try:
        found = {
            number: entry[content:end].decode() for number, _, content, end in checked_fields(entry, file)
        }
    except UnicodeDecodeError as error:
        raise WeightsError(f"{file} is damaged: its description is no text ({error}).") from error
    return found.get(_KEY, ""), found.get(_VALUE, "")
