"""Tables in Parquet files: as pyarrow reads and writes them; damage is named, whatever it is."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gazemap.system import tables
from gazemap.system.tables import (
    cast,
    coded,
    is_known,
    numbers,
    read_parquet,
    rows_of,
    table_of,
    write_parquet,
)

KINDS = {"name": "text", "count": "int32", "value": "float64"}
COLUMNS = {"name": ["a", None, "b", "a"], "count": [1, 2, None, 4], "value": [0.1, np.nan, None, -np.inf]}


def plain(value):
    return float(value) if isinstance(value, float) else value


def test_pyarrow_reads_what_is_written(tmp_path):
    write_parquet(table_of(COLUMNS, KINDS, {"made_by": "ü"}), tmp_path / "t.parquet")
    found = pq.read_table(tmp_path / "t.parquet")
    assert found.schema.names == [*KINDS]
    assert found.schema.types == [pa.string(), pa.int32(), pa.float64()]
    assert found.schema.metadata[b"made_by"].decode() == "ü"
    for name, values in COLUMNS.items():
        assert repr(found[name].to_pylist()) == repr([*map(plain, values)])


@pytest.mark.parametrize("compression", ["snappy", "zstd", "gzip", "none"])
def test_what_pyarrow_writes_is_read(tmp_path, compression):
    columns = {"name": pa.array(COLUMNS["name"]).dictionary_encode(), "value": pa.array([1, 2, None, 4])}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet", compression=compression, row_group_size=3)
    table = cast(read_parquet(tmp_path / "t.parquet"), {"value": "float64", "name": "text"})
    assert [row["name"] for row in rows_of(table)] == COLUMNS["name"]
    np.testing.assert_array_equal(numbers(table["value"]), [1, 2, np.nan, 4])
    assert is_known(table["value"]).tolist() == [True, True, False, True]
    texts, codes = coded(table["name"])
    assert [texts[code] if code >= 0 else None for code in codes] == COLUMNS["name"]


def test_an_empty_table_is_one(tmp_path):
    write_parquet(table_of({name: [] for name in KINDS}, KINDS), tmp_path / "t.parquet")
    table = cast(read_parquet(tmp_path / "t.parquet"), KINDS)
    assert rows_of(table) == []
    assert coded(table["name"])[0] == []
    assert numbers(table["value"]).shape == (0,)


def test_columns_that_are_missing_or_of_another_kind_are_named():
    table = table_of({"name": ["1.5", "far"]}, {"name": "text"})
    with pytest.raises(ValueError, match="there is no column value"):
        cast(table, {"value": "float64"})
    with pytest.raises(ValueError, match="name"):
        cast(table, {"name": "float64"})


@pytest.mark.parametrize("files", [30, pytest.param(300, marks=pytest.mark.slow)])
def test_damage_is_an_error_wherever_it_is(tmp_path, files):
    path = tmp_path / "t.parquet"
    write_parquet(table_of(COLUMNS, KINDS), path)
    whole = path.read_bytes()
    random = np.random.default_rng(0)
    refused = 0
    for number in range(files):
        damaged = bytearray(whole)
        for place in random.integers(0, len(whole), 5):
            damaged[place] = random.integers(256)
        path.write_bytes(damaged[: random.integers(len(whole))] if number % 4 == 0 else damaged)
        try:
            read_parquet(path)
        except ValueError:
            refused += 1
    assert refused > 0.7 * files


def test_a_content_is_tried_in_a_copy_of_the_process_once(tmp_path, monkeypatch):
    tried = []
    monkeypatch.setattr(tables, "failure_of", lambda read: tried.append(read()))
    monkeypatch.setattr(tables, "_KEPT", 2)
    monkeypatch.setattr(tables, "_harmless", set())
    for number in (1, 1, 2, 1, 3, 1):  # at 3, what was remembered is forgotten
        write_parquet(table_of({"a": [number]}, {"a": "int32"}), tmp_path / "t.parquet")
        assert rows_of(read_parquet(tmp_path / "t.parquet")) == [{"a": number}]
    assert len(tried) == 4


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
def test_a_full_disk_is_an_error_as_any_other():
    """What writes Parquet panics there, which is no Exception."""
    table = table_of({"a": [0.5] * 100_000}, {"a": "float64"})
    with pytest.raises(OSError, match="No space left on device"):
        write_parquet(table, Path("/dev/full"))
