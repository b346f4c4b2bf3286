"""No more bytes are kept than was said, whatever is asked for and by however many threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from gazemap.evaluation import intervals
from gazemap.gaze.blurring import blur, gaussian_matrix
from gazemap.images import resizing
from gazemap.metrics.emd import _distances
from gazemap.metrics.scoring import best_maps
from gazemap.system.array_cache import ArrayCache, keeping

KEEPING = {
    "blurring": gaussian_matrix,
    "resizing": resizing._axis,
    "resamples": intervals._draws,
    "distances": _distances,
    "quantiles": best_maps._quantiles,
}


def test_no_more_than_the_limit_is_kept_and_the_oldest_goes_first():
    made = []

    def get(key, size=10):
        return cache.get(key, lambda: made.append(key) or np.full(size, key, np.uint8))

    cache = ArrayCache(limit=25)
    for key in (1, 2, 1, 3, 1, 2):  # 3 takes the place of 2, which was not used for longest
        assert get(key)[0] == key
        assert cache.nbytes <= 25
    assert made == [1, 2, 3, 2]
    assert len(get(9, 26)) == 26  # too large to be kept
    assert cache.nbytes <= 25
    with pytest.raises(ValueError, match="read-only"):
        get(2)[0] = 1


def test_a_function_keeps_what_it_was_asked_for_last():
    made = []

    @keeping(100)
    def full(length, value=0):
        """So many."""
        made.append(length)
        return np.full(length, value, np.uint8)

    for length in (40, 50, 40, 30, 40, 30, 50):
        assert len(full(length)) == length
    assert made == [40, 50, 30, 50]  # 50 was the oldest when 30 came
    assert full.cache.nbytes == 80
    assert full(3, value=7).tolist() == [7, 7, 7]
    assert full.__doc__ == "So many."


def test_threads_may_share_one():
    function = keeping(2000)(lambda length: np.arange(length))
    with ThreadPoolExecutor(8) as pool:
        lengths = [n % 37 for n in range(2000)]
        for length, found in zip(lengths, pool.map(function, lengths), strict=True):
            assert len(found) == length
    assert function.cache.nbytes == sum(array.nbytes for array in function.cache._arrays.values()) <= 2000


@pytest.mark.parametrize("function", KEEPING.values(), ids=KEEPING)
def test_every_function_of_the_package_states_its_bytes(function):
    assert function.cache.nbytes <= function.cache.limit <= 256 * 2**20


def test_blurring_many_large_maps_holds_a_stated_number_of_bytes(monkeypatch):
    """Before, 32 matrices were kept, of any size: 3.8 GiB for maps of 4,000 pixels."""
    monkeypatch.setattr(gaussian_matrix.cache, "limit", 5 * 2**20)
    for side in range(300, 620, 20):  # 0.7 to 2.9 MiB each
        blur(np.ones((side, 10)), 3.0)
        assert gaussian_matrix.cache.nbytes <= 5 * 2**20
    assert gaussian_matrix.cache.nbytes > 2 * 2**20  # of what is used again and again, something is kept
