"""MATLAB 5 files: what SciPy writes and reads is read alike, and damage ends in an error of Python."""

import io
from contextlib import suppress

import numpy as np
import pytest
import scipy.io
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gazemap.system.mat_files import Struct, Unread, read_mat5

KINDS = [np.dtype(kind) for kind in ("f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "bool")]
NUMBERS = st.sampled_from(KINDS).flatmap(
    lambda kind: arrays.arrays(kind, arrays.array_shapes(min_dims=2, max_dims=3, min_side=0, max_side=4))
)
TEXTS = st.text(st.characters(codec="latin-1", exclude_characters="\0"), min_size=1, max_size=9)
NAMES = st.text("abcxyz", min_size=1, max_size=9)


def cell(values):
    made = np.empty(len(values), dtype=object)
    for index, value in enumerate(values):
        made[index] = value
    return made.reshape(1, -1)


VALUES = st.recursive(
    NUMBERS | TEXTS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(cell)
        | st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


def saved(variables, **options):
    stream = io.BytesIO()
    scipy.io.savemat(stream, variables, **options)
    return stream.getvalue()


def assert_same(found, expected):
    """What is found, and what SciPy makes of the same file."""
    if isinstance(found, Struct):
        assert list(found) == list(expected._fieldnames)
        for name, value in found.items():
            assert_same(value, getattr(expected, name))
    elif found.dtype == object:
        assert found.shape == expected.shape
        for pair in zip(found.ravel(), expected.ravel(), strict=True):
            assert_same(*pair)
    else:
        np.testing.assert_array_equal(found, expected)
        assert found.shape == expected.shape


@given(variables=st.dictionaries(NAMES, VALUES, min_size=1, max_size=3), compressed=st.booleans())
@settings(max_examples=40, deadline=None)
def test_what_scipy_reads_is_read_alike(variables, compressed):
    content = saved(variables, do_compression=compressed, long_field_names=True)
    expected = scipy.io.loadmat(io.BytesIO(content), struct_as_record=False, mat_dtype=True)
    found = read_mat5(content)
    assert set(found) == {name for name in expected if not name.startswith("__")} == set(variables)
    for name, value in found.items():
        assert_same(value, expected[name])


def test_the_other_order_of_bytes_is_read():
    content = saved({"a": np.array([[1.5, -2.0]])})
    head = content[:124] + b"\x01\x00MI"

    def turned(data, *sizes):
        out, place = b"", 0
        for size in sizes:
            out, place = out + data[place : place + size][::-1], place + size
        return out

    # tag, flags, shape, name in a small element, numbers
    body = turned(content[128:], 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4) + content[172:176]
    body += turned(content[176:], 4, 4, 8, 8)
    np.testing.assert_array_equal(read_mat5(head + body)["a"], [[1.5, -2.0]])


def test_kinds_that_are_not_read_are_named():
    sparse = scipy.sparse.coo_matrix(np.eye(3))
    found = read_mat5(saved({"s": sparse, "c": np.array([[1j]]), "x": np.eye(2)}))
    assert (found["s"], found["c"]) == (Unread("sparse"), Unread("complex"))
    np.testing.assert_array_equal(found["x"], np.eye(2))


def test_damage_ends_in_an_error():
    """2,000 files with bytes changed, cut off or moved: none raises anything else, or asks for memory."""
    random = np.random.default_rng(0)
    nested = {"s": {"x": np.eye(3), "t": "text", "c": cell([np.arange(4.0), "a", {"y": np.ones((2, 2))}])}}
    for compressed in (False, True):
        whole = saved(nested, do_compression=compressed)
        for _ in range(1000):
            content = bytearray(whole)
            for place in random.integers(120, len(content), random.integers(1, 6)):
                content[place] = random.choice([0, 1, 14, 15, 127, 255, random.integers(256)])
            if random.random() < 0.2:
                del content[random.integers(len(content)) :]
            with suppress(ValueError):
                read_mat5(bytes(content))


def test_a_bomb_and_depth_are_refused(monkeypatch):
    monkeypatch.setattr("gazemap.system.mat_files.MAX_BYTES", 10_000)
    with pytest.raises(ValueError, match="more than 10,000 bytes"):
        read_mat5(saved({"a": np.zeros((300, 300))}, do_compression=True))
    deep = np.ones((1, 1))
    for _ in range(40):
        deep = cell([deep])
    with pytest.raises(ValueError, match="more than 32 deep"):
        read_mat5(saved({"a": deep}))


def test_shapes_that_promise_more_than_is_there_are_refused():
    content = bytearray(saved({"a": np.zeros((2, 3))}))
    place = bytes(content).index(np.array([2, 3], "i4").tobytes())
    content[place : place + 8] = np.array([2**30, 2**30], "i4").tobytes()
    with pytest.raises(ValueError, match=r"6 numbers for the shape"):
        read_mat5(bytes(content))
