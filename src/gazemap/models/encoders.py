"""Encoders: networks that were trained to classify images, whose inner features saliency models read.

The networks are timm's; `ENCODERS` lists them with the layers that are read. timm is imported only when one
is built.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import torch
from pydantic import AfterValidator
from torch import Tensor, nn

from gazemap.errors import WeightsError, check_name, lookup
from gazemap.models.encoder_weights import (
    TIMM,
    has_folded_norms,
    import_timm,
    load_encoder_weights,
    timm_network,
)
from gazemap.system.progress import say

_HALF = (0.5, 0.5, 0.5)
_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class EncoderSpec:
    """An encoder and the layers that are read.

    Attributes:
        timm: its name in timm.
        taps: layers whose outputs are read; in `ENCODERS` at 1/2, 1/4, 1/8, 1/16 and 1/32 of the
            image's size (Reddy et al. 2020: the inputs of SimpleNet's decoder).
        channels: of each of these outputs.
        mean: of the images that it was trained on, RGB in [0, 1].
        std: their standard deviation.
        options: for timm's constructor.
        from_file: what to take instead where timm's weights are asked for; empty where they fit.
    """

    timm: str
    taps: tuple[str, ...]
    channels: tuple[int, ...]
    mean: tuple[float, float, float] = _IMAGENET_MEAN
    std: tuple[float, float, float] = _IMAGENET_STD
    options: dict[str, Any] = field(default_factory=dict)
    from_file: str = ""


_MOBILENET_V2 = EncoderSpec(
    "mobilenetv2_100", ("blocks.0", "blocks.1", "blocks.2", "blocks.4", "bn2"), (16, 24, 32, 96, 1280)
)

ENCODERS: dict[str, EncoderSpec] = {
    "pnasnet5": EncoderSpec(
        "pnasnet5large",
        ("conv_0", "cell_stem_0", "cell_3", "cell_7", "cell_11"),
        (96, 270, 1080, 2160, 4320),
        _HALF,
        _HALF,
    ),
    "densenet161": EncoderSpec(
        "densenet161",
        (
            "features.norm0",
            "features.transition1.conv",
            "features.transition2.conv",
            "features.transition3.conv",
            "features.norm5",
        ),
        (96, 192, 384, 1056, 2208),
    ),
    "resnet50": EncoderSpec(
        "resnet50", ("act1", "layer1", "layer2", "layer3", "layer4"), (64, 256, 512, 1024, 2048)
    ),
    "vgg16": EncoderSpec(
        "vgg16",
        ("features.6", "features.11", "features.18", "features.23", "features.30"),
        (128, 256, 512, 512, 512),
    ),
    "mobilenetv2": _MOBILENET_V2,
    # scaled and padded as TensorFlow does, for weights that were trained there
    "mobilenetv2-tf": replace(
        _MOBILENET_V2, mean=_HALF, std=_HALF, options={"pad_type": "same"}, from_file="mobilenetv2"
    ),
    # without the classifier's last layers, which weights that are published in parts lack
    "efficientnet-b4": EncoderSpec(
        "tf_efficientnet_b4",
        ("blocks.0", "blocks.1", "blocks.2", "blocks.4", "blocks.5"),
        (24, 32, 56, 160, 272),
    ),
    "efficientnet-lite2": EncoderSpec(
        "tf_efficientnet_lite2",
        ("blocks.0", "blocks.1", "blocks.2", "blocks.4", "blocks.6"),
        (16, 24, 48, 120, 352),
        _HALF,
        _HALF,
    ),
}


def _known(name: str) -> str:
    check_name("encoder", name, ENCODERS)
    return name


EncoderName = Annotated[str, AfterValidator(_known)]  # a key of `ENCODERS`, where options are checked


class Normalize(nn.Module):
    """Images in [0, 1] -> the scale that an encoder was trained on."""

    mean: Tensor
    std: Tensor

    def __init__(self, mean: tuple[float, float, float], std: tuple[float, float, float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) -> the same shape."""
        return (images - self.mean) / self.std


class Encoder(nn.Module):
    """Images -> features at several scales, fine to coarse.

    Args:
        name: a key of `ENCODERS`, or an encoder read elsewhere.
        weights: see `timm_network`.
        trainable: whether training changes it. A frozen encoder, and one that starts from weights, keeps its
            batch statistics: they come from more images than a gaze data set has, and weights whose batch
            norms were folded into the convolutions have no others.
        scales: how many scales are read, from the finest on; all by default. Layers after the last are left
            out.

    Attributes:
        channels: of each scale.

    Raises:
        WeightsError: as `timm_network`, or timm has no weights that fit this encoder.
    """

    def __init__(
        self,
        name: str | EncoderSpec,
        *,
        weights: str | None = None,
        trainable: bool = True,
        scales: int | None = None,
    ) -> None:
        super().__init__()
        spec = lookup("encoder", name, ENCODERS) if isinstance(name, str) else name
        if weights == TIMM and spec.from_file:
            raise WeightsError(
                "This encoder is scaled and padded for weights that TensorFlow trained, which timm does not "
                f"have. Take encoder={spec.from_file} for timm's weights, or give a file as encoder_weights."
            )
        self.channels = spec.channels[:scales]
        self.trainable = trainable
        self.pretrained = weights is not None
        self.normalize = Normalize(spec.mean, spec.std)
        network = timm_network(spec.timm, TIMM if weights == TIMM else None, **spec.options)
        taps = list(spec.taps[:scales])
        self.network: nn.Module = import_timm().models.GraphExtractNet(network, return_nodes=taps)
        if weights not in (None, TIMM):
            load_encoder_weights(network, Path(weights), read=set(self.network.graph_module.state_dict()))
        takes_others = spec.timm == _MOBILENET_V2.timm and not spec.from_file
        if weights not in (None, TIMM) and takes_others and has_folded_norms(network):
            note = f"{weights} looks like weights of TensorFlow. If it is, set encoder=mobilenetv2-tf."
            say(note, progress=True)
        self.network.requires_grad_(trainable)

    def forward(self, images: Tensor) -> list[Tensor]:
        """(B, 3, H, W) in [0, 1] -> a (B, C, h, w) for each tap."""
        features: list[Tensor] = self.network(self.normalize(images))
        return features

    def train(self, mode: bool = True) -> Encoder:
        """Set the mode; a frozen encoder stays in eval mode, as do the batch norms of a pretrained one."""
        super().train(mode and self.trainable)
        for module in self.modules():
            if self.pretrained and isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self
