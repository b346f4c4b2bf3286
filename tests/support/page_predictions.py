"""Predictions as the page's JavaScript knows them, made from Python's."""

import numpy as np
from support.page_modules import typed

from gazemap.images.folds import folds_of
from gazemap.images.placement import Placement
from gazemap.prediction.folded import FoldedPrediction
from gazemap.prediction.prediction import Prediction

FRAME = (24, 32)


def random_prediction(size, seed=1, *, flat=False, viewport=None):
    """Of an image of a size, (H, W); fold by fold where that is longer than a screen."""
    random = np.random.default_rng(seed)

    def part(fold):
        grid = np.zeros((6, 8), np.float32) if flat else random.normal(-4, 2, (6, 8)).astype(np.float32)
        return Prediction(grid, Placement(fold.size, FRAME, "stretch"), "log_density", stated_fold=fold)

    parts = tuple(part(fold) for fold in folds_of(size, viewport))
    if len(parts) == 1:
        return parts[0]
    whole = Placement(size, FRAME, "stretch")
    return FoldedPrediction(np.stack([one.grid for one in parts]), whole, "log_density", folds=parts)


def as_page(prediction):
    """The same for the page."""
    height, width = prediction.placement.size
    folds = [
        {
            **{key: getattr(part.fold, key) for key in ("x", "y", "width", "height")},
            "fold": part.fold.number,
            "grid": {
                **dict(zip(("height", "width"), part.grid.shape, strict=True)),
                "log_density": typed(part.grid),
            },
            "frame": part.placement.frame,
            "fit": part.placement.fit,
        }
        for part in prediction.folds
    ]
    return {
        "model": "random",
        "center_bias": True,
        "width": width,
        "height": height,
        "notes": list(prediction.notes),
        "folds": folds,
    }


def box_area(name, x, y, width, height):
    """A box as an area of the page."""
    corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
    return {"id": name, "name": name, "kind": "box", "corners": corners}
