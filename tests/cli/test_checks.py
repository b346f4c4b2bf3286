"""`gazemap check` as a program sees it: the exit status, and what stands where."""

import json

import pytest
from PIL import Image


@pytest.fixture(autouse=True)
def _page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (96, 60), "gray").save("page.png")


@pytest.mark.parametrize(
    ("requirement", "code", "shown"),
    [
        ("left>=1%", 0, "1 of 1 requirements are met."),
        ("left>=99%", 1, "Not met: left: share is "),
        ("right>=1%", 2, "Error: There is no area named 'right'"),
        ("left", 2, "In a shell it needs quotes"),
    ],
)
def test_the_exit_status_says_met_not_met_or_mistake(requirement, code, shown, call):
    found, out, errors = call("check", "page.png", "--areas", "left=0,0,48,60", "--require", requirement)
    assert (found, shown in " ".join((out + errors).split())) == (code, True), out + errors
    assert bool(errors) == (code == 2)


def test_json_has_the_reason(call):
    words = ("check", "page.png", "--areas", "left=0,0,48,60", "--require", "left>=99%", "--json")
    code, out, _ = call(*words)
    (row,) = json.loads(out)["requirements"]
    assert (code, row["is_met"], row["value"]) == (1, False, 0.99)
    assert row["reason"].endswith("and must be >= 99%.")
