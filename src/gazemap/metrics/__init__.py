"""Metrics: how well is it predicted where people look? Pure functions of one image or of a batch.

Usable alone: nothing here needs a data set or a model of gazemap.
"""

from gazemap.images.resizing import resize as resize
from gazemap.metrics.densities import exponentiate as exponentiate
from gazemap.metrics.densities import shift_to_density as shift_to_density
from gazemap.metrics.densities import to_density as to_density
from gazemap.metrics.distribution import MATLAB_EPS as MATLAB_EPS
from gazemap.metrics.scoring.best_maps import best_map as best_map
from gazemap.metrics.scoring.comparing import GroundTruth as GroundTruth
from gazemap.metrics.scoring.protocols import PROTOCOLS as PROTOCOLS
from gazemap.metrics.scoring.protocols import Protocol as Protocol
from gazemap.metrics.scoring.protocols import get_protocol as get_protocol
from gazemap.metrics.scoring.score import score as score
from gazemap.metrics.scoring.score import score_against as score_against
from gazemap.metrics.scoring.table import *  # noqa: F403 - METRICS, Metric, get_metric and every metric
