"""What to compute on, and the settings that measure fastest there."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from gazemap.errors import InputError
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


def choose_device(name: str = "auto") -> torch.device:
    """The device by name; "auto" is the GPU where there is one.

    Raises:
        InputError: the device does not exist here.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name not in FASTEST:
        raise InputError(f"Device {name!r} is not known; auto, cpu and cuda are.")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("Device 'cuda' was asked for, but PyTorch sees no GPU here. Use cpu.")
    return torch.device(name)


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
