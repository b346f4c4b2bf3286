"""pysaliency's side of pysaliency_roundtrip.py: reads a folder's two files, and writes them again.

    PYTHON benchmarks/pysaliency_peer.py FOLDER

Prints one line of JSON: what pysaliency makes of them.
"""

from __future__ import annotations

import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np

if not hasattr(np, "string_"):
    setattr(np, "string_", np.bytes_)  # noqa: B010 - pysaliency 0.2.22 writes by the name that NumPy 2 has dropped
warnings.simplefilter("ignore")  # of packages that it uses

import pysaliency  # noqa: E402


def main() -> None:
    """Read, say what was read, and write over the files."""
    folder = Path(sys.argv[1])
    paths = [folder / "stimuli.hdf5", folder / "fixations.hdf5"]
    stimuli, fixations = (pysaliency.read_hdf5(str(path)) for path in paths)
    some = range(0, len(stimuli), 10)  # decoding all takes long
    fit = [stimuli.stimuli[index].shape == tuple(stimuli.shapes[index]) for index in some]
    inside = pysaliency.datasets.remove_out_of_stimulus_fixations(stimuli, fixations)
    told = {
        "version": version("pysaliency"),
        "types": [type(stimuli).__name__, type(fixations).__name__],
        "stimuli": len(stimuli),
        "fixations": len(fixations.x),
        "inside": len(inside.x),
        "images": f"{sum(fit)} of {len(fit)}",
        "pixels": int((fixations.y_int * 100_000 + fixations.x_int).sum()),
        "subjects": len(np.unique(fixations.subjects)),
    }
    for path, content in zip(paths, (stimuli, fixations), strict=True):
        path.unlink()
        content.to_hdf5(str(path))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
