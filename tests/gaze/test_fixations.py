from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from gazemap.errors import InputError
from gazemap.gaze.blurring import blur, gaussian_matrix
from gazemap.gaze.fixations import Fixations, blurred_points, density, fixation_map

sizes = st.tuples(st.integers(3, 40), st.integers(3, 40))
sigmas = st.floats(0.5, 15)
seeds = st.integers(0, 1000)


def drawn(seed, size):
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 20))
    return random.random(n) * size[1], random.random(n) * size[0]


@given(st.integers(2, 60), sigmas)
def test_gaussian_matrix_is_the_filter_of_unit_impulses(n, sigma):
    expected = gaussian_filter1d(np.eye(n), sigma, axis=1)
    np.testing.assert_allclose(gaussian_matrix(n, sigma), expected, atol=1e-14)


@settings(deadline=None)
@given(seeds, sizes, sigmas)
def test_a_density_is_the_filtered_fixation_map(seed, size, sigma):
    x, y = drawn(seed, size)
    filtered = gaussian_filter(fixation_map(x, y, size), sigma)
    np.testing.assert_allclose(blurred_points(x, y, size, sigma), filtered, atol=1e-12)
    np.testing.assert_allclose(blur(fixation_map(x, y, size), sigma), filtered, atol=1e-12)
    np.testing.assert_allclose(density(x, y, size, sigma), filtered / filtered.sum(), atol=1e-12)


@given(seeds, sizes)
def test_every_point_counts_in_its_own_pixel(seed, size):
    x, y = drawn(seed, size)
    expected = np.zeros(size)
    for column, row in zip(x, y, strict=True):
        expected[int(row), int(column)] += 1
    np.testing.assert_array_equal(fixation_map(x, y, size), expected)


def test_edges_of_the_frame():
    x, y = np.array([0.0, 4.0, 4.1, -0.1, 2.0]), np.array([0.0, 3.0, 1.0, 1.0, 3.5])
    expected = np.zeros((3, 4))
    expected[0, 0] = expected[2, 3] = 1
    np.testing.assert_array_equal(fixation_map(x, y, (3, 4)), expected)


def test_without_points_a_density_is_uniform():
    np.testing.assert_array_equal(density(np.empty(0), np.empty(0), (2, 5), 1.0), np.full((2, 5), 0.1))


def test_observers():
    fixations = Fixations(np.arange(3.0), np.arange(3.0), observer=np.array(["b", "a", "b"]))
    assert fixations.observers == ["a", "b"]
    assert fixations.of_observer("b").x.tolist() == [0, 2]
    assert len(fixations.of_observer("c")) == 0
    assert Fixations(np.arange(3.0), np.arange(3.0)).observers == []


def test_scaling_follows_the_image():
    scaled = Fixations(np.array([8.0]), np.array([3.0])).scaled((6, 16), (12, 4))
    assert (scaled.x[0], scaled.y[0]) == (2.0, 6.0)


def test_lists_become_arrays():
    given = Fixations([10, 20], [5, 6.5], observer=["a", "b"])
    assert given == Fixations(np.array([10.0, 20.0]), np.array([5.0, 6.5]), np.array(["a", "b"]))
    assert given.scaled((10, 10), (20, 20)).x.tolist() == [20.0, 40.0]
    with pytest.raises(InputError, match=r"as many numbers of each.*'x': \(2,\), 'y': \(1,\)"):
        Fixations([10, 20], [5])
    with pytest.raises(InputError, match="x must hold numbers"):
        Fixations(["left"], [5])
    with pytest.raises(InputError, match="as many numbers of each"):
        Fixations([[1, 2]], [[3, 4]])


def test_no_blur_leaves_the_counts():
    x, y = np.array([0.5, 0.5, 3.0]), np.array([0.5, 0.5, 1.0])
    np.testing.assert_array_equal(density(x, y, (2, 4), 0.0), fixation_map(x, y, (2, 4)) / 3)


@pytest.mark.parametrize("sigma", [-1.0, np.nan, np.inf])
def test_a_blur_that_is_none_is_refused(sigma):
    with pytest.raises(InputError, match="sigma must be a finite number, at least 0"):
        density(np.ones(1), np.ones(1), (2, 4), sigma)


def test_equal_points_are_equal_fixations():
    def some(**known):
        return Fixations(np.array([1.0, 2.0]), np.array([3.0, 4.0]), **known)

    timed = some(onset=np.array([0.1, np.nan]), observer=np.array(["a", "b"]))
    same = some(onset=np.array([0.1, np.nan]), observer=np.array(["a", "b"], dtype="<U9"))
    assert (some() == some(), timed == same, hash(timed) == hash(same)) == (True, True, True)
    for other in (
        some(),
        some(onset=np.array([0.1, 0.2]), observer=same.observer),
        replace(timed, observer=np.array(["a", "c"])),
        replace(timed, x=np.array([1.0, 2.5])),
        timed.where(np.array([True, False])),
        "fixations",
    ):
        assert timed != other
    assert len({some(), some(), timed, same}) == 2
