"""A user's plain loop, for `benchmarks/metrics.py`: `gazemap.metrics.score` in a process that sets nothing.

    python benchmarks/metrics_loop.py METRIC ...

It says what it runs; then it reads paths of cases (.npz), one per line, and answers each with a line of
JSON: for every prediction, protocol -> milliseconds and scores.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from gazemap import Fixations, metrics

PROTOCOLS, ROUNDS = ("mit", "exact"), 5


def scored(file: Path, names: list[str]) -> list[dict[str, tuple[float, dict[str, float]]]]:
    """What the loop measures of one case, per prediction: the median of some rounds after a first."""
    with np.load(file) as stored:
        case = {name: stored[name] for name in stored.files}
    truth: dict[str, Any] = {
        "fixation_map": Fixations(x=case["x"] + 0.5, y=case["y"] + 0.5),
        "density": case["density"],
        "other_fixation_map": Fixations(x=case["other_x"] + 0.5, y=case["other_y"] + 0.5),
        "baseline": case["baseline"],
    }
    answers: list[dict[str, tuple[float, dict[str, float]]]] = [{} for _ in case["predictions"]]
    for protocol in PROTOCOLS:
        for answer, saliency in zip(answers, case["predictions"], strict=True):
            times = []
            for _ in range(1 + ROUNDS):
                started = time.perf_counter()
                scores = metrics.score(saliency, **truth, protocol=protocol, metrics=names)
                times.append(1000 * (time.perf_counter() - started))
            answer[protocol] = median(times[1:]), {name: float(value) for name, value in scores.items()}
    return answers


def main() -> None:
    """Serve until the input ends."""
    print(f"numpy {version('numpy')}", flush=True)
    for line in sys.stdin:
        print(json.dumps(scored(Path(line.strip()), sys.argv[1:])), flush=True)


if __name__ == "__main__":
    main()
