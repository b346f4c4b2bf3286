"""Settings that make a training step fast on a device, without changing what it computes."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from gazemap.training.recipe import Auto, TrainingSection


@dataclass(frozen=True)
class Speed:
    """Settings that change how fast a step is, not what it computes."""

    channels_last: bool
    fused_optimizer: bool
    compile: bool


# Measured by benchmarks/training_step.py on a CPU; for CUDA, PyTorch's own advice.
FASTEST = {
    "cpu": Speed(channels_last=True, fused_optimizer=True, compile=False),
    "cuda": Speed(channels_last=True, fused_optimizer=True, compile=False),
}


def speed_for(training: TrainingSection, device: torch.device) -> Speed:
    """The recipe's choices, with every "auto" resolved for `device`."""
    fastest = FASTEST[device.type]

    def resolve(choice: bool | Auto, best: bool) -> bool:
        return best if choice == "auto" else choice

    return Speed(
        channels_last=resolve(training.channels_last, fastest.channels_last),
        fused_optimizer=resolve(training.fused_optimizer, fastest.fused_optimizer),
        compile=resolve(training.compile, fastest.compile),
    )
