"""Values of the original MATLAB code (under Octave) and of pysaliency, to the digit or the sampling error."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gazemap import metrics
from gazemap.gaze.blurring import fourier_blur

FOLDER = Path(__file__).parents[1] / "golden"
WHOLE = Path(__file__).parents[3] / "shared" / "golden"
# What the originals do to these is a trap of MATLAB (uint8 arithmetic), no target.
NO_TARGET = {"edge_uint8_map", "edge_uint8_map_and_gt"}
# Octave's corr2 calls two single pixels alike, MATLAB's does not; undershoot makes KLD complex.
QUIRKS = {("edge_tiny_1x1", "CC"), ("resize00", "KLD"), ("resize03", "KLD")}

DETERMINISTIC = {
    "AUC_Judd_nojitter": "auc_judd",
    "NSS": "nss",
    "CC": "cc",
    "SIM": "sim",
    "KLD": "kld",
    "IG": "information_gain",
}
RANDOMIZED = {"AUC_Borji": "auc_borji", "AUC_shuffled": "auc_shuffled"}


def load(folder):
    inputs = np.load(folder / "inputs.npz")
    content = json.loads((folder / "metrics.json").read_text())
    cases = {}
    for case, golden in content["octave"].items():
        if case not in NO_TARGET and f"{case}/sal" in inputs.files:
            names = ("sal", "fix", "gt", "other", "base")
            arrays = {n: inputs[f"{case}/{n}"].astype(np.float64) for n in names}
            original = inputs[f"{case}/sal_orig"] if f"{case}/sal_orig" in inputs.files else arrays["sal"]
            cases[case] = (arrays | {"original": original}, golden, content["pysaliency"].get(case, {}))
    return cases


SOURCE = WHOLE if WHOLE.is_dir() else FOLDER
CASES = load(SOURCE)


def mit(case, metric, protocol=metrics.PROTOCOLS["mit"], saliency="original"):
    """As a user computes it: the map as it came, resized by the protocol."""
    arrays = CASES[case][0]
    return metrics.score(
        arrays[saliency],
        fixation_map=arrays["fix"],
        density=arrays["gt"],
        other_fixation_map=arrays["other"],
        baseline=arrays["base"],
        protocol=protocol,
        metrics=[metric],
    )[metric]


@pytest.mark.parametrize(("case", "name"), [(c, n) for c in CASES for n in DETERMINISTIC])
def test_deterministic_values(case, name):
    golden = CASES[case][1][name]
    computed = mit(case, DETERMINISTIC[name])
    if golden is None or (case, name) in QUIRKS:
        assert np.isnan(computed)
    else:
        assert golden != "inf"
        assert computed == pytest.approx(golden, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("step", [0.1, 0.01])
@pytest.mark.parametrize(("case", "name"), [(c, n) for c in CASES for n in RANDOMIZED])
def test_closed_forms_lie_within_the_sampling_error(case, name, step):
    golden = CASES[case][1][name if step == 0.1 else f"{name}_step001"]
    computed = mit(case, RANDOMIZED[name], replace(metrics.PROTOCOLS["mit"], name="stepped", step=step))
    if golden is None or golden["mean"] is None:
        # the originals give NaN for a single fixation and a constant map; we give the expectation and 0.5
        stated = {"edge_one_fixation", "edge_constant_map", "edge_tiny_1x1"}
        assert np.isnan(computed) if case not in stated else 0 <= computed <= 1
    else:
        # 1e-3: events so rare that none of the original's draws met one
        assert abs(computed - golden["mean"]) < 5 * golden["std"] / np.sqrt(golden["n"]) + 1e-3


PYSALIENCY = {
    "AUC_uniform_allthresholds": "auc",
    "AUC_vs_all_other_fixations": "sauc",
    "NSS": "nss",
    "CC": "cc",
    "SIM": "sim",
    "MIT_KLDiv": "kld",
}
PLAIN = [case for case in CASES if case.startswith("case")]


@pytest.mark.parametrize(("case", "name"), [(c, n) for c in PLAIN for n in PYSALIENCY])
def test_tuebingen_gives_what_pysaliency_gives(case, name):
    golden = CASES[case][2].get(name)
    if golden is not None:
        assert mit(case, PYSALIENCY[name], "tuebingen") == pytest.approx(golden, rel=1e-9)


def test_unfixated_negatives_give_what_pysaliency_gives():
    for case in PLAIN:
        golden = CASES[case][2].get("AUC_unfixated_allthresholds")
        if golden is not None:
            arrays = CASES[case][0]
            computed = metrics.auc(arrays["sal"], arrays["fix"], negatives="unfixated", repeats=False)
            assert computed == pytest.approx(golden, rel=1e-9)


EXTRA = np.load(SOURCE / "extra.npz")
EMD = json.loads((SOURCE / "emd.json").read_text())["emd"]


@pytest.mark.parametrize("case", EMD)
def test_emd_is_the_exact_optimum(case):
    computed = metrics.emd(EXTRA[f"{case}/saliency"], EXTRA[f"{case}/fixmap"], downsize=1)
    assert computed == pytest.approx(EMD[case]["exact_LP_POT"], rel=1e-9, abs=1e-12)
    assert computed == pytest.approx(EMD[case]["FastEMD_octave"], abs=6e-5)  # FastEMD's own error


BLURS = sorted({name.split("/")[0] for name in EXTRA.files if name.startswith("blur")})


@pytest.mark.parametrize("case", BLURS)
def test_the_mit_blur(case):
    fixated = EXTRA[f"{case}/fix"].astype(np.float64)
    for cycles in (8, 6):
        golden = EXTRA[f"{case}/fc{cycles}"]
        np.testing.assert_allclose(fourier_blur(fixated, cycles), golden, rtol=1e-9, atol=1e-15)
    # run_antonioGaussian takes sigma for that of the longer side, not of the square
    longer = max(fixated.shape)
    cycles = longer * np.sqrt(np.log(2)) / (np.sqrt(2) * np.pi * 4.0)
    np.testing.assert_allclose(fourier_blur(fixated, cycles), EXTRA[f"{case}/sigma4"], rtol=1e-9, atol=1e-15)


RESIZES = sorted({name.split("/")[0] for name in EXTRA.files if name.startswith("resize")})


@pytest.mark.parametrize("case", RESIZES)
def test_matlab_s_bicubic_resize(case):
    golden = EXTRA[f"{case}/out"]
    computed = metrics.resize(EXTRA[f"{case}/in"], golden.shape, "bicubic")
    np.testing.assert_allclose(computed, golden, rtol=1e-9, atol=1e-12)
