"""gazemap predicts where people look in an image, and measures how well that is predicted.

prediction = gazemap.predict("photo.jpg")
dataset = gazemap.load_dataset("gaze/osie")
scores = gazemap.evaluate("gazenet", dataset, split="val")
run = gazemap.train("shallow-fixed-osie", dataset, "runs/a")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gazemap import metrics
    from gazemap.adaptation.adapt import adapt
    from gazemap.analysis.check import check
    from gazemap.data.dataset import GazeDataset, load_dataset
    from gazemap.data.sample import Sample
    from gazemap.errors import GazemapError
    from gazemap.evaluation.evaluate import evaluate
    from gazemap.evaluation.scores import Scores
    from gazemap.gaze.fixations import Fixations
    from gazemap.models.base import SaliencyModel
    from gazemap.models.table import create_model
    from gazemap.models.weights import load_model
    from gazemap.prediction.cluster.predictions import read_predictions
    from gazemap.prediction.files.predict_files import predict_files
    from gazemap.prediction.predict import predict
    from gazemap.prediction.prediction import Prediction
    from gazemap.prediction.predictor import load_predictor
    from gazemap.reports.compare import compare
    from gazemap.training.loop import train
    from gazemap.training.recipe import Recipe, load_recipe

# public name -> the module that has it: imported when the name is first used, so that `import gazemap` is
# quick, and the parts that need no PyTorch never load it
_PLACES = {
    "Fixations": "gaze.fixations",
    "GazeDataset": "data.dataset",
    "GazemapError": "errors",
    "Prediction": "prediction.prediction",
    "Recipe": "training.recipe",
    "SaliencyModel": "models.base",
    "Sample": "data.sample",
    "Scores": "evaluation.scores",
    "adapt": "adaptation.adapt",
    "check": "analysis.check",
    "compare": "reports.compare",
    "create_model": "models.table",
    "evaluate": "evaluation.evaluate",
    "load_dataset": "data.dataset",
    "load_model": "models.weights",
    "load_predictor": "prediction.predictor",
    "load_recipe": "training.recipe",
    "metrics": "metrics",
    "predict": "prediction.predict",
    "predict_files": "prediction.files.predict_files",
    "read_predictions": "prediction.cluster.predictions",
    "train": "training.loop",
}

__all__ = [
    "Fixations",
    "GazeDataset",
    "GazemapError",
    "Prediction",
    "Recipe",
    "SaliencyModel",
    "Sample",
    "Scores",
    "adapt",
    "check",
    "compare",
    "create_model",
    "evaluate",
    "load_dataset",
    "load_model",
    "load_predictor",
    "load_recipe",
    "metrics",
    "predict",
    "predict_files",
    "read_predictions",
    "train",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - of any kind
    """A public name, imported now; `gazemap.__version__`.

    Raises:
        AttributeError: no such name.
        MissingPackageError: it needs a package of an extra that is not installed.
    """
    if name == "__version__":
        from importlib.metadata import version

        return version("gazemap")
    if name not in _PLACES:
        raise AttributeError(f"gazemap has no {name!r}; its public names are {', '.join(__all__)}.")
    from gazemap.system.extras import naming_extra

    with naming_extra(f"gazemap.{name}"):
        module = import_module(f"gazemap.{_PLACES[name]}")
    value = module if name == "metrics" else getattr(module, name)
    globals()[name] = value  # so that it is looked up once
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
