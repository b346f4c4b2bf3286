"""The list of recipes and sweeps, beside the files themselves."""

from pathlib import Path

import pytest
import yaml

import gazemap
from gazemap.errors import RecipeError
from gazemap.reports.studies.recipes import recipes

SUMMARY = "Losses compared on one fixed network, as by Bruckert et al. (2019)."
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
    assert file.summary.endswith(".")
    assert "#" not in file.summary
    assert "Source:" not in file.summary
    assert (
        f"# {file.summary}"
        == file.text.partition("\n# Source")[0].replace("\n# ", " ").partition(" Why: ")[0]
    )
    assert yaml.safe_load(file.text)["name"] == file.name


def test_one_is_found_by_its_name():
    assert recipes("losses").as_json() == {
        "recipes": [
            {
                "name": "losses",
                "kind": "sweep",
                "summary": SUMMARY,
                "text": files("sweep")["losses"].read_text(),
            }
        ]
    }
    with pytest.raises(RecipeError, match=r"no recipe or sweep named 'gazent'.*Did you mean 'gazenet'"):
        recipes("gazent")
