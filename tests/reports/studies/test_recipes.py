"""The list of recipes and sweeps, beside the files themselves."""

from pathlib import Path

import pytest
import yaml

import gazemap
from gazemap.errors import RecipeError
from gazemap.reports.studies.recipes import recipes

FOLDERS = {"recipe": "training/recipes", "sweep": "reports/studies/sweeps"}


def files(kind):
    return {file.stem: file for file in (Path(gazemap.__file__).parent / FOLDERS[kind]).glob("*.yaml")}


def test_every_file_is_listed_with_its_text():
    found = recipes().files
    for kind in FOLDERS:
        assert {file.name: file.text for file in found if file.kind == kind} == {
            name: path.read_text() for name, path in files(kind).items()
        }


@pytest.mark.parametrize("file", recipes().files, ids=lambda file: file.name)
def test_every_file_begins_with_a_sentence_that_says_what_it_is(file):
    assert file.summary[0].isupper() or file.summary.startswith("gazenet")
    assert "#" not in file.summary
    assert len(file.summary) > 20
    assert yaml.safe_load(file.text)["name"] == file.name


def test_one_is_found_by_its_name():
    assert recipes("center-bias").as_json() == {
        "recipes": [
            {
                "name": "center-bias",
                "kind": "sweep",
                "summary": recipes("center-bias").files[0].text.splitlines()[0][2:],
                "text": files("sweep")["center-bias"].read_text(),
            }
        ]
    }
    with pytest.raises(RecipeError, match=r"no recipe or sweep named 'gazent'.*Did you mean 'gazenet'"):
        recipes("gazent")
