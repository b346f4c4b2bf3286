"""A model's file keeps its viewing conditions, and names say which one is meant."""

import json

import numpy as np
import pytest

from gazemap.errors import InputError, WeightsError
from gazemap.models.conditions import ViewingCondition
from gazemap.models.files import located
from gazemap.models.known_conditions import (
    KnownConditions,
    check_condition_name,
    known_conditions_in,
    split_condition,
)

PRIOR = np.random.default_rng(1).normal(size=(12, 16)).astype(np.float32)
SEEN = np.arange(80, dtype=np.uint8).reshape(2, 40)
WEIGHTS = {"readout.0.weight": PRIOR[:2, :3], "readout.0.bias": PRIOR[0]}
PAGE = ViewingCondition("web-page", 0.7, 0.02, PRIOR, {"images": 2}, SEEN, WEIGHTS)
MOUSE = ViewingCondition("mouse", 0.9)
KNOWN = KnownConditions({"web-page": PAGE, "mouse": MOUSE}, "mouse")


def kept(known):
    """As a file gives it back."""
    return known_conditions_in(json.loads(json.dumps(known.in_place_of_those({}))), "a.onnx")


def test_a_file_keeps_them_all_and_which_is_used():
    read = kept(KNOWN)
    assert [*read.by_name] == ["web-page", "mouse"]
    page = read.by_name["web-page"]
    assert (page.power, page.blur, page.about) == (0.7, 0.02, {"images": 2})
    np.testing.assert_array_equal(page.log_prior, PRIOR)
    np.testing.assert_array_equal(page.images, SEEN)
    assert [*page.weights] == [*WEIGHTS]
    for name, values in WEIGHTS.items():
        np.testing.assert_array_equal(page.weights[name], values)
    assert page.digest() == PAGE.digest() != MOUSE.digest()
    assert (KNOWN.under("web-page", "m").weights, KNOWN.weights) == (WEIGHTS, {})
    assert read.used is read.by_name["mouse"]
    assert read.used.log_prior is None
    assert read.used.images.shape == (0, 40)


def test_a_file_without_any_says_nothing():
    assert KnownConditions().in_place_of_those({}) == {}
    assert kept(KnownConditions()) == KnownConditions()
    assert KnownConditions().used is None


def test_a_model_is_used_under_the_one_that_is_named():
    assert KNOWN.under("web-page", "m").used is PAGE
    assert KNOWN.under("as-trained", "m").used is None
    with pytest.raises(InputError, match=r"viewing condition of m named 'web-pages'.*'web-page'"):
        KNOWN.under("web-pages", "m")


def test_one_more_takes_the_place_of_one_of_its_name():
    other = ViewingCondition("mouse", 0.5)
    assert KNOWN.with_one(other, is_default=False).used is other
    assert KNOWN.with_one(ViewingCondition("wall"), is_default=True).default == "wall"
    assert KNOWN.with_one(ViewingCondition("wall"), is_default=False).default == "mouse"


@pytest.mark.parametrize(
    ("model", "name", "condition"),
    [
        ("gazenet@web-page", "gazenet", "web-page"),
        ("shipped:gazenet@mouse", "shipped:gazenet", "mouse"),
        ("a@b@c", "a@b", "c"),
        ("gazenet", "gazenet", None),
        ("runs@home/best.safetensors", "runs@home/best.safetensors", None),
        ("@mouse", "@mouse", None),
        ("gazenet@", "gazenet@", None),
    ],
)
def test_a_condition_is_named_after_the_model(model, name, condition):
    assert split_condition(model) == (name, condition)


def test_what_exists_at_a_path_comes_first(tmp_path):
    (tmp_path / "runs@home").mkdir()
    there = located(tmp_path / "runs@home")
    assert (there.file.parent.name, there.name, there.condition) == ("runs@home", "runs@home", None)
    under = located(f"{tmp_path}/runs@home@mouse")
    assert (under.file, under.name, under.condition) == (there.file, "runs@home", "mouse")


@pytest.mark.parametrize("name", ["", "Web", "web page", "as-trained", "a/b", "-a", "a@b"])
def test_what_cannot_be_a_name_is_refused(name):
    with pytest.raises(InputError, match="cannot be named"):
        check_condition_name(name)
    broken = KNOWN.in_place_of_those({})
    broken["conditions"][1]["name"] = name
    with pytest.raises(WeightsError, match="its viewing condition cannot be named"):
        known_conditions_in(broken, "a.onnx")


@pytest.mark.parametrize(
    "change",
    [
        {"power": 0},
        {"power": "nan"},
        {"blur": -1},
        {"blur": None},
        {"grid": [3, 3]},
        {"log_prior": "AAAA"},
        {"images": "AAAA"},
        {"images": 3},
        {"weights": 3},
        {"weights": {"readout.0.bias": {"shape": [2]}}},
        {"weights": {"readout.0.bias": {"shape": [2], "values": "AAAAAA=="}}},
        {"weights": {"readout.0.bias": {"shape": [-1], "values": "AAAAAA=="}}},
        {"weights": {"readout.0.bias": {"shape": [1], "values": "AADAfw=="}}},  # not a number
        None,
    ],
)
def test_damage_is_refused_by_name(change):
    about = KNOWN.in_place_of_those({})
    about["conditions"][0] = "words" if change is None else about["conditions"][0] | change
    with pytest.raises(WeightsError, match=r"a\.onnx is damaged: its viewing condition"):
        known_conditions_in(about, "a.onnx")


def test_a_default_that_is_not_there_is_damage():
    with pytest.raises(WeightsError, match="viewing condition 'wall' that it lacks"):
        known_conditions_in(KNOWN.in_place_of_those({}) | {"condition": "wall"}, "a.onnx")
