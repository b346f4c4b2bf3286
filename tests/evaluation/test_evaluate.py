from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy.ndimage import gaussian_filter
from support import tiny_model
from support.slow_baselines import slow_center_bias, slow_counts

from gazemap.data.popout.generate import true_density
from gazemap.errors import DataError, InputError
from gazemap.evaluation.baselines import CENTER_BIAS, GOLD_STANDARD, UNIFORM, leave_one_out
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.ground_truths import GroundTruths
from gazemap.evaluation.intervals import bootstrap
from gazemap.evaluation.predictions import Maps, maps_of
from gazemap.gaze.blurring import fourier_blur
from gazemap.gaze.fixations import Fixations, fixation_map
from gazemap.metrics import METRICS, PROTOCOLS
from gazemap.prediction.predict import predict


@pytest.fixture(scope="module")
def truth_maps(popout_set):
    """The density that the fixations were drawn from: no model can be better."""
    targets = pq.read_table(popout_set.path / "targets.parquet").to_pylist()
    known = {row["image_id"]: (row["x"], row["y"]) for row in targets}
    val = popout_set.split("val")
    return Maps(np.log([true_density(known[s.image_id], s.size) for s in val]), "log_density")


# the quick suite holds the clipped edition to the wrapped one, below
@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=[pytest.mark.slow] if name.startswith("bristol2021") else [])
        for name in PROTOCOLS
    ],
)
def scores(request, popout_set, truth_maps):
    rows = {"truth": truth_maps, "flat": Maps(np.zeros((48, 48)))}
    return evaluate(rows, popout_set, "val", request.param)


def test_every_table_shows_the_baselines(scores):
    assert scores.rows == ["truth", "flat", CENTER_BIAS, UNIFORM, GOLD_STANDARD]
    assert tuple(scores.metrics) == PROTOCOLS[scores.protocol].metrics
    assert all(len(values) == 5 for row in scores.per_image.values() for values in row.values())


def test_the_truth_beats_the_center_bias_and_uniform_is_chance(scores):
    for metric in scores.metrics:
        better = np.greater if METRICS[metric].higher_is_better else np.less
        assert better(scores.interval("truth", metric).mean, scores.interval(CENTER_BIAS, metric).mean)
    for metric in ("auc", "sauc", "auc_borji", "auc_shuffled"):
        if metric in scores.metrics:
            assert scores.interval(UNIFORM, metric).mean == 0.5


@pytest.mark.parametrize(
    "protocol",
    ["exact", "mit", *(pytest.param(p, marks=pytest.mark.slow) for p in ("tuebingen", "salicon2017"))],
)
def test_a_log_density_is_scored_by_the_map_that_is_best_for_each_metric(popout_set, truth_maps, protocol):
    rows = {"truth": truth_maps}
    best = evaluate(rows, popout_set, "val", protocol)
    one = evaluate(rows, popout_set, "val", protocol, one_map=True)
    assert (best.protocol, one.protocol) == (protocol, f"{protocol}-one-map")
    for metric in best.metrics:
        sign = 1 if METRICS[metric].higher_is_better else -1
        gained = sign * (best.per_image["truth"][metric] - one.per_image["truth"][metric])
        if metric not in ("sauc", "auc_shuffled"):  # four other images are no sample of the center bias
            assert gained.mean() >= 0, metric
    shuffled = "sauc" if "sauc" in best.metrics else "auc_shuffled"
    # over itself the center bias gains nothing anywhere, so that it is at chance exactly
    np.testing.assert_array_equal(best.per_image[CENTER_BIAS][shuffled], 0.5)
    assert np.ptp(one.per_image[CENTER_BIAS][shuffled]) > 0.01


def test_metrics_can_be_chosen_and_a_protocol_made(popout_set, truth_maps):
    coarse = replace(PROTOCOLS["mit"], name="mit, step 0.25", step=0.25)
    scores = evaluate({"t": truth_maps}, popout_set, "val", coarse, metrics=["emd", "auc_borji"])
    assert scores.metrics == ["emd", "auc_borji"]
    assert scores.protocol == "mit, step 0.25"
    assert scores.interval("t", "emd").high < scores.interval(CENTER_BIAS, "emd").low
    assert np.isnan(scores.interval(GOLD_STANDARD, "emd").mean)
    with pytest.raises(InputError, match="no metric named 'ems'"):
        evaluate({"t": truth_maps}, popout_set, "val", metrics=["ems"])


def test_the_mit_ground_truth_is_blurred_in_the_fourier_domain(popout_set):
    val = popout_set.split("val")
    truth = GroundTruths(val, val, PROTOCOLS["mit"], seed=0).of(0)
    binary = (val[0].fixation_map() > 0).astype(float)
    blurred = fourier_blur(binary, 8.0)
    np.testing.assert_allclose(truth.density, blurred / blurred.sum(), atol=1e-15)
    assert truth.context.sigma == pytest.approx(128 * np.sqrt(np.log(2)) / (np.sqrt(2) * np.pi * 8))
    assert truth.context.fixations == np.mean([len(sample.fixations) for sample in val])


def test_drawn_negatives_count_as_often_as_the_protocol_says(popout_set):
    val = popout_set.split("val")
    often = replace(PROTOCOLS["mit"], name="often", repeats=True, others=len(val) - 1)
    once = replace(often, name="once", repeats=False)
    counted = sum(sample.fixation_map() for sample in val[1:])  # all others are drawn
    for protocol, expected in ((often, counted), (once, counted > 0)):
        truth = GroundTruths(val, val, protocol, seed=0).of(0)
        np.testing.assert_array_equal(truth.other_fixation_map, expected)
    assert counted.max() > 1


def test_the_salicon_negatives_are_never_on_a_fixated_pixel(popout_set):
    val = popout_set.split("val")
    truth = GroundTruths(val, val, PROTOCOLS["salicon2017"], seed=0).of(2)
    everyone = sum(sample.fixation_map((480, 640)) for sample in val)
    own = val[2].fixation_map((480, 640))
    expected = np.where(own > 0, 0, everyone - own)
    np.testing.assert_array_equal(truth.other_fixation_map, expected)
    assert truth.size == (480, 640)


def test_information_gain_of_the_center_bias_over_itself_is_zero(popout_set, truth_maps):
    scores = evaluate({"truth": truth_maps}, popout_set, "val", "exact")
    np.testing.assert_allclose(scores.per_image[CENTER_BIAS]["information_gain"], 0, atol=1e-12)
    assert scores.interval("truth", "information_gain").low > 0.5
    # the observers of one image agree as well as the density that they are drawn from
    gold, truth = (scores.interval(row, "auc").mean for row in (GOLD_STANDARD, "truth"))
    assert gold == pytest.approx(truth, abs=0.03)


def test_protocols_share_what_is_exact_and_differ_in_the_eight_bits(popout_set):
    two = popout_set.with_samples(popout_set.split("val").samples[:2])
    outside = Maps(np.linspace(-0.5, 1.5, 48 * 48).reshape(48, 48))
    wrapped, clipped = (
        evaluate({"m": outside}, two, "val", name).per_image
        for name in ("bristol2021", "bristol2021-clipped")
    )
    assert not np.allclose(wrapped["m"]["cc"], clipped["m"]["cc"])
    for metric in ("cc", "auc_borji", "auc_shuffled"):
        np.testing.assert_array_equal(wrapped[CENTER_BIAS][metric], clipped[CENTER_BIAS][metric])


@pytest.mark.slow
def test_the_other_images_are_drawn_by_the_seed(popout_set, truth_maps):
    first, same, other = (
        evaluate({"t": truth_maps}, popout_set, "val", "bristol2021", seed=seed).per_image["t"]
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first["auc_shuffled"], same["auc_shuffled"])
    np.testing.assert_array_equal(first["cc"], other["cc"])


def test_an_image_s_own_fixations_are_never_its_negatives_or_center_bias(popout_set):
    train = popout_set.split("train")
    truths = GroundTruths(train, train, PROTOCOLS["exact"], seed=0)
    truth = truths.of(3)
    everyone = sum(sample.fixation_map() for sample in train)
    np.testing.assert_array_equal(truth.other_fixation_map, everyone - train[3].fixation_map())
    expected = slow_center_bias(train, 3, truths.center_bias.sigma, truth.size)
    np.testing.assert_allclose(truth.baseline, expected, rtol=1e-9)


def test_ten_other_images_at_most_and_never_the_own(popout_set):
    train = popout_set.split("train")
    truth = GroundTruths(train, train, PROTOCOLS["bristol2021"], seed=0).of(0)
    assert set(np.unique(truth.other_fixation_map)) == {0.0, 1.0}
    assert 9 * 100 < truth.other_fixation_map.sum() <= 10 * 120


def test_the_gold_standard_holds_out_one_observer_at_a_time(popout_set):
    sample = popout_set[0]
    uniform = np.full(sample.size, 1 / np.prod(sample.size))
    cases = list(leave_one_out(sample, sample.size, 5.0, uniform))
    assert len(cases) == 15
    for (others, held_out), own in zip(cases, sample.fixations.observers, strict=True):
        seen = sample.fixations.observer == own
        own_counts = fixation_map(held_out.x, held_out.y, sample.size)
        np.testing.assert_array_equal(own_counts, slow_counts(sample.fixations.where(seen), sample.size))
        blurred = gaussian_filter(slow_counts(sample.fixations.where(~seen), sample.size), 5.0)
        mixed = 0.99 * blurred / blurred.sum() + 0.01 / blurred.size
        np.testing.assert_allclose(others, 0.9 * mixed + 0.1 * uniform, rtol=1e-9)


def test_where_no_other_observer_looked_at_the_image_the_center_bias_is_left(popout_set):
    own = Fixations([10.0, 20.0, -5.0], [10.0, 15.0, 3.0], observer=["a", "a", "b"])
    sample, size = replace(popout_set[0], fixations=own), popout_set[0].size
    center_bias = np.random.default_rng(0).random(size)
    center_bias /= center_bias.sum()
    ((density, held_out),) = leave_one_out(sample, size, 5.0, center_bias)  # of b none lies in it
    np.testing.assert_allclose(density, 0.1 * center_bias + 0.9 / center_bias.size, rtol=1e-12)
    assert len(held_out) == 2


def test_scores_are_kept_per_image(scores, tmp_path):
    scores.write(tmp_path / "scores.parquet")
    rows = pq.read_table(tmp_path / "scores.parquet").to_pylist()
    assert len(rows) == len(scores.rows) * len(scores.metrics) * 5
    first = rows[0]
    assert (first["row"], first["protocol"], first["dataset"]) == ("truth", scores.protocol, "popout")
    assert first["score"] == scores.per_image["truth"][first["metric"]][0]


def test_the_bootstrap_interval_is_that_of_the_mean():
    sample = np.random.default_rng(1).normal(2, 1, 400)
    interval = bootstrap(sample)
    assert interval.mean == pytest.approx(sample.mean())
    assert interval.low == pytest.approx(sample.mean() - 1.96 / 20, abs=0.02)
    assert interval.high == pytest.approx(sample.mean() + 1.96 / 20, abs=0.02)
    assert bootstrap(np.append(sample, np.nan)) == interval
    assert str(bootstrap(np.array([np.nan]))) == "-"


def test_mistakes_are_refused(popout_set, truth_maps):
    with pytest.raises(InputError, match=r"no protocol named 'exakt'\. Did you mean 'exact'"):
        evaluate({"t": truth_maps}, popout_set, "val", "exakt")
    with pytest.raises(DataError, match="no split 'dev'"):
        evaluate({"t": truth_maps}, popout_set, "dev", "exact")


def test_a_set_without_points_and_maps_is_refused(popout_set):
    nothing = popout_set.with_samples([replace(sample, fixations=None) for sample in popout_set])
    with pytest.raises(DataError, match="neither fixation points nor dense maps"):
        evaluate({"m": Maps(np.zeros((5, 4, 4)))}, nothing, "val", "exact")


@pytest.mark.parametrize("fit", ["letterbox", "crop"])
@pytest.mark.parametrize("output", ["saliency", "log_density"])
def test_a_model_is_scored_by_what_it_predicts_for_each_image(popout_set, fit, output):
    """`evaluate` takes the same maps of a model that `predict` gives, whatever the fit."""
    model = tiny_model.Tiny(output=output)
    model.fit = fit
    val = popout_set.split("val")
    maps = maps_of(model, val)
    predictions = [predict(sample.image, model) for sample in val]
    whole = [p.log_density if output == "log_density" else p.saliency for p in predictions]
    for index, one in enumerate(whole):
        np.testing.assert_allclose(maps.grid(index), one, atol=1e-5)
    rows = {"model": model, "maps": Maps(np.array(whole), output)}
    scores = evaluate(rows, popout_set, "val", "exact")
    for values in zip(scores.per_image["model"].values(), scores.per_image["maps"].values(), strict=True):
        np.testing.assert_allclose(*values, rtol=1e-3, atol=1e-5)
