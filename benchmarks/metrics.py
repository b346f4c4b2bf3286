"""Eight metrics of SALICON's validation fixations: gazemap beside pysaliency and the ports' way.

    python benchmarks/metrics.py --peer-python PYTHON    (of an environment with pysaliency)

One run, one core, one thread each. gazemap, a user's plain loop over `gazemap.metrics.score`, and the peers
run in three processes, none of which sets anything of its memory. They take turns image by image, so that a
change of the machine's speed meets all. gazemap scores all 5,000 images, and the others the first of them.
Times are medians, since other processes may be at work. The environment of the peers needs
`pip install pysaliency torch h5py "numpy<2.4" "setuptools<81"`, torch first and for the CPU.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from json import loads
from pathlib import Path
from typing import Any

import numpy as np
from arguments import benchmark_parser, read_arguments
from metrics_cases import FRAME, OTHERS, SIGMA, Case, Cases, made_up
from metrics_table import METRICS, Record, print_differences, print_rest, print_times
from rich.progress import track
from scipy.ndimage import gaussian_filter

from gazemap import metrics
from gazemap.gaze.blurring import blur
from gazemap.metrics import MATLAB_EPS
from gazemap.metrics.densities import shift_to_density
from gazemap.metrics.kernels.arrays import Score
from gazemap.models.files import DEFAULT_MODEL
from gazemap.types import Floats

ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
Metric = Callable[[Floats, Case], Score]


def ours(case: Case, *predictions: Floats) -> list[dict[str, float]]:
    """Our side: the eight metrics, in one call per prediction; the truth is read for the first."""
    truth = metrics.GroundTruth(case.fixations, case.density, case.other_fixations, case.baseline)
    scored = [metrics.score_against(truth, prediction, "mit", METRICS) for prediction in predictions]
    return [{name: float(value) for name, value in scores.items()} for scores in scored]


# The definitions of the MIT code, but the exact shuffled AUC; each metric called by itself.
OURS: dict[str, Metric] = {
    "auc_judd": lambda p, c: metrics.auc_judd(p, c.fixations),
    "auc_borji": lambda p, c: metrics.auc_borji(p, c.fixations),
    "sauc": lambda p, c: metrics.sauc(p, c.fixations, c.other_fixations, repeats=False),
    "nss": lambda p, c: metrics.nss(p, c.fixations, ddof=1, repeats=False),
    "cc": lambda p, c: metrics.cc(p, c.density),
    "sim": lambda p, c: metrics.sim(p, c.density, min_max=True),
    "kld": lambda p, c: metrics.kld(p, c.density),
    "information_gain": lambda p, c: metrics.information_gain(
        p, c.fixations, c.baseline, min_max=True, repeats=False
    ),
}
# What gazemap gives under a peer's definition, where that is another, and what differs.
LIKE: dict[str, dict[str, tuple[Metric, str]]] = {
    "pysaliency": {
        "auc_judd": (OURS["auc_judd"], "same, but fixated pixels that tie"),
        "nss": (lambda p, c: metrics.nss(p, c.fixations), "ddof 0 in both"),
        "sim": (lambda p, c: metrics.sim(p, c.density), "no min-max in both"),
        "kld": (lambda p, c: metrics.kld(p, c.density, eps=2.2204e-16), "five digits of eps in both"),
        "information_gain": (
            lambda p, c: metrics.information_gain(
                shift_to_density(p), c.fixations, c.baseline, eps=MATLAB_EPS
            ),
            "no min-max in both",
        ),
    },
    "sampled": {
        "sauc": (
            lambda p, c: metrics.auc_shuffled(p, c.fixations, c.other_fixations),
            "auc_shuffled, 100 splits",
        ),
        "auc_borji": (OURS["auc_borji"], "100 splits"),
        "nss": (lambda p, c: metrics.nss(p, c.fixations), "ddof 0 in both"),
    },
}


class Server:
    """A script beside this one, in another process; the first line that it prints says what it runs.

    Args:
        python: that runs it.
        script: its name.
        *names: its arguments.
    """

    def __init__(self, python: str, script: str, *names: str) -> None:
        self._process = subprocess.Popen(
            [python, str(Path(__file__).with_name(script)), *names],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.versions = self._process.stdout.readline().strip()
        if not self.versions:
            raise SystemExit(f"{python} cannot run {script} {' '.join(names)}.")

    def answer(self, file: Path) -> list[Any]:
        """What it says of a case, per prediction."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{file}\n")
        self._process.stdin.flush()
        answers: list[Any] = loads(self._process.stdout.readline())
        return answers

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def measure(
    cases: Cases, loop: Server, peers: Server, images: int, file: Path
) -> tuple[Record, dict[int, float]]:
    """Score all images, the first of them in the other processes too; and the peak memory in MiB."""
    record, memory = Record(), {0: peak_memory()}
    cases[0].save(file)
    loop.answer(file)
    compare(Record(), cases[0], peers.answer(file))  # compilers and caches are warm after one
    for index in track(range(len(cases)), "Scoring", transient=True):
        case = cases[index]
        _ = case.fixations, case.density, case.other_fixations  # made once, before the clock
        for prediction in case.predictions:
            record.timed("gazemap", "one", ours, case, prediction)
        record.timed("gazemap", "both", ours, case, *case.predictions)
        if index < images:
            case.save(file)
            looped(record, case, loop.answer(file))
            compare(record, case, peers.answer(file))
        if index + 1 in (500, len(cases)):
            memory[index + 1] = peak_memory()
    return record, memory


def looped(record: Record, case: Case, answers: list[dict[str, tuple[float, dict[str, float]]]]) -> None:
    """Note the times of a user's loop, and how far its scores under `mit` are from those of this process."""
    for prediction, answer in zip(case.predictions, answers, strict=True):
        for protocol, (elapsed, _) in answer.items():
            record.times["loop", protocol].append(elapsed)
        joint = ours(case, prediction)[0]
        record.gaps["loop", "mit"].append(max(abs(answer["mit"][1][name] - joint[name]) for name in METRICS))


def compare(record: Record, case: Case, answers: list[dict[str, dict[str, list[float]]]]) -> None:
    """Each metric by itself on both sides, and what the scores differ by."""
    for prediction, answer in zip(case.predictions, answers, strict=True):
        joint = ours(case, prediction)[0]
        for name in METRICS:
            alone = record.timed("one by one", name, OURS[name], prediction, case)
            record.gaps["one call", name].append(abs(alone - joint[name]))
        for peer, found in answer.items():
            for name, (elapsed, theirs, error) in found.items():
                record.times[peer, name].append(elapsed)
                like = LIKE[peer][name][0] if name in LIKE[peer] else OURS[name]
                gap = abs(float(like(prediction, case)) - theirs)
                record.gaps[peer, name].append(gap / error if error else gap)
        record.timed("gazemap", "emd", metrics.emd, prediction, case.density)
    mine = record.timed("gazemap", "density", blur, case.fixation_map, SIGMA)
    theirs = record.timed("scipy", "density", gaussian_filter, case.fixation_map, SIGMA)
    record.gaps["scipy", "density"].append(np.abs(mine - theirs).max() / theirs.max())


def peak_memory() -> float:
    """Of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux gives KiB


def on_one_core() -> None:
    """Start again on one core with one thread, unless that is so already."""
    if not ONE_THREAD.items() <= os.environ.items():
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_THREAD)


def main() -> None:
    """Measure and print."""
    on_one_core()
    parser = benchmark_parser(__doc__)
    parser.add_argument("--data", default="../shared/data/salicon", type=Path, help="SALICON's folder")
    parser.add_argument("--images", default=200, type=int, help="how many images the peers score")
    parser.add_argument("--run", default="runs/osie/nurick2021-shallow-osie", help="a trained run")
    parser.add_argument("--peer-python", help="has pysaliency; without it only the ports' way is measured")
    options = read_arguments(parser, data=None, images=1, run=DEFAULT_MODEL)
    names = ("pysaliency", "sampled") if options.peer_python else ("sampled",)
    peers = Server(options.peer_python or sys.executable, "metrics_peers.py", *names)
    loop = Server(sys.executable, "metrics_loop.py", *METRICS)
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or made_up(Path(folder) / "salicon", OTHERS + 1)
        cases = Cases(data, options.run, Path(folder))
        images = min(options.images, len(cases))
        record, memory = measure(cases, loop, peers, images, Path(folder) / "case.npz")
    for server in (loop, peers):
        server.close()
    print(f"{images} of {len(cases):,} images of {FRAME[1]} x {FRAME[0]}, each with 2 predictions:", end=" ")
    print(f"the center bias and maps of {Path(options.run).name}; one core")
    print(f"peers: {peers.versions}; gazemap: numpy {np.__version__}; sAUC against {OTHERS} other images\n")
    print_times(record, names, images)
    print_differences(
        record, {peer: {name: note for name, (_, note) in LIKE[peer].items()} for peer in names}
    )
    print_rest(record, memory)


if __name__ == "__main__":
    main()
