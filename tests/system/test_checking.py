"""What a user wrote, checked without calling anything: names, types, and how mistakes are worded."""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gazemap.errors import InputError
from gazemap.system.checking import checked_options, mistakes, options_of


def read(
    source: Path,
    *,
    edition: Literal["2015", "2017"] | None = None,
    size: tuple[int, int] = (1, 1),
    folder: Path | None = None,
    share: Annotated[float, Field(gt=0)] = 0.5,
) -> None:
    raise AssertionError("options are checked without a call")


class Reader:
    def __init__(self, *, size: tuple[int, int] = (1, 1)) -> None:
        raise AssertionError("options are checked without a call")


def test_options_are_those_after_the_star():
    assert list(options_of(read)) == ["edition", "size", "folder", "share"]
    assert list(options_of(Reader)) == ["size"]


@pytest.mark.parametrize(
    ("name", "given", "taken"),
    [
        ("edition", 2015, "2015"),  # as YAML reads it
        ("edition", "2017", "2017"),
        ("edition", None, None),
        ("size", [3, 4], (3, 4)),
        ("folder", "a/b", Path("a/b")),
        ("share", 1, 1.0),
    ],
)
def test_values_become_what_the_signature_asks_for(name, given, taken):
    assert checked_options("the import", read, {name: given}) == {name: taken}
    assert checked_options("the import", partial(read, Path()), {name: given}) == {name: taken}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"edtion": "2015"}, "no option of the import named 'edtion'. Did you mean 'edition'"),
        ({"edition": 2016}, "edition: must be 2015 or 2017, got 2016"),
        ({"size": [1, 2, 3]}, "size: .*at most 2 items.*got "),
        ({"share": 0, "size": 3}, "share: .*greater than 0, got 0. size: .*valid tuple, got 3"),
    ],
)
def test_mistakes_are_all_named(options, message):
    with pytest.raises(InputError, match=message):
        checked_options("the import", read, options)


def test_a_class_is_checked_by_its_constructor():
    assert checked_options("it", Reader, {"size": [1, 2]}) == {"size": (1, 2)}


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    epochs: int
    kind: Literal["sgd", "adam"] = "sgd"


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    training: Inner | None = None


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ({"training": {"epoch": 3, "epochs": 3}}, "training.epoch: unknown key. Did you mean 'epochs'? "),
        ({"train": {}}, "train: unknown key. Did you mean 'training'? Known here: training."),
        ({"training": {}}, "training.epochs: missing."),
        (
            {"training": {"epochs": 1, "kind": "adm"}},
            "training.kind: must be sgd or adam, got 'adm'. Did you mean 'adam'?",
        ),
        ({"training": {"epochs": "x"}}, "training.epochs: must be a valid integer"),
    ],
)
def test_what_pydantic_finds_is_a_line_per_mistake(content, line):
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(content)
    (found,) = mistakes(caught.value, Outer)
    assert found.startswith(line)
