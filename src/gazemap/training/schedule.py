"""How the learning rate and the momentum change from epoch to epoch: a function of the epoch."""

from __future__ import annotations

import math

import torch

from gazemap.training.recipe import OptimizerSection, ScheduleSection


def rate_and_momentum(
    optimizer: OptimizerSection, schedule: ScheduleSection, epoch: int, epochs: int
) -> tuple[float, float]:
    """Learning rate and momentum in `epoch`, counted from 0, of `epochs`."""
    rate, momentum = optimizer.lr, optimizer.momentum
    if schedule.name == "step":
        for _ in range(epoch // schedule.every):
            if rate > schedule.floor:
                rate *= schedule.factor
    elif schedule.name == "linear":
        share = epoch / max(epochs - 1, 1)
        if schedule.lr_end is not None:
            rate += share * (schedule.lr_end - rate)
        if schedule.momentum_end is not None:
            momentum += share * (schedule.momentum_end - momentum)
    elif schedule.name == "cosine":
        end = schedule.lr_end or 0.0
        rate = end + (rate - end) * (1 + math.cos(math.pi * epoch / epochs)) / 2
    return rate, momentum


def apply_schedule(
    optimizer: torch.optim.Optimizer,
    section: OptimizerSection,
    schedule: ScheduleSection,
    epoch: int,
    epochs: int,
) -> None:
    """Set the optimizer's rate and momentum for `epoch`."""
    rate, momentum = rate_and_momentum(section, schedule, epoch, epochs)
    for group in optimizer.param_groups:
        group["lr"] = rate * group["share"]
        if section.name == "sgd":
            group["momentum"] = momentum
