# %% [markdown]
# # Add a format, a loss, a model and a metric
#
# Each of the four is a function or a class, and a line in a table. This tutorial writes one of each and uses
# them together. We read a data set of a new form, train a new network with a new loss on it, and score it by
# a new metric. It takes about a minute, and needs `pip install 'gazemap[train]'`.
#
# Here the lines of the tables are set in a running program, which is enough for your own work. To give your
# addition to everybody, put it into the package. CONTRIBUTING.md lists the files, and the tests that hold it
# to what all keep.

# %%
import json
import math
import os
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image
from pydantic import Field
from torch import Tensor, nn

import gazemap
from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers import IMPORTERS, import_dataset
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.pairing import by_stem, last_are_val
from gazemap.data.popout.generate import popout
from gazemap.data.writing.frames import Frame
from gazemap.data.writing.items import ImportedSet, Item
from gazemap.losses import LOSSES, LossTargets, NetworkOutput
from gazemap.metrics import METRICS, PROTOCOLS, Metric
from gazemap.metrics.kernels.arrays import FixationMaps, Maps, Score
from gazemap.metrics.kernels.reading import read
from gazemap.metrics.scoring import undefined
from gazemap.models.base import SaliencyModel
from gazemap.models.parts import CenterBiasPrior, log_softmax
from gazemap.models.table import MODELS
from gazemap.types import Size

os.chdir(tempfile.mkdtemp())

# %% [markdown]
# ## 1. A format
#
# Suppose that a laboratory gives out `images/*.png`, and for each image a JSON file of points `[x, y]`, which
# count pixels from 1. We make such files from the built-in data set, so that the truth is known.

# %%
known = popout("known", images=240)
for part in ("images", "gaze"):
    Path("raw", part).mkdir(parents=True)
for sample in known:
    Image.fromarray(sample.image).save(f"raw/images/{sample.image_id}.png")
    looks = sample.fixations or gazemap.Fixations(x=np.empty(0), y=np.empty(0))
    points = np.stack([looks.x, looks.y], axis=1) + 0.5
    Path(f"raw/gaze/{sample.image_id}.json").write_text(json.dumps(points.tolist()))

# %% [markdown]
# A format is a function that finds the files and says what each image has. Copying, checking and writing are
# done for it. It hands the points over as they stand in the file. A `Frame` says what they count, so that
# nobody has to subtract anything.

# %%
ABOUT = DatasetInfo(
    name="lab",
    title="Where people look in the laboratory's displays",
    citation="Doe: Where people look. Journal of Examples, 2026.",
    license="CC BY 4.0",
    source="gaze/*.json; [x, y], 1-based (v - 0.5 here)",
    sigma=14.4,
)


def fixations_of(path: Path, size: Size) -> gazemap.Fixations:
    """The points of one file; `size` is that of the image, which this format does not need."""
    points = np.array(json.loads(path.read_text()), dtype=float).reshape(-1, 2)
    return gazemap.Fixations(x=points[:, 0], y=points[:, 1])


def read_lab(source: Path) -> ImportedSet:
    """images/*.png and gaze/*.json."""
    images = by_stem(source / "images", (".png",))
    gaze = by_stem(source / "gaze", (".json",))
    stems = sorted({*images} & {*gaze})
    items = (
        Item(stem, images[stem], split, fixations=partial(fixations_of, gaze[stem]))
        for stem, split in zip(stems, last_are_val(len(stems), 0.2), strict=True)
    )
    return ImportedSet(ABOUT, items, len(stems), frame=Frame("one-based"))


IMPORTERS["lab"] = Importer(read=read_lab, info=ABOUT, editions={}, oddities="1-based")

# %%
dataset = import_dataset("raw", "gaze/lab", format="lab")
dataset

# %% [markdown]
# The points are those of the built-in set again:

# %%
off = max(
    np.abs(imported.x - drawn.x).max()
    for imported, drawn in (
        (ours.fixations, truth.fixations) for ours, truth in zip(dataset, known, strict=True)
    )
    if imported and drawn
)
print(f"{off:.0e} pixels")

# %% [markdown]
# All options of formats work for it, too, such as `--option sigma=20` or `--option outside=drop`. Had we
# forgotten the frame, the import would say where it sees that points cannot be right.
#
# ## 2. A loss
#
# A loss takes what the network says and what is known of the same images. It gives one number. Both come in
# every form that a loss may want: as a saliency, a density or a log density. This is Rényi's divergence.

# %%
Order = Annotated[float, Field(gt=0, lt=1)]


def renyi(predicted: NetworkOutput, truth: LossTargets, *, order: Order = 0.5) -> Tensor:
    """Rényi's divergence of the truth from the prediction, in nats, the mean over images."""
    shared = truth.density**order * ((1 - order) * predicted.log_density).exp()
    return shared.sum(dim=(1, 2)).log().mean() / (order - 1)


LOSSES["renyi"] = renyi

# %% [markdown]
# Check it against the formula, worked by NumPy:

# %%
p, q = np.array([0.5, 0.25, 0.25]), np.array([0.2, 0.4, 0.4])
by_hand = np.log((q**0.5 * p**0.5).sum()) / (0.5 - 1)
predicted = NetworkOutput(torch.tensor(p).log().view(1, 1, 3), "log_density")
truth = LossTargets(torch.tensor(q).view(1, 1, 3), torch.zeros(1, 1, 3))
print(f"{renyi(predicted, truth).item():.6f} {by_hand:.6f}")

# %% [markdown]
# Its parameter has a type and limits, so a recipe cannot get it wrong:

# %%
recipe_text = """
name: blobnet-lab
model: {name: blobnet}
loss: {nll: 1, renyi: {weight: 1, order: 0.5}}
optimizer: {name: adam, lr: 0.003}
training: {epochs: 12, batch_size: 16}
"""
Path("blobnet.yaml").write_text(recipe_text)
Path("wrong.yaml").write_text(recipe_text.replace("order: 0.5", "order: 2"))

# %% [markdown]
# ## 3. A model
#
# A network maps images to a grid of log probabilities. The base class does the rest: any image size, saving,
# loading, prediction and export.


# %%
class BlobNet(SaliencyModel):
    """Where an image differs from its surroundings, on a grid of a quarter of its size."""

    architecture = "blobnet"
    outputs = ("log_density",)

    def __init__(self, *, channels: int = 24, input_size: Size = (96, 128)) -> None:
        """Build the layers; the arguments are the options that a recipe may set."""
        height, width = input_size
        grid = (math.ceil(height / 4), math.ceil(width / 4))
        super().__init__(input_size=(height, width), output_size=grid, output="log_density")
        layers: list[nn.Module] = []
        for inputs, stride, dilation in [(3, 2, 1), (channels, 2, 1), (channels, 1, 2), (channels, 1, 4)]:
            layers += [
                nn.Conv2d(inputs, channels, 3, stride, padding=dilation, dilation=dilation),
                nn.BatchNorm2d(channels),
                nn.ReLU(inplace=True),
            ]
        self.network = nn.Sequential(*layers, nn.Conv2d(channels, 1, 1))
        self.prior = CenterBiasPrior("learned", self.output_size)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, h, w)."""
        return log_softmax(self.prior(self.network(images - 0.5)[:, 0]))


MODELS["blobnet"] = BlobNet


# %% [markdown]
# The constructor's arguments are what `model.options` of a recipe may say. Its types and the loss's limits
# are checked before anything is built:

# %%
try:
    gazemap.train("wrong.yaml", dataset, "runs/wrong")
except gazemap.GazemapError as error:
    print(error)

# %%
run = gazemap.train("blobnet.yaml", dataset, "runs/blobnet")
for note in run.notes():
    print(note)

# %% [markdown]
# The loss falls below that of the mean map, so the network sees something of each image. The curve, epoch by
# epoch:

# %%
log = [json.loads(line) for line in Path("runs/blobnet/metrics.jsonl").read_text().splitlines()]
figure, axes = plt.subplots(figsize=(6, 3))
epochs = [row["epoch"] for row in log]
axes.plot(epochs, [row["train_loss"] for row in log], "--", color="#5e3c99", label="training")
axes.plot(epochs, [row["val_loss"] for row in log], color="#e66100", label="validation")
axes.axhline(run.mean_map_loss, color="gray", linewidth=1, label="mean training map, validation")
axes.set(xlabel="epoch", ylabel="loss (nll + renyi), nats")
axes.legend(frameon=False, loc="lower left")
plt.show()

# %% [markdown]
# ## 4. A metric
#
# The new metric says which share of the fixations falls into the tenth of the image that the model ranks
# highest. By chance that is 0.1; a map that is the same everywhere has 0. `read` takes arrays, tensors,
# single images and batches, and refuses what is none of these.


# %%
def hits(saliency: Maps, fixation_map: FixationMaps, *, repeats: bool = True) -> "Score | Tensor":
    """Share of the fixations in the tenth of the pixels with the highest saliency; 0.1 by chance."""
    reader = read(saliency, ranks=True)
    shares = []
    for values, at in zip(reader.first.values, reader.fixated(fixation_map, repeats=repeats), strict=True):
        is_hit = values[at.pixels] > np.quantile(values, 0.9)
        shares.append((is_hit * at.counts).sum() / at.counts.sum())
    return reader.scores(shares)


METRICS["hits"] = Metric(
    function=hits,
    class_name="Hits",
    undefined=(undefined.NO_FIXATION, undefined.HAS_NAN),
    ranks=True,
    choices=("repeats",),
)

# %% [markdown]
# By hand: of a map with the values 0 to 19, the highest tenth are 18 and 19. Two of three fixations lie
# there.

# %%
saliency = np.arange(20.0).reshape(4, 5)
fixation_map = np.zeros((4, 5))
fixation_map[3, 4] = 2  # the pixel with the value 19, twice
fixation_map[0, 0] = 1
print(hits(saliency, fixation_map))

# %% [markdown]
# From its line in the table the metric is known everywhere. A protocol of our own has it beside two others:

# %%
mine = replace(PROTOCOLS["exact"], name="exact-and-hits", metrics=("information_gain", "nss", "hits"))
scores = gazemap.evaluate("runs/blobnet", dataset, protocol=mine)
scores

# %% [markdown]
# The new network is above the center bias in all three. What it predicts, beside the image:

# %%
gazemap.predict(dataset.split("val")[0].image, "runs/blobnet").plot()

# %% [markdown]
# ## 5. Give it to everybody
#
# A pull request puts each part into its file, and adds the line to its table. A line in a test then holds it
# to the rules that every entry of the table keeps:
#
# | what | file | table | held by |
# |---|---|---|---|
# | format | `data/importers/lab.py` | `IMPORTERS` | `tests/contracts/test_importers.py` |
# | loss | a file of `losses/` | `LOSSES` | `tests/contracts/test_losses.py` |
# | model | `models/blobnet.py` | `MODELS` | `tests/contracts/test_models.py` |
# | metric | a file of `metrics/` | `METRICS` | `tests/contracts/test_metrics.py` |
#
# From then on the commands know it as well: `gazemap train`, `gazemap data import`, `gazemap evaluate`,
# `gazemap metrics` and the others have no list of their own.
