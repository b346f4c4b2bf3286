r"""The reference sets of `gazemap describe`, made anew: src/gazemap/analysis/references.json.

    python docs/explanation/reference_sets.py --osie gaze/osie --pages gaze/web-pages

Of gazenet under two viewing conditions: the density's focus, the image's clutter, and the share of attention
of boxes of eight sizes at 9 x 9 places. The photographs are OSIE's split val, from which gazenet did not
learn. Run it again when the weights of gazenet change: the fingerprint in the file is then another.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.analysis.references import FILE, focus_of, quantiles
from gazemap.data.dataset import GazeDataset, load_dataset
from gazemap.gaze.areas import Box, box_sums
from gazemap.images.clutter import subband_entropy
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import Predictor, load_predictor
from gazemap.system.fingerprint import version
from gazemap.system.progress import bar
from gazemap.types import Floats

CONDITIONS = ("free-viewing", "web-page")
SIZES = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)  # of boxes, as shares of the image
PLACES = 9  # down and across
GRID = (60, 80)  # on which boxes are summed up


def boxes(size: float) -> list[Box]:
    """Boxes of a size and of the image's shape, all over the grid."""
    height, width = (side * size**0.5 for side in GRID)
    rows, columns = (
        np.linspace(0, whole - side, PLACES) for whole, side in zip(GRID, (height, width), strict=True)
    )
    return [Box("", float(x), float(y), width, height) for y in rows for x in columns]


def shares(densities: list[Floats], size: float) -> Floats:
    """The share of attention of each box of a size in each density."""
    return np.concatenate([box_sums(density, boxes(size)) for density in densities])


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--osie", type=Path, required=True)
    parser.add_argument("--pages", type=Path, required=True)
    asked = parser.parse_args()
    osie, pages = load_dataset(asked.osie).select(split="val"), load_dataset(asked.pages)
    sets = {
        "photographs": (osie, "the split val of OSIE, photographs of 800 x 600 pixels"),
        "web pages": (pages, "screens of web pages, of FiWI"),
    }
    predictors = [load_predictor("gazenet", condition=name) for name in CONDITIONS]
    rows = [row for name, known in sets.items() for row in reference_rows(name, *known, predictors)]
    command = shlex.join(["python", *sys.argv])
    FILE.write_text(json.dumps({"command": command, "references": rows}) + "\n", encoding="utf-8")


def reference_rows(
    name: str, dataset: GazeDataset, about: str, predictors: list[Predictor]
) -> list[dict[str, Any]]:
    """The reference of a set by each model."""
    clutter: list[float] = []
    focus: list[list[float]] = [[] for _ in predictors]
    densities: list[list[Floats]] = [[] for _ in predictors]
    for sample in bar(dataset, name, progress=True):
        clutter.append(subband_entropy(sample.image))
        for number, predictor in enumerate(predictors):
            found = predict(sample.image, predictor, viewport="whole").at_size(GRID)
            focus[number].append(focus_of(found))
            densities[number].append(found.density)
    return [
        {
            "name": name,
            "about": about,
            "images": len(clutter),
            "model": f"gazenet@{condition}",
            "fingerprint": predictor.fingerprint,
            "version": version("gazemap"),
            "focus": quantiles(np.array(focus[number])),
            "clutter": quantiles(np.array(clutter)),
            "shares": {str(size): quantiles(shares(densities[number], size)) for size in SIZES},
        }
        for number, (condition, predictor) in enumerate(zip(CONDITIONS, predictors, strict=True))
    ]


if __name__ == "__main__":
    main()
