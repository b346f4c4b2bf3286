"""A study that never leaves its first epoch, in a process of its own: to be killed there.

hang_in_training.py sweep|cross-validate FILE DATASET OUT
"""

import sys
import time

from support import tiny_model

from gazemap import load_dataset
from gazemap.reports.studies.cross_validation import cross_validate
from gazemap.reports.studies.sweep import load_sweep, run_sweep
from gazemap.training import loop
from gazemap.training.recipe import load_recipe

tiny_model.register()
loop.train_one_epoch = lambda *arguments: time.sleep(1000)
kind, file, folder, out = sys.argv[1:]
if kind == "sweep":
    run_sweep(load_sweep(file), load_dataset(folder), out)
else:
    cross_validate(load_recipe(file), load_dataset(folder), out, folds=3)
