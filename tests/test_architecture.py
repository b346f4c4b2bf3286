"""The house rules that a machine can hold: imports follow the arrow, files stay small."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gazemap

ROOT = Path(gazemap.__file__).parent
ARROW = [
    {"errors"},
    {"files", "pages", "memory", "overlays", "blurring", "detection", "vision_operators"},
    {"fixations", "boxes"},
    {"data", "models", "metrics"},
    {"losses", "baselines", "scores", "box_tables", "crops", "regions"},
    {"training", "truths", "prediction", "significance", "stored", "designs"},
    {
        "evaluation",
        "exported",
        "figures",
        "diagnosis",
        "agreement",
        "gaze_figures",
        "prediction_figures",
        "thumbnails",
    },
    {"findings", "comparison", "contact_sheet", "submission"},
    {"report"},
    {"cross_validation", "reproduction", "sweep"},
    {"cli"},
]
LEVEL = {name: level for level, names in enumerate(ARROW) for name in names}
FILES = [path for path in sorted(ROOT.rglob("*.py")) if path != ROOT / "__init__.py"]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("gazemap."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.ImportFrom) and node.module == "gazemap":
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_arrow(path):
    own = path.relative_to(ROOT).parts[0].removesuffix(".py")
    for name in imported(path):
        if name != own:
            assert LEVEL[name] < LEVEL[own], f"{own} must not import {name}"
            if own == "metrics":
                # usable alone: no data set, no model
                assert name in {"errors", "blurring", "fixations", "vision_operators"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_can_be_read_to_their_end(path):
    assert len(path.read_text().splitlines()) <= 400


def test_importing_is_silent_and_opens_no_windowing():
    code = "import sys, gazemap; sys.exit('matplotlib.pyplot' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout + result.stderr == ""


def test_public_names_are_these():
    assert len(gazemap.__all__) <= 16
    for name in gazemap.__all__:
        assert getattr(gazemap, name).__doc__
