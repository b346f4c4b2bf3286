"""The build of the site: links that lead out of docs/, pages from outside, nothing from other hosts."""

import importlib.util
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
HOOKS = ROOT / "docs" / "making"


class Loader(yaml.SafeLoader):
    """Reads MkDocs' values from the environment as their default."""


Loader.add_constructor("!ENV", lambda loader, node: loader.construct_sequence(node)[-1])


def hook(name):
    spec = importlib.util.spec_from_file_location(name, HOOKS / f"{name}.py")
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("uri", "written", "expected"),
    [
        ("index.md", "[a](install.md)", "[a](install.md)"),
        ("index.md", "[a](../CHANGELOG.md)", "[a](changelog.md)"),
        ("how-to/x.md", "[a](../../CONTRIBUTING.md#habits)", "[a](../contributing.md#habits)"),
        ("contributing.md", "[a](docs/install.md#extras)", "[a](install.md#extras)"),
        ("contributing.md", "[a](CHANGELOG.md)", "[a](changelog.md)"),
        (
            "how-to/x.md",
            "[a](../../src/gazemap/models/pretrained/gazenet.md)",
            "[a](../reference/models/gazenet.md)",
        ),
        ("install.md", "[constraints.txt](../constraints.txt)", "constraints.txt"),
        ("install.md", "[a](../nothing.txt) [b](https://example.org/a.md)", None),
        ("index.md", "![a](images/prediction.jpg) [a](#here)", None),
    ],
)
def test_links_lead_to_where_the_site_has_their_targets(uri, written, expected):
    assert hook("outside").with_links(written, uri) == (expected or written)


@pytest.mark.parametrize(
    "asks",
    [
        '<script src="https://cdn.example/a.js">',
        "<link rel=preconnect href=//fonts.example>",
        '<img alt="a" src="http://example.org/a.png">',
        'const a = (await import("https://cdn.example/a.mjs"))',
        "@import url(https://fonts.example/css);",
    ],
)
def test_what_asks_another_host_is_found(asks):
    assert len(hook("offline").foreign(f"<p>{asks}</p>")) == 1


def test_links_that_a_reader_follows_are_allowed():
    assert (
        hook("offline").foreign('<a href="https://arxiv.org/abs/1704.08615">paper</a> <img src="a.png">')
        == []
    )


def test_diagrams_of_notebooks_are_left_out():
    page = '<script type="module">keep()</script><script type="module">import("https://a/mermaid")</script>ok'
    left = hook("offline").on_page_content(page)
    assert left == '<script type="module">keep()</script>ok'


def test_the_site_needs_no_other_host_and_has_every_page():
    config = yaml.load((ROOT / "mkdocs.yml").read_text(), Loader)
    assert config["theme"]["font"] is False
    assert "offline" in config["plugins"]
    assert all("//" not in script for script in config["extra"]["polyfills"])
    assert config["validation"]["nav"]["omitted_files"] == "warn"
    assert {*config["validation"]["links"].values()} == {"warn"}
