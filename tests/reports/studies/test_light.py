"""Studies without PyTorch: each can be imported, and names the extra that trains."""

import pytest
from support import tiny_model
from support.light import run_python

TRAIN = """
from gazemap.errors import MissingPackageError
from gazemap.reports.studies.cross_validation import cross_validate
from gazemap.reports.studies.reproduction import reproduce
from gazemap.reports.studies.sweep import sweep
from gazemap.reports.studies.transfer import transfer
from gazemap.training.recipe import load_recipe

for call in (
    lambda: load_recipe("tiny.yaml"),
    lambda: cross_validate("tiny.yaml", "set", "out"),
    lambda: reproduce("nurick2021", "set", "out"),
    lambda: sweep("losses", "set", "out"),
    lambda: transfer(["set", "set"], "tiny.yaml", "out"),
):
    try:
        call()
    except MissingPackageError as error:
        print(error)
"""


@pytest.mark.slow  # the quick suite asks the command line: tests/cli/test_process.py
def test_what_trains_names_the_extra(tmp_path, popout_set):
    (tmp_path / "tiny.yaml").write_text(tiny_model.RECIPE)
    (tmp_path / "set").symlink_to(popout_set.path)
    printed = run_python(TRAIN, tmp_path, absent=True)
    message = (
        "Training needs the package torch, which is not installed. Install it: pip install 'gazemap[train]'."
    )
    assert printed.splitlines() == [message] * 5
    assert not (tmp_path / "out").exists()
