"""What the table says of its entries."""

import json
from pathlib import Path

import pytest

from gazemap.data.importers import IMPORTERS, formats
from gazemap.errors import InputError


def test_options_are_shown_as_they_are_typed():
    own = ["edition=2015|2017", "points=fixations|mouse, default fixations"]
    assert IMPORTERS["salicon"].choices[:2] == own
    assert "screen=WIDTHxHEIGHT" in IMPORTERS["osie"].choices
    assert "shown=WIDTHxHEIGHT|FACTOR|fit" in IMPORTERS["osie"].choices
    assert "time=s|ms|us" in IMPORTERS["osie"].choices
    assert "sigma=FLOAT" in IMPORTERS["sam-folder"].choices
    assert "images=PATH" in IMPORTERS["table"].choices


def test_every_option_is_explained_once():
    for importer in IMPORTERS.values():
        assert [option.name for option in importer.explained] == [*importer.options]
        assert all(option.meaning.endswith(".") for option in importer.explained), importer.explained


def test_meanings_are_those_of_the_docstrings():
    meanings = {option.name: option.meaning for option in IMPORTERS["table"].explained}
    assert meanings["time"] == "the unit of onsets and durations."
    assert meanings["decimal"] == "the decimal mark, a point or a comma; by default that of most numbers."
    assert meanings["offset"].startswith("where the image's upper left corner was, in what x and y count;")
    assert meanings["offset"].endswith("with the image in the middle.")


@pytest.mark.parametrize(
    ("name", "option", "message"),
    [
        ("salicon-folder", "convention", "its fixations are pixels of maps"),
        ("mit300", "outside", "it has no points"),
        ("pascal-s", "time", "its files hold no times"),
        ("osie", "onset_from", "its files hold no onsets"),
        ("salicon-json", "convention", "coordinates=row-col-1 or coordinates=x-y-0 says it"),
    ],
)
def test_an_option_that_makes_no_sense_for_a_format_is_refused_by_name(tmp_path, name, option, message):
    with pytest.raises(InputError, match=f"{option} is no option of this format: {message}"):
        IMPORTERS[name].open(tmp_path, {option: "x"})
    with pytest.raises(InputError, match="no option of the import named 'decimal'"):
        IMPORTERS[name].open(tmp_path, {"decimal": ","})


TYPED = {  # what a user types -> what the importer is given
    "TEXT": ("007", "007"),
    "FLOAT": ("0.19", 0.19),
    "PATH": ("photos", Path("photos")),
    "LEFT,TOP": ("-320,180.5", (-320.0, 180.5)),
    "WIDTHxHEIGHT": ("1920x1080", (1920.0, 1080.0)),
}


@pytest.mark.parametrize("name", IMPORTERS)
def test_options_are_taken_as_they_are_typed(name):
    typed, expected = {}, {}
    for choice in IMPORTERS[name].choices:
        option, _, kinds = choice.partition(", default")[0].partition("=")
        first = kinds.partition("|")[0]
        typed[option], expected[option] = TYPED.get(first, (first, first))
    for share in {"val", "confidence"} & typed.keys():
        typed[share], expected[share] = "1", 1.0
    del typed["pixels_per_degree"]  # which goes without sigma
    checked = {option: value for part in IMPORTERS[name].checked(typed) for option, value in part.items()}
    assert checked == {option: expected[option] for option in typed}
    assert [type(value) for value in checked.values()] == [type(expected[option]) for option in checked]


@pytest.mark.parametrize(
    ("option", "typed", "message"),
    [
        ("screen", "1920", r"screen: must be WIDTHxHEIGHT, as in 1920x1080, got '1920'"),
        ("screen", "0x1080", "must be WIDTHxHEIGHT"),
        ("screen", "nanx1080", "must be WIDTHxHEIGHT"),
        ("offset", "320x180", r"must be LEFT,TOP, as in 320,180, got '320x180'"),
        ("shown", "wide", "must be WIDTHxHEIGHT, as in 1280x720, a factor above 0, or fit, got 'wide'"),
        ("shown", "0", "a factor above 0"),
        ("origin", "middle", "origin: must be top, bottom, center or center-up, got 'middle'"),
        ("convention", "center", "convention: where x and y count from is origin=center"),
        ("outside", "dorp", "outside: must be keep, clip or drop, got 'dorp'. Did you mean 'drop'"),
        ("sigma", "-1", "sigma: .*greater than 0"),
    ],
)
def test_a_value_that_is_none_is_answered_with_its_form(tmp_path, option, typed, message):
    with pytest.raises(InputError, match=message):
        IMPORTERS["osie"].open(tmp_path, {option: typed})


def test_a_blur_in_pixels_and_one_in_degrees_exclude_each_other(tmp_path):
    for name in ("table", "salicon-folder"):
        with pytest.raises(InputError, match=r"sigma, .* or pixels_per_degree, .* not both"):
            IMPORTERS[name].open(tmp_path, {"sigma": "1", "pixels_per_degree": "30"})


def test_an_option_of_a_wrong_value_says_what_is_known(tmp_path):
    with pytest.raises(InputError, match=r"edition: must be 2015 or 2017, got '2016'. Did you mean"):
        IMPORTERS["salicon"].open(tmp_path, {"edition": "2016"})
    with pytest.raises(InputError, match=r"sigma: .*got 'wide'"):
        IMPORTERS["salicon-folder"].open(tmp_path, {"sigma": "wide"})


def test_formats_are_listed_with_their_options():
    assert formats() == IMPORTERS
    told = {name: importer.as_json() for name, importer in formats().items()}
    assert json.loads(json.dumps(told)) == told
    first, second, *_ = told["salicon"]["options"]
    assert first == {
        "name": "edition",
        "values": "2015|2017",
        "default": "",
        "meaning": "of the files in fixations/.",
    }
    assert (second["name"], second["default"]) == ("points", "fixations")
    assert told["osie"]["editions"] == {"": {"images": 700, "observers": 15, "fixations": 98_321}}
    assert formats("osie") == {"osie": IMPORTERS["osie"]}
    with pytest.raises(InputError, match="Did you mean 'osie'"):
        formats("oosie")
