"""The table of all metrics: what each needs, which way it runs, and how it is computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gazemap.errors import lookup
from gazemap.metrics.distribution import cc_of, kld_of, sim_of
from gazemap.metrics.emd import emd_of
from gazemap.metrics.kernels.arrays import Array
from gazemap.metrics.location import information_gain_of, log_likelihood_of, nss_of
from gazemap.metrics.scoring import undefined as why
from gazemap.metrics.scoring.best_maps import Best
from gazemap.metrics.scoring.comparing import Comparison
from gazemap.metrics.scoring.undefined import Reason


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric as protocols use it; the function of its name in `gazemap.metrics` says what it is.

    Attributes:
        needs: what of the truth it is computed from, as `score` names it.
        low: the least possible score.
        high: the greatest possible score.
        unit: of the scores; empty for shares and correlations.
        best: which of a density's maps is best for it, see `best_map`.
        compute: the scores of a comparison, one per image.
        undefined: why a score may be NaN, the first that holds.
        higher_is_better: which way it runs.
        takes_density: whether a saliency map must become a density first.
        is_gain: whether it is the logarithm of a probability, which saliency maps may not have.
    """

    needs: tuple[str, ...]
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    best: Best = "density"
    compute: Callable[[Comparison], Array | list[Array]]
    undefined: tuple[Reason, ...]
    higher_is_better: bool = True
    takes_density: bool = False
    is_gain: bool = False


_INFINITE = float("inf")
_LOOKED, _OTHERS, _DENSITY = ("fixation_map",), ("fixation_map", "other_fixation_map"), ("density",)
_NOT_FINITE = (why.HAS_NAN, why.INFINITE)
_TRUTH_NOT_FINITE = (why.TRUTH_NAN, why.TRUTH_INFINITE)

METRICS: dict[str, Metric] = {
    "auc": Metric(
        needs=_LOOKED,
        compute=lambda c: [roc.exact() for roc in c.rocs],
        undefined=(why.NO_FIXATION, why.HAS_NAN),
    ),
    "auc_judd": Metric(
        needs=_LOOKED,
        low=-_INFINITE,  # without jitter, ties can pull its curve below 0
        compute=lambda c: [roc.judd() for roc in c.jittered_rocs],
        undefined=(why.NO_FIXATION, why.ALL_FIXATED, why.CONSTANT, why.HAS_NAN),
    ),
    "auc_borji": Metric(
        needs=_LOOKED,
        best="ranks",
        compute=lambda c: [roc.stepped() for roc in c.rocs],
        undefined=(why.NO_FIXATION, why.HAS_NAN, why.INFINITE),
    ),
    "auc_shuffled": Metric(
        needs=_OTHERS,
        best="gain ranks",
        compute=lambda c: [roc.stepped(others) for roc, others in zip(c.rocs, c.others, strict=True)],
        undefined=(why.NO_FIXATION, why.NO_OTHERS, why.HAS_NAN, why.INFINITE),
    ),
    "sauc": Metric(
        needs=_OTHERS,
        best="gain",
        compute=lambda c: [roc.exact(others) for roc, others in zip(c.rocs, c.others, strict=True)],
        undefined=(why.NO_FIXATION, why.NO_OTHERS, why.HAS_NAN),
    ),
    "nss": Metric(
        needs=_LOOKED,
        low=-_INFINITE,
        high=_INFINITE,
        unit="standard deviations",
        compute=lambda c: nss_of(c.prediction, c.looked, ddof=c.protocol.ddof),
        undefined=(why.NO_FIXATION, *_NOT_FINITE, why.CONSTANT),
    ),
    "cc": Metric(
        needs=_DENSITY,
        low=-1.0,
        best="blurred",
        compute=lambda c: cc_of(c.prediction, c.density),
        undefined=(*_NOT_FINITE, why.CONSTANT, *_TRUTH_NOT_FINITE, why.TRUTH_EMPTY, why.TRUTH_CONSTANT),
    ),
    "sim": Metric(
        needs=_DENSITY,
        best="overlapping",
        compute=lambda c: sim_of(c.prediction, c.density, min_max=c.protocol.min_max),
        undefined=(
            *(*_NOT_FINITE, *_TRUTH_NOT_FINITE, why.TRUTH_EMPTY),
            *(why.NEGATIVE_UNSCALED, why.CONSTANT, why.TRUTH_CONSTANT),
        ),
        takes_density=True,
    ),
    "kld": Metric(
        needs=_DENSITY,
        high=_INFINITE,
        unit="nats",
        best="blurred",
        compute=lambda c: kld_of(c.prediction, c.density, eps=c.protocol.eps),
        undefined=(*_NOT_FINITE, *_TRUTH_NOT_FINITE, why.TRUTH_EMPTY, why.NEGATIVE),
        higher_is_better=False,
        takes_density=True,
    ),
    "information_gain": Metric(
        needs=("fixation_map", "baseline"),
        low=-_INFINITE,
        high=_INFINITE,
        unit="bits per fixation",
        compute=lambda c: information_gain_of(c.prediction, c.looked, c.baseline, min_max=c.protocol.min_max),
        undefined=(
            *(why.NO_FIXATION, *_NOT_FINITE, why.BASELINE_NAN, why.BASELINE_INFINITE),
            *(why.BOTH_IMPOSSIBLE, why.CONSTANT, why.BASELINE_CONSTANT),
        ),
        takes_density=True,
        is_gain=True,
    ),
    "log_likelihood": Metric(
        needs=_LOOKED,
        low=-_INFINITE,
        high=0.0,
        unit="bits per fixation",
        compute=lambda c: log_likelihood_of(c.prediction, c.looked),
        undefined=(why.NO_FIXATION, why.HAS_NAN),
        takes_density=True,
        is_gain=True,
    ),
    "emd": Metric(
        needs=_DENSITY,
        high=_INFINITE,
        unit="pixels of 32",
        best="blurred",
        compute=lambda c: emd_of(c.reader, c.density),
        undefined=(
            *(*_NOT_FINITE, *_TRUTH_NOT_FINITE, why.ONE_PIXEL),
            *(why.TRUTH_EMPTY, why.NOT_POSITIVE),
        ),
        higher_is_better=False,
        takes_density=True,
    ),
}


def get_metric(name: str) -> Metric:
    """A metric by name.

    Raises:
        InputError: unknown; gives the nearest name and all names.
    """
    return lookup("metric", name, METRICS)
