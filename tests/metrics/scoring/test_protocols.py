from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from scipy.ndimage import gaussian_filter, zoom

from gazemap import metrics
from gazemap.errors import InputError
from gazemap.metrics import METRICS, PROTOCOLS, get_protocol
from gazemap.metrics.scoring.preparing import prepare, to_8_bit

GRID = np.random.default_rng(0).normal(0.4, 0.4, (48, 48)).astype(np.float32)


def test_eight_bits_wrap_as_a_cast_does_on_x86():
    values = np.array([[-0.01, -0.001, -0.2, 1.02]], dtype=np.float32)
    assert to_8_bit(values, wrap=True).tolist() == [[254, 0, 205, 4]]
    assert to_8_bit(values, wrap=False).tolist() == [[0, 0, 0, 255]]


@pytest.mark.parametrize(("name", "wrap"), [("bristol2021", True), ("bristol2021-clipped", False)])
def test_bristol_prepares_step_by_step_as_the_replication_did(name, wrap):
    levels = np.trunc(GRID * 255).astype(int)
    small = (levels % 256 if wrap else levels.clip(0, 255)).astype(np.uint8)
    large = np.asarray(Image.fromarray(small).resize((640, 480), Image.Resampling.BICUBIC))
    expected = gaussian_filter(large / 255, 2)
    prepared = prepare(GRID, PROTOCOLS[name], PROTOCOLS[name].frame, "saliency")
    np.testing.assert_allclose(prepared.saliency, expected, atol=1e-12)


@pytest.mark.parametrize("size", [(600, 800), (48, 48), (100, 333)])
def test_exact_enlarges_bilinearly(size):
    expected = F.interpolate(
        torch.from_numpy(GRID)[None, None].double(), size=size, mode="bilinear", align_corners=False
    )
    prepared = prepare(GRID, PROTOCOLS["exact"], size, "saliency")
    np.testing.assert_allclose(prepared.saliency, expected[0, 0].numpy(), atol=1e-12)


def test_shrinking_is_antialiased_as_pillow_does():
    expected = np.asarray(Image.fromarray(GRID).resize((10, 8), Image.Resampling.BILINEAR))
    np.testing.assert_allclose(metrics.resize(GRID, (8, 10)), expected, atol=1e-5)


def test_a_log_density_becomes_a_density_and_keeps_its_order():
    prepared = prepare(np.log(metrics.to_density(GRID)), PROTOCOLS["exact"], (96, 96), "log_density")
    assert prepared.saliency.sum() == pytest.approx(1)
    for metric in METRICS.values():  # without a context, one map for all
        assert prepared.map_for(metric) is prepared.saliency


def test_score_names_what_a_protocol_computes():
    fixations = np.zeros((96, 128))
    fixations[30, 40] = 2
    density = gaussian_filter(fixations, 5)
    baseline = np.full((96, 128), 1 / fixations.size)
    everything = metrics.score(
        GRID,
        fixation_map=fixations,
        density=density,
        other_fixation_map=fixations.T.reshape(96, 128),
        baseline=baseline,
    )
    assert tuple(everything) == PROTOCOLS["exact"].metrics
    assert set(metrics.score(GRID, fixation_map=fixations)) == {"auc", "nss"}
    assert set(metrics.score(GRID, fixation_map=fixations, metrics=("auc_judd",))) == {"auc_judd"}


def test_score_asks_for_what_a_metric_lacks():
    with pytest.raises(InputError, match=r"'cc' needs density"):
        metrics.score(GRID, fixation_map=np.ones((4, 4)), metrics=("cc",))
    with pytest.raises(InputError, match="no metric named 'ncc'"):
        metrics.score(GRID, fixation_map=np.ones((4, 4)), metrics=("ncc",))


def test_score_does_not_resize_to_points_or_to_a_transposed_truth():
    saliency = np.random.default_rng(0).random((30, 40))
    for points in (np.array([[303.0, 20.0], [4.0, 5.0]]), np.ones((50, 2)), np.ones((2, 50))):
        with pytest.raises(InputError, match=r"rows of coordinates.*Points are given as gazemap\.Fixations"):
            metrics.score(saliency, fixation_map=points)
    with pytest.raises(InputError, match=r"\(30, 40\), the truth \(40, 30\): one of them is transposed"):
        metrics.score(saliency, fixation_map=np.ones((40, 30)))
    assert np.isfinite(metrics.score(saliency, fixation_map=np.eye(60, 80))["nss"])


def test_an_unknown_protocol_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="Did you mean 'bristol2021'"):
        get_protocol("bristol2020")


def test_every_protocol_names_metrics_of_the_table():
    for protocol in PROTOCOLS.values():
        assert set(protocol.metrics) <= set(METRICS)
    for name, metric in METRICS.items():
        assert callable(getattr(metrics, name))
        assert metric.low < metric.high


def scene(size=(60, 80), seed=5):
    random = np.random.default_rng(seed)
    fixations = random.poisson(0.02, size).astype(float)
    fixations[10, 10] = 3
    return {
        "fixation_map": fixations,
        "density": gaussian_filter(fixations, 4),
        "other_fixation_map": random.poisson(0.2, size).astype(float),
        "baseline": metrics.to_density(gaussian_filter(random.random(size), 9)),
    }


def test_what_each_protocol_chooses():
    truth, saliency = scene(), np.random.default_rng(6).random((60, 80))
    binary = (truth["fixation_map"] > 0).astype(float)
    others = truth["other_fixation_map"]
    mit, salicon, tuebingen, exact = (
        metrics.score(saliency, **truth, protocol=name)
        for name in ("mit", "salicon2017", "tuebingen", "exact")
    )
    assert mit["nss"] == pytest.approx(metrics.nss(saliency, binary, ddof=1))
    assert mit["sim"] == pytest.approx(metrics.sim(saliency, truth["density"], min_max=True))
    assert mit["auc_shuffled"] == pytest.approx(metrics.auc_shuffled(saliency, binary, others > 0, 0.1))
    assert mit["information_gain"] == pytest.approx(
        metrics.information_gain(saliency, binary, truth["baseline"], min_max=True)
    )
    assert salicon["nss"] == pytest.approx(metrics.nss(saliency, truth["fixation_map"]))
    assert salicon["auc_borji"] == pytest.approx(
        metrics.auc_borji(saliency, truth["fixation_map"], 0.01, repeats=True)
    )
    assert tuebingen["auc"] == exact["auc"] == metrics.auc(saliency, truth["fixation_map"])
    assert tuebingen["sauc"] == metrics.sauc(saliency, truth["fixation_map"], others)
    assert tuebingen["sim"] == pytest.approx(metrics.sim(saliency, truth["density"]))
    assert np.isnan(tuebingen["information_gain"])  # a saliency map is no density
    assert exact["information_gain"] == pytest.approx(
        metrics.information_gain(metrics.to_density(saliency), truth["fixation_map"], truth["baseline"])
    )


@pytest.mark.parametrize("names", [("auc", "auc_borji", "auc_judd"), ("auc_shuffled", "auc")])
def test_thresholds_that_a_protocol_s_own_metrics_do_without_are_there_when_asked_for(names):
    truth, saliency = scene(), np.random.default_rng(6).random((60, 80))
    together = metrics.score(saliency, **truth, protocol="exact", metrics=names)
    for name in names:
        alone = metrics.score(saliency, **truth, protocol="exact", metrics=[name])
        assert together[name] == pytest.approx(alone[name], abs=1e-12)
    given = (truth["fixation_map"], truth["other_fixation_map"])[: 1 + (names[0] == "auc_shuffled")]
    stepped = "auc_shuffled" if "auc_shuffled" in names else "auc_borji"
    expected = getattr(metrics, stepped)(saliency, *given, 0.1, repeats=True)
    assert together[stepped] == pytest.approx(expected, abs=1e-12)


def test_jitter_is_off_by_default_and_breaks_ties_where_it_is_asked_for():
    truth, tied = scene(), np.rint(np.random.default_rng(6).random((60, 80)) * 3)
    assert PROTOCOLS["mit"].jitter == 0
    shaking = replace(PROTOCOLS["mit"], name="shaking", jitter=1e-7)
    shaken = metrics.score(tied, **truth, protocol=shaking, metrics=["auc_judd"])
    repeated = [metrics.auc_judd(tied, truth["fixation_map"], jitter=1e-7, seed=seed) for seed in range(20)]
    assert abs(shaken["auc_judd"] - np.mean(repeated)) < 5 * np.std(repeated, ddof=1)
    assert shaken["auc_judd"] > metrics.auc_judd(tied, truth["fixation_map"]) + 0.02


def test_mit_resizes_as_matlab_and_salicon_as_the_tool():
    small, truth = np.random.default_rng(6).random((15, 20)), scene()
    enlarged = {
        "mit": metrics.resize(small, (60, 80), "bicubic"),
        "salicon2017": zoom(small, 4, order=3),
        "exact": F.interpolate(torch.from_numpy(small)[None, None], (60, 80), mode="bilinear").numpy()[0, 0],
    }
    for protocol, expected in enlarged.items():
        assert metrics.score(small, **truth, protocol=protocol, metrics=["cc"])["cc"] == pytest.approx(
            metrics.cc(expected, truth["density"])
        )


def test_a_log_density_given_by_mistake_is_refused_where_a_density_is_wanted():
    truth, logs = scene(), np.log(metrics.to_density(np.random.default_rng(6).random((60, 80))))
    for protocol in ("exact", "tuebingen"):
        with pytest.raises(
            InputError, match=r"above 0, as a log density has none. Pass output='log_density'"
        ):
            metrics.score(logs, **truth, protocol=protocol, metrics=("nss", "kld"))
    for protocol in ("exact", "tuebingen"):
        called_one = metrics.score(logs, **truth, protocol=protocol, output="log_density")
        assert called_one["information_gain"] == pytest.approx(
            metrics.information_gain(np.exp(logs), truth["fixation_map"], truth["baseline"])
        )
        assert called_one["sim"] == pytest.approx(metrics.sim(np.exp(logs), truth["density"]))
        with pytest.raises(InputError, match="logsumexp of a log density must be 0, got 1"):
            metrics.score(logs + 1, **truth, protocol=protocol, output="log_density")
        with pytest.raises(InputError, match="log density"):
            metrics.score(logs, **truth, protocol=protocol)
        assert metrics.score(logs, **truth, protocol=protocol, metrics=["auc"])["auc"] > 0
    assert np.isfinite(metrics.score(logs, **truth, protocol="mit")["kld"])  # as the MATLAB code does


@pytest.mark.parametrize(
    ("choice", "wrong", "message"),
    [
        ("interpolation", "bicubi", "one of bilinear, bicubic, spline, got 'bicubi'"),
        ("metrics", "nss", r"a tuple of names of metrics, such as \('nss', 'cc'\), got 'nss'"),
        ("frame", 480, r"None or \(height, width\)"),
        ("eight_bit", "yes", "one of no, wrap, clip"),
        ("from_saliency", "flor", "one of raw, floor, shift"),
        ("repeats", 1, "True or False, got 1"),
        ("sigma", 0.0, "None or a number of pixels above 0"),
        ("others", 0, "a whole number of images above 0"),
        ("step", 2.0, "above 0 and at most 1"),
        ("ddof", -1, "0 or 1, got -1"),
        ("eps", float("nan"), "a number above 0"),
        ("name", "", "a name without blanks"),
    ],
)
def test_a_wrong_choice_of_an_own_protocol_is_refused_before_anything_is_scored(choice, wrong, message):
    with pytest.raises(InputError, match=rf"{choice} of the protocol '.*' must be .*{message}"):
        replace(PROTOCOLS["exact"], **{"name": "mine", choice: wrong})


@pytest.mark.parametrize(
    ("protocol", "choice", "message"),
    [
        ("mit", {"sigma": 19.0}, "two blurs"),
        ("exact", {"sigma": 19.0}, "sigma counts pixels of a frame, and there is none"),
        ("exact", {"blur": 2.0}, "blur is that of the 8-bit step"),
        ("salicon2017", {"others": 10}, "for the fixations of all other images"),
    ],
)
def test_a_choice_that_nothing_would_follow_from_is_refused(protocol, choice, message):
    with pytest.raises(InputError, match=f"The protocol 'mine' contradicts itself: .*{message}"):
        replace(PROTOCOLS[protocol], name="mine", **choice)


def test_eight_bits_need_no_blur():
    sharp = replace(PROTOCOLS["bristol2021"], name="sharp", blur=0.0)
    prepared = prepare(GRID.clip(0, 1), sharp, sharp.frame, "saliency")
    small = np.trunc(GRID.clip(0, 1) * 255).astype(np.uint8)
    large = np.asarray(Image.fromarray(small).resize((640, 480), Image.Resampling.BICUBIC))
    np.testing.assert_allclose(prepared.saliency, large / 255, atol=1e-12)


def test_an_own_protocol_has_known_metrics_and_a_name_of_its_own():
    mine = replace(PROTOCOLS["exact"], name="mine", metrics=("nss", "auc_jud"))
    with pytest.raises(InputError, match="Did you mean 'auc_judd'"):
        metrics.score(np.eye(30, 40), fixation_map=np.eye(30, 40), protocol=mine)
    changed = replace(PROTOCOLS["mit"], ddof=0)
    with pytest.raises(InputError, match="called 'mit', as one of gazemap's, but ddof is 0, not 1"):
        metrics.score(np.eye(30, 40), fixation_map=np.eye(30, 40), protocol=changed)
    fewer = replace(PROTOCOLS["mit"], metrics=("nss",))  # the same choices, so the name is true
    assert get_protocol(fewer) is fewer
