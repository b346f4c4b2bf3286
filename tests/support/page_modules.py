"""Functions of the page's modules, called from Python by node, to compare them with their Python twins."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

SOURCES = Path(__file__).parents[2] / "page" / "src"

_PROGRAM = """
const [module, name] = process.argv.slice(1);
let text = "";
for await (const part of process.stdin) text += part;
const kinds = { Float32Array, Float64Array, Uint8Array, Uint16Array };
const revived = (_, value) => (value?.kind in kinds ? kinds[value.kind].from(value.values) : value);
const given = JSON.parse(text, revived);
const found = [];
for (const call of given) {
  try {
    found.push(await (await import(module))[name](...call));
  } catch (error) {
    found.push({ error: error.message });
  }
}
const plain = (_, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value);
process.stdout.write(JSON.stringify(found, plain));
"""

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not SOURCES.is_dir(), reason="node and the page's sources are needed"
)


def typed(array):
    """An array as the typed array of JavaScript."""
    kinds = {
        "float32": "Float32Array",
        "float64": "Float64Array",
        "uint8": "Uint8Array",
        "uint16": "Uint16Array",
    }
    return {"kind": kinds[np.asarray(array).dtype.name], "values": np.asarray(array).ravel().tolist()}


def called(module, name, calls):
    """What a function of the page returns for each list of arguments; {"error": message} where it throws."""
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", _PROGRAM, "--", (SOURCES / module).as_uri(), name],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)
