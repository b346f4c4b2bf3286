"""The page's sources: TypeScript finds no wrong type in them, and their own tests pass."""

import shutil
import subprocess

import pytest
from support.page_modules import SOURCES

FOLDER = SOURCES.parent

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (FOLDER / "node_modules").exists(),
    reason="Node.js and the page's packages are needed: make page",
)


def run(*words):
    done = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_all_types_fit():
    run("node_modules/.bin/tsc", "--project", "tsconfig.json")


def test_the_tests_of_single_modules_pass():
    files = sorted(str(path) for path in (FOLDER / "tests").glob("*.test.js"))
    assert files
    run("node", "--test", *files)


def test_sources_are_short():
    """Every file has one subject, as in Python."""
    lines = {path.name: len(path.read_text().splitlines()) for path in SOURCES.rglob("*.js")}
    assert {name: count for name, count in lines.items() if count > 400} == {}
