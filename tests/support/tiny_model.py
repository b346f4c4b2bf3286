"""A model of a few thousand parameters, so that a test can train it many times."""

import torch
from torch import nn

from gazemap.models.base import SaliencyModel
from gazemap.models.table import MODELS
from gazemap.training.recipe import load_recipe


class Tiny(SaliencyModel):
    architecture = "tiny"

    def __init__(self, *, output="saliency", norm=True):
        super().__init__(input_size=(24, 24), output_size=(12, 12), output=output)
        self.convolution = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(8) if norm else nn.Identity()
        self.readout = nn.Conv2d(8, 1, 1)

    def forward(self, images):
        grid = self.readout(torch.relu(self.norm(self.convolution(images))))[:, 0]
        if self.output == "log_density":
            return grid.flatten(1).log_softmax(1).view_as(grid)
        return grid

    @property
    def layers(self):
        return {"convolution": self.convolution, "readout": self.readout}


def register():
    MODELS["tiny"] = Tiny


RECIPE = """
name: tiny
model: {name: tiny}
data: {mirror: copies}
loss: {mse: 1.0}
optimizer: {name: sgd, lr: 0.05, momentum: 0.9, nesterov: true, weight_decay: 0.0005}
schedule: {name: step, factor: 0.5, every: 3}
training: {epochs: 6, batch_size: 8, validate_every: 2, seed: 1}
"""


def recipe(folder, *overrides):
    path = folder / "tiny.yaml"
    path.write_text(RECIPE)
    return load_recipe(path, list(overrides))
