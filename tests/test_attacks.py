"""Mutated files are read, or refused by gazemap's own errors: `benchmarks/attacks.py`, in small.

tests/test_benchmarks.py runs it on more files, of every kind.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ATTACKS = Path(__file__).parents[1] / "benchmarks" / "attacks.py"


def attack(*arguments):
    done = subprocess.run([sys.executable, ATTACKS, "--show", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize(
    "kind", ["data sets", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("--set", "archives"))]
)
def test_some_mutated_files(kind):
    assert "all: 60 files, failed: 0" in attack(f"--kind={kind}", "--others", "60", "--seed", "1")
