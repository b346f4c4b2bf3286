"""What the extras bring is in pyproject.toml and in EXTRAS alike, and whoever wants it is told which one."""

import re
import tomllib
from pathlib import Path

from gazemap.system.extras import EXTRAS

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
MODULES = {"POT": "ot"}  # imported by another name than they are installed by
NO_FEATURE = {"dev"}  # brings what developers need, and no part of gazemap wants it


def modules(requirements):
    names = [re.match(r"[\w.-]+", requirement)[0] for requirement in requirements]
    return {MODULES.get(name, name) for name in names if name != "gazemap"}


def test_extras_are_those_of_the_project():
    brought = {
        module: extra
        for extra, requirements in PROJECT["optional-dependencies"].items()
        if extra not in NO_FEATURE
        for module in modules(requirements)
    }
    assert brought == EXTRAS


def test_the_core_brings_no_package_of_an_extra():
    core = modules(PROJECT["dependencies"])
    assert core & EXTRAS.keys() == set()
    assert core & {"torch", "torchvision", "timm"} == set()


def test_developers_get_every_extra():
    everything = PROJECT["optional-dependencies"]["dev"][0]
    extras = set(re.fullmatch(r"gazemap\[(.*)\]", everything)[1].split(","))
    assert extras == PROJECT["optional-dependencies"].keys() - NO_FEATURE
