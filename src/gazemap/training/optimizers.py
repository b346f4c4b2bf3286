"""Optimizers by the names that recipes use."""

from __future__ import annotations

import torch
from torch import nn

from gazemap.training.recipe import OptimizerSection

_OPTIMIZERS: dict[str, type[torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
}


def make_optimizer(section: OptimizerSection, model: nn.Module, *, fused: bool) -> torch.optim.Optimizer:
    """The optimizer of a model's trainable parameters; `fused` where PyTorch has it."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    options = section.model_dump(include={"lr", "weight_decay"})
    if section.name == "sgd":
        options |= section.model_dump(include={"momentum", "nesterov"})
    if section.name != "rmsprop":
        options["fused"] = fused
    return _OPTIMIZERS[section.name](parameters, **options)
