"""Areas, crops, designs, sheets and pages work without any package of an extra."""

import numpy as np
import pytest
from PIL import Image
from support import tiny_model
from support.light import run_python

from gazemap.models.weights import save_model

AREAS = """
import sys
from gazemap.reports.areas import areas
from gazemap.reports.crop import crop
from gazemap.reports.diff import diff

crop("a.png", "crop.png", aspect="1:1")
areas("a.png", areas="left=0,0,40,60", out="areas.csv")
diff("a.png", "b.png", areas="left=0,0,40,60", out="diff.json")
print(*sorted({"matplotlib", "scipy", "jinja2", "pyarrow", "pydantic"} & sys.modules.keys()))
"""
FIGURES = """
from gazemap.reports.areas import areas
from gazemap.reports.sheet import sheet

areas("a.png", areas="left=0,0,40,60", figure="areas.png")
sheet(["a.png", "b.png"], "sheet.png", model=["gazenet", "gazenet-large"])
"""
PAGES = """
from gazemap.reports.report import report
from gazemap.reports.view import view

view({data!r}, "view.html", images=3)
report("gazenet", {data!r}, protocols=["mit"])
"""

RUN = """
from gazemap.errors import MissingPackageError
from gazemap.reports.report import report

try:
    report("run", {data!r})
except MissingPackageError as error:
    print(error)
"""


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("a.png", "b.png"):
        Image.fromarray(rng.integers(0, 255, (60, 80, 3), np.uint8)).save(tmp_path / name)
    return tmp_path


def test_areas_of_images(folder):
    assert run_python(AREAS, folder, absent=True).split() == []
    assert all((folder / name).is_file() for name in ("crop.png", "areas.csv", "diff.json"))


@pytest.mark.slow
def test_figures(folder):
    run_python(FIGURES, folder, absent=True)
    assert all((folder / name).stat().st_size > 10_000 for name in ("areas.png", "sheet.png"))


@pytest.mark.slow
def test_pages(folder, popout_set):
    run_python(PAGES.format(data=str(popout_set.path)), folder, absent=True)
    page = (folder / "gazenet-popout" / "report.html").read_text()
    assert "gazenet is not given as a run folder" in page
    assert "The metric emd of mit is left out" in page
    assert (folder / "view.html").is_file()


@pytest.mark.slow
def test_the_report_of_a_run_names_the_extra(folder, popout_set):
    save_model(folder / "run" / "best.safetensors", tiny_model.Tiny(), recipe={"name": "tiny"})
    said = run_python(RUN.format(data=str(popout_set.path)), folder, absent=True)
    assert "The report of a run folder needs the package torch" in said
    assert "pip install 'gazemap[train]'" in said
