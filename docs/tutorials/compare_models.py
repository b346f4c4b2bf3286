# %% [markdown]
# # Compare two models properly
#
# Which of two models predicts better where people look? Two means in a table do not answer that. This
# tutorial asks in the right order: the question, the images, the scores, the paired difference, and what it
# does not say. It takes about a minute, without PyTorch.
#
# The two models here are the ones that come with gazemap. Yours can be folders of training runs, weights
# files, or maps that another program has written.
#
# ## 1. Decide before you look
#
# Write down three choices before you compute a score:
#
# - **The images.** Neither model may have learned from them.
# - **The protocol**, which says how each score is computed. `exact` is the default.
# - **One metric that decides.** Four metrics give four chances to find a difference by luck. We take
#   `information_gain`: how many bits per fixation a model knows beyond the center bias.
#
# ## 2. The images
#
# The built-in data set has displays in which one thing differs from all others, with simulated observers.
# Neither model was trained on such displays. We work in an empty folder.

# %%
import os
import tempfile

import matplotlib.pyplot as plt

import gazemap
from gazemap.data.popout.generate import popout

os.chdir(tempfile.mkdtemp())

# %%
dataset = popout("popout", images=200)
dataset

# %% [markdown]
# In the shell: `gazemap data popout --out popout --images 200`.
#
# ## 3. Score both in one call
#
# One call scores both models on the same images with the same ground truth. By default these are the images
# of the split `val`. `@as-trained` takes each model as it was trained. Their default, `free-viewing`, is
# calibrated for photographs.

# %%
metrics = ["information_gain", "nss", "cc", "sauc"]
models = ["gazenet@as-trained", "gazenet-large@as-trained"]
scores = gazemap.evaluate(models, dataset, protocol="exact", metrics=metrics)
scores

# %% [markdown]
# In the shell: `gazemap evaluate gazenet@as-trained,gazenet-large@as-trained --data popout`, which takes all
# metrics of the protocol.
#
# Read the baselines first. They say what a score is worth on these images:
#
# - **center bias** ignores the image. A model that is not above it has not shown that it sees anything.
# - **gold standard** predicts each observer from the others. It is the ceiling.
# - **uniform** is a map without any knowledge.
#
# Both models are far from the gold standard here: they learned from photographs, not from search displays.

# %%
scores.plot("information_gain", "nss")

# %% [markdown]
# ## 4. Pair the images
#
# The intervals of the two models overlap. That does not mean that they may be equal: the intervals are
# wide because images differ, and both models find the same images hard. So subtract the two scores of each
# image first, and then ask how large the mean difference is.

# %%
comparison = gazemap.compare(scores, scores, row_a=models[0], row_b=models[1])
comparison

# %%
decides = comparison.difference("information_gain")
print(f"B - A: {decides.mean} bits per fixation, p = {decides.p:.4f}")

# %% [markdown]
# In the shell, with the scores in files:
#
#     gazemap evaluate gazenet@as-trained --data popout --out a.parquet
#     gazemap evaluate gazenet-large@as-trained --data popout --out b.parquet
#     gazemap compare a.parquet b.parquet --figure compare.png
#
# How to read the columns:
#
# | column | meaning |
# |---|---|
# | B - A | the mean difference with its 95 % interval, from 10,000 resamples of the images |
# | p | how often a difference as large would arise by chance, if A and B were interchangeable on each image |
# | p, Holm | the same, corrected for the number of metrics in the table |
# | B better on | the share of the images on which B is better |
#
# We chose one metric beforehand, so its plain p counts. If you had looked at all four, "p, Holm" would count.
#
# The interval of the decisive difference lies above zero: on these displays, **the larger model is better**.
#
# ## 5. Look at the images that decide
#
# A mean hides how it came about. Each bar below is an image.

# %%
comparison.plot()

# %% [markdown]
# These are the two displays on which each model is most ahead of the other. The points are fixations.

# %%
chosen = comparison.extremes("information_gain", count=1)
figure, axes = plt.subplots(len(chosen), 3, figsize=(9, 5))
for panels, (better, image_id, a, b) in zip(axes, chosen, strict=True):
    sample = dataset[image_id]
    overlays = [gazemap.predict(sample.image, name).overlay() for name in comparison.names]
    titles = [f"{better} is better", f"A: {a:.2f} bits", f"B: {b:.2f} bits"]
    for panel, picture, title in zip(panels, [sample.image, *overlays], titles, strict=True):
        panel.imshow(picture)
        panel.set_title(title, fontsize=10)
        panel.axis("off")
    if sample.fixations is not None:
        panels[0].plot(sample.fixations.x, sample.fixations.y, ".", color="#e66100", markersize=4)
plt.show()

# %% [markdown]
# ## 6. What gazemap does not let you compare
#
# Scores of two protocols, splits or data sets differ for reasons that have nothing to do with the models.
# They are refused.

# %%
by_mit = gazemap.evaluate(models[0], dataset, protocol="mit", metrics=["nss", "cc"])
try:
    gazemap.compare(scores, by_mit, row_a=models[0])
except gazemap.GazemapError as error:
    print(error)

# %% [markdown]
# Images that a model has learned from flatter it. Weights files know their training images, so a table marks
# such a model with a star. `gazemap evaluate ... --unseen` leaves these images out, for all rows. The same
# from Python:

# %%
unseen = gazemap.evaluate("gazenet", dataset, unseen=True, metrics=["information_gain"])
print(f"{len(unseen.image_ids)} of {len(scores.image_ids)} images are new to gazenet.")

# %% [markdown]
# ## 7. What the answer does not say
#
# - **Other kinds of images.** The answer holds for images of this kind. An earlier gazenet-large was better
#   than gazenet on photographs and worse on these displays. Name the data set whenever you name a winner.
# - **Other training runs.** The interval says what to expect on other images, not after training again with
#   another seed. To compare two recipes, train each several times (`--set training.seed=1`), or use `gazemap
#   cross-validate`, which scores every image by a run that did not see it.
# - **Whether the difference matters.** With enough images, any difference becomes certain. So give its size,
#   and the share of the gold standard that each model reaches: the last line of the comparison's table.
#
# ## 8. What to report
#
# Data set, split and number of images; the protocol; the metric that you chose beforehand; the difference
# with its interval; both baselines. Keep the scores per image, so that others can compare theirs with yours:

# %%
scores.write("scores.parquet")
comparison.write("differences.csv")
print(sorted(path.name for path in dataset.path.parent.iterdir()))
