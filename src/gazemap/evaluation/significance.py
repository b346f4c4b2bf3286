"""Is one model better than another? Paired statistics over the same images, metric by metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gazemap.errors import InputError
from gazemap.evaluation.intervals import Interval, bootstrap, three_decimals
from gazemap.metrics import METRICS, get_metric
from gazemap.system.progress import bar
from gazemap.types import Floats

_FLIPS = 10_000
_SAME = 1e-12  # sums that differ only by rounding are equal
_BATCH = 1_000  # bounds the memory: 40 MB for 5,000 images


@dataclass(frozen=True, eq=False)
class Difference:
    """How two models differ in one metric.

    Attributes:
        metric: a key of `METRICS`.
        a: (N,) scores of the first, NaN where undefined.
        b: (N,) scores of the second on the same images.
        mean: of b - a over the images where both have a score, with its bootstrap 95 % interval.
        p: of the two-sided sign-flip test; NaN where no image has both scores.
        p_holm: the same, corrected for the number of metrics.
    """

    metric: str
    a: Floats
    b: Floats
    mean: Interval
    p: float
    p_holm: float

    @property
    def higher_is_better(self) -> bool:
        """Whether a higher score of this metric is better."""
        return METRICS[self.metric].higher_is_better

    @property
    def values(self) -> Floats:
        """(N,): b - a, NaN where either has no score."""
        return self.b - self.a

    @property
    def gains(self) -> Floats:
        """(N,): by how much b is better; negative where a is better."""
        return self.values if self.higher_is_better else -self.values

    @property
    def means(self) -> tuple[float, float]:
        """Of a and of b, over the images where both have a score."""
        known = ~np.isnan(self.values)
        if not known.any():
            return float("nan"), float("nan")
        return float(self.a[known].mean()), float(self.b[known].mean())

    @property
    def counts(self) -> tuple[int, int, int]:
        """On how many images a is better, both are equal, b is better."""
        gains = self.gains
        return int((gains < 0).sum()), int((gains == 0).sum()), int((gains > 0).sum())

    @property
    def left_out(self) -> int:
        """How many images lack a score."""
        return len(self.values) - sum(self.counts)

    @property
    def share_better(self) -> float:
        """The share of images on which b is better, ties half; NaN where no image has both scores."""
        worse, equal, better = self.counts
        total = worse + equal + better
        return (better + equal / 2) / total if total else float("nan")

    def cells(self) -> list[str]:
        """Its row of the table, as texts; dashes where no image has both scores."""
        direction = "higher" if self.higher_is_better else "lower"
        if self.left_out == len(self.a):
            return [self.metric, direction, *"------"]
        a, b = map(three_decimals, self.means)
        p_values = (f"{self.p:.4f}", f"{self.p_holm:.4f}")
        return [self.metric, direction, a, b, str(self.mean), *p_values, f"{self.share_better:.0%}"]

    def as_json(self) -> dict[str, Any]:
        """The same as numbers, for `ModelComparison.as_json`."""
        a, b = self.means
        return {
            "higher_is_better": self.higher_is_better,
            "a": a,
            "b": b,
            "difference": self.mean.as_json(),
            "p": self.p,
            "p_holm": self.p_holm,
            "share_b_better": self.share_better,
            "images": len(self.a) - self.left_out,
        }


def differences(
    a: Mapping[str, Floats], b: Mapping[str, Floats], *, progress: bool = False
) -> list[Difference]:
    """How two models differ in every metric.

    Args:
        a: metric -> (N,) scores of the first, NaN where undefined.
        b: the second's, of the same metrics and images.
        progress: show a bar.

    Raises:
        InputError: an unknown metric, or an infinite score, which leaves differences without a mean.
    """
    for metric in a:
        get_metric(metric)
        if infinite := int((np.isinf(a[metric]) | np.isinf(b[metric])).sum()):
            raise InputError(
                f"{metric} is infinite on {infinite} image(s), so its differences have no mean. A density "
                "that is 0 at a fixated pixel scores so; mix it with a uniform one."
            )
    metrics = bar(a, "Flipping signs", progress=progress)
    p_values = [sign_flip_p(b[metric] - a[metric]) for metric in metrics]
    return [
        Difference(metric, a[metric], b[metric], bootstrap(b[metric] - a[metric]), p, p_holm)
        for metric, p, p_holm in zip(a, p_values, holm(p_values), strict=True)
    ]


def sign_flip_p(values: Floats) -> float:
    """Two-sided p-value of a paired sign-flip permutation test (Fisher 1935) of the mean.

    If both models were equally good, each difference could just as well have the other sign. p is the share
    of sign patterns whose mean is at least as far from 0. Up to 13 images all patterns are counted; beyond
    that it is (1 + extreme) / (1 + 10,000) over 10,000 patterns drawn by a seed (Phipson and Smyth 2010).

    Args:
        values: (N,) differences; NaN is left out.

    Returns:
        p in (0, 1]; NaN without a difference.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return float("nan")
    least = abs(float(known.sum())) * (1 - _SAME)
    if 2 ** len(known) <= _FLIPS:
        patterns = np.arange(2 ** len(known))[:, None] >> np.arange(len(known)) & 1
        return float((np.abs((1 - 2 * patterns) @ known) >= least).mean())
    random = np.random.default_rng(0)
    extreme = 0
    for _ in range(_FLIPS // _BATCH):
        flips = random.integers(0, 2, (_BATCH, len(known)), dtype=np.int8)
        extreme += int((np.abs((1 - 2 * flips) @ known) >= least).sum())
    return (1 + extreme) / (1 + _FLIPS)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) step-down correction for several tests; NaN stands for no test and stays.

    The k-th smallest of m p-values times m - k + 1, at most 1 and never below a smaller one's.
    """
    p = np.asarray(p_values, dtype=np.float64)
    corrected = p.copy()
    order = np.argsort(p)[: int((~np.isnan(p)).sum())]  # NaN is sorted last
    factors = np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    return [float(value) for value in corrected]
