"""Tables of areas as files: CSV, or a JSON list of rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from gazemap.errors import InputError
from gazemap.system.files import refuse_source, write_text
from gazemap.system.tables import as_cell
from gazemap.system.writing import check_writable

_SUFFIXES = (".csv", ".json")


def check_table(path: Path, *sources: Path) -> None:
    """Refuse a name that no table can have, and a place that cannot be written.

    Args:
        path: of the table.
        sources: the files that it is made from.

    Raises:
        InputError: it ends neither in .csv nor in .json, or is one of the sources.
        OutputError: nothing can be written there.
    """
    refuse_source(path, *sources)
    if path.suffix.lower() not in _SUFFIXES:
        raise InputError(f"The name of a table must end in .csv or .json, got {path}.")
    check_writable(path)


def write_table(path: Path, rows: Sequence[Mapping[str, str | float]]) -> None:
    """Write rows with all digits as CSV, or as a JSON list, depending on the name's ending.

    Args:
        path: ends in .csv or .json; a file that is there is replaced.
        rows: at least one; all with the same columns.

    Raises:
        InputError: another ending.
        OutputError: the file cannot be written.
    """
    check_table(path)
    if path.suffix.lower() == ".json":
        write_text(path, json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        return
    content = io.StringIO()
    writer = csv.DictWriter(content, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: as_cell(value) for key, value in row.items()} for row in rows)
    write_text(path, content.getvalue())
