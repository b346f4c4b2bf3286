"""What gazemap computes on: the device, how large arrays get their memory, and an import to mend.

torchvision's wheel registers two operators of object detection in a CUDA library that a CPU build of
torch cannot load, and then fails on import (`operator torchvision::nms does not exist`). Their schemas
are enough here: detection is not used. timm and torchmetrics import torchvision.
"""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.util import find_spec

import torch

from gazemap.errors import InputError

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # glibc's malloc.h


def use_huge_pages() -> None:
    """Ask PyTorch to back large CPU tensors by huge pages: a quarter off a step of `shallow` on Linux.

    Its gradients are 300 MB and allocated anew each step. PyTorch reads this once, at its first
    large allocation; a value that the user has set is left alone.
    """
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")


def keep_freed_memory() -> None:
    """Let glibc keep up to half a gigabyte of freed memory: nearly half off the scoring of an image.

    Otherwise every temporary array of a map's size is mapped anew and its pages are zeroed by the
    kernel. Does nothing where the C library is another.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, 32 * 2**20)
        mallopt(_M_TRIM_THRESHOLD, 512 * 2**20)


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
