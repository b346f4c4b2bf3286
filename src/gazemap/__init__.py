"""gazemap predicts where people look in an image, and measures how well that is predicted.

dataset = gazemap.load_dataset("gaze/osie")
run = gazemap.train(gazemap.load_recipe("shallow-fixed-osie"), dataset, "runs/a")
scores = gazemap.evaluate(gazemap.load_model("runs/a"), dataset, "val", "exact")
prediction = gazemap.predict(gazemap.load_model("runs/a"), "photo.jpg")
"""

from gazemap import metrics
from gazemap.data.dataset import GazeDataset, load_dataset
from gazemap.data.sample import Sample
from gazemap.errors import GazemapError
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.scores import Scores
from gazemap.gaze.fixations import Fixations
from gazemap.models import SaliencyModel, create_model
from gazemap.models.weights import load_model
from gazemap.prediction.predict import Prediction, predict
from gazemap.training.loop import train
from gazemap.training.recipe import Recipe, load_recipe

__all__ = [
    "Fixations",
    "GazeDataset",
    "GazemapError",
    "Prediction",
    "Recipe",
    "SaliencyModel",
    "Sample",
    "Scores",
    "create_model",
    "evaluate",
    "load_dataset",
    "load_model",
    "load_recipe",
    "metrics",
    "predict",
    "train",
]
