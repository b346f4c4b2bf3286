"""One image or a batch, arrays or tensors, maps or points, halves or the whole: the same numbers."""

import numpy as np
import pytest
import torch

from gazemap import Fixations, metrics

SIZE, IMAGES = (23, 31), 5
RANDOM = np.random.default_rng(3)
SALIENCY = RANDOM.random((IMAGES, *SIZE)) ** 3 + 1e-3
X, Y = RANDOM.random((IMAGES, 40)) * SIZE[1], RANDOM.random((IMAGES, 40)) * SIZE[0]
POINTS = [Fixations(x, y) for x, y in zip(X, Y, strict=True)]
COUNTS = np.stack([np.histogram2d(p.y, p.x, SIZE, [[0, SIZE[0]], [0, SIZE[1]]])[0] for p in POINTS])
DENSITY = metrics.to_density(RANDOM.random((IMAGES, *SIZE)))
OTHERS = RANDOM.poisson(0.4, (IMAGES, *SIZE)).astype(float)
BASELINE = metrics.to_density(RANDOM.random(SIZE))

FUNCTIONS = {
    "auc": lambda s, f, d, o, b: metrics.auc(s, f),
    "auc unfixated": lambda s, f, d, o, b: metrics.auc(s, f, negatives="unfixated", repeats=False),
    "auc_judd": lambda s, f, d, o, b: metrics.auc_judd(s, f),
    "auc_borji": lambda s, f, d, o, b: metrics.auc_borji(s, f, repeats=True),
    "auc_shuffled": lambda s, f, d, o, b: metrics.auc_shuffled(s, f, o, 0.01),
    "sauc": lambda s, f, d, o, b: metrics.sauc(s, f, o),
    "nss": lambda s, f, d, o, b: metrics.nss(s, f, ddof=1),
    "cc": lambda s, f, d, o, b: metrics.cc(s, d),
    "sim": lambda s, f, d, o, b: metrics.sim(s, d),
    "sim min-max": lambda s, f, d, o, b: metrics.sim(s, d, min_max=True),
    "kld": lambda s, f, d, o, b: metrics.kld(s, d),
    "emd": lambda s, f, d, o, b: metrics.emd(s, d, downsize=4),
    "information_gain": lambda s, f, d, o, b: metrics.information_gain(d, f, b),
    "information_gain min-max": lambda s, f, d, o, b: metrics.information_gain(s, f, b, min_max=True),
    "log_likelihood": lambda s, f, d, o, b: metrics.log_likelihood(d, f),
}
WHOLE = (SALIENCY, COUNTS, DENSITY, OTHERS, BASELINE)


def one(index, counts=COUNTS):
    return SALIENCY[index], counts[index], DENSITY[index], OTHERS[index], BASELINE


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_batch_gives_what_its_images_give(name):
    whole = FUNCTIONS[name](*WHOLE)
    assert isinstance(whole, np.ndarray)
    assert whole.shape == (IMAGES,)
    single = [FUNCTIONS[name](*one(index)) for index in range(IMAGES)]
    assert all(isinstance(value, float) for value in single)
    np.testing.assert_allclose(whole, single, rtol=1e-12)
    halves = [FUNCTIONS[name](*(v[part] for v in WHOLE[:4]), BASELINE) for part in (slice(2), slice(2, None))]
    np.testing.assert_allclose(whole, np.concatenate(halves), rtol=1e-12)


DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_tensors_give_what_arrays_give(name, device):
    tensors = [torch.from_numpy(values).to(device) for values in WHOLE]
    computed = FUNCTIONS[name](*tensors)
    assert isinstance(computed, torch.Tensor)
    assert computed.device.type == device
    np.testing.assert_allclose(computed.cpu().numpy(), FUNCTIONS[name](*WHOLE), rtol=1e-12)
    single = FUNCTIONS[name](*(v[0] for v in tensors[:4]), tensors[4])
    assert single.shape == ()
    np.testing.assert_allclose(single.cpu().numpy(), FUNCTIONS[name](*one(0)), rtol=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_float32_is_summed_in_float64(name):
    narrow = [values.astype(np.float32) for values in WHOLE]
    expected = FUNCTIONS[name](*(values.astype(np.float64) for values in narrow))
    np.testing.assert_array_equal(FUNCTIONS[name](*narrow), expected)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_points_give_what_their_map_gives(name):
    expected = FUNCTIONS[name](*WHOLE)
    np.testing.assert_array_equal(FUNCTIONS[name](SALIENCY, POINTS, DENSITY, OTHERS, BASELINE), expected)
    single = FUNCTIONS[name](*one(1, counts=POINTS))
    assert single == pytest.approx(expected[1], rel=1e-12)
    others = [POINTS[-1]] * IMAGES
    np.testing.assert_array_equal(
        FUNCTIONS[name](SALIENCY, POINTS, DENSITY, others, BASELINE),
        FUNCTIONS[name](SALIENCY, COUNTS, DENSITY, COUNTS[[-1] * IMAGES], BASELINE),
    )


def test_score_takes_points_with_and_without_a_map_that_says_their_frame():
    expected = metrics.score(SALIENCY, fixation_map=COUNTS, density=DENSITY)
    for name, values in metrics.score(SALIENCY, fixation_map=POINTS, density=DENSITY).items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-12)
    alone = metrics.score(SALIENCY[0], fixation_map=POINTS[0])
    assert alone == {"auc": expected["auc"][0], "nss": pytest.approx(expected["nss"][0])}


@pytest.mark.parametrize("protocol", metrics.PROTOCOLS)
def test_score_of_a_batch_gives_what_its_images_give(protocol):
    def score(index):
        return metrics.score(
            SALIENCY[index],
            fixation_map=COUNTS[index],
            density=DENSITY[index],
            other_fixation_map=OTHERS[index],
            baseline=BASELINE,
            protocol=protocol,
        )

    whole = score(slice(None))
    assert set(whole) == set(metrics.PROTOCOLS[protocol].metrics)
    for index in range(IMAGES):
        for name, value in score(index).items():
            np.testing.assert_allclose(whole[name][index], value, rtol=1e-12)
