"""What another process predicts: tests/prediction/test_processes.py starts it.

It stands here since a spawned process finds the modules of tests/support, not those of the tests.
"""

import numpy as np

from gazemap.errors import InputError
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import load_predictor

SIZES = ((120, 160), (60, 200), (300, 70), (64, 64))


def images(count=4):
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (*SIZES[i % 4], 3), dtype=np.uint8) for i in range(count)]


def density(image, engine="onnx"):
    return predict(image, engine=engine).density


def in_child(engine, pipe):
    try:
        found = [density(image, engine) for image in images()]
        for threads in (1, 2, 3):  # which closes those that the parent has opened
            load_predictor("shipped:gazenet", engine="onnx", threads=threads)
        pipe.send(found)
    except InputError as error:
        pipe.send(str(error))
