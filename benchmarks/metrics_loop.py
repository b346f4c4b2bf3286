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

import numpy as np

from gazemap import Fixations, metrics

PROTOCOLS = ("mit", "exact")


def scored(file: Path, names: list[str]) -> list[dict[str, tuple[float, dict[str, float]]]]:
    """What the loop measures of one case, per prediction: the second round, as of a loop that is at work."""
    with np.load(file) as stored:
        case = {name: stored[name] for name in stored.files}
    fixations = Fixations(x=case["x"] + 0.5, y=case["y"] + 0.5)
    others = Fixations(x=case["other_x"] + 0.5, y=case["other_y"] + 0.5)
    for _ in range(2):
        answers = []
        for saliency in case["predictions"]:
            answer = {}
            for protocol in PROTOCOLS:
                started = time.perf_counter()
                scores = metrics.score(
                    saliency,
                    fixation_map=fixations,
                    density=case["density"],
                    other_fixation_map=others,
                    baseline=case["baseline"],
                    protocol=protocol,
                    metrics=names,
                )
                elapsed = 1000 * (time.perf_counter() - started)
                answer[protocol] = elapsed, {name: float(value) for name, value in scores.items()}
            answers.append(answer)
    return answers


def main() -> None:
    """Serve until the input ends."""
    print(f"numpy {version('numpy')}", flush=True)
    for line in sys.stdin:
        print(json.dumps(scored(Path(line.strip()), sys.argv[1:])), flush=True)


if __name__ == "__main__":
    main()
