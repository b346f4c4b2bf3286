import os
import pickle
import subprocess
from collections import OrderedDict

import numpy as np
import pytest

from gazemap.data.importers.pickles import read_pickle
from gazemap.errors import DataError

CONTENT = [{"X": np.arange(12.0).reshape(3, 4), "name": "a", "n": 3, "flag": True, "scalar": np.float32(2.5)}]


class Runs:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def written(tmp_path, content, protocol=4):
    path = tmp_path / "data.pkl"
    path.write_bytes(pickle.dumps(content, protocol=protocol))
    return path


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("dtype", ["f4", "f8", "u1", "i8", "?", "U5"])
def test_arrays_of_every_protocol_come_through(tmp_path, protocol, dtype):
    array = np.array([[1, 0, 2], [3, 1, 1]]).astype(dtype)
    found = read_pickle(written(tmp_path, [array, np.asfortranarray(array)], protocol))
    for copy in found:
        assert copy.dtype == array.dtype
        np.testing.assert_array_equal(copy, array)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_plain_containers_come_through(tmp_path, protocol):
    (found,) = read_pickle(written(tmp_path, CONTENT, protocol))
    np.testing.assert_array_equal(found["X"], CONTENT[0]["X"])
    assert (found["name"], found["n"], found["flag"], found["scalar"]) == ("a", 3, True, 2.5)
    assert read_pickle(written(tmp_path, OrderedDict(a=b"\x00\xff"), protocol)) == {"a": b"\x00\xff"}


@pytest.mark.parametrize(
    ("function", "name"),
    [(os.system, r"posix\.system"), (eval, r"builtins\.eval"), (subprocess.Popen, r"subprocess\.Popen")],
)
def test_code_is_refused_by_name_and_never_runs(tmp_path, function, name):
    marker = tmp_path / "ran"
    argument = f"open({str(marker)!r}, 'w')" if function is eval else f"touch {marker}"
    path = written(tmp_path, [CONTENT, Runs(function, argument)])
    with pytest.raises(DataError, match=rf"data\.pkl: The pickle asks for {name}, which is refused"):
        read_pickle(path)
    assert not marker.exists()


def test_numpy_functions_that_are_not_needed_are_refused(tmp_path):
    with pytest.raises(DataError, match="refused"):
        read_pickle(written(tmp_path, Runs(np.fromfile, str(tmp_path / "data.pkl"))))


def test_arrays_of_objects_are_refused(tmp_path):
    with pytest.raises(DataError, match="Python objects"):
        read_pickle(written(tmp_path, np.array([{}, []], dtype=object)))


def test_damaged_and_missing_pickles_are_named(tmp_path):
    path = written(tmp_path, CONTENT)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"data\.pkl is damaged"):
        read_pickle(path)
    with pytest.raises(DataError, match="There is no file"):
        read_pickle(tmp_path / "none.pkl")
