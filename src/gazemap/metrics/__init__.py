"""Metrics: how well is it predicted where people look? Pure functions of one image.

Usable alone: nothing here needs a data set or a model of gazemap.
"""

from gazemap.metrics.auc import auc, auc_borji, auc_judd, auc_shuffled, sauc
from gazemap.metrics.densities import exponentiate, to_density
from gazemap.metrics.distribution import MATLAB_EPS, cc, kld, sim
from gazemap.metrics.location import information_gain, log_likelihood, nss
from gazemap.metrics.protocols import PROTOCOLS, Prepared, Protocol, get_protocol, score
from gazemap.metrics.resizing import resize

__all__ = [
    "MATLAB_EPS",
    "PROTOCOLS",
    "Prepared",
    "Protocol",
    "auc",
    "auc_borji",
    "auc_judd",
    "auc_shuffled",
    "cc",
    "exponentiate",
    "get_protocol",
    "information_gain",
    "kld",
    "log_likelihood",
    "nss",
    "resize",
    "sauc",
    "score",
    "sim",
    "to_density",
]
