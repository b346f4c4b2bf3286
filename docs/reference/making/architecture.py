"""A figure of a network, drawn from the network itself: its layers are recorded, nothing is computed."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from gazemap.models.base import SaliencyModel

_KINDS = {
    nn.Conv2d: "convolution",
    nn.ConvTranspose2d: "deconvolution",
    nn.Linear: "linear layer",
    nn.MaxPool2d: "pooling",
    nn.AvgPool2d: "pooling",
}
_ENCODERS = ("encoder", "to_", "stage", "network", "down")
_ROW, _BAR, _WIDTH = 36, 90, 400  # pixels: height of a row, width of the widest bar, width of the figure
_MANY = 9  # convolutions whose kernels are not listed


@dataclass
class Stage:
    """Layers that follow each other in one part of a network, at one size.

    Attributes:
        part: the attribute of the network that holds them.
        size: (C, H, W) of what the last of them returns; (C,) of a linear layer's.
        layers: kind -> how many.
        kernels: the sides of its convolutions' kernels, in order.
    """

    part: str
    size: tuple[int, ...]
    layers: dict[str, int] = field(default_factory=dict)
    kernels: list[int] = field(default_factory=list)


def stages(model: SaliencyModel) -> list[Stage]:
    """What a prediction passes through, in order; layers of one part and one size are one stage."""
    found: list[Stage] = []

    def note(name: str, kind: str) -> None:
        def hook(layer: nn.Module, _: object, output: Tensor) -> None:
            part, size = name.partition(".")[0], tuple(output.shape[1:])
            same = found and found[-1].part == part and found[-1].size[1:] == size[1:] and len(size) > 1
            if not same:
                found.append(Stage(part, size))
            found[-1].size = size
            found[-1].layers[kind] = found[-1].layers.get(kind, 0) + 1
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                found[-1].kernels.append(layer.kernel_size[0])

        model.get_submodule(name).register_forward_hook(hook)

    for name, module in model.named_modules():
        for kind, word in _KINDS.items():
            if isinstance(module, kind):
                note(name, word)
    with torch.no_grad():
        model.eval()(torch.empty(1, 3, *model.input_size, device="meta"))
    return found


def figure(model: SaliencyModel) -> str:
    """An SVG for a page: a row per stage, whose bar is as wide as its grid, up to the input's."""
    width, found = model.input_size[1], stages(model)
    meaning = "log density" if model.output == "log_density" else "saliency"
    rows = [
        ("image", _shape((3, *model.input_size)), width, "#8a8a8a"),
        *(
            (_words(stage), _shape(stage.size, stage.kernels), _across(stage), _color(stage))
            for stage in found
        ),
        (meaning, _shape((1, *model.output_size)), model.output_size[1], "#d55e00"),
    ]
    drawn = "".join(_row(index, *row, width) for index, row in enumerate(rows))
    height = _ROW * len(rows) + 8
    return (
        f'<svg class="architecture" role="img" aria-label="The layers of {model.architecture}" '
        f'viewBox="0 0 {_WIDTH} {height}" style="max-width:{_WIDTH}px;width:100%">{drawn}</svg>'
    )


def _row(index: int, words: str, shape: str, across: int, color: str, largest: int) -> str:
    top, left = 4 + _ROW * index, _BAR + 16
    wide = max(_BAR * math.log2(1 + across) / math.log2(1 + largest), 3)
    return (
        f'<rect x="{(_BAR - wide) / 2 + 4:.1f}" y="{top + 5}" width="{wide:.1f}" height="{_ROW - 10}" rx="3" '
        f'fill="{color}"/><text x="{left}" y="{top + 16}" font-size="13.5" fill="currentColor">'
        f'{html.escape(words)}</text><text x="{left}" y="{top + 30}" font-size="12" fill="currentColor" '
        f'opacity="0.8">{shape}</text>'
    )


def _words(stage: Stage) -> str:
    counted = [f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in stage.layers.items()]
    return f"{stage.part}: {', '.join(counted)}"


def _shape(size: tuple[int, ...], kernels: Sequence[int] = ()) -> str:
    """Height x width x channels, and the kernels where they are few."""
    sizes = " x ".join(map(str, (*size[1:], size[0]))) if len(size) == 3 else f"{size[0]:,} numbers"
    return f"{sizes}; kernels {', '.join(map(str, kernels))}" if 0 < len(kernels) < _MANY else sizes


def _across(stage: Stage) -> int:
    return stage.size[2] if len(stage.size) == 3 else 1


def _color(stage: Stage) -> str:
    return "#0072b2" if stage.part.startswith(_ENCODERS) else "#009e73"
