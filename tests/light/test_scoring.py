"""Models are compared, and their maps submitted and scored again, without a package of an extra."""

import json
import zipfile

import numpy as np
import pytest
from support.light import run_command, run_python

DATA = ("--data", "gaze/popout", "--split", "val")

pytestmark = pytest.mark.slow  # `make light` runs all of it, in an environment without PyTorch


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("light")
    code, printed = run_command(folder, "data", "popout", "--out", "gaze/popout", "--images", 20)
    assert code == 0, printed
    return folder


def test_two_models_in_one_table_and_their_comparison(folder):
    words = ("--metrics", "nss,cc,information_gain", "--out", "scores.csv")
    code, printed = run_command(folder, "evaluate", "gazenet,gazenet-large", *DATA, *words)
    assert code == 0, printed
    asked = ("--row-a", "gazenet", "--row-b", "gazenet-large", "--out", "differences.csv")
    code, printed = run_command(folder, "compare", "scores.csv", "scores.csv", *asked)
    assert code == 0, printed
    run_python(
        """
import numpy as np, gazemap
from gazemap.evaluation.comparison import compare
names = ("gazenet", "gazenet-large")
a, b = (gazemap.evaluate(name, "gaze/popout", "val", metrics=["nss"]) for name in names)
expected = np.mean(b.per_image["gazenet-large"]["nss"] - a.per_image["gazenet"]["nss"])
found = compare("scores.csv", "scores.csv", row_a="gazenet", row_b="gazenet-large")
assert abs(found.difference("nss").mean.mean - expected) < 1e-9, (found, expected)
assert len(open("differences.csv").readlines()) == 1 + 3 * 5
""",
        folder,
    )


def test_a_submission_is_scored_like_its_model(folder):
    code, printed = run_command(folder, "submit", "gazenet", *DATA, "--format", "salicon", "--out", "maps")
    assert code == 0, printed
    assert len(zipfile.ZipFile(folder / "maps.zip").namelist()) == 5
    asked = ("--metrics", "auc", "--json", "--out")
    found = {}
    for name in ("gazenet", "maps.zip"):
        code, printed = run_command(folder, "evaluate", name, *DATA, *asked, f"{name}.parquet")
        assert code == 0, printed
        rows = json.loads(printed[printed.index("{") :])["rows"]
        found[name] = next(iter(rows.values()))["auc"]["mean"]
    assert found["maps.zip"] == pytest.approx(found["gazenet"], abs=0.01)  # 256 levels have ties


def test_hdf5_maps_name_the_extra_that_reads_them(folder):
    (folder / "maps.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(512))
    for words in (("evaluate", "maps.h5"), ("submit", "gazenet", "--format", "tuebingen", "--out", "x.h5")):
        code, printed = run_command(folder, *words, *DATA, absent=True)
        assert code == 2, printed
        assert "pip install 'gazemap[data]'" in " ".join(printed.split())
    assert not (folder / "x.h5").exists()
    np.save(folder / "odd.npy", np.eye(3))
    code, printed = run_command(folder, "evaluate", "odd.npy", *DATA, absent=True)
    assert (code, "is damaged or of another kind" in " ".join(printed.split())) == (2, True)
