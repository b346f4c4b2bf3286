"""What is predicted for the pictures of a video, smoothed over time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gazemap.prediction.prediction import Prediction
from gazemap.types import Floats


def weight_of(seconds: float, constant: float) -> float:
    """How much a new picture counts against all before it, in (0, 1].

    Args:
        seconds: since the picture before.
        constant: of time, in seconds: after it, what was seen before counts 1 / e. 0: nothing is smoothed.
    """
    return 1.0 if constant == 0 else float(-np.expm1(-seconds / constant))


def smoothed(prediction: Prediction, before: Floats | None, weight: float) -> tuple[Prediction, Floats]:
    """An exponential moving average: `weight` of what is predicted now, the rest of what was before.

    Densities are averaged, not their logarithms, so that the average is one: what people would look at who
    see each of the pictures for some time. Of a regression's saliency, the numbers themselves are.

    Args:
        prediction: of a picture, seen at once.
        before: the second of what the last call returned; None for the first picture.
        weight: see `weight_of`.

    Returns:
        the prediction with the average, and (h, w), the average on the network's grid.
    """
    now = prediction.grid.astype(np.float64)
    if prediction.output == "log_density":  # so that the image's part of the grid sums to the same for all
        own = now if prediction.placement.fit == "stretch" else prediction.placement.unplace(now)
        now -= np.logaddexp.reduce(own, axis=None)
    if before is not None and weight < 1:
        if prediction.output == "log_density":
            now = np.logaddexp(np.log(weight) + now, np.log1p(-weight) + before)
        else:
            now = weight * now + (1 - weight) * before
    return replace(prediction, grid=now), now
