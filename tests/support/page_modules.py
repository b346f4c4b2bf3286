"""Functions of the page's modules, called from Python by node, to compare them with their Python twins."""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

SOURCES = Path(__file__).parents[2] / "page" / "src"

_KINDS = {
    "float32": "Float32Array",
    "float64": "Float64Array",
    "int32": "Int32Array",
    "uint8": "Uint8Array",
    "uint16": "Uint16Array",
}
_TYPES = {kind: name for name, kind in _KINDS.items()} | {"Uint8ClampedArray": "uint8"}
_PROGRAM = """
const [module, name] = process.argv.slice(1);
let text = "";
for await (const part of process.stdin) text += part;
const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64")).buffer;
const typed = ({ kind, base64 }) => new globalThis[kind](bytes(base64));
const plain = (_, value) => {
  if (!ArrayBuffer.isView(value)) return value;
  const content = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return { kind: value.constructor.name, base64: content.toString("base64") };
};
const found = [];
for (const call of JSON.parse(text, (_, value) => (value?.base64 === undefined ? value : typed(value)))) {
  try {
    found.push(await (await import(module))[name](...call));
  } catch (error) {
    found.push({ error: error.message });
  }
}
process.stdout.write(JSON.stringify(found, plain));
"""

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not SOURCES.is_dir(), reason="node and the page's sources are needed"
)


def typed(array):
    """An array as the typed array of JavaScript, row by row."""
    array = np.ascontiguousarray(array)
    return {"kind": _KINDS[array.dtype.name], "base64": base64.b64encode(array.tobytes()).decode()}


def _values(found):
    if found.keys() != {"kind", "base64"}:
        return found
    return np.frombuffer(base64.b64decode(found["base64"]), _TYPES[found["kind"]]).tolist()


def as_bytes(content):
    """The bytes of a file, as the page reads them."""
    return typed(np.frombuffer(content, np.uint8))


def called(module, name, calls):
    """What a function of the page returns for each list of arguments; {"error": message} where it throws."""
    done = subprocess.run(
        [
            "node",
            "--input-type=module",
            "--eval",
            _PROGRAM,
            "--",
            (SOURCES / module).resolve().as_uri(),
            name,
        ],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert not done.returncode, done.stderr
    return json.loads(done.stdout, object_hook=_values)
