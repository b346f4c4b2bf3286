"""Run by test_loop in a process of its own, to be killed: DATASET OUT [--resume]."""

import sys

import torch
from support import tiny_model

from gazemap import load_dataset, load_recipe, train

torch.set_num_threads(1)
tiny_model.register()
folder, out = sys.argv[1:3]
recipe = load_recipe(f"{out}.yaml")
train(recipe, load_dataset(folder), out, if_exists="resume" if "--resume" in sys.argv else "refuse")
