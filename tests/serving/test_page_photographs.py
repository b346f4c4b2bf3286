"""Twenty real photographs, of all kinds that programs write, have Python's densities on the page."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gazemap.serving.built import PAGE

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "page.py"
CHROMIUM = any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
LIMIT = 1e-3  # of the greatest density


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="Chromium is needed: apt-get install chromium")
@pytest.mark.skipif(not (PAGE / "index.html").is_file(), reason="the page is not built here: make page")
def test_densities_of_all_forms_are_those_of_python(shared_data):
    command = [sys.executable, BENCHMARK, "--data", shared_data, "--tries", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = re.findall(r"^  (\S+) +\d+x\d+ +\d+ folds +(\S+) +(\S+) +(\S+)$", done.stdout, re.M)
    assert len(rows) == 20, done.stdout
    assert all(float(value) < LIMIT for _, *values in rows for value in values), done.stdout
