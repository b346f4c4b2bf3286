"""The command line is quick: what a command does not need is not imported."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.commands import all_commands

HEAVY = ["numpy", "scipy", "torch", "matplotlib", "pyarrow", "onnxruntime", "rich", "pydantic", "yaml"]
CODE = """
import sys
from gazemap.cli import main
sys.argv = ["gazemap", *sys.argv[1:]]
try:
    main()
finally:
    print("loaded", *(name for name in {names!r} if name in sys.modules), file=sys.stderr)
"""


def loaded(arguments, names, folder):
    """The exit code of a command, which of some packages it has imported, and what it printed."""
    made = subprocess.run(
        [sys.executable, "-c", CODE.format(names=names), *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    *text, last = made.stderr.splitlines()
    assert last.startswith("loaded"), made.stderr
    return made.returncode, last.split()[1:], made.stdout + "\n".join(text)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["data", "--help"],
        ["evaluate", "--help"],
        ["train", "--help"],
        ["predct"],
        ["predict", "--fast"],
        ["data", "inport"],
    ],
    ids=" ".join,
)
def test_help_and_typing_errors_load_nothing_heavy(arguments, tmp_path):
    _, names, text = loaded(arguments, HEAVY, tmp_path)
    assert names == [], text


def test_a_missing_argument_and_a_wrong_value_are_said_before_anything_heavy(tmp_path):
    heavy = [name for name in HEAVY if name != "pydantic"]  # by which Typer reads values
    for arguments in (
        ["predict"],
        ["evaluate", "gazenet"],
        ["data", "popout", "--out", "x", "--images", "ten"],
    ):
        code, names, text = loaded(arguments, heavy, tmp_path)
        assert (code, names) == (2, []), text


def test_all_commands_are_known_without_loading_anything():
    assert len(all_commands()) >= 30
    top = Path(sys.modules["gazemap.cli"].__file__).parent
    for path in top.glob("*.py"):
        for line in path.read_text().splitlines():
            if line.startswith(("import numpy", "import rich", "from rich", "from gazemap")):
                assert line.startswith(("from gazemap.cli", "from gazemap.errors")), f"{path}: {line}"


@pytest.fixture(scope="module")
def folder(popout_set, tmp_path_factory):
    made = tmp_path_factory.mktemp("light")
    (made / "set").symlink_to(popout_set.path)
    pixels = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
    Image.fromarray(pixels).save(made / "a.png")
    return made


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        "predict a.png",
        "areas a.png --areas a=0,0,9,9",
        "check a.png --areas a=0,0,9,9 --require a>=0",
        "describe a.png --areas a=0,0,9,9",
        "crop a.png --aspect 1:1 --out crop.png",
        "diff a.png a.png",
        "sheet a.png --out sheet.png",
        "data info set",
        "data check set",
        "data select set --split val --out part",
        "data view set --images 2",
        "data formats",
        "data sources",
        "evaluate gazenet --data set --metrics nss",
        "metrics",
        "models",
        "recipes",
    ],
)
def test_what_needs_no_torch_loads_none(command, folder):
    code, names, text = loaded(command.split(), ["torch"], folder)
    assert (code, names) == (0, []), text
