import numpy as np
import pytest

from gazemap.system.array_cache import ArrayCache


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
