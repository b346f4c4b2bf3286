"""Encoders: networks that were trained to classify images, whose inner features saliency models read.

The networks are timm's; `ENCODERS` lists them with the layers that are read. timm is imported only when one
is built.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import torch
from pydantic import AfterValidator
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from gazemap.errors import WeightsError, check_name, lookup
from gazemap.system.device import register_vision_operators
from gazemap.system.extras import require
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
    """

    timm: str
    taps: tuple[str, ...]
    channels: tuple[int, ...]
    mean: tuple[float, float, float] = _IMAGENET_MEAN
    std: tuple[float, float, float] = _IMAGENET_STD
    options: dict[str, Any] = field(default_factory=dict)


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
    "mobilenetv2-tf": replace(_MOBILENET_V2, mean=_HALF, std=_HALF, options={"pad_type": "same"}),
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
        self.channels = spec.channels[:scales]
        self.trainable = trainable
        self.pretrained = weights is not None
        self.normalize = Normalize(spec.mean, spec.std)
        network = timm_network(spec.timm, weights, **spec.options)
        taps = list(spec.taps[:scales])
        self.network: nn.Module = import_timm().models.GraphExtractNet(network, return_nodes=taps)
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


def timm_network(name: str, weights: str | None, **options: Any) -> nn.Module:  # noqa: ANN401 - timm's
    """A network of timm without its classifier.

    Args:
        name: of the network in timm.
        weights: a file for `load_encoder_weights`; "timm" downloads timm's own; None draws them at random.
        options: for timm's constructor.

    Raises:
        WeightsError: as `load_encoder_weights`, or timm's weights cannot be downloaded.
    """
    download = weights == "timm" and not torch.empty(0).is_meta  # on the meta device there are only shapes
    timm = import_timm()
    if download:
        source = _source(name)
        say(
            f"The ImageNet weights of {name} come from {source}, unless they are there already.",
            progress=True,
        )
    try:
        network: nn.Module = timm.create_model(name, num_classes=0, pretrained=download, **options)
    except Exception as error:  # of the libraries' own kinds, which are many
        if not download:
            raise
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise WeightsError(
            f"The ImageNet weights of {name} cannot be fetched from {source} ({reason}). Connect to the "
            "internet, or get model.safetensors from there by hand and give that file as encoder_weights."
        ) from error
    if weights is not None and weights != "timm":
        load_encoder_weights(network, Path(weights))
    return network


def _source(name: str) -> str:
    """The address of timm's weights of a network."""
    about = import_timm().models.get_pretrained_cfg(name)
    return f"https://huggingface.co/{about.hf_hub_id}" if about.hf_hub_id else str(about.url)


def load_encoder_weights(network: nn.Module, path: Path) -> None:
    """Start a network from a safetensors file of ImageNet weights, in timm's or torchvision's naming.

    Where the names differ, tensors are matched in the order of their layers' numbers.

    Raises:
        WeightsError: the file is missing or damaged, or its shapes do not fit.
    """
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"Encoder weights {path} cannot be read ({error}).") from error
    own = {k: v for k, v in network.state_dict().items() if not k.endswith("num_batches_tracked")}
    tensors = {k: v for k, v in tensors.items() if not k.endswith("num_batches_tracked")}
    if tensors.keys() != own.keys():
        tensors = dict(zip(own, _in_layer_order(tensors), strict=False)) if len(own) == len(tensors) else {}
    wrong = [k for k in own if k not in tensors or tensors[k].shape != own[k].shape]
    if wrong:
        raise WeightsError(
            f"{path} does not fit this encoder: {len(wrong)} of {len(own)} tensors differ in name or "
            f"shape. The first is {wrong[0]} {tuple(own[wrong[0]].shape)}."
        )
    if not next(network.parameters()).is_meta:
        network.load_state_dict(tensors, strict=False)


def _in_layer_order(tensors: dict[str, Tensor]) -> list[Tensor]:
    """The layers in the order of the numbers in their names; within a layer as PyTorch lists them."""
    within = ("weight", "bias", "running_mean", "running_var")

    def position(name: str) -> tuple[Any, ...]:
        *layers, last = name.split(".")
        numbers = tuple(int(part) for part in layers if part.isdigit())
        return (*numbers, within.index(last) if last in within else len(within))

    return [tensors[name] for name in sorted(tensors, key=position)]


def import_timm() -> Any:  # noqa: ANN401 - timm has no types
    """timm, after what torchvision needs to be imported; see `system.device`.

    Where the user has not said otherwise, huggingface_hub, which fetches timm's weights, asks for nothing but
    them, and leaves it to us to say what went wrong.

    Raises:
        MissingPackageError: timm is not installed.
    """
    require("timm", "Building an encoder")
    register_vision_operators()
    for name, value in (("DISABLE_TELEMETRY", "1"), ("VERBOSITY", "error")):
        os.environ.setdefault(f"HF_HUB_{name}", value)  # read when it is imported
    import timm

    return timm
