"""Optimizers by the names that recipes use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from gazemap.errors import RecipeError
from gazemap.models.base import SaliencyModel
from gazemap.training.recipe import OptimizerSection, ScheduleSection

_OPTIMIZERS: dict[str, type[torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
}


def freeze(model: SaliencyModel, parts: Sequence[str]) -> None:
    """Keep training from changing every parameter whose name contains one of these parts.

    Args:
        model: whose `named_parameters` they are.
        parts: such as "blocks.0." or "conv_dw".

    Raises:
        RecipeError: no parameter that is trained contains a part, or none is left to train.
    """
    trainable = {name: p for name, p in model.named_parameters() if p.requires_grad}
    for part in parts:
        named = [p for name, p in trainable.items() if part in name]
        if not part or not named:
            raise RecipeError(
                f"optimizer.frozen has {part!r}, which is in no name of a parameter that this "
                f"{model.architecture} trains. Their names are such as {', '.join(list(trainable)[:3])}."
            )
        for parameter in named:
            parameter.requires_grad_(False)
    if not any(p.requires_grad for p in trainable.values()):
        raise RecipeError(
            f"optimizer.frozen leaves nothing of this {model.architecture} to train. Name fewer parts."
        )


def make_optimizer(section: OptimizerSection, model: SaliencyModel, *, fused: bool) -> torch.optim.Optimizer:
    """The optimizer of a model's trainable parameters.

    With an `encoder_lr` the parameters form two groups; the key `share` of a group is its learning rate over
    the recipe's.

    Args:
        section: of the recipe.
        model: whose parameters it changes.
        fused: use PyTorch's fused form, which all but RMSprop have.

    Raises:
        RecipeError: an `encoder_lr` for a model without a trainable encoder.
    """
    trainable = [p for p in model.parameters() if p.requires_grad]
    parameters: list[dict[str, Any]] = [{"params": trainable, "share": 1.0}]
    if section.encoder_lr is not None:
        encoder = model.encoder_parameters()
        if not encoder:
            raise RecipeError(
                f"optimizer.encoder_lr is set, but this {model.architecture} has no trainable encoder. "
                "Leave it out, or set model.options.train_encoder=true."
            )
        own = {id(p) for p in encoder}
        rest = [p for p in trainable if id(p) not in own]
        parameters = [
            {"params": rest, "share": 1.0},
            {"params": encoder, "share": section.encoder_lr / section.lr},
        ]
    options = section.model_dump(include={"lr", "weight_decay"})
    if section.name == "sgd":
        options |= section.model_dump(include={"momentum", "nesterov"})
    if section.name != "rmsprop":
        options["fused"] = fused
    return _OPTIMIZERS[section.name](parameters, **options)


def rate_and_momentum(
    optimizer: OptimizerSection, schedule: ScheduleSection, epoch: int, epochs: int
) -> tuple[float, float]:
    """Learning rate and momentum of an epoch, counted from 0, of a training of `epochs`."""
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
    """Set the optimizer's learning rate and momentum for an epoch, counted from 0."""
    rate, momentum = rate_and_momentum(section, schedule, epoch, epochs)
    for group in optimizer.param_groups:
        group["lr"] = rate * group["share"]
        if section.name == "sgd":
            group["momentum"] = momentum
