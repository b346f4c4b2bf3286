"""A prediction of exactly a density, and areas that are boxes."""

from gazemap.gaze.areas import Box
from gazemap.gaze.shapes import Area
from gazemap.images.placement import Placement
from gazemap.prediction.prediction import Prediction


def predicted(density):
    """A prediction of exactly this density, (H, W)."""
    made = Prediction(density, Placement(density.shape, density.shape, "stretch"), "saliency")
    made.__dict__["density"] = density  # to all digits
    return made


def area(name, x, y, width, height, group=""):
    return Area.of_box(Box(name, x, y, width, height), group)
