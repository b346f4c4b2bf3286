"""`gazemap data` as it is typed: options of formats, ranges and shares reach the functions unchanged."""

from collections import Counter

import numpy as np
import pytest
from support.miniatures import MINIATURES, POINTS
from support.miniatures.miniature import save_picture

from gazemap import load_dataset


def test_an_edition_is_a_number_and_yet_a_name(run, tmp_path):
    source = MINIATURES["salicon"](tmp_path / "source")
    words = ("data", "import", source, "--format", "salicon", "--out", tmp_path / "out")
    code, text = run(*words)
    assert (code, "edition=2015 or edition=2017" in text) == (2, True)
    code, text = run(*words, "--option", "edition=2017")
    assert code == 0, text
    assert load_dataset(tmp_path / "out").info.edition == "2017"


def test_columns_may_be_named_as_yaml_names_numbers_and_truths(run, tmp_path):
    lines = [f"{index},{x},{y}" for index, points in POINTS.items() for x, y in np.asarray(points)]
    (tmp_path / "points.csv").write_text("\n".join(["on,007,null", *lines]))
    for index in POINTS:
        save_picture(tmp_path / "images" / f"{index}.png", index)
    options = [word for option in ("image=on", "x=007", "y=null") for word in ("--option", option)]
    words = ("data", "import", tmp_path / "points.csv", "--format", "table", "--out", tmp_path / "out")
    code, text = run(*words, *options)
    assert code == 0, text
    assert load_dataset(tmp_path / "out").summary().fixations == len(lines)


def test_ranges_may_be_open(run, popout_set, tmp_path):
    words = ("data", "select", popout_set.path, "--out", tmp_path / "early", "--split", "val")
    code, text = run(*words, "--window", ":1", "--durations", "0.1:", "--first", 2, "--observers", "01, 02")
    assert code == 0, text
    part = load_dataset(tmp_path / "early")
    assert (part.splits, part.observers) == ({"val": 5}, ["01", "02"])
    for sample in part:
        assert (sample.fixations.onset < 1).all()
        assert (sample.fixations.duration >= 0.1).all()
        assert set(Counter(sample.fixations.observer.tolist()).values()) == {2}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("select --durations 0.1", "--durations must be LOW:HIGH"),
        ("select --window 2:1", "--window must be LOW:HIGH"),
        ("select --aspect wide:", "--aspect must be LOW:HIGH"),
        ("select --width nan:", "--width must be LOW:HIGH"),
        ("select --split dev", "has no split 'dev'"),
        ("select --observers 01,Bob", "no observer named 'Bob'"),
        ("split", "either shares, such as train=.8,val=.2, or both the number of folds"),
        ("split --shares train:0.8", "--shares must be NAME="),
        ("split --shares train=most,val=.1", "--shares must be NAME=NUMBER"),
        ("split --folds 3 --fold 4", "fold must be 1 to 3"),
        ("import --format table --option image", "--option must be NAME=VALUE"),
    ],
)
def test_what_is_malformed_is_named_and_nothing_is_written(run, popout_set, tmp_path, words, message):
    command, *options = words.split()
    code, text = run("data", command, popout_set.path, "--out", tmp_path / "out", *options)
    assert (code, message in text) == (2, True), text
    assert not (tmp_path / "out").exists()
