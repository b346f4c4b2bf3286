"""Prediction: the one door that Python, the command line and evaluation use."""

from gazemap.prediction.engines import ENGINES, make_engine
from gazemap.prediction.inputs import ImageLike, as_pixels
from gazemap.prediction.outputs import DEFAULT_OUTPUTS, OUTPUTS
from gazemap.prediction.predicting import Prediction, predict, predict_grids, undo
from gazemap.prediction.results import Failure
from gazemap.prediction.streaming import Outcome, predict_files

__all__ = [
    "DEFAULT_OUTPUTS",
    "ENGINES",
    "OUTPUTS",
    "Failure",
    "ImageLike",
    "Outcome",
    "Prediction",
    "as_pixels",
    "make_engine",
    "predict",
    "predict_files",
    "predict_grids",
    "undo",
]
