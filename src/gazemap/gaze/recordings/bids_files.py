"""Files of a BIDS data set: the entities in their names, sidecars by inheritance, and tables as texts.

The rules are those of the Brain Imaging Data Structure 1.11, "Common principles": what a file higher up says
holds for all files below whose names have its entities, and a file nearer to the data says it anew.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import DataError
from gazemap.system.json_text import parse_json

_PIECE = 2**16  # lines
_MAX_BYTES = 2**33  # of a table, unpacked
_NOTHING = ("n/a", "")

Table = Mapping[str, NDArray[Any]]  # float64, NaN where a cell holds nothing; or texts, "" likewise


def entities(path: Path) -> dict[str, str]:
    """Those in a file's name: {"sub": "01", "task": "viewing"}."""
    parts = path.name.partition(".")[0].split("_")
    return dict(part.split("-", 1) for part in parts if "-" in part)


def suffix(path: Path) -> str:
    """The last part of a file's name: "physio" of sub-01_task-viewing_physio.tsv.gz."""
    return path.name.partition(".")[0].rpartition("_")[2]


def applying(root: Path, file: Path, kind: str, ending: str) -> list[Path]:
    """The files of a suffix and an ending that apply to a file: the most general first.

    Args:
        root: of the data set.
        file: below it.
        kind: the suffix, "events".
        ending: ".json".
    """
    own = entities(file).items()
    below = file.parent.relative_to(root).parts
    found: list[Path] = []
    for folder in (root.joinpath(*below[:depth]) for depth in range(len(below) + 1)):
        fitting = [
            path
            for path in sorted(folder.glob(f"*{kind}{ending}"))
            if suffix(path) == kind and entities(path).items() <= own
        ]
        found += sorted(fitting, key=lambda path: len(entities(path)))
    return found


def sidecar(root: Path, file: Path, kind: str) -> dict[str, Any]:
    """What the JSON files of a suffix say of a file.

    Raises:
        DataError: one of them is damaged.
    """
    said: dict[str, Any] = {}
    for path in applying(root, file, kind, ".json"):
        try:
            content = parse_json(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise DataError(f"{path} is damaged or no JSON ({error}).") from error
        if not isinstance(content, dict):
            raise DataError(f"{path} must hold an object, {{...}}; it holds {str(content)[:60]}.")
        said |= content
    return said


def read_table(
    path: Path, columns: Sequence[str] | None, *, numbers: Collection[str], texts: Collection[str] = ()
) -> Table:
    """Those of the wanted columns that a table has.

    Args:
        path: of a text with tabs between cells, which may be packed by gzip.
        columns: its names; None where the first line has them.
        numbers: the names of wanted columns of numbers.
        texts: of texts.

    Raises:
        DataError: the file is damaged, or a line has other cells than the names say; names it.
    """
    try:
        with _opened(path) as file:
            names = columns if columns is not None else file.readline().rstrip("\r\n").split("\t")
            if not any(names) or not path.stat().st_size:
                raise DataError(f"{path} is empty.")
            wanted = {name: place for place, name in enumerate(names) if name in (*numbers, *texts)}
            parts: dict[str, list[NDArray[Any]]] = {name: [] for name in wanted}
            for first, rows in _pieces(path, file):
                _check_width(path, rows, first + (columns is None), names)
                cells = list(zip(*rows, strict=True)) or [()] * len(names)
                for name, place in wanted.items():
                    found = _numbers(path, name, cells[place]) if name in numbers else _texts(cells[place])
                    parts[name].append(found)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise DataError(f"{path} is damaged or cannot be read: {error}.") from error
    return {name: np.concatenate(part) if part else np.empty(0) for name, part in parts.items()}


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        source: Any = gzip.GzipFile(fileobj=file) if packed else file
        with io.TextIOWrapper(source, encoding="utf-8-sig", newline="") as text:
            yield text


def _pieces(path: Path, file: IO[str]) -> Iterator[tuple[int, list[list[str]]]]:
    """The lines, cut into cells, some at a time; with the number of the first, from 1."""
    first, read = 1, 0
    while lines := list(islice(file, _PIECE)):
        read += sum(map(len, lines))
        if read > _MAX_BYTES:
            raise DataError(f"{path} has more than {_MAX_BYTES:,} bytes. Give its parts one by one.")
        yield first, [line.rstrip("\r\n").split("\t") for line in lines if line.strip("\r\n")]
        first += len(lines)


def _check_width(path: Path, rows: list[list[str]], first: int, names: Sequence[str]) -> None:
    for number, row in enumerate(rows, start=first):
        if len(row) != len(names):
            raise DataError(
                f"{path}, line {number:,} has {len(row)} cells; there are {len(names)} columns: "
                f"{', '.join(names)}."
            )


def _numbers(path: Path, name: str, cells: Sequence[str]) -> NDArray[Any]:
    try:
        return np.array(["nan" if cell in _NOTHING else cell for cell in cells], dtype=str).astype(np.float64)
    except ValueError as error:
        raise DataError(f"{path}: {name} is no number ({error}).") from error


def _texts(cells: Sequence[str]) -> NDArray[Any]:
    found = np.empty(len(cells), dtype=object)
    found[:] = ["" if cell in _NOTHING else cell for cell in cells]
    return found
