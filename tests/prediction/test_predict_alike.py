"""Predictions of a data set's images: the same bits by any number of threads, and in parts of 16."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gazemap.images.placement import Placement
from gazemap.prediction.predict import predict_frames, predict_frames_alike
from gazemap.prediction.predictor import load_predictor


@pytest.fixture
def framed():
    """Some frames of noise, and how they lie."""

    def made(predictor, count):
        size = predictor.input_size
        frames = np.random.default_rng(0).integers(0, 256, (count, 3, *size), dtype=np.uint8)
        return frames, [Placement(size, size, predictor.fit)] * count

    return made


def grids(predictions):
    return np.stack([prediction.grid for prediction in predictions])


@pytest.mark.parametrize("engine", ["onnx", "torch"])
def test_threads_and_other_frames_change_no_bit(framed, engine):
    predictor = load_predictor("gazenet", engine=engine, device="cpu")
    frames, placements = framed(predictor, 3)
    found, before = [], torch.get_num_threads()
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            found.append(grids(predict_frames_alike(predictor, frames, placements)))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    np.testing.assert_array_equal(*found)
    alone = predict_frames_alike(predictor, frames[1:2], placements[1:2])
    np.testing.assert_array_equal(found[0][1], alone[0].grid)
    plain = grids(predict_frames(predictor, frames, placements))
    np.testing.assert_allclose(found[0], plain, atol=1e-4)


def test_on_a_gpu_sixteen_are_computed_together(framed):
    computed = []
    real = load_predictor("gazenet", device="cpu")

    def compute(frames):
        computed.append(len(frames))
        return np.zeros((len(frames), 4, 4), np.float32)

    predictor = replace(real.as_trained(), device="cuda", opened=lambda weights: compute)
    assert len(predict_frames_alike(predictor, *framed(real, 35))) == 35
    assert computed == [16, 16, 3]
