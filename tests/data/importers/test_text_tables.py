"""Tables as people have them: encodings, packing, separators, decimal marks, lines before the header."""

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.miniatures.miniature import save_picture

from gazemap.data.importers import import_dataset
from gazemap.data.importers.numerals import decimal_of, numbers
from gazemap.errors import DataError

ROWS = [("a.jpg", "Jürgen", 30.5, 12.25), ("a.jpg", "Zoë", 7.0, 41.5), ("b.jpg", "Jürgen", 55.25, 3.75)]


@pytest.fixture
def folder(tmp_path):
    for index, name in enumerate(("a.jpg", "b.jpg")):
        save_picture(tmp_path / "images" / name, index)
    return tmp_path


def text(separator=",", decimal=".", end="\n", rows=ROWS):
    lines = [["image", "observer", "x", "y"]]
    lines += [[image, who, *(f"{v}".replace(".", decimal) for v in (x, y))] for image, who, x, y in rows]
    return end.join(separator.join(line) for line in lines) + end


def brought(folder, content, name="points.csv", **options):
    (folder / name).write_bytes(content)
    return import_dataset(folder / name, folder / "out", format="table", options=options)


def points(dataset):
    return [
        (f"{sample.image_id}.jpg", who, x, y)
        for sample in dataset
        for who, x, y in zip(
            sample.fixations.observer.tolist(),
            sample.fixations.x.tolist(),
            sample.fixations.y.tolist(),
            strict=True,
        )
    ]


ENCODINGS = {
    "utf-8": "",
    "utf-8-sig": "",
    "utf-16": "the text is UTF-16, as its first bytes say",
    "utf-32": "the text is UTF-32, as its first bytes say",
    "utf-16-le": "the text was taken as UTF-16-LE, by its bytes",
    "utf-16-be": "the text was taken as UTF-16-BE, by its bytes",
    "cp1252": "the text is no UTF-8 and was taken as Windows-1252",
    "latin-1": "the text is no UTF-8 and was taken as Windows-1252",
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_is_read_and_said(folder, encoding, end, packed):
    content = text("\t", end=end).encode(encoding)
    name = "points.tsv.gz" if packed else "points.tsv"
    dataset = brought(folder, gzip.compress(content) if packed else content, name)
    assert points(dataset) == ROWS
    said = [note for note in dataset.info.notes if "text" in note]
    assert [note.partition(";")[0] for note in said] == ([ENCODINGS[encoding]] if ENCODINGS[encoding] else [])
    assert dataset.name == "points"


def test_a_bom_of_the_other_order_is_heeded(folder):
    assert points(brought(folder, b"\xfe\xff" + text().encode("utf-16-be"))) == ROWS


def test_letters_that_windows_does_not_know_are_latin_1(folder):
    dataset = brought(folder, text().replace("Zoë", "\x81").encode("latin-1"))
    assert points(dataset)[1][1] == "\x81"
    assert any("Latin-1" in note for note in dataset.info.notes)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", " "])
@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("stated", [False, True])
def test_separators_and_decimal_marks(folder, separator, decimal, stated):
    if separator == decimal:
        pytest.skip("no table")
    options = {"decimal": decimal} if stated else {}
    dataset = brought(folder, text(separator, decimal).encode(), **options)
    assert points(dataset) == ROWS
    assert dataset.info.set_aside == ()
    assert any("decimal comma" in note for note in dataset.info.notes) == (decimal == "," and not stated)


def test_quoted_cells_hold_separators_and_decimal_commas(folder):
    content = 'image,"x","y",note\n"a.jpg","30,5","12,25","one, two"\n"b.jpg","7","4,5","say ""so"""\n'
    dataset = brought(folder, content.encode())
    assert dataset["a"].fixations.x.tolist() == [30.5]
    assert dataset["b"].fixations.y.tolist() == [4.5]


@pytest.mark.parametrize(
    "before",
    [
        "# Tracker 1.0\n# 2026, 11, 27\n",
        "// made by a script\n\n\n",
        "Study;free viewing\nDate;27.11.2026\n\n",
        "[BeGaze]\nVersion:\t3.7\n",
        "% one, two, three, four, five, six\n",
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_lines_before_the_header_are_left_out_and_said(folder, before, separator):
    dataset = brought(folder, (before + text(separator)).encode())
    assert points(dataset) == ROWS
    assert any(f"begins with '{before.splitlines()[0]}'" in note for note in dataset.info.notes)


def test_blank_lines_blanks_and_a_separator_at_the_end(folder):
    content = text(", ").replace("\n", "\n\n").replace("3.75", "3.75,").replace("41.5", " 41.5 ")
    assert points(brought(folder, content.encode())) == ROWS


def test_comments_between_rows(folder):
    lines = text().splitlines()
    content = "\n".join([*lines[:2], "# a break", *lines[2:], "// the end"])
    assert points(brought(folder, content.encode())) == ROWS


def test_a_plus_and_thousands(folder):
    for name in ("a", "b"):
        save_picture(folder / "images" / f"{name}.jpg", 0, (20, 2000))
    content = "image;x;y\na;+1.303,5;12,0\nb;+3,5;+1,25\n"
    dataset = brought(folder, content.encode())
    assert (dataset["a"].fixations.x[0], dataset["b"].fixations.y[0]) == (1303.5, 1.25)


@pytest.mark.parametrize("empty", ["", "NA", ".", "-", "nan", "<NA>"])
def test_cells_without_a_number_are_listed_as_empty(folder, empty):
    (listed,) = brought(folder, text(rows=[*ROWS, ("b.jpg", "Zoë", empty, 3.0)]).encode()).info.set_aside
    assert listed.reason == "row 4: x is empty"


def test_signs_and_blanks_of_word_processors(folder):
    save_picture(folder / "images" / "a.jpg", 0, (20, 2000))
    content = "image;x;y\na;1\u00a0303,5;12,0\na;1\u202f303,5;\u22121,5\n"
    dataset = brought(folder, content.encode(), outside="keep")
    assert dataset["a"].fixations.x.tolist() == [1303.5, 1303.5]
    assert dataset["a"].fixations.y.tolist() == [12.0, -1.5]


def test_what_may_be_thousands_or_fractions_is_asked(folder):
    for name in ("a", "b"):
        save_picture(folder / "images" / f"{name}.jpg", 0, (1300, 2000))
    content = "image;x;y\na;1,303;1,125\nb;35;12\n"
    with pytest.raises(DataError, match=r"'1,303' may be 1303 or 1.303. Say what the comma is"):
        brought(folder, content.encode())
    assert brought(folder, content.encode(), decimal=".")["a"].fixations.x[0] == 1303.0
    (folder / "out").rename(folder / "before")
    assert brought(folder, content.encode(), decimal=",")["a"].fixations.x[0] == 1.303


def test_cells_of_the_other_mark_are_listed_with_the_option(folder):
    content = text(";", ",") + "a.jpg;P9;3.5;4.5\n"
    (listed,) = brought(folder, content.encode()).info.set_aside
    assert listed.reason == "row 4: x is '3.5' (with a decimal point: decimal=.)"


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (b"PK\x03\x04\x14\x00", r"is a workbook \(.xlsx or .ods\).*Save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", r"is a workbook of the old kind \(.xls\)"),
        (b"\x89HDF\r\n", "is an HDF5 file"),
        (b"SR_RESEARCH_COMBFILE", "is an EyeLink recording"),
        (b"%PDF-1.7", "is a PDF"),
        (b"BZh91AY&SY", "is packed by bzip2. Unpack it"),
        (b"\x00\x01\x02\x03", "is no text: it holds bytes that are 0"),
    ],
)
def test_what_is_no_text_is_refused_by_name(folder, start, message):
    with pytest.raises(DataError, match=message):
        brought(folder, start + bytes(range(256)) * 4, "points.csv")
    assert not (folder / "out").exists()


@pytest.mark.parametrize("cut", [10, 40, -4])
def test_a_packed_table_that_is_damaged_is_refused(folder, cut):
    with pytest.raises(DataError, match=r"points\.csv\.gz is damaged or no table"):
        brought(folder, gzip.compress(text().encode() * 50)[:cut], "points.csv.gz")


def test_a_line_that_does_not_fit_is_shown(folder):
    with pytest.raises(
        DataError, match=r"a line has 6 cells, the header 4, with ',' between them: 'a.jpg,P1,30,5,12,2'"
    ):
        brought(folder, b"image,observer,x,y\na.jpg,P1,30,5,12,2\n")


def test_two_columns_of_one_name_are_refused(folder):
    with pytest.raises(DataError, match="has 2 columns 'x', for x"):
        brought(folder, b"image,x,y,x\na,1,2,3\n")


def test_a_folder_of_tables_is_read_table_by_table(folder):
    tables = folder / "tables"
    tables.mkdir()
    (folder / "images").rename(tables / "images")
    (tables / "ann.csv").write_text("image,x,y\na,1.5,2\nb,far,2\n")
    (tables / "ben.tsv.gz").write_bytes(gzip.compress("image\tx\ty\nb\t3,5\t4\n".encode("utf-16")))
    (tables / "notes.md").write_text("not a table")
    dataset = import_dataset(tables, folder / "out", format="table")
    assert dataset.observers == ["ann", "ben"]
    assert dataset["b"].fixations.x.tolist() == [3.5]
    assert [entry.item for entry in dataset.info.set_aside] == ["ann.csv"]
    assert "ben.tsv.gz: the text is UTF-16, as its first bytes say" in dataset.info.notes
    (tables / "carla.csv").write_text("image,x,y,onset\na,1,2,3\n")
    with pytest.raises(DataError, match=r"ann\.csv and .*carla\.csv do not both have onset"):
        import_dataset(tables, folder / "again", format="table")


def test_what_is_a_share_of_the_images_is_stated(folder):
    dataset = brought(folder, text().encode())
    assert "no splits are stated: 0 of 2 images are val, the last by name (val=0.2)" in dataset.info.notes
    (folder / "out").rename(folder / "first")
    assert brought(folder, text().encode(), val="1").splits == {"val": 2}


@given(st.lists(st.floats(-9999, 9999).map(lambda v: round(v, 4)), min_size=1, max_size=30))
@settings(max_examples=80, deadline=None)
def test_numbers_are_the_same_with_either_mark(values):
    for mark in (".", ","):
        found, faulty = numbers([repr(value).replace(".", mark) for value in values], mark)
        assert not faulty.any()
        np.testing.assert_array_equal(found, values)
    written = [f"{value:.2f}".replace(".", ",") for value in values]
    assert decimal_of([written], "t") == ","
    grouped = [f"{value:,.2f}" for value in values]
    np.testing.assert_array_equal(numbers(grouped, ".")[0], [round(value, 2) for value in values])
    assert decimal_of([grouped], "t") == "."
