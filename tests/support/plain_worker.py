"""A worker of a few lines: what it is told, it does."""

import os
from pathlib import Path

from gazemap.errors import DataError


class Plain:
    def __init__(self, *, folder, dies_once=(), dies=(), refuses=()):
        self.folder, self.dies_once, self.dies, self.refuses = Path(folder), dies_once, dies, refuses

    def run(self, task):
        print("what a library prints is no answer")
        if task in self.refuses:
            raise DataError(f"{task} cannot be read.")
        begun = self.folder / f"{task}"
        if task in self.dies or (task in self.dies_once and not begun.exists()):
            begun.touch()
            os.kill(os.getpid(), 9)
        return {"task": task, "threads": os.environ["OMP_NUM_THREADS"], "third": 1 / 3, "none": float("nan")}
