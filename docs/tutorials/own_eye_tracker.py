# %% [markdown]
# # From your own eye tracker to scores
#
# You have shown images to people and recorded where they looked. Your tracker's program has exported a table
# of fixations. This tutorial leads from that table to a heat map, to the agreement of your observers, and to
# the scores of a model. It takes about a minute, without PyTorch.
#
# ## 1. The export
#
# No tracker is at hand here, so we write an export like that of many programs. Fifteen people, P01 to P15,
# have looked at twelve images of 1280 x 720 pixels in the middle of a screen of 1920 x 1080.
#
# The table has the habits that make such exports hard to read:
#
# - its columns are separated by semicolons, and its numbers have a decimal comma;
# - x and y count on the screen, not on the image;
# - times are in milliseconds since the recording began;
# - some samples are lost, and some looks lie beside the image;
# - and the tracker was badly calibrated for P07.
#
# Skip the next two cells with a table of your own.

# %%
import csv
import os
import shutil
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import gazemap
from gazemap.data.check import check_dataset
from gazemap.data.importers import import_dataset
from gazemap.data.popout.generate import popout
from gazemap.images.overlays import overlay
from gazemap.reports.observers import observers
from gazemap.reports.view import view

os.chdir(tempfile.mkdtemp())

# %%
random = np.random.default_rng(0)
shown = popout("drawn", images=12, size=(720, 1280))
shutil.copytree("drawn/images", "recording/images")


def number(value: float) -> str:
    """As a German or French program writes it."""
    return f"{value:.2f}".replace(".", ",")


with open("recording/export.csv", "w", newline="") as file:
    table = csv.writer(file, delimiter=";")
    table.writerow(["Participant", "Media", "Start", "Duration", "X", "Y"])
    for person in range(1, 16):
        clock = random.uniform(5_000, 20_000)  # milliseconds since the recording began
        for sample in random.permutation(np.array(shown.samples, dtype=object)):
            seen = sample.fixations.where(sample.fixations.observer == f"{person:02}")
            for x, y in zip(seen.x, seen.y, strict=True):
                duration = random.gamma(5, 50)
                if random.random() < 0.03:
                    x = random.uniform(-200, -20)  # beside the image
                shift = 150 if person == 7 else 0  # the bad calibration
                cells = [number(320 + x + shift), number(180 + y)]
                if random.random() < 0.02:
                    cells = ["", ""]  # a blink
                name = f"{sample.image_id}.png"
                table.writerow([f"P{person:02}", name, number(clock), number(duration), *cells])
                clock += duration + 30
            clock += 1_500  # the pause between two images

print(*Path("recording/export.csv").read_text().splitlines()[:5], sep="\n")

# %% [markdown]
# ## 2. Import it
#
# State what nobody can find out from the numbers: the names of the columns, the unit of time, the screen. The
# images lie in the folder `images` beside the table.
#
# `pixels_per_degree` says how large a degree of visual angle was, in pixels. It follows from your screen and
# the viewing distance, and it decides how strongly heat maps are blurred. Or state `sigma` in pixels.

# %%
dataset = import_dataset(
    "recording/export.csv",
    "mine",
    format="table",
    options={
        "image": "Media",
        "observer": "Participant",
        "x": "X",
        "y": "Y",
        "onset": "Start",
        "duration": "Duration",
        "time": "ms",
        "onset_from": "recording",
        "screen": "1920x1080",
        "pixels_per_degree": "35",
        "val": "1",
        "name": "mine",
    },
)
print(*dataset.info.notes, sep="\n")

# %% [markdown]
# Read these lines: each says what was assumed. `val=1` puts all images into the split that models are scored
# on. Nobody learns from yours.
#
# In the shell, where `gazemap data formats table` explains all options:
#
#     gazemap data import recording/export.csv --format table --out mine \
#       --option image=Media --option observer=Participant --option x=X --option y=Y \
#       --option onset=Start --option duration=Duration --option time=ms --option onset_from=recording \
#       --option screen=1920x1080 --option pixels_per_degree=35 --option val=1
#
# A wrong option stops the import. Without the screen, for instance:

# %%
columns = {"image": "Media", "observer": "Participant", "x": "X", "y": "Y"}
try:
    import_dataset("recording/export.csv", "wrong", format="table", options=columns)
except gazemap.GazemapError as error:
    print(error)

# %% [markdown]
# If your tracker writes raw samples in place of fixations, `gazemap.gaze.detection` finds the fixations in
# them.
#
# ## 3. Look at what you have
#
# The check reads every file and names each fault.

# %%
checked = check_dataset("mine")
print(f"{checked.images} images, {len(checked.problems)} problems")
dataset

# %% [markdown]
# `gazemap data check mine` does the same in the shell. A page with all of it, to open in a browser:

# %%
view(dataset, "mine.html").notes()

# %% [markdown]
# In the shell: `gazemap data view mine`. Compare a few images with what you remember. If points
# lie beside the things that people surely looked at, an option of the import is wrong.
#
# ## 4. Do your observers agree?
#
# For each observer, the density of all others is scored by where this one looked. NSS 0 is chance.

# %%
people = observers(dataset)
people

# %%
people.plot()

# %% [markdown]
# P07 agrees far less than all others. Here we know why: the calibration was bad. Leave such a person out if
# you find a reason in your records, and say so in your paper. A low number alone is no reason.

# %%
kept = [row.name for row in people.rows if row.name != "P07"]
dataset = dataset.select(observers=kept)
observers(dataset).plot()

# %% [markdown]
# In the shell: `gazemap data select mine --observers P01,P02,P03 --out kept`, with all names.
#
# ## 5. The measured heat map
#
# Dots are fixations, and colors are their density: each fixation is blurred by one degree of visual angle.

# %%
sample = dataset[0]
sample

# %% [markdown]
# As a picture for a talk, and as numbers for other programs:

# %%
measured = sample.density(degrees=1)
plt.imsave("measured.png", overlay(sample.image, measured))
np.save("measured.npy", measured)
print(measured.shape, f"sums to {measured.sum():.3f}")

# %% [markdown]
# ## 6. A model beside your observers
#
# `gazenet` predicts the same image.

# %%
prediction = gazemap.predict(sample.image)
figure, panels = plt.subplots(1, 3, figsize=(9.4, 2.1), layout="constrained")
pictures = {
    "the image": sample.image,
    "where your observers looked": overlay(sample.image, measured),
    "where gazenet expects them": overlay(sample.image, prediction.saliency),
}
for panel, (title, picture) in zip(panels, pictures.items(), strict=True):
    panel.imshow(picture)
    panel.set_title(title, fontsize=9, loc="left")
    panel.axis("off")
plt.show()

# %% [markdown]
# Each overlay is relative to its own peak: the brightest place is the one most looked at.
#
# ## 7. Scores
#
# How well does the model predict all of your observers, on all of your images?

# %%
scores = gazemap.evaluate("gazenet", dataset, degrees=1, metrics=["information_gain", "nss", "auc", "cc"])
scores

# %% [markdown]
# In the shell: `gazemap evaluate gazenet --data mine --degrees 1 --metrics information_gain,nss,auc,cc`.
#
# Read a model's row between two others. **center bias** ignores the image: it knows only where people look on
# your other images. **gold standard** predicts each person from all others, and no model can be expected to
# do better.

# %%
explained = scores["gazenet"]["information_gain"].mean / scores["gold standard"]["information_gain"].mean
print(f"gazenet explains {explained:.0%} of what your observers tell about each other.")

# %% [markdown]
# The network learned from photographs, and these are search displays. Its NSS is above that of the center
# bias and far below that of your observers. Twelve images give wide intervals: show more to know more.
#
# ## 8. What you have, and what comes next
#
# - The folder `mine` is a data set. All commands take it, and pandas and R read its tables.
# - `dataset.to_pandas()` gives the fixations as a table, where pandas is installed.
# - To score a model of your own, let it write one map per image into a folder. Then
#   `gazemap evaluate maps --data mine` scores them.
# - The tutorial on two models says how to find out which of two is better.
