"""Metrics: how well is it predicted where people look? Pure functions of one image.

Usable alone: nothing here needs a data set or a model of gazemap.
"""

from gazemap.images.resizing import resize
from gazemap.metrics.auc import auc, auc_borji, auc_judd, auc_shuffled, sauc
from gazemap.metrics.densities import exponentiate, shift_to_density, to_density
from gazemap.metrics.distribution import MATLAB_EPS, cc, kld, sim
from gazemap.metrics.emd import emd
from gazemap.metrics.location import information_gain, log_likelihood, nss
from gazemap.metrics.scoring.best_maps import best_map
from gazemap.metrics.scoring.comparing import GroundTruth
from gazemap.metrics.scoring.protocols import PROTOCOLS, Protocol, get_protocol
from gazemap.metrics.scoring.score import score, score_against
from gazemap.metrics.scoring.table import METRICS, Metric, get_metric

__all__ = [
    "MATLAB_EPS",
    "METRICS",
    "PROTOCOLS",
    "GroundTruth",
    "Metric",
    "Protocol",
    "auc",
    "auc_borji",
    "auc_judd",
    "auc_shuffled",
    "best_map",
    "cc",
    "emd",
    "exponentiate",
    "get_metric",
    "get_protocol",
    "information_gain",
    "kld",
    "log_likelihood",
    "nss",
    "resize",
    "sauc",
    "score",
    "score_against",
    "shift_to_density",
    "sim",
    "to_density",
]
