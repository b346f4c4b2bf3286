"""What trackers' programs export as tables: the files of a folder, and their known columns as arrays."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import SetAside
from gazemap.data.importers.numerals import Decimal, decimal_of, numbers
from gazemap.data.importers.text_tables import EMPTY, TextTable, text_table
from gazemap.errors import DataError
from gazemap.gaze.recordings.recording import Recording

_PIECE = 2**16  # rows

Columns = dict[str, NDArray[Any]]  # of texts, "" where a cell is empty; of numbers float64, NaN likewise


def export_files(source: Path, endings: tuple[str, ...], kind: str) -> list[Path]:
    """The file itself, or those of a folder that end in one of some ways, by name.

    Args:
        source: the file or folder.
        endings: of names, in lower case.
        kind: what they are, for the message.

    Raises:
        DataError: the folder has none.
    """
    if not source.is_dir():
        return [source]
    named = sorted(path for path in source.iterdir() if path.name.lower().endswith(endings))
    found = [path for path in named if path.is_file() and not path.name.startswith(".")]
    if not found:
        raise DataError(f"{source} holds no {kind} (*{endings[0]}). Give the folder that they lie in.")
    return found


def each_file(
    files: Iterable[Path], read: Callable[[Path], Iterable[Recording | SetAside]]
) -> Iterator[Recording | SetAside]:
    """The recordings of files, one by one; a file that cannot be used is set aside with its reason."""
    for path in files:
        try:
            yield from read(path)
        except DataError as error:
            yield SetAside(item=path.name, reason=str(error))


@contextmanager
def reading_table(path: Path) -> Iterator[None]:
    """What goes wrong in a table, as an error that names the file.

    Raises:
        DataError: it is damaged or no table.
    """
    try:
        yield
    except DataError:
        raise
    except (OSError, EOFError, ValueError, zlib.error, csv.Error) as error:
        raise DataError(f"{path} is damaged or no table ({error}).") from error


def read_columns(
    table: TextTable,
    places: Mapping[str, int],
    texts: Collection[str],
    others: list[list[str]] | None = None,
) -> Columns:
    """The columns of a table that are known.

    Args:
        table: of the file.
        places: where each stands, by what it is for.
        texts: those of texts; others hold numbers, with a point or a comma.
        others: takes the lines of another width than the header's, which else are refused.

    Raises:
        DataError: a cell of numbers holds none; names the column.
        ValueError: a line has other cells than the header.
    """
    parts: dict[str, list[NDArray[Any]]] = {key: [] for key in places}
    lines, mark = table.rows(others), None
    while piece := list(islice(lines, _PIECE)):
        cells = list(zip(*piece, strict=True))
        own: dict[str, Sequence[str | None]] = {
            key: [None if cell in EMPTY else cell for cell in cells[place]]
            for key, place in places.items()
            if key not in texts
        }
        mark = mark or decimal_of([*own.values()], str(table.path))
        for key, place in places.items():
            name = table.header[place]
            found = _texts(cells[place]) if key in texts else _floats(table.path, own[key], name, mark)
            parts[key].append(found)
    return {key: np.concatenate(part) if part else np.empty(0) for key, part in parts.items()}


def _texts(cells: Sequence[str]) -> NDArray[Any]:
    found = np.empty(len(cells), dtype=object)
    known = {cell: cell.strip() for cell in {*cells}}  # one text for all rows that hold it
    found[:] = [known[cell] for cell in cells]
    return found


def _floats(path: Path, cells: Sequence[str | None], name: str, mark: Decimal) -> NDArray[Any]:
    found, wrong = numbers(cells, mark)
    if wrong.any():
        value = cells[int(wrong.argmax())]
        raise DataError(f"{path}: {name} is {value!r}, no number. Export it again.")
    return found


def named_columns(
    path: Path, names: Mapping[str, str], required: Collection[str], texts: Collection[str] = ()
) -> Columns:
    """The known columns of a table, by their exact names.

    Args:
        path: of the file.
        names: of the columns -> what each is for; of several that are for one thing, the first is taken. The
            very first tells the header.
        required: what must be there of these.
        texts: which of these hold texts.

    Raises:
        DataError: it is damaged, no table, empty, or lacks a column; names it.
    """
    with reading_table(path):
        table = text_table(path, [next(iter(names))])
        places, missing = known_places(table, names, required)
        if missing:
            raise DataError(
                f"{path} lacks columns: {', '.join(missing)}. Export it again with them. Its columns: "
                f"{', '.join(filter(None, table.header)) or 'none'}."
            )
        found = read_columns(table, places, texts)
    if not len(found[next(iter(found))]):
        raise DataError(f"{path} has no row below its header.")
    return found


def known_places(
    table: TextTable, names: Mapping[str, str], required: Collection[str]
) -> tuple[dict[str, int], list[str]]:
    """Where the known columns of a table stand, and which are missing of those that must be there.

    Args:
        table: of the file.
        names: of the columns -> what each is for; of several that are for one thing, the first is taken.
        required: what must be there of these.
    """
    places: dict[str, int] = {}
    for name, purpose in names.items():
        if name in table.header:
            places.setdefault(purpose, table.header.index(name))
    return places, [
        " or ".join(name for name in names if names[name] == purpose)
        for purpose in required
        if purpose not in places
    ]


def is_true(texts: NDArray[Any]) -> NDArray[np.bool_]:
    """(n,): which texts say so: True, true or 1."""
    return np.isin(np.char.lower(texts.astype(str)), ["true", "1", "1.0"])
