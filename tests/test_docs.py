"""The examples of README and docs run as they stand, and the pages link to what exists."""

import re
from pathlib import Path

import pytest
from support import tiny_model

from gazemap import load_recipe, train

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = [
    (page, code) for page in PAGES for code in re.findall(r"```python\n(.*?)```", page.read_text(), re.S)
]


class Stand(tiny_model.Tiny):
    """A tiny network under the name of the one that the pages speak of."""

    architecture = "shallow"


@pytest.mark.parametrize(("page", "code"), EXAMPLES, ids=lambda value: getattr(value, "name", "code"))
def test_examples_run(page, code, popout_set, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(tiny_model.MODELS, "shallow", Stand)
    (tmp_path / "gaze").mkdir()
    (tmp_path / "gaze" / "popout").symlink_to(popout_set.path)
    (tmp_path / "tiny.yaml").write_text(tiny_model.RECIPE.replace("{name: tiny}", "{name: shallow}"))
    recipe = load_recipe(tmp_path / "tiny.yaml", ["training.epochs=2"])
    train(recipe, popout_set, tmp_path / "runs/demo/shallow-fixed-popout", progress=False)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, page.name, "exec"), {})
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target
