"""The table of all metrics: `METRICS`. A line here makes a metric public, and a torchmetrics class of it."""

from gazemap.errors import lookup as _lookup
from gazemap.metrics.auc import auc as auc
from gazemap.metrics.auc import auc_borji as auc_borji
from gazemap.metrics.auc import auc_judd as auc_judd
from gazemap.metrics.auc import auc_shuffled as auc_shuffled
from gazemap.metrics.auc import sauc as sauc
from gazemap.metrics.distribution import cc as cc
from gazemap.metrics.distribution import kld as kld
from gazemap.metrics.distribution import sim as sim
from gazemap.metrics.emd import emd as emd
from gazemap.metrics.location import information_gain as information_gain
from gazemap.metrics.location import log_likelihood as log_likelihood
from gazemap.metrics.location import nss as nss
from gazemap.metrics.scoring import undefined as _why
from gazemap.metrics.scoring.metric import Metric as Metric

_INFINITE = float("inf")
_NOT_FINITE = (_why.HAS_NAN, _why.INFINITE)
_TRUTH_NOT_FINITE = (_why.TRUTH_NAN, _why.TRUTH_INFINITE)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            function=auc,
            ranks=True,
            class_name="AUC",
            undefined=(_why.NO_FIXATION, _why.HAS_NAN),
            choices=("repeats",),
        ),
        Metric(
            function=auc_judd,
            ranks=True,
            class_name="AUCJudd",
            undefined=(_why.NO_FIXATION, _why.ALL_FIXATED, _why.CONSTANT, _why.HAS_NAN),
            low=-_INFINITE,  # without jitter, ties can pull its curve below 0
            choices=("jitter",),
        ),
        Metric(
            function=auc_borji,
            class_name="AUCBorji",
            undefined=(_why.NO_FIXATION, _why.HAS_NAN, _why.INFINITE),
            best="ranks",
            choices=("step", "repeats"),
        ),
        Metric(
            function=auc_shuffled,
            class_name="AUCShuffled",
            undefined=(_why.NO_FIXATION, _why.NO_OTHERS, _why.HAS_NAN, _why.INFINITE),
            best="gain ranks",
            choices=("step", "repeats"),
        ),
        Metric(
            function=sauc,
            ranks=True,
            class_name="SAUC",
            undefined=(_why.NO_FIXATION, _why.NO_OTHERS, _why.HAS_NAN),
            best="gain",
            choices=("repeats",),
        ),
        Metric(
            function=nss,
            class_name="NSS",
            undefined=(_why.NO_FIXATION, *_NOT_FINITE, _why.CONSTANT),
            low=-_INFINITE,
            high=_INFINITE,
            unit="standard deviations",
            choices=("ddof", "repeats"),
        ),
        Metric(
            function=cc,
            class_name="CC",
            undefined=(
                *(*_NOT_FINITE, _why.CONSTANT),
                *(*_TRUTH_NOT_FINITE, _why.TRUTH_EMPTY, _why.TRUTH_CONSTANT),
            ),
            low=-1.0,
            best="blurred",
        ),
        Metric(
            function=sim,
            class_name="SIM",
            undefined=(
                *(*_NOT_FINITE, *_TRUTH_NOT_FINITE, _why.TRUTH_EMPTY),
                *(_why.NEGATIVE_UNSCALED, _why.CONSTANT, _why.TRUTH_CONSTANT),
            ),
            best="overlapping",
            choices=("min_max",),
            takes_density=True,
        ),
        Metric(
            function=kld,
            class_name="KLD",
            undefined=(*_NOT_FINITE, *_TRUTH_NOT_FINITE, _why.TRUTH_EMPTY, _why.NEGATIVE),
            high=_INFINITE,
            unit="nats",
            higher_is_better=False,
            best="blurred",
            choices=("eps",),
            takes_density=True,
        ),
        Metric(
            function=information_gain,
            class_name="InformationGain",
            undefined=(
                *(_why.NO_FIXATION, *_NOT_FINITE, _why.BASELINE_NAN, _why.BASELINE_INFINITE),
                *(_why.BOTH_IMPOSSIBLE, _why.CONSTANT, _why.BASELINE_CONSTANT),
            ),
            low=-_INFINITE,
            high=_INFINITE,
            unit="bits per fixation",
            choices=("min_max", "repeats"),
            takes_density=True,
            is_gain=True,
        ),
        Metric(
            function=log_likelihood,
            class_name="LogLikelihood",
            undefined=(_why.NO_FIXATION, _why.HAS_NAN),
            low=-_INFINITE,
            high=0.0,
            unit="bits per fixation",
            choices=("repeats",),
            takes_density=True,
            is_gain=True,
        ),
        Metric(
            function=emd,
            class_name="EMD",
            package="ot",
            undefined=(
                *(*_NOT_FINITE, *_TRUTH_NOT_FINITE, _why.ONE_PIXEL),
                *(_why.TRUTH_EMPTY, _why.NOT_POSITIVE),
            ),
            high=_INFINITE,
            unit="pixels of 32",
            higher_is_better=False,
            best="blurred",
            takes_density=True,
        ),
    )
}


def get_metric(name: str) -> Metric:
    """A metric by name.

    Raises:
        InputError: unknown; gives the nearest name and all names.
    """
    return _lookup("metric", name, METRICS)
