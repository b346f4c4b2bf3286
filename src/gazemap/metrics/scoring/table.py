"""The table of all metrics: what each needs, which way it runs, and how it is computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gazemap.errors import lookup
from gazemap.metrics.distribution import cc_of, kld_of, sim_of
from gazemap.metrics.emd import emd_of
from gazemap.metrics.kernels.arrays import Array
from gazemap.metrics.location import information_gain_of, log_likelihood_of, nss_of
from gazemap.metrics.scoring.best_maps import Best
from gazemap.metrics.scoring.comparing import Comparison


@dataclass(frozen=True)
class Metric:
    """A metric as protocols use it; the function of its name in `gazemap.metrics` says what it is.

    Attributes:
        needs: what of the truth it is computed from, as `score` names it.
        low: the least possible score.
        high: the greatest possible score.
        unit: of the scores; empty for shares and correlations.
        best: which of a density's maps is best for it, see `best_map`.
        compute: the scores of a comparison, one an image.
        higher_is_better: which way it runs.
        takes_density: whether a saliency map must become a density first.
        is_gain: whether it is the logarithm of a probability, which saliency maps may not have.
    """

    needs: tuple[str, ...]
    low: float
    high: float
    unit: str
    best: Best
    compute: Callable[[Comparison], Array | list[Array]]
    higher_is_better: bool = True
    takes_density: bool = False
    is_gain: bool = False


_INFINITE = float("inf")
_LOOKED, _OTHERS, _DENSITY = ("fixation_map",), ("fixation_map", "other_fixation_map"), ("density",)


def _share(
    needs: tuple[str, ...], best: Best, compute: Callable[[Comparison], Array | list[Array]]
) -> Metric:
    return Metric(needs, 0.0, 1.0, "", best, compute)


METRICS: dict[str, Metric] = {
    "auc": _share(_LOOKED, "density", lambda c: [roc.exact() for roc in c.rocs]),
    # without jitter, ties can pull Judd's curve below 0
    "auc_judd": Metric(
        _LOOKED, -_INFINITE, 1.0, "", "density", lambda c: [roc.judd() for roc in c.jittered_rocs]
    ),
    "auc_borji": _share(_LOOKED, "ranks", lambda c: [roc.stepped() for roc in c.rocs]),
    "auc_shuffled": _share(
        _OTHERS,
        "gain ranks",
        lambda c: [roc.stepped(others) for roc, others in zip(c.rocs, c.others, strict=True)],
    ),
    "sauc": _share(
        _OTHERS,
        "gain",
        lambda c: [roc.exact(others) for roc, others in zip(c.rocs, c.others, strict=True)],
    ),
    "nss": Metric(
        _LOOKED,
        -_INFINITE,
        _INFINITE,
        "standard deviations",
        "density",
        lambda c: nss_of(c.prediction, c.looked, ddof=c.protocol.ddof),
    ),
    "cc": Metric(_DENSITY, -1.0, 1.0, "", "blurred", lambda c: cc_of(c.prediction, c.density)),
    "sim": Metric(
        _DENSITY,
        0.0,
        1.0,
        "",
        "overlapping",
        lambda c: sim_of(c.prediction, c.density, min_max=c.protocol.min_max),
        takes_density=True,
    ),
    "kld": Metric(
        _DENSITY,
        0.0,
        _INFINITE,
        "nats",
        "blurred",
        lambda c: kld_of(c.prediction, c.density, eps=c.protocol.eps),
        higher_is_better=False,
        takes_density=True,
    ),
    "information_gain": Metric(
        ("fixation_map", "baseline"),
        -_INFINITE,
        _INFINITE,
        "bits per fixation",
        "density",
        lambda c: information_gain_of(c.prediction, c.looked, c.baseline, min_max=c.protocol.min_max),
        takes_density=True,
        is_gain=True,
    ),
    "log_likelihood": Metric(
        _LOOKED,
        -_INFINITE,
        0.0,
        "bits per fixation",
        "density",
        lambda c: log_likelihood_of(c.prediction, c.looked),
        takes_density=True,
        is_gain=True,
    ),
    "emd": Metric(
        _DENSITY,
        0.0,
        _INFINITE,
        "pixels of 32",
        "blurred",
        lambda c: emd_of(c.reader, c.density),
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
