"""Text from elsewhere in a terminal, a spreadsheet and a page: shown, never acted on."""

import csv

import pytest

from gazemap.system.plain import shown
from gazemap.system.tables import table_of, text_of_cell, write_csv


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("photo äöü 人 ﷺ 👁.jpg", "photo äöü 人 ﷺ 👁.jpg"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[2Jgone", r"\x1b[2Jgone"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("a\rb\x08\x00", r"a\rb\x08\x00"),
        ("\x9b31m and \x7f", r"\x9b31m and \x7f"),
        ("gpj.\u202eexe \u2066x", r"gpj.\u202eexe \u2066x"),
        ("half \udcff", r"half \udcff"),
    ],
)
def test_nothing_acts_on_a_terminal(text, expected):
    assert shown(text) == expected
    assert shown(text).encode("utf-8").decode("utf-8") == expected


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "'=1", "''@", "'x", "x=1", "'", ""])
def test_no_cell_is_a_formula_and_all_are_read_back(text, tmp_path):
    table = table_of({"name": [text], "score": [-1.5]}, {"name": "text", "score": "float64"})
    write_csv(table, tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        _, (cell, score) = csv.reader(file)
    assert not cell.lstrip("'").startswith(tuple("=+-@\t\r")) or cell.startswith("'")
    assert text_of_cell(cell) == text
    assert score == "-1.5"
