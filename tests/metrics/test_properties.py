"""What must hold for any map: bounds, invariances, and the same numbers however they are asked for."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gazemap import metrics
from gazemap.metrics import METRICS

SHAPES = st.tuples(st.integers(1, 3), st.integers(2, 6), st.integers(2, 6))
POSITIVE = st.integers(0, 9).map(float)  # ties, zeros and constant maps are likely


@st.composite
def scenes(draw):
    """(B, H, W): saliency, fixation counts, density, other fixations; and (H, W) baseline."""
    shape = draw(SHAPES)
    saliency, density = (draw(hnp.arrays(np.float64, shape, elements=POSITIVE)) for _ in range(2))
    counts = st.sampled_from([0.0, 0.0, 1.0, 2.0])
    fixated, others = (draw(hnp.arrays(np.float64, shape, elements=counts)) for _ in range(2))
    baseline = metrics.to_density(draw(hnp.arrays(np.float64, shape[1:], elements=POSITIVE)))
    return saliency, fixated, density, others, baseline


def score(scene, part=slice(None), protocol="exact", as_tensors=False):
    saliency, fixated, density, others = (values[part] for values in scene[:4])
    arrays = (saliency, fixated, density, others, scene[4])
    if as_tensors:
        arrays = tuple(torch.from_numpy(np.ascontiguousarray(values)) for values in arrays)
    return metrics.score(
        arrays[0],
        fixation_map=arrays[1],
        density=arrays[2],
        other_fixation_map=arrays[3],
        baseline=arrays[4],
        protocol=protocol,
        metrics=[name for name in METRICS if name != "log_likelihood" or protocol == "exact"],
    )


@pytest.mark.parametrize("examples", [8, pytest.param(40, marks=pytest.mark.slow)])
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_batch_loop_shards_and_tensors_agree_and_scores_lie_in_bounds(examples):
    protocols = st.sampled_from(["exact", "mit", "tuebingen", "salicon2017"])
    settings(deadline=None, max_examples=examples)(given(scenes(), protocols)(check_scene))()


def check_scene(scene, protocol):
    whole = score(scene, protocol=protocol)
    tensors = score(scene, protocol=protocol, as_tensors=True)
    images = len(scene[0])
    loop = [score(scene, index, protocol) for index in range(images)]
    shards = [score(scene, part, protocol) for part in (slice(1), slice(1, None)) if images > 1]
    for name, values in whole.items():
        assert isinstance(tensors[name], torch.Tensor)
        np.testing.assert_allclose(tensors[name].numpy(), values, rtol=1e-9, atol=1e-12, err_msg=name)
        single = [entry[name] for entry in loop]
        np.testing.assert_allclose(single, values, rtol=1e-9, atol=1e-12, err_msg=name)
        if shards:
            joined = np.concatenate([entry[name] for entry in shards])
            np.testing.assert_allclose(joined, values, rtol=1e-9, atol=1e-12, err_msg=name)
        known = values[~np.isnan(values)]
        if name != "log_likelihood":  # a density of one pixel alone rounds to just above 0 bits
            assert (known >= METRICS[name].low - 1e-9).all(), name
            assert (known <= METRICS[name].high + 1e-9).all(), name


@settings(deadline=None, max_examples=40)
@given(scenes(), st.sampled_from([0.25, 2.0, 1024.0]), st.sampled_from([-8.0, 0.0, 64.0]))
def test_scale_and_shift_of_a_map_must_not_matter(scene, scale, shift):
    saliency, fixated, density, others, _ = scene
    moved = saliency * scale + shift
    for function, arguments, options in (
        (metrics.auc, (fixated,), {}),
        (metrics.sauc, (fixated, others), {}),
        (metrics.auc_judd, (fixated,), {}),
        (metrics.auc_borji, (fixated,), {}),
        (metrics.auc_shuffled, (fixated, others), {}),
        (metrics.nss, (fixated,), {"ddof": 1}),
        (metrics.cc, (density,), {}),
        (metrics.sim, (density,), {"min_max": True}),
    ):
        if np.ptp(saliency, axis=(1, 2)).all():  # SIM treats zeros and constants apart
            np.testing.assert_allclose(
                function(moved, *arguments, **options),
                function(saliency, *arguments, **options),
                rtol=1e-9,
                atol=1e-9,
            )


@settings(deadline=None, max_examples=40)
@given(scenes(), st.permutations(range(4)))
def test_where_the_pixels_lie_matters_to_the_earth_mover_alone(scene, order):
    saliency, fixated, density, others = (np.resize(v, (1, 4, 4)) for v in scene[:4])
    moved = [values[:, order][:, :, order] for values in (saliency, fixated, density, others)]
    for name in ("auc", "auc_judd", "auc_borji", "nss"):
        function = getattr(metrics, name)
        np.testing.assert_allclose(function(*moved[:2]), function(saliency, fixated), atol=1e-12)
    for name in ("cc", "sim", "kld"):
        function = getattr(metrics, name)
        np.testing.assert_allclose(
            function(moved[0], moved[2]), function(saliency, density), rtol=1e-9, atol=1e-12
        )


@settings(deadline=None, max_examples=40)
@given(hnp.arrays(np.float64, (4, 5), elements=POSITIVE), hnp.arrays(np.float64, (4, 5), elements=POSITIVE))
def test_emd_is_a_distance(first, second):
    if first.any() and second.any():
        there, back = (metrics.emd(*pair, downsize=1) for pair in ((first, second), (second, first)))
        assert there == pytest.approx(back, abs=1e-9)
        assert metrics.emd(3 * first, second, downsize=1) == pytest.approx(there, abs=1e-9)
        assert metrics.emd(first, first, downsize=1) == pytest.approx(0, abs=1e-12)
        assert there <= np.hypot(3, 4) + 1e-9


def test_emd_of_one_moved_pixel_is_how_far_it_moved():
    first, second = np.zeros((6, 8)), np.zeros((6, 8))
    first[1, 1], second[4, 5] = 1, 1
    assert metrics.emd(first, second, downsize=1) == pytest.approx(5)
    half = first + second
    assert metrics.emd(half, second, downsize=1) == pytest.approx(2.5)
