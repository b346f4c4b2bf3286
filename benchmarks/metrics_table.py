"""What `benchmarks/metrics.py` notes while it measures, and the tables that it prints."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

import numpy as np

METRICS = ("auc_judd", "auc_borji", "sauc", "nss", "cc", "sim", "kld", "information_gain")


class Record:
    """Milliseconds by (who, what), and differences by (peer, metric)."""

    def __init__(self) -> None:
        self.times: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.gaps: dict[tuple[str, str], list[float]] = defaultdict(list)

    def timed(self, who: str, what: str, work: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
        """Do some work and note how long it took."""
        started = time.perf_counter()
        result = work(*arguments)
        self.times[who, what].append(1000 * (time.perf_counter() - started))
        return result

    def ms(self, who: str, what: str) -> float:
        """The median; NaN where nothing was measured."""
        found = self.times.get((who, what))
        return median(found) if found else float("nan")

    def total(self, whose: Sequence[str]) -> float:
        """The median over predictions of all metrics' sum, each by whoever is fastest at it."""
        fastest = [
            min((self.ms(who, name), self.times[who, name]) for who in whose if self.times.get((who, name)))
            for name in METRICS
            if any(self.times.get((who, name)) for who in whose)
        ]
        return median(map(sum, zip(*(times for _, times in fastest), strict=True)))


def print_times(record: Record, peers: Sequence[str], images: int) -> None:
    """Milliseconds of each metric, the totals and their ratio."""
    columns = ("one by one", *peers)
    print(f"{'ms, median':20}" + "".join(f"{name:>12}" for name in ("gazemap", *peers)))
    for name in METRICS:
        print(f"{name:20}" + "".join(shown(record.ms(who, name)) for who in columns))
    print(f"{'all, one by one':20}" + "".join(shown(record.total([who])) for who in columns))
    calls = {
        "all in one call, mit": median(record.times["gazemap", "one"][: 2 * images]),
        "two, one truth: each": median(record.times["gazemap", "both"][:images]) / 2,
        "a user's loop, mit": record.ms("loop", "mit"),
        "a user's loop, exact": record.ms("loop", "exact"),
    }
    fastest = record.total(peers)
    print(f"the fastest peer of each metric: {fastest:.2f} ms in all")
    for name, elapsed in calls.items():
        print(f"{name:20}{shown(elapsed)}   the peers take {fastest / elapsed:.1f} times as long")
    lacking = [
        f"{peer} has no {name}" for peer in peers for name in METRICS if (peer, name) not in record.times
    ]
    print("; ".join(lacking or ["pysaliency was not measured: give --peer-python"]))


def print_differences(record: Record, notes: Mapping[str, Mapping[str, str]]) -> None:
    """How far the scores of one image lie apart at most; `notes` says by peer and metric why."""
    print("\nlargest difference from gazemap's score under the same definition")
    joint = np.max([record.gaps["one call", name] for name in METRICS])
    print(f"{'gazemap':12}{'each by itself':20}{joint:.1e}")
    print(f"{'loop':12}{'all, mit':20}{np.max(record.gaps['loop', 'mit']):.1e}")
    for (peer, name), gaps in record.gaps.items():
        if peer in notes:
            note = notes[peer].get(name, "same definition")
            value = f"{np.max(gaps):.1e}"
            if "splits" in note:
                value = f"{np.max(gaps):.1f} standard errors, rms {np.sqrt(np.mean(np.square(gaps))):.2f}"
            print(f"{peer:12}{name:20}{value} ({note})")


def print_rest(record: Record, memory: dict[int, float]) -> None:
    """The blur, EMD, and what gazemap takes for all images."""
    mine, theirs = record.ms("gazemap", "density"), record.ms("scipy", "density")
    gap = max(record.gaps["scipy", "density"])
    print(f"\ndensity, sigma 19: gazemap {mine:.2f} ms, scipy {theirs:.2f} ms, ratio {theirs / mine:.1f};")
    print(f"  largest difference {gap:.1e} of the maximum")
    print(f"emd: gazemap {record.ms('gazemap', 'emd'):.2f} ms; the peers have none")
    for name, what, share in (("one", "all in one call", 1), ("both", "two, one truth: each", 2)):
        times = record.times["gazemap", name]
        print(f"gazemap, {what}, {share * len(times):,} predictions: {median(times) / share:.2f} ms")
    peaks = ", ".join(f"{size:,.0f} MiB after {images:,} images" for images, size in memory.items())
    print(f"peak memory of gazemap's process: {peaks}")


def shown(milliseconds: float) -> str:
    """A cell of the table."""
    return f"{milliseconds:>12.2f}" if milliseconds == milliseconds else f"{'-':>12}"
