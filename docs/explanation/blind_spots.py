"""What gazenet's card says that it misses, measured: lines of text, hidden faces, what a person looks at.

    python docs/explanation/blind_spots.py --osie gaze/osie

blind_spots.csv has the boxes: in photographs of OSIE val, drawn by hand before anything was predicted for
them. For each kind of box there are the share of all fixations that lies in it, the share that models
predict, and the share of the density of all other observers, blurred by OSIE's 24 pixels. That blur takes
attention out of small boxes, so that no smooth map can be expected to give them more. Sums over the boxes of
a kind; the ratio to the measured share has the interval of a bootstrap over photographs.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from gazemap.data.dataset import load_dataset
from gazemap.data.sample import Sample
from gazemap.gaze.areas import Box, box_sums
from gazemap.gaze.fixations import blurred_points
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import Predictor, load_predictor
from gazemap.system.progress import bar
from gazemap.types import Floats

BOXES = Path(__file__).with_suffix(".csv")
MODELS = ("gazenet", "gazenet@as-trained", "gazenet-large", "gazenet-large@as-trained")
SIGMA, DRAWS = 24.0, 2000


def read_boxes() -> dict[str, list[tuple[str, Box]]]:
    """By image, each box and its kind."""
    found: dict[str, list[tuple[str, Box]]] = {}
    with BOXES.open() as file:
        for row in csv.DictReader(file):
            left, top, right, bottom = (float(row[side]) for side in ("left", "top", "right", "bottom"))
            box = Box(row["kind"], left, top, right - left, bottom - top)
            found.setdefault(row["image"], []).append((row["kind"], box))
    return found


def shares(sample: Sample, boxes: Sequence[Box], models: Mapping[str, Predictor]) -> dict[str, Floats]:
    """(boxes,) by what they are shares of."""
    known = sample.fixations
    assert known is not None
    own = [known.of_observer(name) for name in known.observers]
    blurred = [blurred_points(one.x, one.y, sample.size, SIGMA) for one in own]
    total, count = np.sum(blurred, axis=0), len(known)
    left_out = [
        box_sums((total - one) / (count - len(looks)), boxes) * len(looks)
        for one, looks in zip(blurred, own, strict=True)
    ]
    inside = [
        (known.x >= box.x) & (known.x < box.right) & (known.y >= box.y) & (known.y < box.bottom)
        for box in boxes
    ]
    predicted = {
        name: box_sums(predict(sample.image, model=model).density, boxes) for name, model in models.items()
    }
    return {
        "measured": np.mean(inside, axis=1),
        "other observers": np.sum(left_out, axis=0) / count,
        **predicted,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--osie", type=Path, required=True, help="the gaze data set OSIE")
    parser.add_argument("--models", nargs="+", default=MODELS)
    options = parser.parse_args()
    models = {name: load_predictor(name) for name in options.models}
    boxes = read_boxes()
    samples = [sample for sample in load_dataset(options.osie).split("val") if sample.image_id in boxes]
    assert len(samples) == len(boxes), "images of blind_spots.csv are not in OSIE val"
    kinds = sorted({kind for some in boxes.values() for kind, _ in some})
    found: list[dict[str, Floats]] = []  # of each image: by name, (kinds,) sums
    for sample in bar(samples, "Predicting", progress=True):
        own = boxes[sample.image_id]
        of_kind = np.array([[kind == one for kind, _ in own] for one in kinds], dtype=np.float64)
        by_name = shares(sample, [box for _, box in own], models)
        found.append({name: of_kind @ share for name, share in by_name.items()})
    tables = {name: np.array([one[name] for one in found]) for name in found[0]}
    for place, kind in enumerate(kinds):
        has = [any(one == kind for one, _ in boxes[sample.image_id]) for sample in samples]
        number = sum(one == kind for some in boxes.values() for one, _ in some)
        print(f"{kind}: {number} boxes in {sum(has)} images")
        measured = tables["measured"][has, place]
        drawn = np.random.default_rng(0).integers(0, len(measured), (DRAWS, len(measured)))
        for name, table in tables.items():
            values = table[has, place]
            low, high = np.quantile(values[drawn].sum(axis=1) / measured[drawn].sum(axis=1), [0.025, 0.975])
            mean, ratio = values.sum() / number, values.sum() / measured.sum()
            print(f"  {name:26} {mean:.4f} per box  {ratio:.2f} [{low:.2f}, {high:.2f}] of measured")


if __name__ == "__main__":
    main()
