"""The files around the package: they agree on the version, and the workflows run what a clone can run."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WORKFLOWS = {
    path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / ".github/workflows").glob("*.yml")
}


def release_notes():
    spec = importlib.util.spec_from_file_location("release_notes", ROOT / ".github/release_notes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.notes


def steps(workflow):
    return [step.get("run", "") for job in WORKFLOWS[workflow]["jobs"].values() for step in job["steps"]]


def test_the_citation_names_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= citation.keys()


def test_workflows_run_what_a_clone_can_run():
    assert ".ci/run" in steps("ci")
    assert {".ci/run", "make wheel-test"} <= set(steps("release"))
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    called = re.findall(r"make ([a-z-]+)", "\n".join([*steps("release"), (ROOT / ".ci/run").read_text()]))
    assert {*called} <= {*targets}


def test_publishing_needs_the_checks_and_has_no_password():
    jobs = WORKFLOWS["release"]["jobs"]
    assert jobs["publish"]["needs"] == "build"
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    text = (ROOT / ".github/workflows/release.yml").read_text()
    assert "secrets." not in text
    assert all(workflow["permissions"] == {"contents": "read"} for workflow in WORKFLOWS.values())


CHANGELOG = (
    "# Changes\n\n## [Unreleased]\n\nSoon.\n\n## [0.2.0] - 2026-12-01\n\n### Added\n\n- A.\n\n## [0.1.0]\n"
)


def test_the_notes_of_a_version_end_where_the_next_begins():
    assert release_notes()(CHANGELOG, "0.2.0") == "### Added\n\n- A.\n"


@pytest.mark.parametrize("version", ["0.1.0", "0.3.0"])
def test_a_version_without_notes_is_not_released(version):
    with pytest.raises(SystemExit, match=rf"no notes on {version}; it has Unreleased, 0\.2\.0, 0\.1\.0"):
        release_notes()(CHANGELOG, version)


@pytest.mark.parametrize(
    "form", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.stem
)
def test_issue_forms_have_what_forms_need(form):
    content = yaml.safe_load(form.read_text())
    assert {"name", "description", "body"} <= content.keys()
    assert len({part["id"] for part in content["body"]}) == len(content["body"])
    assert all(part["attributes"]["label"] for part in content["body"])
