"""The README runs as it stands: every block, in order, from a folder that holds a photograph alone.

Two blocks are run elsewhere: what installs the package by `make wheel-test`, and the two `make` commands by
.ci/run.
"""

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gazemap.reports.demo.photograph import PORTRAIT  # the README's picture

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README.read_text(), re.M | re.S)
MADE = (
    *(
        "predictions/photo.jpg.overlay.jpg",
        "heatmaps/photo.jpg.attention.json",
        "wide.jpg",
        "diff.png",
        "sheet.png",
    ),
    *("popout.html", "gazenet.parquet", "compare.png", "runs/unet/report.html", "gazenet.onnx"),
)


def test_the_readme_is_one_screen_of_the_blocks_that_are_known():
    assert {language for language, _ in BLOCKS} == {"sh", "text", "python"}
    assert len(README.read_text().splitlines()) < 130
    indented = re.findall(r"^    (\S.*)$", README.read_text(), re.M)
    assert [line.split("#")[0].split() for line in indented] == [["make", "demo"], ["make", "test"]]


@pytest.mark.slow
def test_every_block_runs_in_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(PORTRAIT, "photo.jpg")
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "gazemap").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gazemap "$@"\n')
    (programs / "gazemap").chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80"}
    printed = ""
    for language, block in BLOCKS:
        if language == "sh" and "pip install" not in block:
            done = subprocess.run(
                ["sh", "-e", "-c", block], env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
            printed = done.stdout
        elif language == "text":
            assert printed == block
        elif language == "python":
            example = doctest.DocTestParser().get_doctest(block, {}, "README", "README.md", 0)
            said = []
            doctest.DocTestRunner(verbose=False).run(example, out=said.append)
            assert said == []
    assert [path for path in MADE if not (tmp_path / path).exists()] == []
