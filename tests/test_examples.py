"""The examples do what they say: the steps of the action and of the hook are run, on both versions."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from PIL import Image

import gazemap

ROOT = Path(__file__).parents[1]
CHECKS = ROOT / "examples" / "checks"
BASELINE = "gazemap check screens/home.png --areas areas --condition web-page --save-baseline before.json"


installed = set()


def shell(script, folder, **variables):
    """What a runner does with a step: bash that stops at the first error, in the checkout.

    What one step has installed, a later run does not install again, which takes a second each time.
    """
    lines = [line for line in script.splitlines() if line not in installed]
    installed.update(line for line in lines if line.startswith("python -m pip install "))
    commands = str(Path(sys.executable).parent)  # where `python` and `gazemap` are
    own = {
        "PATH": os.pathsep.join([commands, os.environ["PATH"]]),
        "PYTHONPATH": str(Path(gazemap.__file__).parents[1]),
        "PIP_NO_DEPS": "1",  # what the steps install is there
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(lines)],
        cwd=folder,
        env=os.environ | own | {name: str(value) for name, value in variables.items()},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A checkout with the examples, and the baseline of the first version."""
    folder = tmp_path_factory.mktemp("repository")
    shutil.copytree(CHECKS, folder / "examples" / "checks")
    made = shell(f"python examples/checks/site.py before\n{BASELINE}", folder)
    assert made.returncode == 0, made.stderr
    return folder


def action(folder, place, given):
    """Run the steps of a composite action; returns the last one, which may have failed."""
    about = yaml.safe_load((folder / place / "action.yml").read_text())
    assert about["runs"]["using"] == "composite"
    assert given.keys() <= about["inputs"].keys()
    known = {name: own.get("default") for name, own in about["inputs"].items()} | given
    assert None not in known.values(), "an input that is required is not given"
    for step in about["runs"]["steps"]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]  # an input in a script could be a command
        variables = {
            name: known[re.fullmatch(r"\$\{\{ inputs\.(\w+) \}\}", value)[1]]
            for name, value in step["env"].items()
        }
        done = shell(step["run"], folder, **variables)
        if done.returncode:
            break
    return done


def workflow(folder, version):
    """Run the workflow as far as it needs no GitHub; the actions of GitHub are left out."""
    (job,) = yaml.safe_load((CHECKS / "workflow.yml").read_text())["jobs"].values()
    for step in job["steps"]:
        if "run" in step:
            assert step["env"] == {"VERSION": "before"}
            done = shell(step["run"], folder, VERSION=version)
        elif step["uses"].startswith("./"):
            done = action(folder, step["uses"], step["with"])
        else:
            assert step["uses"].startswith("actions/")
            continue
        if done.returncode:
            break
    return done


@pytest.mark.slow
def test_the_action_passes_for_the_site_as_it_was_and_fails_where_its_button_moved(repository):
    passed = workflow(repository, "before")
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "6 of 6 requirements are met." in passed.stdout
    failed = workflow(repository, "after")
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert re.search(r"Not met: button: share is 0\.\d+%, and must be >= 8%\.", failed.stdout)
    assert re.search(r"Not met: button: drop is 9\d\.\d+%, from a share of \d+", failed.stdout)
    assert (repository / "summary.md").read_text().endswith(f"```text\n{failed.stdout}```\n")
    report = ElementTree.parse(repository / "attention.xml").getroot()
    names = {case.get("name") for case in report.iter("testcase") if case.find("failure") is not None}
    assert names == {"button share >= 8%", "button rank <= 2", "button drop <= 15%"}


@pytest.mark.slow
def test_the_action_says_what_it_does_not_find(repository):
    missing = action(repository, "examples/checks", {"images": "nowhere/*.png", "areas": "areas"})
    assert (missing.returncode, missing.stdout) == (2, "::error::No image matches nowhere/*.png\n")
    wrong = {"images": "screens/*.png", "areas": "areas", "require": "$(touch owned)>=8%"}
    refused = action(repository, "examples/checks", wrong)
    assert refused.returncode == 2
    assert "There is no area named '$(touch owned)'" in refused.stderr
    assert not (repository / "owned").exists()


def hook(folder, files):
    """What pre-commit runs: the entry and its arguments, on those changed files that the hook is for."""
    about = yaml.safe_load((CHECKS / "pre-commit-config.yaml").read_text())
    (own,) = about["repos"][0]["hooks"]
    assert own["additional_dependencies"] == ["gazemap"]
    chosen = [file for file in files if re.search(own["files"], file)]
    if not chosen:
        return None
    return shell(shlex.join([*shlex.split(own["entry"]), *own["args"], *chosen]), folder)


@pytest.mark.slow
def test_the_hook_lets_the_site_as_it_was_through_and_stops_the_one_whose_button_moved(repository):
    changed = ["README.md", "screens/home.png", "areas/home.json"]
    shell("python examples/checks/site.py before", repository)
    assert hook(repository, changed).returncode == 0
    shell("python examples/checks/site.py after", repository)
    stopped = hook(repository, changed)
    assert stopped.returncode == 1
    assert "Not met: button: rank is 3, and must be <= 2" in stopped.stdout
    assert hook(repository, ["README.md"]) is None


def test_the_site_differs_in_its_button_alone(tmp_path):
    made = {}
    for version in ("before", "after"):
        assert shell(f"python {shlex.quote(str(CHECKS / 'site.py'))} {version}", tmp_path).returncode == 0
        made[version] = Image.open(tmp_path / "screens/home.png").convert("RGB")
        made[version].load()
    for place in ((0, 0, 1280, 340), (400, 340, 1280, 720)):
        assert made["before"].crop(place).tobytes() == made["after"].crop(place).tobytes()
    wrong = shell(f"python {shlex.quote(str(CHECKS / 'site.py'))} later", tmp_path)
    assert (wrong.returncode, wrong.stderr) == (
        1,
        "Say which version of the site to draw: before or after.\n",
    )
