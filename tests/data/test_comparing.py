"""Arrays have no truth value: a dataclass of arrays needs an equality of its own, or none by content."""

import dataclasses
import importlib
import pkgutil
import re

import pytest

from gazemap import data, gaze, images

MODULES = [
    importlib.import_module(found.name)
    for room in (data, gaze, images)
    for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
]
OF_ARRAYS = [
    kind
    for module in MODULES
    for kind in vars(module).values()
    if dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__
    if any(re.search("NDArray|Floats|Pixels|Tensor", str(field.type)) for field in dataclasses.fields(kind))
]


@pytest.mark.parametrize("kind", OF_ARRAYS, ids=lambda kind: kind.__name__)
def test_a_dataclass_of_arrays_does_not_compare_them_as_numbers(kind):
    assert not kind.__dataclass_params__.eq
    assert kind.__hash__ is not None


def test_some_dataclasses_hold_arrays():
    assert {"Fixations", "DetectedFixations", "Arrays", "Item"} <= {kind.__name__ for kind in OF_ARRAYS}
