import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from scipy.ndimage import gaussian_filter

from gazemap import metrics
from gazemap.errors import InputError
from gazemap.metrics import METRICS, PROTOCOLS, get_protocol
from gazemap.metrics.preparing import prepare, to_8_bit

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
    prepared = prepare(GRID, PROTOCOLS[name], (600, 800), "saliency")
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


def test_an_unknown_protocol_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="Did you mean 'bristol2021'"):
        get_protocol("bristol2020")
