"""A worker of a few lines: what it is told, it does."""

import os
from pathlib import Path

from gazemap.errors import DataError


class Plain:
    def __init__(self, *, folder, dies_once=(), dies=(), fails=(), refuses=()):
        self.folder, self.dies_once, self.dies = Path(folder), dies_once, dies
        self.fails, self.refuses = fails, refuses

    def run(self, task):
        print("what a library prints is no answer")
        if task in self.refuses:
            raise DataError(f"{task} cannot be read.")
        if task in self.fails:
            raise MemoryError
        begun = self.folder / f"{task}"
        if task in self.dies or (task in self.dies_once and not begun.exists()):
            begun.touch()
            os.kill(os.getpid(), 9)
        known = {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES")}
        return {"task": task, "third": 1 / 3, "none": float("nan"), **known}
