"""Training: a recipe and a gaze data set -> a run folder with weights and a log."""

from gazemap.training.loop import train
from gazemap.training.recipe import Recipe, load_recipe

__all__ = ["Recipe", "load_recipe", "train"]
