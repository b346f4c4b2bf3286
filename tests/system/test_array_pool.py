import gc
import threading

import numpy as np
import pytest

from gazemap.system.array_pool import ArrayPool

LARGE = (300, 400)  # float64: 960,000 bytes


def address(array):
    return array.__array_interface__["data"][0]


def test_memory_comes_back_when_the_last_view_of_an_array_is_gone():
    pool = ArrayPool(2**24)
    array = pool.empty(LARGE)
    place, view = address(array), array.reshape(-1)[5:].view(np.int64)
    del array
    gc.collect()
    assert pool.nbytes == 0
    assert address(pool.empty(LARGE)) != place  # that of the view is not handed out
    view[:] = 7
    assert (view == 7).all()
    del view
    assert address(pool.empty(LARGE)) == place


def test_an_array_that_is_kept_is_never_written_over():
    pool = ArrayPool(2**24)
    kept = []
    for value in range(20):
        array = pool.empty(LARGE)
        array[...] = value
        if value % 3 == 0:
            kept.append((value, array[::2, 1:]))
    assert all((array == value).all() for value, array in kept)


def test_memory_that_waits_is_bounded_and_the_oldest_goes_first():
    pool = ArrayPool(2_000_000)
    arrays = [pool.empty(LARGE) for _ in range(3)]
    places = [address(array) for array in arrays]
    while arrays:
        del arrays[0]
    assert pool.nbytes == 2 * 960_000
    taken = [pool.empty(LARGE) for _ in range(2)]
    assert [address(array) for array in taken] == places[:0:-1]


@pytest.mark.parametrize(("shape", "fits"), [((300, 400), True), ((151, 400), True), ((150, 400), False)])
def test_memory_serves_arrays_that_fill_more_than_half_of_it(shape, fits):
    pool = ArrayPool(2**24)
    place = address(pool.empty(LARGE))
    assert (address(pool.empty(shape)) == place) == fits


def test_small_arrays_and_those_beyond_the_limit_are_not_kept():
    pool = ArrayPool(2**20)
    for shape in ((10, 10), (1000, 1000)):
        array = pool.empty(shape, np.float32)
        assert array.shape == shape
        assert array.dtype == np.float32
        del array
    assert pool.nbytes == 0


def test_casts_are_copies_unless_the_type_is_right():
    pool, values = ArrayPool(2**24), np.random.default_rng(0).random(LARGE)
    assert pool.cast(values, np.float64) is values
    cast = pool.cast(values.astype(np.float32), np.float64)
    assert cast.dtype == np.float64
    np.testing.assert_array_equal(cast, values.astype(np.float32))


def test_threads_never_share_an_array():
    pool, wrong = ArrayPool(2**24), []

    def work(value):
        for _ in range(200):
            array = pool.empty(LARGE)
            array[...] = value
            if not (array == value).all():
                wrong.append(value)

    threads = [threading.Thread(target=work, args=(value,)) for value in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert pool.nbytes <= pool.limit
