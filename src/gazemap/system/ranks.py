"""Which of several processes this one is, where a launcher such as torchrun has started them together."""

from __future__ import annotations

import os

from gazemap.errors import InputError


def rank() -> int:
    """The number of this process, from 0; 0 where it is the only one."""
    return _number("RANK", 0) if size() > 1 else 0


def size() -> int:
    """How many processes work together; 1 where no launcher has started several."""
    return _number("WORLD_SIZE", 1)


def local_rank() -> int:
    """The number of this process on its machine, from 0, which is that of its GPU."""
    return _number("LOCAL_RANK", 0)


def _number(variable: str, otherwise: int) -> int:
    text = os.environ.get(variable, "")
    if text and not text.isdecimal():
        raise InputError(
            f"The environment variable {variable} is {text!r}, and launchers such as torchrun set it to a "
            "whole number. Unset it, or start by torchrun."
        )
    return int(text or otherwise)
