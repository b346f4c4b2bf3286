# %% [markdown]
# # Train on SALICON, on a GPU
#
# SALICON has 10,000 images to train on and 5,000 to validate. This tutorial says what to download, how to
# find out how long a training will take on your card, and how to go on after a stop. It runs every step here
# on 35 stand-in images, on a CPU, in a minute. The commands are those for the whole set.
#
# ## 1. Install for a GPU
#
# In a clone of gazemap's repository:
#
#     pip install 'torch==2.13.*' 'torchvision==0.28.*' '.[train,data]'
#
# On Linux this brings PyTorch with CUDA. `--device auto`, the default, takes a GPU where there is one.
# `--device cuda` is an error where there is none, so a training never runs on the CPU without your knowing.
#
# ## 2. Get the data
#
#     gazemap data sources salicon
#     gazemap data download salicon --out raw/salicon
#     gazemap data import raw/salicon --format salicon --option edition=2017 --out gaze/salicon
#     gazemap data check gaze/salicon
#
# - The download is the images and the fixations of the edition of 2017. A download that stopped goes on by
#   the same command. Where the host refuses, the message says what to save by hand, and where.
# - The edition must be said, since the editions of 2015 and 2017 have files of the same form and different
#   fixations.
# - If you have the pictures of another repository, in `images/train`, `fixations/val` and so on, the format
#   is `salicon-folder`.
#
# Our stand-in is of that last kind: built-in displays of 640 x 480, and pictures of their fixations.

# %%
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

import gazemap
from gazemap.data.importers import import_dataset
from gazemap.data.popout.generate import popout

os.chdir(tempfile.mkdtemp())

# %%
for sample in popout("made", images=40, size=(480, 640)):
    if sample.split == "test":
        continue
    for folder, picture in (("images", sample.image), ("fixations", 255 * (sample.fixation_map() > 0))):
        place = Path("raw", folder, sample.split)
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture.astype(np.uint8)).save(place / f"{sample.image_id}.png")

dataset = import_dataset("raw", "gaze/salicon", format="salicon-folder")
dataset

# %% [markdown]
# ## 3. How much work is it?
#
# A recipe says how many images it goes through: its epochs, times 10,000, and twice as many where it adds
# mirror images. The last column is the speed that a card must reach for the training to end within a day.

# %%
print(f"{'recipe':22}{'epochs':>7}{'images in all':>15}{'images/s for a day':>20}")
for name in ("nurick2021-shallow", "shallow-fixed", "simplenet", "deepgaze2", "gazenet-teacher"):
    recipe = gazemap.load_recipe(name)
    images = recipe.training.epochs * 10_000 * (2 if recipe.data.mirror == "copies" else 1)
    print(f"{name:22}{recipe.training.epochs:7,}{images:15,}{images / 86_400:20,.1f}")

# %% [markdown]
# How fast your card is, no table can say. A dry run measures some steps and writes nothing:
#
#     gazemap train simplenet --data gaze/salicon --out runs/simplenet --dry-run
#
# It prints the images per second, the time of the whole training, the memory on the GPU and the room on the
# disk. We have no numbers of certain cards here, since gazemap was developed without a GPU. On this machine:

# %%
plan = gazemap.train("unet-popout", dataset, "runs/unet", dry_run=True)
for note in plan.notes():
    print(note)

# %% [markdown]
# If it is too slow or too large:
#
# - `--set training.precision=bf16` computes in 16 bits.
# - `--set training.batch_size=16` takes less memory. The learning rate may then have to be lower.
# - `--set training.epochs=5` trains for a shorter time. A schedule that counts epochs, such as `every: 100`,
#   must be shortened with it.
#
# ## 4. Fill the cache once
#
# Images are decoded once per size, and kept. The first training does this by itself. To do it before, for
# instance on a machine without a GPU:
#
#     gazemap data prepare gaze/salicon --recipe simplenet
#
# The environment variable `GAZEMAP_CACHE` names the folder, which should be on a fast disk.
#
# ## 5. Train, be stopped, go on
#
#     gazemap train simplenet --data gaze/salicon --out runs/simplenet
#     gazemap train simplenet --data gaze/salicon --out runs/simplenet --resume
#
# The second line goes on where a run was stopped, whatever stopped it. Let us try: a small network is trained
# to the end. Then the same training is killed in the middle, and resumed.

# %%
settings = ["training.epochs=8", "training.batch_size=8", "model.options.width=4"]
whole = gazemap.train("unet-popout", dataset, "runs/whole", overrides=settings)

command = [
    sys.executable,
    "-m",
    "gazemap",
    "train",
    "unet-popout",
    "--data",
    "gaze/salicon",
    "--out",
    "runs/killed",
]
for setting in settings:
    command += ["--set", setting]
process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
while process.poll() is None and not Path("runs/killed/last.safetensors").exists():
    time.sleep(0.01)
process.kill()
process.wait()

resumed = gazemap.train("unet-popout", dataset, "runs/killed", overrides=settings, if_exists="resume")
print(f"Killed after epoch {resumed.resumed_after} of {resumed.epochs}, and resumed.")

# %% [markdown]
# On a CPU with as many threads the weights are the same to the last bit, as if nothing had happened. With
# another number of threads, and on a GPU, they may differ by rounding.

# %%
a, b = load_file(whole.out / "best.safetensors"), load_file(resumed.out / "best.safetensors")
print(all(torch.equal(a[name], b[name]) for name in a))

# %% [markdown]
# A run can be continued only with the recipe, data set and version that began it. Otherwise the message names
# what differs.
#
# ## 6. Watch it
#
# `metrics.jsonl` in the run's folder has a line per epoch, which can be read while it trains:

# %%
for line in (resumed.out / "metrics.jsonl").read_text().splitlines()[-3:]:
    row = json.loads(line)
    print(f"epoch {row['epoch']}: training {row['train_loss']:.3f}, validation {row['val_loss']:.3f}")
for note in resumed.notes():
    print(note)

# %% [markdown]
# Compare the validation loss with that of the mean training map. A network that does not get below it has
# learned one map for all images. `pip install tensorboard` and `tensorboard --logdir runs` draw the curves.
# `gazemap report` works in the middle of a training, too.
#
# ## 7. Score it
#
#     gazemap evaluate runs/simplenet --data gaze/salicon --protocol salicon2017
#     gazemap report runs/simplenet --data gaze/salicon
#
# The epoch was chosen by the loss on `val`, which is a small advantage there. The table says so. SALICON's
# own test images have secret fixations: see the tutorial on benchmark entries.
