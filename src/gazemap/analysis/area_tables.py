"""Boxes from texts and from tables, and what tables of areas hold, CSV or JSON."""

from __future__ import annotations

import codecs
import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from gazemap.errors import InputError
from gazemap.gaze.areas import Box
from gazemap.system.json_text import parse_json
from gazemap.system.tables import text_of_cell

_MAX_BYTES = 10_000_000  # 100,000 boxes and more
_UTF_16 = codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE
_SEPARATORS = ",;\t"
_COLUMNS = tuple(field.name for field in fields(Box))


def parse_box(text: str) -> Box:
    """The box of a text "name=x,y,width,height", in pixels.

    Raises:
        InputError: another form, no numbers, or a box without area.
    """
    name, separator, numbers = text.partition("=")
    values = numbers.split(",")
    if not separator or len(values) != 4:
        raise InputError(f"An area must be name=x,y,width,height in pixels, got {text!r}.")
    return box_of(dict(zip(_COLUMNS, (name, *values), strict=True)), repr(text))


def box_of(row: Mapping[str, Any], where: str) -> Box:
    """The box of a row with name, x, y, width and height.

    Args:
        row: of a table.
        where: it stands, for errors.

    Raises:
        InputError: no name, no numbers, or a box without area.
    """
    name = "" if row["name"] is None else str(row["name"]).strip()
    try:
        x, y, width, height = (float(row[column]) for column in _COLUMNS[1:])
    except (TypeError, ValueError, OverflowError):
        width = height = x = y = math.nan
    if not name or not all(map(math.isfinite, (x, y, width, height))) or min(width, height) <= 0:
        got = ", ".join(f"{column} {row[column]!r}" for column in _COLUMNS)
        raise InputError(
            f"{where}: a box must have a name, and x, y, width and height in pixels, with a width and a "
            f"height over 0, got {got}."
        )
    return Box(name, x, y, width, height)


def text_of(path: Path) -> str:
    """The text of a file, UTF-8 or UTF-16.

    Raises:
        InputError: it cannot be read, is larger than 10 MB, or is no such text.
    """
    try:
        if (size := path.stat().st_size) > _MAX_BYTES:
            raise InputError(f"A file of areas must have up to {_MAX_BYTES:,} bytes, got {size:,} in {path}.")
        content = path.read_bytes()
        return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 or UTF-16 text"
        raise InputError(f"{path} cannot be read: {reason}.") from error


def csv_rows(text: str, path: Path) -> dict[str, Mapping[str, Any]]:
    """The rows of a CSV file of boxes by where they stand, further columns included.

    Raises:
        InputError: it is none, or a column is missing.
    """
    header = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=header.count)  # the comma, where none of them is there
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True, delimiter=separator)
    try:
        rows: dict[str, Mapping[str, Any]] = {
            f"{path}, line {reader.line_num}": _as_written(row, decimal_commas=separator != ",")
            for row in reader
        }
    except csv.Error as error:
        raise InputError(f"{path} is not a CSV file ({error}).") from error
    _check_columns(reader.fieldnames or (), str(path))
    return rows


def _as_written(row: Mapping[str, Any], *, decimal_commas: bool) -> Mapping[str, Any]:
    """A row with its name as it was before `write_csv`, and with points, where spreadsheets have commas."""

    def text(key: str, value: object) -> object:
        if not isinstance(value, str):
            return value
        if key not in _COLUMNS[1:]:
            return text_of_cell(value)
        return value.replace(",", ".") if decimal_commas else value

    return {key: text(key, value) for key, value in row.items()}


def json_of(text: str, path: Path) -> Any:  # noqa: ANN401 - JSON
    """What a JSON file holds.

    Raises:
        InputError: it is none.
    """
    try:
        return parse_json(text)
    except ValueError as error:
        raise InputError(f"{path} is not a JSON file ({error}).") from error


def _check_columns(found: Sequence[str] | Mapping[str, Any], where: str) -> None:
    missing = [column for column in _COLUMNS if column not in found]
    if missing:
        raise InputError(
            f"{where} has no {', '.join(missing)}. It must have {', '.join(_COLUMNS)}, "
            f"got {', '.join(found) or 'nothing'}."
        )
