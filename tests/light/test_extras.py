"""What the extras bring is in pyproject.toml and in EXTRAS alike, and whoever wants it is told which one."""

import re
import tomllib
from pathlib import Path

import pytest
from support.light import run_command, run_python

from gazemap.system.extras import EXTRAS

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
MODULES = {
    "POT": "ot",
    "ImageHash": "imagehash",
    "pillow-heif": "pillow_heif",
    "prometheus-client": "prometheus_client",
    "python-multipart": "python_multipart",
}  # imported by another name than they are installed by
NO_FEATURE = {"dev", "docs"}  # bring what developers need, and no part of gazemap wants them


def modules(requirements):
    names = [re.match(r"[\w.-]+", requirement)[0] for requirement in requirements]
    return {MODULES.get(name, name) for name in names if name != "gazemap"}


def test_extras_are_those_of_the_project():
    brought = {
        module: extra
        for extra, requirements in PROJECT["optional-dependencies"].items()
        if extra not in NO_FEATURE
        for module in modules(requirements)
    }
    assert brought == EXTRAS


def test_the_core_brings_no_package_of_an_extra():
    core = modules(PROJECT["dependencies"])
    assert core & EXTRAS.keys() == set()
    assert core & {"torch", "torchvision", "timm"} == set()


def test_developers_get_every_extra():
    everything = PROJECT["optional-dependencies"]["dev"][0]
    extras = set(re.fullmatch(r"gazemap\[(.*)\]", everything)[1].split(","))
    assert extras == PROJECT["optional-dependencies"].keys() - NO_FEATURE


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (("predict", "photo.jpg", "--engine", "torch"), "train"),
        (("serve",), "serve"),
        *(
            pytest.param(words, extra, marks=pytest.mark.slow)  # `make light` runs all of them
            for words, extra in (
                (("train", "gazenet", "--data", "gaze", "--out", "runs/a"), "train"),
                (("predict", "photo.jpg", "--engine", "openvino"), "openvino"),
                (("mcp",), "mcp"),
                (("predict", "clip.mp4"), "video"),
                (("data", "download", "osie", "--out", "raw"), "data"),
            )
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[:2]),
)
def test_a_command_says_which_extra_it_needs(words, extra, tmp_path):
    code, printed = run_command(tmp_path, *words, absent=True)
    assert code == 2, printed
    assert f"pip install 'gazemap[{extra}]'" in " ".join(printed.split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "extra"),
    [
        ("gazemap.load_model()", "train"),
        ("gazemap.create_model('shallow')", "train"),
        ("from gazemap.metrics import emd; import numpy; emd(numpy.eye(3), numpy.eye(3))", "emd"),
        ("import gazemap.metrics.torchmetrics", "torchmetrics"),
    ],
)
def test_a_function_says_which_extra_it_needs(code, extra, tmp_path):
    printed = run_python(
        f"""
import gazemap
try:
    {code.replace("; ", chr(10) + "    ")}
except gazemap.GazemapError as error:
    print(error)
""",
        tmp_path,
        absent=True,
    )
    assert f"pip install 'gazemap[{extra}]'" in printed


@pytest.mark.slow
def test_emd_is_left_out_of_its_protocol_where_its_package_is_missing(tmp_path, popout_set):
    printed = run_python(
        f"""
import warnings
import numpy as np
import gazemap
from gazemap.evaluation.predictions import Maps
one = np.eye(48, 64)
with warnings.catch_warnings(record=True) as said:
    print(sorted(gazemap.metrics.score(one + 1, fixation_map=one, density=one + 0.1, protocol="mit")))
print(said[0].message)
scores = gazemap.evaluate({{"one": Maps(one)}}, {str(popout_set.path)!r}, protocol="mit")
print(scores.metrics, *scores.notes())
""",
        tmp_path,
        absent=True,
    )
    assert "['auc_borji', 'auc_judd', 'cc', 'kld', 'nss', 'sim']" in printed
    assert "emd of the protocol mit is left out: its package is not installed. Run pip install" in printed
    assert "'kld', 'sim'] " in printed
    assert "emd is left out, which needs a package: pip install 'gazemap[emd]'." in printed
