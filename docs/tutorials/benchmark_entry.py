# %% [markdown]
# # Write and submit a benchmark entry
#
# A benchmark keeps the fixations of its images secret. You send predictions, and it scores them. This
# tutorial prepares an entry, looks inside it, and rehearses the scoring on images whose fixations are known.
# It takes about a minute, without PyTorch, and needs `pip install 'gazemap[data]'` for HDF5 files.
#
# | benchmark | images | what you send | `--format` |
# |---|---|---|---|
# | MIT300, of MIT/Tuebingen | 300 | one HDF5 file with a log density per image | `tuebingen` |
# | CAT2000, of MIT/Tuebingen | 2,000 | the same | `tuebingen` |
# | SALICON, 2017 | 5,000 | a zip of gray pictures, 640 x 480 | `salicon` |
#
# ## 1. Decide before you submit
#
# - **One model, fixed.** Choose it on other images. A benchmark that is asked often becomes a training set.
# - **What it has learned from.** Entries say so. gazemap's weights know their training images.
# - **Density or saliency.** The MIT/Tuebingen benchmark takes of a density the map that is best for each
#   metric. It has no information gain for plain saliency maps.
#
# ## 2. Get the images
#
# For MIT300 these are two commands:
#
#     gazemap data download mit300 --out raw/mit300
#     gazemap data import raw/mit300 --format mit300 --out gaze/mit300
#
# This page asks no other host, so it makes a stand-in: built-in displays, in a folder as the benchmark gives
# it out.

# %%
import os
import tempfile
from pathlib import Path

import h5py
import numpy as np
from PIL import Image

import gazemap
from gazemap.data.importers import import_dataset
from gazemap.data.popout.generate import popout
from gazemap.evaluation.interchange.submission import submit

os.chdir(tempfile.mkdtemp())

# %%
known = popout("gaze/popout", images=60)
folder = Path("raw/mit300/BenchmarkIMAGES")
folder.mkdir(parents=True)
for number, sample in enumerate(known.split("test"), start=1):
    Image.fromarray(sample.image).save(folder / f"i{number}.png")

benchmark = import_dataset("raw/mit300", "gaze/mit300", format="mit300")
for note in benchmark.info.notes:
    print(note)

# %% [markdown]
# The import says what differs from the complete set. With the real images it says nothing.
#
# The fixations are secret, so no score can be computed here:

# %%
try:
    gazemap.evaluate("gazenet", benchmark, split="test")
except gazemap.GazemapError as error:
    print(error)

# %% [markdown]
# ## 3. Write the entry
#
# A model's name, a run folder, a weights file, or a folder of maps from another program: all can be
# submitted.

# %%
entry = submit("gazenet", benchmark, "gazenet.h5", format="tuebingen")
for note in entry.notes():
    print(note)

# %% [markdown]
# In the shell:
#
#     gazemap submit gazenet --data gaze/mit300 --format tuebingen --out gazenet.h5
#
# The file gets its name only after it was read again and every map was checked. If a picture cannot be read,
# there is no file at all.
#
# ## 4. Look inside
#
# One array per image, named as the image, at its size. Each is a log density: its exponentials sum to 1.

# %%
with h5py.File("gazenet.h5") as file:
    for name, stored in file.items():
        log_density = np.asarray(stored, dtype=np.float64)
        print(name, log_density.shape, f"sum {np.exp(log_density).sum():.6f}")

# %% [markdown]
# ## 5. Rehearse
#
# Write an entry for images whose fixations you have, and score the file as the benchmark would. The scores
# must be those of the model itself. A wrong name, size or kind of map shows here, not after weeks.

# %%
rehearsal = submit("gazenet", known, "rehearsal.h5", format="tuebingen", split="val")
metrics = ["information_gain", "auc", "sauc", "nss"]
from_file = gazemap.evaluate(
    {"the file": rehearsal.path}, known, protocol="tuebingen", holds="log_density", metrics=metrics
)
from_model = gazemap.evaluate("gazenet", known, protocol="tuebingen", metrics=metrics)
from_file

# %%
for metric in metrics:
    print(f"{metric:17} file {from_file['the file'][metric]}, model {from_model['gazenet'][metric]}")

# %% [markdown]
# In the shell:
#
#     gazemap submit gazenet --data gaze/popout --format tuebingen --split val --out rehearsal.h5
#     gazemap evaluate rehearsal.h5 --data gaze/popout --protocol tuebingen --holds log_density
#
# The note says that nobody knows what the maps in a file have learned from. So state it in your entry.
#
# ## 6. SALICON takes pictures of 8 bits
#
# The challenge of 2017 took gray pictures. `submit` rounds to 256 gray levels, and keeps a density's
# proportions.

# %%
pictures = submit("gazenet", known, "salicon.zip", format="salicon", split="val")
eight_bits = gazemap.evaluate(
    {"pictures": pictures.path, "gazenet": "gazenet"},
    known,
    protocol="salicon2017",
    metrics=["nss", "information_gain"],
)
eight_bits

# %% [markdown]
# NSS hardly changes. The information gain collapses below zero, that of the center bias: in a picture,
# whatever is below half of the darkest level is black, and a fixation there counts as nearly impossible. So
# do not judge a model by the information gain of its pictures, and send log densities where a benchmark
# takes them.
#
# ## 7. Send it
#
# The benchmark's own page says where the file goes and what belongs into the message:
# [MIT/Tuebingen](https://saliency.tuebingen.ai), [SALICON](http://salicon.net/challenge-2017/). Keep with it
# what makes the entry repeatable:

# %%
print("gazemap", gazemap.__version__)
print(benchmark.fingerprint)
print(entry.as_json())
