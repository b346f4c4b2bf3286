"""What a user may write, read by mypy alone: types of results, and wrong uses that it refuses.

A line that ends in `# refused: CODE` must be an error of that code, and no other line may be one.
"""

from pathlib import Path
from typing import Any, assert_type

import numpy as np
from arro3.core import Table
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

import gazemap
from gazemap import (
    Fixations,
    GazeDataset,
    GazemapError,
    Prediction,
    Recipe,
    SaliencyModel,
    Sample,
    Scores,
    metrics,
)
from gazemap.adaptation.adapt import AdaptedModel
from gazemap.analysis.checked_images import CheckedImages
from gazemap.data.importers import import_dataset
from gazemap.data.popout.generate import popout
from gazemap.evaluation.model_comparison import ModelComparison
from gazemap.gaze.detection import fixations_by_velocity
from gazemap.metrics.kernels.arrays import Score
from gazemap.prediction.predictor import Predictor
from gazemap.reports.area_table import AreaTable
from gazemap.reports.areas import areas
from gazemap.reports.crop import CroppedImage, crop
from gazemap.reports.diff import DesignComparison, diff
from gazemap.training.plan import TrainingPlan
from gazemap.training.result import TrainedRun


def predictions(photo: Path, pixels: NDArray[np.uint8]) -> None:
    one = assert_type(gazemap.predict("photo.jpg"), Prediction)
    assert_type(gazemap.predict(photo, model="gazenet-large", engine="onnx", device="cpu"), Prediction)
    assert_type(gazemap.predict(pixels, center_bias=False), Prediction)
    assert_type(gazemap.predict(Image.open(photo)), Prediction)
    several = assert_type(gazemap.predict(["a.jpg", "b.jpg"]), list[Prediction])
    assert_type(gazemap.predict([pixels, pixels], "runs/a"), list[Prediction])
    assert_type(one.density, NDArray[np.float64])
    assert_type(one.saliency, NDArray[np.float32])
    for prediction in several:
        prediction.save("out.png")
    predictor = assert_type(gazemap.load_predictor("gazenet"), Predictor)
    assert_type(gazemap.predict(pixels, model=predictor), Prediction)
    print(gazemap.predict_files(["photos/"], "out", write=["overlay", "json"]).predicted + 1)
    print(gazemap.read_predictions("parts").schema)  # an Arrow data set, which has no types
    gazemap.predict()  # refused: call-overload
    gazemap.predict(1)  # refused: call-overload
    gazemap.predict("photo.jpg", "gazenet", "onnx")  # refused: call-overload
    gazemap.predict("photo.jpg", center_bias="no")  # refused: call-overload
    assert_type(one.plot(), Figure)
    assert_type(gazemap.predict("page.png", viewport=(1280, 800)).folds, tuple[Prediction, ...])
    one.plot(True)  # refused: call-arg
    one.save()  # refused: call-arg
    gazemap.predict("page.png", viewport=1280)  # refused: call-overload
    gazemap.predict_files("photos/", "out", write="overlay", where=1)  # refused: call-arg
    print(gazemap.predict(["a.jpg", "b.jpg"]).density)  # refused: attr-defined
    print(one.heat_map)  # refused: attr-defined


def uses(photo: Path) -> None:
    cropped = assert_type(crop(photo, "crop.jpg", aspect="16:9"), CroppedImage)
    shares = assert_type(areas(photo, areas=["button=40,300,120,40"], out="shares.csv"), AreaTable)
    checked = assert_type(
        gazemap.check([photo], areas="areas.json", require=["cta>=0.08"], baseline=photo), CheckedImages
    )
    print([row.found + 0.5 for row in checked.rows if not row.is_met])
    gazemap.check(photo, areas="areas.json", require=3)  # refused: arg-type
    gazemap.check(photo)  # refused: call-arg
    changes = assert_type(diff("a.png", "b.png", figure="diff.png"), DesignComparison)
    for result in (cropped, shares, changes):
        print(result.as_json()["model"])
    if shares.predicted is not None:
        print([row.attention + 0.5 for row in shares.predicted.rows])
    print(shares.predicted.rows)  # refused: union-attr
    crop(photo, "crop.jpg", "16:9")  # refused: call-arg
    areas(photo, areas=3)  # refused: arg-type
    diff("a.png")  # refused: call-arg


def data_sets() -> None:
    dataset = assert_type(gazemap.load_dataset("gaze/osie"), GazeDataset)
    assert_type(popout("gaze/popout", images=30), GazeDataset)
    early = assert_type(dataset.select(split="val", window=(0, 1.5), first=3), GazeDataset)
    sample = assert_type(early["1001"], Sample)
    assert_type(sample.image, NDArray[np.uint8])
    assert_type(sample.density((48, 64), sigma=2.0), NDArray[np.float64])
    if sample.fixations is not None:
        assert_type(sample.fixations, Fixations)
    Fixations(x=np.array([1.0]), y=np.array([2.0]))
    for shown in (dataset, sample):
        assert_type(shown.plot(), Figure)
        assert_type(shown.to_arrow(), Table)
    assert_type(dataset.to_pandas("images"), Any)  # pandas is no dependency
    assert_type([one.image_id for one in dataset], list[str])
    assert_type(dataset.splits, dict[str, int])
    assert_type(sample.fixation_map((48, 64)), NDArray[np.float64])
    dataset.to_pandas("image")  # refused: arg-type
    dataset.plot("six")  # refused: arg-type
    print(dataset[1.5])  # refused: index
    sample.density(2.0)  # refused: arg-type
    import_dataset("raw/osie", "gaze/osie", format="osie")
    dataset.select(window="0:2")  # refused: arg-type
    print(sample.fixations.x)  # refused: union-attr
    gazemap.load_dataset(["gaze/osie"])  # refused: arg-type


def scores(dataset: GazeDataset, model: SaliencyModel) -> None:
    found = assert_type(gazemap.evaluate("gazenet", dataset, split="val", protocol="exact"), Scores)
    assert_type(gazemap.evaluate(["gazenet", "runs/a"], "gaze/osie", metrics=["nss", "cc"]), Scores)
    assert_type(gazemap.evaluate({"mine": model, "theirs": "maps/"}, dataset), Scores)
    assert_type(found.interval("gazenet", "nss").mean, float)
    assert_type(found.per_image["gazenet"]["nss"], NDArray[np.float64])
    assert_type(found["gazenet"]["nss"].low, float)
    assert_type(found.plot("nss", "cc"), Figure)
    assert_type(found.to_arrow(), Table)
    assert_type(found.rows, list[str])
    compared = assert_type(gazemap.compare(found, "runs/a", sort_by="nss"), ModelComparison)
    print(compared.difference("nss").p + 0.5)
    assert_type(compared.plot(), Figure)
    found.plot(3)  # refused: arg-type
    found.interval("gazenet")  # refused: call-arg
    print(found["gazenet"]["nss"] + 1)  # refused: operator
    gazemap.compare(found, "runs/a", "nss")  # refused: call-arg
    gazemap.evaluate(dataset, "gazenet")  # refused: arg-type
    gazemap.evaluate("gazenet", dataset, "val", "exact", ["nss"])  # refused: call-arg
    print(found.nss)  # refused: attr-defined


def measures(saliency: NDArray[np.float64], counts: NDArray[np.float64]) -> None:
    assert_type(metrics.nss(saliency, counts), Score)
    points = Fixations(x=np.array([1.0]), y=np.array([2.0]))
    assert_type(metrics.score(saliency, fixation_map=points, protocol="mit"), dict[str, Score])
    assert_type(metrics.auc([[0.1, 0.2], [0.3, 0.4]], [[0, 1], [0, 0]]), Score)
    assert_type(metrics.cc([saliency, saliency], counts), Score)
    metrics.auc(saliency, [(1, 2)])  # refused: arg-type
    metrics.nss("map.png", counts)  # refused: arg-type
    metrics.cc(saliency, points)  # refused: call-overload
    metrics.auc(saliency, counts, negatives="none")  # refused: call-overload
    metrics.nss(saliency)  # refused: call-overload
    metrics.score(saliency, counts)  # refused: call-overload


def recordings() -> None:
    found = fixations_by_velocity([10.0, 10.1, 10.2], [5, 5, 5], [0.0, 0.1, 0.2], threshold=30)
    assert_type(found.duration, NDArray[np.float64])
    fixations_by_velocity([10.0], [5.0], [0.0])  # refused: call-arg
    fixations_by_velocity("x", "y", "time", threshold=30)  # refused: arg-type


def trainings(dataset: GazeDataset) -> None:
    recipe = assert_type(gazemap.load_recipe("shallow-fixed-osie", ["training.epochs=2"]), Recipe)
    run = assert_type(gazemap.train(recipe, dataset, "runs/a", if_exists="resume"), TrainedRun)
    assert_type(gazemap.train(recipe, dataset, "runs/a", dry_run=True), TrainingPlan)
    model = assert_type(gazemap.load_model(run.out), SaliencyModel)
    assert_type(gazemap.create_model("shallow"), SaliencyModel)
    assert_type(gazemap.predict("photo.jpg", model=model), Prediction)
    adapted = assert_type(gazemap.adapt("gazenet", dataset, "mine", split=None), AdaptedModel)
    print(adapted.gain.low)
    gazemap.adapt("gazenet", dataset)  # refused: call-arg
    gazemap.train(recipe, dataset, "runs/a", if_exists="replace")  # refused: call-overload
    gazemap.train(recipe, dataset)  # refused: call-overload


def mistakes() -> None:
    try:
        gazemap.predict("missing.jpg")
    except GazemapError as error:
        print(error)
