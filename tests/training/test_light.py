"""Recipes of weights, logs and the list of recipes are read without PyTorch."""

from support.light import run_python

from gazemap.models.files import shipped_weights

READ = """
from gazemap.models.files import describe
from gazemap.reports.studies.recipes import recipes
from gazemap.training.log import read_metrics
from gazemap.training.recipe import saved_recipe
from gazemap.training.result import collapse_warning

assert "gazemap train gazenet " in recipes("gazenet").files[0].text
assert read_metrics(__import__("pathlib").Path("run")) == []
assert collapse_warning(1.0, 2.0) is None
for name in {names!r}:
    print(saved_recipe(describe("shipped:" + name)["recipe"], name).model.name)
"""


def test_recipes_of_weights_and_logs_are_read(tmp_path):
    names = sorted(shipped_weights())
    assert run_python(READ.format(names=names), tmp_path, absent=True).split() == ["gazenet"] * len(names)
