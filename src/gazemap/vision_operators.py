"""torchvision made to import beside a CPU build of torch.

Its wheel registers two operators of object detection in a CUDA library that a CPU build cannot load,
and then fails on import (`operator torchvision::nms does not exist`). Their schemas are enough here:
detection is not used. timm and torchmetrics import torchvision.
"""

from __future__ import annotations

from importlib.util import find_spec

import torch

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
