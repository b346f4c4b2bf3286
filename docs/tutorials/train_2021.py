# %% [markdown]
# # Train the 2021 network, watch it fail, repair it
#
# In 2021 Nurick (Bristol) replicated the shallow network of Pan et al. (2016). Trained on few images, it
# learns one map for all of them. This tutorial trains it, shows the failure and its cause, and repairs it.
# It takes two minutes on two cores, and needs PyTorch: `pip install 'gazemap[train]'`.
#
# You learn what a recipe is, how to see that a network has learned nothing, and how to change one.
#
# ## 1. Images whose truth is known
#
# The built-in data set draws displays in which one thing differs from all others. Simulated people look at it
# more than at the rest. Where they look follows from a formula, so a network's map can be checked.

# %%
import os
import tempfile

import matplotlib.pyplot as plt
import numpy as np

import gazemap
from gazemap.data.popout.generate import popout
from gazemap.images.overlays import overlay
from gazemap.reports.diagnosis import spread
from gazemap.reports.trainings import read_training

os.chdir(tempfile.mkdtemp())

# %%
dataset = popout("popout", images=1200, size=(120, 160))
dataset

# %% [markdown]
# In the shell: `gazemap data popout --out popout --images 1200`, in a larger size.
#
# ## 2. The network of 2021
#
# A recipe is a file that says everything about a training: network, data, loss, optimizer, steps. This one is
# the replication's, shortened to two epochs. `gazemap recipes nurick2021-shallow-popout` prints it.

# %%
recipe = gazemap.load_recipe("nurick2021-shallow-popout")
print(recipe.model.options, recipe.loss, recipe.optimizer, sep="\n")

# %%
failed = gazemap.train(recipe, dataset, "runs/nurick2021")
print(*failed.notes(), sep="\n")

# %% [markdown]
# In the shell: `gazemap train nurick2021-shallow-popout --data popout --out runs/nurick2021`.
#
# gazemap compares every training with a network that nobody has to train: the mean of the training maps, the
# same for all images. The 2021 network does not get below it, and the last line warns of that.
#
# ## 3. See the failure
#
# Here are three displays that it has not learned from, with where people looked and what it predicts.

# %%
samples = dataset.split("val").samples[:40]
networks = {"2021": gazemap.load_predictor("runs/nurick2021")}


def compare() -> None:
    """A row per display: the image, the people, and what each network predicts."""
    columns = 2 + len(networks)
    _, rows = plt.subplots(3, columns, figsize=(2.5 * columns, 5.8), layout="constrained")
    for panels, sample in zip(rows, samples, strict=False):
        maps = {name: gazemap.predict(sample.image, network) for name, network in networks.items()}
        pictures = {
            "the display": sample.image,
            "where people looked": overlay(sample.image, sample.density()),
            **{name: overlay(sample.image, found.saliency) for name, found in maps.items()},
        }
        for panel, (title, picture) in zip(panels, pictures.items(), strict=True):
            panel.imshow(picture)
            panel.set_title(title, fontsize=9, loc="left")
            panel.axis("off")
    plt.show()


compare()

# %% [markdown]
# It predicts the same for all three: people look near the center. A number says it, too: how much the
# predictions differ between images, beside how much the truth does.

# %%
maps = {
    name: [gazemap.predict(s.image, network).density for s in samples] for name, network in networks.items()
}
maps["the truth"] = [sample.density() for sample in samples]
differ = {name: spread(np.stack(found)) / np.max(np.mean(found, axis=0)) for name, found in maps.items()}
for name, value in differ.items():
    print(f"{name:10} {value:.4f} of the mean map's peak")

# %% [markdown]
# ## 4. Find the cause
#
# We follow some displays through the layers before training. How much do the activations differ between
# images, as a share of their own size?


# %%
def fading(run: str) -> dict[str, float]:
    """Layer -> the part of its activations that tells images apart."""
    some = dataset.with_samples(samples)
    training = read_training(run)
    assert training is not None  # it is a run's folder
    table = training.scales(some)["before training"]
    return {layer: row["between_images"] / max(row["activation"], 1e-12) for layer, row in table.items()}


faded = fading("runs/nurick2021")
for layer, share in faded.items():
    print(f"{layer:6} {share:7.2%}")

# %% [markdown]
# From layer to layer the images become more alike. The code draws the weights from a normal distribution of
# standard deviation 0.01, so each layer makes its input smaller, while its biases of 0.1 stay. What reaches
# the end is almost the same for all images.
#
# ## 5. Repair it
#
# Four things are changed in the recipe `shallow-fixed-popout`:
#
# - `initialization: he` draws the weights so that the layers keep the size of what passes.
# - `head: convolutional` works alike at every place. Fully connected layers must learn each place apart,
#   which takes far more displays than we have.
# - `batch_norm: true` keeps the sizes right during the training, too.
# - The loss is the distance of two densities, and the optimizer is Adam.

# %%
repaired = gazemap.train("shallow-fixed-popout", dataset, "runs/repaired")
print(*repaired.notes(), sep="\n")

# %%
for layer, share in fading("runs/repaired").items():
    print(f"{layer:6} {share:7.2%}")

# %% [markdown]
# Now more than half of what reaches the last layer tells images apart. That layer itself starts at zero, as
# is meant.

# %%
networks["repaired"] = gazemap.load_predictor("runs/repaired")
compare()

# %% [markdown]
# Now the maps differ. The repaired network points to things of another color or size. A bar that is only
# turned is harder: more displays and more epochs would help.
#
# ## 6. How good is it?

# %%
metrics = ["information_gain", "nss", "cc"]
scores = gazemap.evaluate(["runs/nurick2021", "runs/repaired"], dataset, metrics=metrics)
scores

# %%
scores.plot("information_gain", "nss")

# %% [markdown]
# In the shell: `gazemap evaluate runs/repaired --data popout`. Read each row beside two others:
#
# - the 2021 network is no better than the **center bias**, which ignores the image;
# - the repaired one is far above it, with intervals that lie apart;
# - the **gold standard** predicts each person from the others, and shows how much is left to learn.
#
# ## 7. Change something yourself
#
# Any value of a recipe can be replaced. Which of the four changes matters most? Try each alone:
#
#     gazemap train shallow-fixed-popout --data popout --out runs/paper \
#       --set model.options.initialization=paper
#     gazemap train shallow-fixed-popout --data popout --out runs/long --set training.epochs=20
#     gazemap report runs/long --data popout
#
# The last command writes a page with curves, filters, best and worst predictions. Training curves are also
# in `runs/long/events`, for TensorBoard. The page on the reproduction has all of this on photographs. It
# also shows what an 8-bit step in the code of 2021 did to its scores.
