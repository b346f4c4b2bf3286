"""A maker for builds in processes of their own: it takes SLOW_SECONDS, and says in SLOW_LOG what it made."""

import os
import time

from gazemap.data.batches.targets import ImageMaker


class Slow(ImageMaker):
    def __call__(self, sample):
        time.sleep(float(os.environ["SLOW_SECONDS"]))
        with open(os.environ["SLOW_LOG"], "a") as file:
            print(sample.image_id, os.getpid(), file=file)
        return super().__call__(sample)
