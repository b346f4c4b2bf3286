"""What differs between two fingerprints is named, key by key."""

from gazemap.system.fingerprint import differences, fingerprint


def test_every_difference_is_named():
    saved = fingerprint(recipe={"lr": 1, "data": {"fit": "crop"}}, dataset="a 1")
    asked = fingerprint(recipe={"lr": 2, "data": {"fit": "stretch"}}, dataset="a 2")
    assert differences(saved, asked) == [
        "dataset was 'a 1' and is now 'a 2'",
        "recipe.data.fit was 'crop' and is now 'stretch'",
        "recipe.lr was 1 and is now 2",
    ]
    assert differences(saved, saved) == []


def test_a_section_that_came_or_went_is_a_difference_like_any_other():
    assert differences({"a": None}, {"a": {"b": 1}}) == ["a was None and is now {'b': 1}"]
    assert differences({"a": {"b": 1}}, {"a": None}) == ["a was {'b': 1} and is now None"]
    assert differences({}, {"a": 1}) == ["a was not set and is now 1"]


def test_what_says_nothing_is_told_apart():
    assert differences(None, {"a": 1}) == ["it does not say what made it"]
