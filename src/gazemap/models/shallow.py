"""The shallow network of Pan et al. (CVPR 2016), as replicated by Nurick (Bristol, 2021).

Three convolutions, two fully connected layers with a maxout between them; 96x96 images to 48x48
saliency. Sizes and initialization: the replication's published code and Pan's figure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, cast

import torch
from torch import Tensor, nn

from gazemap.errors import InputError
from gazemap.models.base import SaliencyModel
from gazemap.models.parts import log_softmax, upsample
from gazemap.types import Output, Size

Geometry = Literal["nurick2021", "pan2016"]
Initialization = Literal["paper", "he"]
Head = Literal["connected", "convolutional"]
_SHARED_UNITS = 512  # of the convolutional head, at each cell: our choice


@dataclass(frozen=True)
class _Shape:
    """How convolutions and pools treat borders, and the side of the last grid of features, in cells."""

    paddings: tuple[int, int, int]
    ceil_pools: bool
    side: int


_SHAPES: dict[str, _Shape] = {
    "nurick2021": _Shape(paddings=(2, 1, 1), ceil_pools=False, side=11),  # 96, 48, 23, 11
    "pan2016": _Shape(paddings=(0, 0, 0), ceil_pools=True, side=10),  # 96-92-46-44-22-20-10
}


class Shallow(SaliencyModel):
    """Pan et al.'s shallow network: saliency from three convolutions and two layers.

    Args:
        batch_norm: batch normalization between each convolution and its ReLU (the replication's
            improvement).
        geometry: "nurick2021" (padded convolutions, floor pooling, 76,778,816 parameters) or
            "pan2016" (valid convolutions, ceil pooling, 64,392,512 parameters).
        initialization: "paper" draws weights from N(0, 0.01) with biases 0.1; "he" draws them from
            N(0, 2 / inputs) with biases 0, and starts the last layer at 0.
        head: "connected", the published two fully connected layers, which learn every position apart; or
            "convolutional", our change: the same two layers, with 512 units, at every cell of the features,
            then bilinear enlargement and a bias per pixel. 226,369 parameters.
        output: "saliency", the linear outputs; "log_density", their log-softmax over the pixels.
        target_range: see `SaliencyModel`; Pan et al. regress targets in [-1, 1].
        input_size: (H, W), which must be (96, 96), since its layers are fully connected.

    Raises:
        InputError: another size.
    """

    architecture = "shallow"

    def __init__(
        self,
        *,
        batch_norm: bool = False,
        geometry: Geometry = "nurick2021",
        initialization: Initialization = "paper",
        head: Head = "connected",
        output: Output = "saliency",
        target_range: tuple[float, float] = (0.0, 1.0),
        input_size: Size = (96, 96),
    ) -> None:
        if tuple(input_size) != (96, 96):
            height, width = input_size
            raise InputError(
                f"input_size {height} x {width} is not supported by the shallow network: its layers are "
                "fully connected and take 96 x 96. Leave input_size out, or choose another model."
            )
        super().__init__(
            input_size=(96, 96),
            output_size=(48, 48),
            output=output,
            target_range=(float(target_range[0]), float(target_range[1])),
        )
        shape = _SHAPES[geometry]

        def stage(inputs: int, outputs: int, kernel: int, padding: int, pool: int) -> nn.Sequential:
            convolution = nn.Conv2d(inputs, outputs, kernel, padding=padding)
            norm = [nn.BatchNorm2d(outputs)] if batch_norm else []
            # ReLU after the pool: both are monotone, so the function is the same at a quarter of the work
            pooling = nn.MaxPool2d(pool, stride=2, ceil_mode=shape.ceil_pools)
            return nn.Sequential(convolution, *norm, pooling, nn.ReLU(inplace=True))

        self.stage1 = stage(3, 32, 5, shape.paddings[0], pool=2)
        self.stage2 = stage(32, 64, 3, shape.paddings[1], pool=3)
        self.stage3 = stage(64, 128, 3, shape.paddings[2], pool=3)
        self.maxout = Maxout(pieces=2)
        self.fc1: nn.Linear | nn.Conv2d
        self.fc2: nn.Linear | nn.Conv2d
        if head == "connected":
            self.fc1 = nn.Linear(128 * shape.side**2, 4608)  # no activation before the maxout
            self.fc2 = nn.Linear(2304, 48 * 48)
        else:
            self.fc1 = nn.Conv2d(128, _SHARED_UNITS, 1)
            self.fc2 = nn.Conv2d(_SHARED_UNITS // 2, 1, 1)
            self.pixel_bias = nn.Parameter(torch.zeros(48, 48))
        _INITIALIZERS[initialization](self)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, 96, 96) in [0, 1] -> (B, 48, 48)."""
        features = self.stage3(self.stage2(self.stage1(images)))
        if isinstance(self.fc1, nn.Linear):
            grid: Tensor = self.fc2(self.maxout(self.fc1(features.flatten(1)))).view(-1, *self.output_size)
        else:
            cells = self.fc2(self.maxout(self.fc1(features)))
            grid = upsample(cells, self.output_size)[:, 0] + self.pixel_bias
        return log_softmax(grid) if self.output == "log_density" else grid

    @property
    def layers(self) -> dict[str, nn.Conv2d | nn.Linear]:
        """The five layers with weights, first to last, by the names that the papers use."""
        stages = {"conv1": self.stage1, "conv2": self.stage2, "conv3": self.stage3}
        first = {name: stage[0] for name, stage in stages.items()}
        convolutions = {name: layer for name, layer in first.items() if isinstance(layer, nn.Conv2d)}
        return {**convolutions, "fc1": self.fc1, "fc2": self.fc2}


def _initialize_paper(model: Shallow) -> None:
    for layer in model.layers.values():
        nn.init.normal_(layer.weight, std=0.01)
        nn.init.constant_(cast(Tensor, layer.bias), 0.1)


def _initialize_he(model: Shallow) -> None:
    for layer in model.layers.values():
        inputs = math.prod(layer.weight.shape[1:])
        nn.init.normal_(layer.weight, std=math.sqrt(2 / inputs))
        nn.init.zeros_(cast(Tensor, layer.bias))
    nn.init.zeros_(model.fc2.weight)


_INITIALIZERS = {"paper": _initialize_paper, "he": _initialize_he}


class Maxout(nn.Module):
    """(B, pieces * n, ...) -> (B, n, ...): h_i = max_j z_ij over `pieces` **adjacent** units.

    Replications differ in which units form a pair (adjacent here, as in Lasagne's FeaturePoolLayer;
    halves elsewhere). The functions are equal up to a permutation of the previous layer's rows.
    """

    def __init__(self, pieces: int = 2) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, features: Tensor) -> Tensor:
        """(B, pieces * n, ...) -> (B, n, ...); raises ValueError if no groups of `pieces` can be formed."""
        if features.shape[1] % self.pieces:
            raise ValueError(f"{features.shape[1]} units cannot form groups of {self.pieces}.")
        # slices and `maximum` measure faster than a reduction over a short last axis
        result = features[:, 0 :: self.pieces]
        for piece in range(1, self.pieces):
            result = torch.maximum(result, features[:, piece :: self.pieces])
        return result
