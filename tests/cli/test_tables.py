"""Tables never cut a name or a number, however narrow the terminal is."""

import dataclasses
import re

import pytest

from gazemap.cli.tables import Table, print_table

WORDS = ["gazenet", "center bias", "information_gain", "0.653 [0.640, 0.671]", "-0.45 [-0.51, -0.40]"]
SCORES = Table(
    ("", *(f"metric_number_{i}" for i in range(8))),
    [(name, *(f"{i}.{j}23\n[{i}.{j}01, {i}.{j}45]" for j in range(8))) for i, name in enumerate("ABC")],
    "a title",
    narrow="turn",
)


def printed(table, capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    print_table(table)
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= columns
    assert "…" not in text
    return text


def joined(text):
    """The cells' texts, put together again where they were folded."""
    return re.sub(r"[\s│┃]", "", text)


@pytest.mark.parametrize("columns", [200, 80, 40])
def test_long_words_are_folded(capsys, monkeypatch, columns):
    text = printed(Table(("name", "what"), [[word, "x"] for word in WORDS]), capsys, monkeypatch, columns)
    for word in WORDS:
        assert word.replace(" ", "") in joined(text)


def test_text_in_brackets_is_no_markup(capsys, monkeypatch):
    assert "[bold]" in printed(Table(("[red]",), [["[bold]"]], "[x]"), capsys, monkeypatch, 80)


def test_a_wide_terminal_has_a_column_per_metric(capsys, monkeypatch):
    text = printed(SCORES, capsys, monkeypatch, 200)
    assert any("metric_number_0" in line and "metric_number_7" in line for line in text.splitlines())


def test_a_narrow_one_has_a_row_per_metric_and_no_number_is_folded(capsys, monkeypatch):
    text = printed(SCORES, capsys, monkeypatch, 80)
    first = next(line for line in text.splitlines() if "A" in line)
    assert re.findall(r"[ABC]", first) == ["A", "B", "C"]
    for i in range(3):
        for j in range(8):
            assert f"{i}.{j}23" in text
            assert f"[{i}.{j}01, {i}.{j}45]" in text
    assert "a title" in text


def test_a_very_narrow_one_has_a_row_per_number(capsys, monkeypatch):
    text = printed(SCORES, capsys, monkeypatch, 52)
    assert text.count("metric_number_0") == 1
    rows = [re.findall(r"[^│]+", line) for line in text.splitlines() if line.startswith("│")]
    assert [row[1].strip() for row in rows] == ["A", "B", "C"] * 8
    assert rows[5][2].strip() == "2.123 [2.101, 2.145]"


def test_a_table_of_many_kinds_has_a_group_per_row(capsys, monkeypatch):
    table = dataclasses.replace(SCORES, narrow="list")
    rows = [
        [cell.strip() for cell in re.findall(r"[^│]+", line)]
        for line in printed(table, capsys, monkeypatch, 80).splitlines()
        if line.startswith("│")
    ]
    assert [row[0] for row in rows if row[0]] == ["A", "B", "C"]
    assert rows[9] == ["", "metric_number_1", "1.123 [1.101, 1.145]"]


def test_a_pipe_gets_the_whole_table(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    print_table(SCORES)
    text = capsys.readouterr().out
    assert any("metric_number_0" in line and "metric_number_7" in line for line in text.splitlines())
