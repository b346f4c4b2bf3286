"""The house rules that a machine can hold: imports follow the arrow, files stay small, no loose modules."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gazemap

ROOT = Path(gazemap.__file__).parent

# Rooms from the street to the door: a room imports from rooms to its left alone, in `errors | types`
# neither from the other.
HOUSE = "errors < types < system < gaze < images < data | models | metrics < losses < prediction | training"
HOUSE += " < evaluation | analysis < reports | serving < cli"

# The same within the rooms that have several: what is named here, in this order.
ROOMS = {
    "data": "sample < tables | selection < dataset < check | exporting | batches | writing | subsets"
    " < importers | popout < download",
    "metrics": "kernels < densities | distribution | auc < location | emd < scoring"
    " < __init__ < torchmetrics",
    "models": "training_images < base < encoders | parts < dilated < * < __init__ < weights",
    "losses": "cases < * < __init__",
    "prediction": "inputs < predict < engines < files",
    "training": "recipe < pretext | optimizers | distillation | learned | log < setup < checkpoint < loop",
    "evaluation": "left_out | score_files < scores | baselines"
    " < truths | agreement | significance < names | evaluate < reuse | comparison | interchange",
    "reports": "pages | figures | diagnosis < thumbnails | findings < report | contact_sheet < studies",
}
ALONE = {"errors", "types", "system", "gaze", "images"}  # all that `metrics` may import
FILES = [path for path in sorted(ROOT.rglob("*.py")) if path != ROOT / "__init__.py"]


def levels(order):
    """Name -> its place from the left."""
    return {
        name: level for level, names in enumerate(order.split(" < ")) for name in names.strip().split(" | ")
    }


def part(names, depth):
    """The room, or the part of a room, of a module given by its names; a package's own file is `__init__`."""
    return names[depth] if depth < len(names) else "__init__"


def imported(path):
    """The names of every module of gazemap that a file imports, e.g. ("metrics", "auc")."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            first, *names = node.module.split(".")
            if first == "gazemap":
                # `from gazemap.metrics import auc` may mean a module: one of several names decides alone
                modules = [[*names, alias.name] for alias in node.names if is_module([*names, alias.name])]
                yield from modules or [names]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1:] for alias in node.names if alias.name.startswith("gazemap"))


def is_module(names):
    place = ROOT.joinpath(*names)
    return place.is_dir() or place.with_suffix(".py").is_file()


def own_names(path):
    names = [*path.relative_to(ROOT).with_suffix("").parts]
    return names[:-1] if names[-1] == "__init__" else names


def refuse_back(own, other, order, depth):
    ours, theirs = part(own, depth), part(other, depth)
    level = levels(order)
    if ours != theirs:
        low, high = (level.get(name, level.get("*")) for name in (theirs, ours))
        assert low is not None, f"{theirs} has no place in {order}"
        assert high is not None, f"{ours} has no place in {order}"
        assert low < high, f"{'.'.join(own)} must not import {'.'.join(other)}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_arrow(path):
    own = own_names(path)
    for other in imported(path):
        assert other, f"{'.'.join(own)} imports the package's own face"
        refuse_back(own, other, HOUSE, 0)
        if own[0] == "metrics" and other[0] != "metrics":
            assert other[0] in ALONE  # usable alone: no data set, no model
        if own[0] == other[0] in ROOMS:
            refuse_back(own, other, ROOMS[own[0]], 1)


def test_every_part_of_an_ordered_room_exists():
    for room, order in {"": HOUSE.replace(" | serving", ""), **ROOMS}.items():
        for name in set(levels(order)) - {"*", "__init__"}:
            assert is_module([*room.split(), name]), f"{room or 'the house'} has no {name}"


def test_the_house_has_no_loose_module():
    modules = {path.name for path in ROOT.iterdir() if path.suffix == ".py"}
    assert modules == {"__init__.py", "errors.py", "types.py"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_can_be_read_to_their_end(path):
    assert len(path.read_text().splitlines()) <= 400


def test_importing_is_silent_and_opens_no_windowing():
    code = "import sys, gazemap; sys.exit('matplotlib.pyplot' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout + result.stderr == ""


def test_public_names_are_these():
    assert len(gazemap.__all__) <= 20
    for name in gazemap.__all__:
        assert getattr(gazemap, name).__doc__
