"""What a run folder holds, to the last bit."""

import torch

from gazemap.models.weights import load_tensors
from gazemap.training.checkpoint import LAST


def tensors(out, name=LAST):
    return load_tensors(out / name)[0]


def assert_same_bits(first, second):
    assert first.keys() == second.keys()
    for key, value in first.items():
        assert torch.equal(value, second[key]), key
