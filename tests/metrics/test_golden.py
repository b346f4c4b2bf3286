"""Values of the original MATLAB code (under Octave): exact, or within the sampling error."""

import json
from pathlib import Path

import numpy as np
import pytest

from gazemap import metrics

FOLDER = Path(__file__).parents[1] / "golden"
WHOLE = Path(__file__).parents[3] / "shared" / "golden"
# What the originals do to these is a trap of MATLAB (uint8 arithmetic, complex logarithms), no target.
NO_TARGET = {"edge_uint8_map", "edge_uint8_map_and_gt", "edge_tiny_1x1", "resize00", "resize03"}


def load(folder):
    inputs = np.load(folder / "inputs.npz")
    content = json.loads((folder / "metrics.json").read_text())
    cases = {}
    for case, golden in content.get("octave", content).items():
        if case not in NO_TARGET and f"{case}/sal" in inputs.files:
            names = ("sal", "fix", "gt", "other", "base")
            cases[case] = ({n: inputs[f"{case}/{n}"].astype(np.float64) for n in names}, golden)
    return cases


CASES = load(WHOLE if WHOLE.is_dir() else FOLDER)


def min_max_density(values):
    scaled = (values - values.min()) / np.ptp(values)
    return scaled / scaled.sum()


DETERMINISTIC = {
    "AUC_Judd_nojitter": lambda a: metrics.auc_judd(a["sal"], a["fix"]),
    "NSS": lambda a: metrics.nss(a["sal"], a["fix"] > 0, ddof=1),
    "CC": lambda a: metrics.cc(a["sal"], a["gt"]),
    "SIM": lambda a: metrics.sim(a["sal"], a["gt"], min_max=True),
    "KLD": lambda a: metrics.kld(a["sal"], a["gt"]),
    "IG": lambda a: metrics.information_gain(
        min_max_density(a["sal"]) + metrics.MATLAB_EPS,
        a["fix"] > 0,
        min_max_density(a["base"]) + metrics.MATLAB_EPS,
    ),
}
RANDOMIZED = {
    "AUC_Borji": lambda a: metrics.auc_borji(a["sal"], a["fix"]),
    "AUC_Borji_step001": lambda a: metrics.auc_borji(a["sal"], a["fix"], 0.01),
    "AUC_shuffled": lambda a: metrics.auc_shuffled(a["sal"], a["fix"], a["other"]),
    "AUC_shuffled_step001": lambda a: metrics.auc_shuffled(a["sal"], a["fix"], a["other"], 0.01),
}


def has_target(case, name):
    """Maps without a density (constant, NaN, log) and the originals' NaN are stated in test_edges."""
    expected = CASES[case][1].get(name)
    if name in RANDOMIZED:
        return isinstance(expected, dict) and expected["mean"] is not None
    return name != "IG" or (expected is not None and case != "edge_log_density_map")


@pytest.mark.parametrize(("case", "name"), [(c, n) for c in CASES for n in DETERMINISTIC if has_target(c, n)])
@pytest.mark.filterwarnings("ignore:invalid value")
def test_deterministic_values(case, name):
    arrays, golden = CASES[case]
    computed = DETERMINISTIC[name](arrays)
    if golden[name] is None:
        assert np.isnan(computed)
    else:
        assert computed == pytest.approx(golden[name], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("case", "name"), [(c, n) for c in CASES for n in RANDOMIZED if has_target(c, n)])
def test_closed_forms_lie_within_the_sampling_error(case, name):
    arrays, golden = CASES[case]
    expected = golden[name]
    # 1e-3: events so rare that none of the original's draws met one
    tolerance = 5 * expected["std"] / np.sqrt(expected["n"]) + 1e-3
    assert abs(RANDOMIZED[name](arrays) - expected["mean"]) < tolerance
