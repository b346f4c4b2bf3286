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

VALUES: tuple[Any, ...] = (
    *(None, True, "", "text", "../../outside", "/absolute", "a\0b", "C:\\x", "x" * 5000, "\x1b[31mred"),
    *("<script>alert(1)</script>", "=1+1", "nan", "1e999", "NaN", "-1", 0, -1, 1, 2**31, 2**63, 10**18),
    *(-(10**18), 10**400, 0.0, -0.5, 1e-308, 1e308, -1e308, math.nan, math.inf, -math.inf),
    *([], {}, [[]], [1, [2, 3]], [None], {"a": {"b": [1]}}, [1, 2, 3, "x"], [[1, 2], [3]]),
)
_WORDS = (
    *("", "nan", "inf", "-inf", "-1", "0", "1e308", "-1e308", "9" * 400, "text", "1,5", "1;5", '"', "\t"),
    *("../../x", "/x", "=1+1", "\x1b[2J", "\u202e", "None", "null", "True", "0x10", "1_000", "٣", "a\0b"),
)


def mutated(content: bytes, suffix: str, dice: random.Random) -> bytes:
    """A file's content, damaged: half of the times its bytes, half its values where the suffix tells how."""
    change = STRUCTURES.get(suffix)
    if change is None or dice.random() < 0.5:
        return damaged(content, dice)
    return change(content, dice)


def damaged(content: bytes, dice: random.Random) -> bytes:
    """Bytes flipped, cut off, taken out, put in, repeated or zeroed; one to three times."""
    data = bytearray(content)
    for _ in range(dice.randint(1, 3)):
        place = dice.randrange(len(data) + 1)
        if dice.random() < 0.3:
            place = min(place, dice.randrange(256))  # headers
        span = min(2 ** dice.randrange(12), max(len(data) // 2, 1))
        kind = dice.randrange(6)
        if kind == 0:
            for _ in range(dice.choice((1, 1, 2, 8, 64))):
                if data:
                    data[dice.randrange(len(data))] = dice.choice((0, 255, 127, dice.randrange(256)))
        elif kind == 1:
            del data[place:]
        elif kind == 2:
            del data[place : place + span]
        elif kind == 3:
            data[place:place] = dice.randbytes(span)
        elif kind == 4:
            data[place:place] = data[place : place + span]
        else:
            data[place : place + span] = dice.choice((b"\0", b"\xff")) * len(data[place : place + span])
    return bytes(data)


def other_value(value: Any, dice: random.Random) -> Any:  # noqa: ANN401
    """A tree of dictionaries, lists and arrays with one of its values replaced, taken out or doubled."""
    if dice.random() < 0.15:
        return dice.choice(VALUES)
    if isinstance(value, dict) and value:
        return _other_key(dict(value), dice)
    if isinstance(value, list | tuple) and value:
        items = list(value)
        place = dice.randrange(len(items))
        kind = dice.randrange(6)
        if kind == 0:
            del items[place]
        elif kind == 1:
            items.insert(place, dice.choice(VALUES))
        else:
            items[place] = other_value(items[place], dice)
        return type(value)(items) if type(value) in (list, tuple) else items
    if isinstance(value, np.ndarray):
        return other_array(value, dice)
    return dice.choice(VALUES)


def _other_key(value: dict[Any, Any], dice: random.Random) -> dict[Any, Any]:
    key = dice.choice(list(value))
    kind = dice.randrange(8)
    if kind == 0:
        del value[key]
    elif kind == 1:
        value[f"{key}x"] = value.pop(key)
    else:
        value[key] = other_value(value[key], dice)
    return value


def other_array(array: np.ndarray[Any, Any], dice: random.Random) -> Any:  # noqa: ANN401
    """An array with other numbers, another shape or another type."""
    if array.dtype.names and array.size and dice.random() < 0.7:
        return _other_record(array.copy(), dice)
    if array.dtype == object and array.size and dice.random() < 0.7:
        copy = array.copy()
        place = dice.randrange(copy.size)
        copy.flat[place] = _cell(other_value(copy.flat[place], dice))
        return copy
    kind = dice.randrange(9)
    if kind == 0:
        return array[:0]
    if kind == 1:
        return array[: max(len(array) - 1, 0)] if array.ndim else array
    if kind == 2:
        return array.T if array.ndim > 1 else array[None]
    if kind == 3:
        return np.zeros((0, 0))
    if kind == 4:
        return np.array(["text", "more"])
    if kind == 5:
        return array.reshape(-1) if array.ndim != 1 else array.reshape(-1, 1, 1)
    if array.dtype.kind in "iuf" and array.size:
        copy = array.astype(np.float64)
        copy.flat[dice.randrange(copy.size)] = dice.choice(
            (np.nan, np.inf, -np.inf, 1e308, -1e9, 2.0**62, -1)
        )
        return copy if dice.random() < 0.7 else np.full_like(copy, dice.choice((np.nan, np.inf, -1, 1e300)))
    return np.array(dice.choice((np.nan, np.inf, -1.0, 1e300, 2.0**53)))


def _other_record(array: np.ndarray[Any, Any], dice: random.Random) -> np.ndarray[Any, Any]:
    name = dice.choice(array.dtype.names or ())
    if dice.random() < 0.25:
        rest = [own for own in (array.dtype.names or ()) if own != name]
        return np.zeros(array.shape, [(f"{name}x", object), *((own, array.dtype[own]) for own in rest)])
    place = dice.randrange(array.size)
    old = array.flat[place][name]
    if array.dtype[name].hasobject:
        array[name].flat[place] = _cell(other_value(old, dice))
    return array


def _cell(value: Any) -> Any:  # noqa: ANN401
    """As MATLAB keeps it: it has no None, and text and lists are arrays."""
    if value is None:
        return np.zeros((0, 0))
    if isinstance(value, int) and abs(value) > 2**62:
        return float(min(value, 10**300))
    return {} if isinstance(value, dict) else value


def _json(content: bytes, dice: random.Random) -> bytes:
    if dice.random() < 0.1:
        depth = dice.choice((200, 5000, 200_000))
        return b"[" * depth + b"]" * depth
    tree = json.loads(content)
    for _ in range(dice.randint(1, 2)):
        tree = other_value(tree, dice)
    return json.dumps(tree).encode("utf-8", "replace")


def _lines(content: bytes, dice: random.Random) -> bytes:
    """A table in text: cells, lines and separators."""
    text = content.decode("utf-8", "replace")
    cells = re.split(r"([,;\t\n ])", text)
    for _ in range(dice.choice((1, 1, 3, 10))):
        place = dice.randrange(len(cells))
        kind = dice.randrange(6)
        if kind == 0:
            del cells[place]
        elif kind == 1:
            cells.insert(place, dice.choice(_WORDS))
        else:
            cells[place] = dice.choice(_WORDS)
        cells = cells or [""]
    return "".join(cells).encode(dice.choice(("utf-8", "utf-8", "utf-16", "utf-16-le")), "replace")


def _json_lines(content: bytes, dice: random.Random) -> bytes:
    lines = content.splitlines()
    place = dice.randrange(len(lines))
    lines[place] = _json(lines[place], dice)
    return b"\n".join(lines)


def _yaml(content: bytes, dice: random.Random) -> bytes:
    import yaml

    kind = dice.randrange(4)
    if kind == 0:
        return dice.choice(YAML_BOMBS).encode()
    if kind == 1:
        lines = content.decode().splitlines()
        lines.insert(dice.randrange(len(lines) + 1), dice.choice(YAML_BOMBS))
        return "\n".join(lines).encode()
    tree = yaml.safe_load(content)
    for _ in range(dice.randint(1, 2)):
        tree = other_value(tree, dice)
    return yaml.safe_dump(tree).encode("utf-8", "replace")


YAML_BOMBS = (
    "[" * 50_000,
    "{a: " * 20_000,
    "a: &a ["
    + "x," * 9
    + "]\n"
    + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{f'*{chr(97 + i)},' * 9}]\n" for i in range(8)),
    "loop: &x [*x]",
    "loop: &x {y: *x}",
    "!!python/object/apply:os.system ['true']",
    "a: !!binary 'x'",
    "a: !!timestamp '9999-99-99'",
    "a: !!int 'x'",
    "a: !!float {}",
    "a: !!set {1, [2]}",
    "? [a, b]\n: 1",
    "? {a: b}\n: 1",
    "a: 0o999999999999",
    "a: 1:" + "59:" * 2000 + "1",
    "a: " + "9" * 10_000,
    "a: 0b",
    "=: 1",
    "<<: 5",
    "<<: [*a]",
    "training: {epochs: 10000000000000000000000}",
    "model: {name: gazenet, options: {width: 1000000000}}",
    "model: {name: shallow, options: {input_size: [100000000, 100000000]}}",
)


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
    value = _cell(other_value(tree[name], dice))
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
    ".json": _json,
    ".jsonl": _json_lines,
    ".csv": _lines,
    ".tsv": _lines,
    ".txt": _lines,
    ".yaml": _yaml,
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
