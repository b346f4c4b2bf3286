"""A user's program, read by mypy at its strictest: right uses pass, and wrong ones are refused."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import gazemap

TESTS = Path(__file__).parent
PROGRAM = TESTS / "support" / "user_program.py"


@pytest.mark.slow
def test_mypy_knows_every_type_and_refuses_every_wrong_use():
    command = [sys.executable, "-m", "mypy", "--strict", "--warn-unused-ignores", str(PROGRAM)]
    done = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True)
    found = {
        (int(line), code)
        for line, code in re.findall(rf"{PROGRAM.name}:(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.M)
    }
    lines = PROGRAM.read_text().splitlines()
    expected = {
        (number, refused[1])
        for number, line in enumerate(lines, 1)
        if (refused := re.search(r"# refused: ([\w-]+)$", line))
    }
    assert len(expected) > 30
    assert found == expected, done.stdout + done.stderr


def test_the_program_uses_every_public_name():
    text = PROGRAM.read_text()
    assert [name for name in gazemap.__all__ if not re.search(rf"\b{name}\b", text)] == []
