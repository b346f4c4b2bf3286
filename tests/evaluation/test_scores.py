"""Scores for people and programs: the table, rows by name, plain values, HTML."""

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from gazemap.errors import InputError
from gazemap.evaluation.intervals import Interval, bootstrap
from gazemap.evaluation.scores import Scores

NSS, CC = np.array([1.0, 2.0, np.nan, 4.0]), np.array([0.1, 0.2, 0.3, 0.4])


@pytest.fixture
def scores():
    rows = {"gaze<net>": {"nss": NSS, "cc": CC}, "uniform": {"nss": np.full(4, np.nan), "cc": CC / 2}}
    reasons = {"gaze<net>": {"nss": {"c": "its map is constant"}}}
    seen = {"gaze<net>": {"a": "trained on", "b": "epoch chosen on", "d": "trained on"}}
    return Scores("exact", "osie", "val", ("a", "b", "c", "d"), rows, reasons, seen)


def test_a_row_is_asked_for_by_its_name(scores):
    assert scores["gaze<net>"] == {
        "nss": bootstrap(np.array([1.0, 2.0, 4.0])),
        "cc": scores.interval("gaze<net>", "cc"),
    }
    assert [*scores] == scores.rows


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda scores: scores["gazenet"], r"no row named 'gazenet'\. Did you mean 'gaze<net>'\?"),
        (lambda scores: scores["nss"], r"'nss' is a metric; name the row first: scores\['gaze<net>'\]\['nss"),
        (lambda scores: scores.interval("gaze<nat>", "nss"), "Did you mean 'gaze<net>'"),
        (lambda scores: scores.interval("uniform", "nsss"), r"no metric named 'nsss'\. Did you mean 'nss'"),
        (lambda scores: scores.interval("uniform", "NSS"), "no metric named 'NSS'.* Known: cc, nss"),
        (lambda scores: scores.left_out("unifrom", "nss"), "Did you mean 'uniform'"),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_one(scores, ask, message):
    with pytest.raises(InputError, match=message):
        ask(scores)


def test_plain_values_say_what_the_table_says(scores):
    found = json.loads(json.dumps(scores.as_json(), allow_nan=False))
    assert [found[key] for key in ("protocol", "dataset", "split", "images")] == ["exact", "osie", "val", 4]
    nss = found["rows"]["gaze<net>"]["nss"]
    assert (nss["mean"], nss["images"]) == (pytest.approx(7 / 3), 3)
    assert 1 <= nss["low"] < nss["mean"] < nss["high"] <= 4
    assert found["rows"]["uniform"]["nss"] == {"mean": None, "low": None, "high": None, "images": 0}
    assert found["rows"]["uniform"]["cc"]["mean"] == pytest.approx(0.125)
    assert found["seen"] == {"gaze<net>": {"trained on": 2, "epoch chosen on": 1}}
    assert found["notes"] == scores.notes()
    assert found["metrics"] == ["nss", "cc"]


def test_a_notebook_shows_the_same_table(scores):
    page = ET.fromstring(f"<div>{scores._repr_html_()}</div>")  # well-formed, and names escaped
    rows = [["".join(cell.itertext()) for cell in row] for row in page.iter("tr")]
    assert rows == [[*scores.headings], *scores.cells()]
    assert rows[1][:2] == ["gaze<net> *", str(scores.interval("gaze<net>", "nss"))]
    assert [note.text for note in page.iter("p")] == scores.notes()


def test_the_text_is_the_table_and_no_arrays(scores):
    text = repr(scores)
    assert text.splitlines()[0] == "osie val, 4 images, exact"
    assert "array" not in text
    assert repr(Interval(1.0, 0.5, 1.5)) == "Interval(mean=1.0, low=0.5, high=1.5)"
