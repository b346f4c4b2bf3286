"""The first part of the demo: where people are predicted to look in a photograph.

The photograph comes with matplotlib: the portrait of Grace Hopper by the United States Navy, in the public
domain.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image

from gazemap.analysis.area_shares import AreaShare, area_shares
from gazemap.gaze.areas import Box
from gazemap.gaze.shapes import Area
from gazemap.images.overlays import overlay
from gazemap.prediction.pictures import contours
from gazemap.prediction.predict import predict
from gazemap.reports.figures import predictions as figures
from gazemap.reports.figures.maps import shown_map
from gazemap.reports.pages import jpeg, png

PORTRAIT = Path(matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg")
AREAS = (
    Area.of_box(Box("face", 155, 145, 222, 190)),
    Area.of_box(Box("cap", 148, 20, 225, 125)),
    Area.of_box(Box("flag", 0, 0, 148, 400)),
    Area.of_box(Box("ribbons", 322, 486, 132, 42)),
    Area.of_box(Box("name tag", 78, 483, 92, 36)),
)


@dataclass(frozen=True, eq=False)
class Photograph:
    """What the page shows of the photograph; pictures are data URLs.

    Attributes:
        photo: as it is.
        overlay: with the saliency on top.
        contours: with lines around what holds 25, 50 and 75 % of the attention.
        areas: a figure of the areas' shares.
        shares: the same numbers, greatest first.
    """

    photo: str
    overlay: str
    contours: str
    areas: str
    shares: list[AreaShare]


def look_at_the_photograph() -> Photograph:
    """Predict the photograph with gazenet, and draw what the page shows."""
    photo = np.asarray(Image.open(PORTRAIT).convert("RGB"))
    prediction = predict(photo)
    shares = area_shares(prediction, AREAS)
    return Photograph(
        photo=jpeg(photo),
        overlay=jpeg(overlay(photo, prediction.saliency)),
        contours=jpeg(contours(photo, prediction.density)),
        areas=png(figures.areas(photo, shown_map(prediction), shares, AREAS)),
        shares=shares,
    )
