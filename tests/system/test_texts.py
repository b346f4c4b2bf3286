"""YAML and JSON from elsewhere: one kind of error, and nothing that grows or holds itself."""

import pytest

from gazemap.system.json_text import parse_json
from gazemap.system.yaml_text import parse_yaml


def test_plain_values_are_read():
    assert parse_yaml("a: {b: [1, 2.5, x, null, true]}") == {"a": {"b": [1, 2.5, "x", None, True]}}
    assert parse_json(b'{"a": [1, null]}') == {"a": [1, None]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "nested more than 32 deep"),
        ("a: &x [1]\nb: *x", "aliases"),
        ("loop: &x [*x]", "aliases"),
        ("!!python/object/apply:os.system ['true']", "could not determine a constructor"),
        ("!!binary 5", None),
        ("!!timestamp 9999-99-99", None),
        ("!!int x", None),
        ("!!float {}", None),
        ("? [a]\n: 1", None),
        ("a: b: c", None),
        ("a: " + "9" * 10_000, None),
    ],
)
def test_what_is_no_plain_yaml(text, message):
    with pytest.raises(ValueError, match=message):
        parse_yaml(text)


@pytest.mark.parametrize("text", ["[" * 200_000, "{", "", b"\xff", "9" * 10_000])
def test_what_is_no_json(text):
    with pytest.raises(ValueError):  # noqa: PT011 - of many wordings
        parse_json(text)
