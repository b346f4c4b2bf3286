"""Mutations of files: bytes of any file, and values of those whose structure is known; all by a seed."""

from __future__ import annotations

import io
import json
import math
import pickle
import random
import re
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from attacks_texts import TEXTS
from attacks_values import VALUES, damaged, matlab_cell, other_array, other_value


def mutated(content: bytes, suffix: str, dice: random.Random) -> bytes:
    """A file's content, damaged: half of the times its bytes, half its values where the suffix tells how."""
    change = STRUCTURES.get(suffix)
    if change is None or dice.random() < 0.5:
        return damaged(content, dice)
    try:
        return change(content, dice)
    except (TypeError, ValueError, OverflowError):  # a format that cannot hold the value
        return damaged(content, dice)


def _parquet(content: bytes, dice: random.Random) -> bytes:
    from gazemap.system.tables import read_parquet, rows_of, table_of, write_parquet

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        path.write_bytes(content)
        table = read_parquet(path)
        rows = rows_of(table)
        columns = {name: [row[name] for row in rows] for name in table.column_names}
        name = dice.choice(list(columns))
        values, kind = columns[name], dice.randrange(5)
        if kind == 0:
            del columns[name]
        else:
            text = kind == 1 or any(isinstance(value, str) for value in values)
            chosen = [value for value in VALUES if isinstance(value, str if text else int | float)]
            new = dice.choice(chosen)
            for place in range(len(values)) if kind == 2 else [dice.randrange(len(values))]:
                values[place] = new if kind != 3 else None
            columns[name] = [None if v is None else str(v) if text else _float(v) for v in values]
        kinds: Any = {
            own: "text" if any(isinstance(value, str) for value in values) else "float64"
            for own, values in columns.items()
        }
        write_parquet(table_of(columns, kinds, table.schema.metadata_str), path)
        return path.read_bytes()


def _float(value: Any) -> float:  # noqa: ANN401
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _matlab(content: bytes, dice: random.Random) -> bytes:
    if content[:4] == b"\x89HDF" or content[512:516] == b"\x89HDF":
        return _hdf5(content, dice)
    import scipy.io

    tree = scipy.io.loadmat(io.BytesIO(content))
    name = next(key for key in tree if not key.startswith("__"))
    value = matlab_cell(other_value(tree[name], dice))
    out = io.BytesIO()
    scipy.io.savemat(out, {name if dice.random() < 0.95 else "other": value})
    return out.getvalue()


def _hdf5(content: bytes, dice: random.Random) -> bytes:
    import h5py

    memory = io.BytesIO(content)
    with h5py.File(memory, "r+") as file:
        names: list[str] = []
        file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        name = dice.choice(names)
        old, kind = file[name], dice.randrange(7)
        values = old[()] if old.dtype.kind in "iuf" else np.zeros(3)
        if kind != 6:
            del file[name]
        if kind == 1:
            file[name] = h5py.ExternalLink("/etc/passwd", "/")
        elif kind == 2:
            file[name] = h5py.SoftLink(f"/{name}")
        elif kind == 3:
            file.create_dataset(name, shape=(2**40,), dtype="f8", chunks=(2**16,))
        elif kind == 4:
            file[name] = ["text", "more"]
        elif kind == 5:
            changed = np.asarray(other_array(np.asarray(values), dice))
            file[name] = changed if changed.dtype.kind in "iufb" else 0.0
        elif kind == 6:
            for key in list(old.attrs):
                del old.attrs[key]
            file.attrs["type"] = dice.choice(("Other", 5.0, b"\xff"))
    return memory.getvalue()


def _pickle(content: bytes, dice: random.Random) -> bytes:
    tree = other_value(pickle.loads(content, encoding="latin1"), dice)
    return pickle.dumps(tree, protocol=dice.choice((0, 2, 4)))


def _safetensors(content: bytes, dice: random.Random) -> bytes:
    length = struct.unpack("<Q", content[:8])[0]
    if dice.random() < 0.1:
        return struct.pack("<Q", dice.choice((0, 2**40, 2**63, length - 1, length + 1))) + content[8:]
    header = json.loads(content[8 : 8 + length])
    if dice.random() < 0.7 and "__metadata__" in header:
        about = json.loads(header["__metadata__"]["gazemap"])
        header["__metadata__"]["gazemap"] = json.dumps(other_value(about, dice))
    else:
        header = other_value(header, dice)
    raw = json.dumps(header).encode("utf-8", "replace")
    return struct.pack("<Q", len(raw)) + raw + content[8 + length :]


def _onnx(content: bytes, dice: random.Random) -> bytes:
    import onnx

    model = onnx.load_from_string(content)
    entry = dice.choice(list(model.metadata_props))
    if entry.key == "gazemap":
        entry.value = json.dumps(other_value(json.loads(entry.value), dice))
    else:
        entry.value = dice.choice(("", "x", entry.value[:-5], entry.value * 2, "é"))
    return bytes(model.SerializeToString())


_MEMBERS = (
    "../../outside.png",
    "/absolute.png",
    "C:\\x.png",
    "a\0b.png",
    "x" * 300 + ".png",
    "a/../b.png",
    "\x1b[2J.png",
)


def _zip(content: bytes, dice: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = dice.choice(old.namelist())
        for info in old.infolist():
            data = old.read(info)
            name = info.filename
            if name == chosen:
                kind = dice.randrange(4)
                name = dice.choice(_MEMBERS) if kind < 2 else name
                data = dice.choice((bytes(200_000_000), b"", damaged(data, dice))) if kind > 1 else data
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = dice.choice((0, 0o120777 << 16)) if name != info.filename else 0
            new.writestr(entry, data)
    return out.getvalue()


def _tar(content: bytes, dice: random.Random) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(content)) as old, tarfile.open(fileobj=out, mode="w:gz") as new:
        members = old.getmembers()
        chosen = dice.choice(members).name
        for member in members:
            file = old.extractfile(member)
            data = file.read() if file else b""
            if member.name == chosen:
                kind = dice.randrange(4)
                if kind < 2:
                    member.name = dice.choice(_MEMBERS).replace("\0", "")
                elif kind == 2:
                    member.type = dice.choice((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE))
                    member.linkname = "/etc/passwd"
                else:
                    data = dice.choice((bytes(200_000_000), b"", damaged(data, dice)))
            member.size = len(data) if member.isreg() else 0
            new.addfile(member, io.BytesIO(data) if member.isreg() else None)
    return out.getvalue()


def _npy(content: bytes, dice: random.Random) -> bytes:
    if dice.random() < 0.4:
        shape = dice.choice(
            ("(1000000, 1000000)", "(-1, 3)", "(2,)", "()", "(1000000000000,)", "(0, 5)", "('a', 2)")
        )
        return re.sub(rb"'shape': \([^)]*\)", f"'shape': {shape}".encode(), content)
    out = io.BytesIO()
    array = np.asarray(other_array(np.load(io.BytesIO(content)), dice))
    np.save(out, array, allow_pickle=array.dtype == object)
    return out.getvalue()


STRUCTURES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    **TEXTS,
    ".parquet": _parquet,
    ".mat": _matlab,
    ".hdf5": _hdf5,
    ".h5": _hdf5,
    ".pkl": _pickle,
    ".safetensors": _safetensors,
    ".onnx": _onnx,
    ".zip": _zip,
    ".tar": _tar,
    ".npy": _npy,
}
