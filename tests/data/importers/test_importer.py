"""What the table says of its entries."""

import json
from pathlib import Path

import pytest

from gazemap.data.importers import IMPORTERS, formats
from gazemap.errors import InputError
from gazemap.system.checking import checked_options


def test_options_are_shown_as_they_are_typed():
    assert IMPORTERS["osie"].choices == []
    assert IMPORTERS["salicon"].choices == ["edition=2015|2017", "points=fixations|mouse, default fixations"]
    assert "sigma=FLOAT" in IMPORTERS["sam-folder"].choices
    assert "images=PATH" in IMPORTERS["table"].choices


def test_every_entry_can_be_shown():
    for importer in IMPORTERS.values():
        assert len(importer.choices) == len(importer.options)


TYPED = {  # what a user types -> what the importer is given
    "TEXT": ("007", "007"),
    "FLOAT": ("19", 19.0),
    "PATH": ("photos", Path("photos")),
}


@pytest.mark.parametrize("name", IMPORTERS)
def test_options_are_taken_as_they_are_typed(name):
    typed, expected = {}, {}
    for choice in IMPORTERS[name].choices:
        option, _, kinds = choice.partition(", default")[0].partition("=")
        first = kinds.partition("|")[0]
        typed[option], expected[option] = TYPED.get(first, (first, first))
    checked = checked_options("the import", IMPORTERS[name].read, typed)
    assert checked == expected
    assert [type(value) for value in checked.values()] == [type(value) for value in expected.values()]


def test_an_option_of_a_wrong_value_says_what_is_known(tmp_path):
    with pytest.raises(InputError, match=r"edition: must be 2015 or 2017, got '2016'. Did you mean"):
        IMPORTERS["salicon"].open(tmp_path, {"edition": "2016"})
    with pytest.raises(InputError, match=r"sigma: .*got 'wide'"):
        IMPORTERS["salicon-folder"].open(tmp_path, {"sigma": "wide"})


def test_formats_are_listed_with_their_options():
    assert formats() == IMPORTERS
    told = {name: importer.as_json() for name, importer in formats().items()}
    assert json.loads(json.dumps(told)) == told
    assert told["salicon"]["options"] == ["edition=2015|2017", "points=fixations|mouse, default fixations"]
    assert told["osie"]["editions"] == {"": {"images": 700, "observers": 15, "fixations": 98_321}}
    assert formats("osie") == {"osie": IMPORTERS["osie"]}
    with pytest.raises(InputError, match="Did you mean 'osie'"):
        formats("oosie")
