"""gazemap predicts where people look in an image, and measures how well that is predicted.

dataset = gazemap.load_dataset("gaze/osie")
run = gazemap.train(gazemap.load_recipe("shallow-fixed-osie"), dataset, "runs/a")
scores = gazemap.evaluate(gazemap.load_model("runs/a"), dataset, "val", "exact")
prediction = gazemap.predict(gazemap.load_model("runs/a"), "photo.jpg")
"""

from gazemap import metrics
from gazemap.data.dataset import GazeDataset, load_dataset
from gazemap.data.sample import Fixations, Sample
from gazemap.errors import GazemapError
from gazemap.evaluation import evaluate
from gazemap.models import SaliencyModel, create_model
from gazemap.models.weights import load_model
from gazemap.prediction import Prediction, predict
from gazemap.scores import Scores
from gazemap.training import Recipe, load_recipe, train

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
