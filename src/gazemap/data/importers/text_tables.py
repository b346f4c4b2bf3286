"""Tables as texts, as trackers, spreadsheets and scripts write them: encoding, separator, header."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from gazemap.errors import DataError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SPREADSHEET = "Save the sheet as CSV (UTF-8) and import that"
_OTHERS = {  # first bytes of what is taken for a table now and then
    b"PK\x03\x04": f"is a workbook (.xlsx or .ods) or another archive. {_SPREADSHEET}",
    b"\xd0\xcf\x11\xe0": f"is a workbook of the old kind (.xls). {_SPREADSHEET}",
    b"$FL2": "is a file of SPSS. Export it as CSV",
    b"\x89HDF": "is an HDF5 file. Export its table as CSV",
    b"MATLAB": "is a file of MATLAB. Write its table with writetable",
    b"SR_RESEARCH": "is an EyeLink recording (.edf). Export a fixation report as text",
    b"%PDF": "is a PDF. Give the table itself",
    b"BZh": "is packed by bzip2. Unpack it, or pack it by gzip",
    b"\xfd7zXZ": "is packed by xz. Unpack it, or pack it by gzip",
    b"\x28\xb5\x2f\xfd": "is packed by zstd. Unpack it, or pack it by gzip",
    b"SQLite format": "is a database of SQLite. Export its table as CSV",
}
_GZIP = b"\x1f\x8b"
_MAX_BYTES = 2**33  # of a table, unpacked
_CHUNK = 2**20
_SEPARATORS = (",", ";", "\t", "|", " ")
EMPTY = {"", "NA", "N/A", "n/a", "#N/A", "#NA", "NULL", "null", "NaN", "nan", "-NaN", "-nan"} | {
    *(".", "-", "None", "<NA>")  # as EyeLink, SMI and pandas write it
}  # cells that hold nothing
_COMMENTS = ("#", "//", "%", "**")
_BEFORE = 200  # lines in which the header is looked for


@dataclass(frozen=True)
class TextTable:
    """How a text is read as a table.

    Attributes:
        path: of the file.
        encoding: of its text.
        separator: between cells.
        skipped: lines before the header.
        header: the columns' names.
        notes: what was assumed, as sentences.
    """

    path: Path
    encoding: str
    separator: str
    skipped: int
    header: tuple[str, ...]
    notes: tuple[str, ...]

    def rows(self, others: list[list[str]] | None = None) -> Iterator[list[str]]:
        """The lines below the header, cut into cells; lines without any and comments are left out.

        Args:
            others: takes the lines with more or fewer cells than the header, which else are refused.

        Raises:
            ValueError: a line with more or fewer cells than the header.
            csv.Error: a cell that does not end.
            OSError: the file cannot be read.
        """
        width = len(self.header)
        with opened(self.path, self.encoding) as file:
            lines = csv.reader(
                _from(file, self.skipped), delimiter=self.separator, strict=True, skipinitialspace=True
            )
            next(lines, None)
            for line in lines:
                if len(line) == width + 1 and not line[-1]:  # a separator at the end
                    line = line[:-1]
                if len(line) == width:
                    if any(line):
                        yield line
                elif line and others is not None:
                    others.append(line)
                elif line and not line[0].startswith(_COMMENTS):
                    raise ValueError(
                        f"a line has {len(line)} cells, the header {width}, with {_named(self.separator)} "
                        f"between them: {self.separator.join(line)[:60]!r}"
                    )


def text_table(path: Path, wanted: Collection[str]) -> TextTable:
    """Find out how a text is to be read.

    The header is the first line that has all the wanted columns, with whichever separator; what stands
    before it is left out.

    Args:
        path: of a text, which may be packed by gzip.
        wanted: names of columns.

    Raises:
        DataError: the file is no text.
        OSError: it cannot be read.
        ValueError: it is packed and damaged.
    """
    encoding, notes = _encoding(path)
    with opened(path, encoding) as file:
        first = [line.rstrip("\r\n") for line in islice(file, _BEFORE)]
    skipped, separator, header = _header(first, wanted)
    before = [line for line in first[:skipped] if line.strip()]
    if before:
        count = f"{len(before)} lines were" if len(before) > 1 else "a line was"
        notes.append(f"{count} left out before the header; the first begins with {before[0][:40]!r}")
    return TextTable(path, encoding, separator, skipped, header, tuple(notes))


@contextmanager
def opened(path: Path, encoding: str) -> Iterator[IO[str]]:
    """The text of a file, unpacked where it is packed, with its ends of lines as they are."""
    with _bytes(path) as file, io.TextIOWrapper(file, encoding=encoding, newline="") as text:
        yield text


@contextmanager
def _bytes(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        start = file.read(len(_GZIP))
        file.seek(0)
        if start != _GZIP:
            yield file
            return
        try:
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield unpacked  # type: ignore[misc]
        except (EOFError, gzip.BadGzipFile, OSError) as error:
            raise ValueError(f"it is packed by gzip and damaged: {error}") from error


def _encoding(path: Path) -> tuple[str, list[str]]:
    """The encoding of a text, and what was assumed: the whole file is read once."""
    with _bytes(path) as file:
        start = file.read(_CHUNK)
        for magic, what in _OTHERS.items():
            if start.startswith(magic):
                raise DataError(f"{path} {what}.")
        marked = next((encoding for bom, encoding in _BOMS if start.startswith(bom)), None)
        if marked:
            name = marked.upper().removesuffix("-SIG")
            return marked, [] if marked == "utf-8-sig" else [f"the text is {name}, as its first bytes say"]
        if b"\0" in start:
            return _wide(path, start)
        plain = codecs.getincrementaldecoder("utf-8")()
        count = 0
        try:
            chunk = start
            while chunk:
                plain.decode(chunk)
                count += len(chunk)
                if count > _MAX_BYTES:
                    raise DataError(f"{path} has more than {_MAX_BYTES:,} bytes. Give its parts one by one.")
                chunk = file.read(_CHUNK)
            plain.decode(b"", final=True)
        except UnicodeDecodeError:
            return _western(path)
    return "utf-8", []


def _wide(path: Path, start: bytes) -> tuple[str, list[str]]:
    """UTF-16 without the mark at its start, by where its zeros lie."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) > 0.4 * len(start) / 2 and min(even, odd) < 0.1 * len(start) / 2:
        encoding = "utf-16-le" if odd > even else "utf-16-be"
        return encoding, [f"the text was taken as {encoding.upper()}, by its bytes"]
    raise DataError(f"{path} is no text: it holds bytes that are 0. Give a table as CSV or Parquet.")


def _western(path: Path) -> tuple[str, list[str]]:
    with _bytes(path) as file:
        unused = set(b"\x81\x8d\x8f\x90\x9d")  # stand for nothing in Windows-1252
        encoding, name = "cp1252", "Windows-1252"
        while chunk := file.read(_CHUNK):
            if unused & {*chunk}:
                encoding, name = "latin-1", "Latin-1"
                break
    return encoding, [f"the text is no UTF-8 and was taken as {name}; look at letters such as ä, é and ø"]


def _header(first: list[str], wanted: Collection[str]) -> tuple[int, str, tuple[str, ...]]:
    """The number of lines before the header, the separator, and the header's cells."""
    for number, line in enumerate(first):
        for separator in _SEPARATORS:
            cells = _cells(line, separator)
            if {*wanted} <= {*cells}:
                return number, separator, cells
    usual = (n for n, line in enumerate(first) if line.strip() and not line.lstrip().startswith(_COMMENTS))
    number = next(usual, 0)
    line = first[number] if first else ""
    separator = max(_SEPARATORS[:-1], key=line.count)
    return number, separator, _cells(line, separator) if line.strip() else ()


def _cells(line: str, separator: str) -> tuple[str, ...]:
    try:
        found = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        found = []
    return tuple(cell.strip() for cell in found)


def _from(file: IO[str], skipped: int) -> Iterator[str]:
    """The lines after some, each with its end."""
    yield from islice(file, skipped, None)


def _named(separator: str) -> str:
    return {"\t": "a tab", " ": "a blank"}.get(separator, repr(separator))
