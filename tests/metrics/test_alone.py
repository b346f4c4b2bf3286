"""The metrics can be used alone: importing them, and scoring arrays, loads no large package."""

import subprocess
import sys

import numpy as np
import pytest

from gazemap import metrics
from gazemap.errors import MissingPackageError

HEAVY = ("torch", "scipy", "matplotlib", "pyarrow", "pydantic", "ot", "PIL", "rich")
SCORES = """
import numpy as np
random = np.random.default_rng(0)
maps = [random.random((48, 64)) for _ in range(3)]
fixation_map = random.random((48, 64)) < 0.05
for protocol in ("exact", "mit", "tuebingen", "salicon2017", "bristol2021"):
    names = [name for name in gazemap.metrics.PROTOCOLS[protocol].metrics if name != "emd"]
    gazemap.metrics.score(
        maps[0], fixation_map=fixation_map, density=maps[1], other_fixation_map=fixation_map[::-1],
        baseline=maps[2] / maps[2].sum(), protocol=protocol, metrics=names,
    )
"""


@pytest.mark.parametrize(("code", "allowed"), [("", ()), (SCORES, ("PIL",))], ids=["import", "scores"])
def test_metrics_load_no_large_package(code, allowed):
    heavy = [name for name in HEAVY if name not in allowed]
    code = f"import sys\nimport gazemap.metrics\n{code}\nprint([n for n in {heavy} if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_emd_alone_needs_pot_and_names_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "ot", None)  # as where it is not installed
    maps = np.random.default_rng(0).random((2, 64, 96))
    assert metrics.kld(*maps) > 0
    with pytest.raises(MissingPackageError, match=r"earth mover's distance needs .*'gazemap\[emd\]'"):
        metrics.emd(*maps)
