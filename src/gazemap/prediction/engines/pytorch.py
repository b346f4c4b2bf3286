"""PyTorch: computes a network as it was trained, on the CPU or a GPU."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from gazemap.models.base import SaliencyModel
from gazemap.models.conditions import Weights
from gazemap.models.weights import digest, with_weights
from gazemap.prediction.engines.description import NetworkDescription
from gazemap.prediction.engines.grids import Engine, in_range

if hasattr(os, "register_at_fork"):  # OpenMP waits for ever for the threads that a fork has left behind
    os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))


def describe_network(model: SaliencyModel) -> NetworkDescription:
    """What a model in memory is."""
    prior = model.log_prior
    return NetworkDescription(
        name=model.name,
        architecture=model.architecture,
        input_size=model.input_size,
        output=model.output,
        fit=model.fit,
        target_range=model.target_range,
        digest=digest(model),
        training_images=model.training_images,
        log_prior=None if prior is None else prior.detach().float().cpu().numpy(),
        conditions=model.conditions,
    )


@contextmanager
def evaluating(model: torch.nn.Module) -> Iterator[None]:
    """The model in eval mode; afterwards every part of it is in its own mode again.

    Where several threads compute one model, put this around them all.
    """
    training = [part for part in model.modules() if part.training]
    model.eval()
    try:
        yield
    finally:
        for part in training:
            part.training = True


@torch.no_grad()
def predict_grids(model: SaliencyModel, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What PyTorch computes of some frames: uint8 (N, 3, H, W) -> (N, h, w), on the model's device.

    Regression networks' outputs are mapped as in `in_range`. The model is left in its mode.
    """
    device = next(model.parameters()).device
    with evaluating(model):
        images = torch.tensor(frames).to(device).to(torch.float32).div_(255)
        grids = model(images).float().cpu().numpy()
    return in_range(grids, model.name, model.output, model.target_range)


def computed_with(model: SaliencyModel, weights: Weights) -> Engine:
    """`predict_grids` of a model; of a copy, where some weights are in the place of its own."""
    return partial(predict_grids, with_weights(model, weights))


@contextmanager
def threads_shared_by(workers: int) -> Iterator[None]:
    """PyTorch's own threads divided among several workers, which would else wait for each other."""
    with _threads(max(1, torch.get_num_threads() // workers)):
        yield


@contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch computes each call by one thread, so that bits do not depend on the cores."""
    with _threads(1):
        yield


@contextmanager
def _threads(number: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(number)  # for threads that are started from now on
    try:
        yield
    finally:
        torch.set_num_threads(before)
