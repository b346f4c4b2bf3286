"""A study that never leaves its first epoch, in a process of its own: to be killed there.

hang_in_training.py sweep|sweep-by-workers|cross-validate FILE DATASET OUT
"""

import sys
import time

from support import tiny_model

from gazemap.reports.studies.cross_validation import cross_validate
from gazemap.reports.studies.sweep import sweep
from gazemap.system.workers import processes
from gazemap.training import loop

tiny_model.register()
loop.train_one_epoch = lambda *arguments: time.sleep(1000)
processes._START = f"""
import time
from support import tiny_model
from gazemap.training import loop
tiny_model.register()
loop.train_one_epoch = lambda *arguments: time.sleep(1000)
{processes._START}"""
kind, file, folder, out = sys.argv[1:]
if kind == "sweep":
    sweep(file, folder, out)
elif kind == "sweep-by-workers":
    sweep(file, folder, out, workers=2)
else:
    cross_validate(file, folder, out, folds=3)
