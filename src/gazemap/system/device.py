"""What gazemap computes on, and an import to mend.

torchvision's wheel registers two operators of object detection in a CUDA library that a CPU build of
torch cannot load, and then fails on import (`operator torchvision::nms does not exist`). Their schemas
are enough here: detection is not used. timm and torchmetrics import torchvision.
"""

from __future__ import annotations

import os
from importlib.util import find_spec

import torch

from gazemap.errors import InputError

_LIBRARIES: list[torch.library.Library] = []  # kept alive: schemas end with their library


def register_vision_operators() -> None:
    """Register what is missing, once; nothing on a CUDA build or without torchvision."""
    if torch.version.cuda is not None or _LIBRARIES or find_spec("torchvision") is None:
        return
    library = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for name in ("nms", "qnms"):
        schema = f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
        library.define(schema)  # type: ignore[no-untyped-call]
    _LIBRARIES.append(library)


def choose_device(name: str = "auto") -> torch.device:
    """The device by name; "auto" is the GPU where there is one.

    Raises:
        InputError: the device does not exist here.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name not in {"cpu", "cuda"}:
        raise InputError(f"Device {name!r} is not known; auto, cpu and cuda are.")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("Device 'cuda' was asked for, but PyTorch sees no GPU here. Use cpu.")
    return torch.device(name)


def visible_gpus() -> list[str]:
    """The GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return named.split(",") if named else [str(number) for number in range(torch.cuda.device_count())]
