"""What the page says of its numbers is what the docs say, with the measured accuracy."""

import html
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INDEX = ROOT / "page" / "src" / "index.html"
LIMITS = ROOT / "docs" / "explanation" / "limits.md"
SCREENSHOTS = ROOT / "docs" / "explanation" / "screenshots.md"
CARDS = ROOT / "src" / "gazemap" / "models" / "pretrained"

pytestmark = pytest.mark.skipif(not INDEX.is_file(), reason="the page's sources are needed")


def plain(text):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>|\*\*|`", "", text)))


def statement():
    return INDEX.read_text(encoding="utf-8").partition('id="meaning"')[2].partition("</section>")[0]


def accuracy():
    """The table of the page: name -> photographs, web pages."""
    rows = re.findall(r'scope="row">([^<]+)</th><td>([^<]*)</td><td>([^<]*)</td>', statement())
    return {name: cells for name, *cells in rows}


def card(name):
    """OSIE's NSS of each row of a card's table."""
    text = (CARDS / f"{name}.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \| ([\d.]+) \[", text, re.MULTILINE)
    return {plain(title): float(value) for title, value in rows}


def test_the_accuracy_is_that_of_the_cards():
    shown, measured = accuracy(), card("gazenet-large")
    names = {"other people": "gold standard", "the center of every image": "center bias"}
    for name in ("gazenet", "gazenet-large", *names):
        assert float(shown[name][0]) == pytest.approx(measured[names.get(name, name)], abs=0.0051)


def test_the_accuracy_on_web_pages_is_that_of_the_docs():
    row = re.search(r"^\| fold by fold \| ([\d.]+) \| ([\d.]+) \|", SCREENSHOTS.read_text(), re.MULTILINE)
    assert [accuracy()[name][1] for name in ("gazenet", "gazenet-large")] == list(row.groups())
    text = plain(SCREENSHOTS.read_text())
    center, people = accuracy()["the center of every image"][1], accuracy()["other people"][1]
    assert f"where the center bias has {center} and other people {people}" in text
    assert "off by 3.5 points" in text
    assert "off by 3.5 points" in plain(statement())


@pytest.mark.parametrize(
    "sentence",
    [
        "The models know no person.",
        "Search, reading, driving",
        "understood, liked, remembered or bought.",
        "A prediction may choose what to test. It does not replace the test with",
        "Places of a few pixels. The grid of gazenet is a 60th by an 80th of the image.",
    ],
)
def test_what_the_numbers_do_not_mean_is_said_as_in_the_docs(sentence):
    assert sentence in plain(LIMITS.read_text(encoding="utf-8"))
    assert sentence in plain(statement())
