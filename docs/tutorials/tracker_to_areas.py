# %% [markdown]
# # From a tracker's file to a table of areas
#
# You have recorded how people looked at two designs, and your tracker's program has written its raw samples
# into a file. You want a table: who saw the button, when, and for how long. Three commands lead there. They
# take a few seconds, without PyTorch.
#
# ## 1. The recording
#
# No tracker is at hand here, so we write a file as many programs do. Six people, P1 to P6, have looked at
# two pages for three seconds each. The pages have 1600 x 800 pixels, and the screen has 1920 x 1080. Each
# page was shown as large as the screen allows: there were black bars above and below.
#
# The file has the habits that make such files hard to read:
#
# - its columns are separated by semicolons, and its numbers have a decimal comma;
# - it holds raw samples, 120 per second, and no fixations;
# - times are in milliseconds since the recording began;
# - x and y count on the screen, not on the page;
# - lost samples are NaN, as in blinks;
# - and a cross was shown before each page.
#
# Skip the next two cells with a file of your own.

# %%
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

os.chdir(tempfile.mkdtemp())
PARTS = {  # x, y, width and height, in pixels of the page
    "headline": (90, 170, 620, 90),
    "text": (90, 290, 620, 150),
    "button": (90, 500, 260, 80),
    "picture": (860, 130, 640, 560),
}


def draw_page(button: str) -> Image.Image:
    """A page with four parts; the versions differ in the color of the button."""
    page = Image.new("RGB", (1600, 800), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default
    draw.text((100, 180), "Find your sea legs", fill="#111", font=font(64))
    draw.text((100, 300), "Sailing lessons for everybody,\non a lake near you.", fill="#666", font=font(36))
    draw.rounded_rectangle((100, 510, 340, 570), 12, fill=button)
    draw.text((148, 522), "Book now", fill="white", font=font(30))
    draw.rectangle((880, 150, 1480, 670), fill="#cfe3ee")
    draw.polygon([(1180, 210), (1180, 520), (980, 520)], fill="white", outline="#345")
    draw.polygon([(1000, 545), (1360, 545), (1300, 620), (1060, 620)], fill="#a33")
    return page


os.makedirs("recording/images")
for version, color in (("gray", "#b8c4d6"), ("blue", "#0a66ff")):
    draw_page(color).save(f"recording/images/{version}.png")
draw_page("#0a66ff")

# %%
random = np.random.default_rng(0)
LOOKED = {  # at what, one part after the other, and for about how many seconds each
    "gray": [("picture", 0.9), ("headline", 0.5), ("text", 0.6), ("picture", 0.3)],
    "blue": [("picture", 0.6), ("headline", 0.4), ("button", 0.5), ("text", 0.3)],
}
RATE = 120  # samples per second
LOST = (np.nan, np.nan)


def number(value: float) -> str:
    """As a German or French program writes it; a lost sample is NaN."""
    return "NaN" if np.isnan(value) else f"{value:.2f}".replace(".", ",")


def gaze(version: str, person: int) -> list[tuple[float, float]]:
    """Where a person looks on a page, sample by sample, with lost samples between fixations."""
    looked = LOOKED[version] + ([("button", 0.4)] if person % 2 else [("headline", 0.4)])
    points = []
    for part, about in looked:
        left, top, width, height = PARTS[part]
        fixations = 1 if about < 0.6 else 2
        for _ in range(fixations):
            x, y = left + width * random.uniform(0.2, 0.8), top + height * random.uniform(0.2, 0.8)
            points += [(x, y)] * round(RATE * about / fixations * random.uniform(0.8, 1.2)) + [LOST] * 5
    return (points + [LOST] * 3 * RATE)[: 3 * RATE]


lines = ["Participant;Timestamp [ms];Stimulus;Gaze X;Gaze Y"]
for person in range(1, 7):
    clock = random.uniform(5_000, 20_000)
    for version in random.permutation([*LOOKED]):
        cross = [("cross", 800, 400)] * (RATE // 2)
        for name, x, y in cross + [(f"{version}.png", x, y) for x, y in gaze(version, person)]:
            x, y = (
                x * 1.2,
                y * 1.2 + 60,
            )  # 1600 pixels of the page are 1920 of the screen, and the bars are of 60
            cells = [number(value) for value in (clock, x + random.normal(0, 2), y + random.normal(0, 2))]
            lines.append(";".join([f"P{person}", cells[0], name, *cells[1:]]))
            clock += 1000 / RATE

Path("recording/samples.csv").write_text("\n".join(lines))
print(*lines[:3], lines[100], sep="\n")

# %% [markdown]
# The commands below are those that you type in a shell. This helper runs one and shows what it says.


# %%
def shell(command: str) -> None:
    """Run a command of gazemap, and print what it says."""
    words = [sys.executable, "-m", *shlex.split(command)]
    done = subprocess.run(words, capture_output=True, text=True)
    print(done.stdout + done.stderr)


# %% [markdown]
# ## 2. Import it
#
# The first command finds the trials and the fixations in the samples. State what nobody can find out from the
# numbers:
#
# - which column is what;
# - the size of the screen, in pixels and in centimeters, and how far away the eyes were. Fixations are found
#   by degrees of visual angle, which follow from these;
# - `shown=fit`: each page was as large as the screen allows.
#
# The unit of time and the decimal comma are told by the numbers themselves. The images lie in the folder
# `images` beside the file.

# %%
shell("""
    gazemap data import recording/samples.csv --format samples --out mine \
      --option image=Stimulus --option observer=Participant --option "timestamp=Timestamp [ms]" \
      --option "x=Gaze X" --option "y=Gaze Y" \
      --option screen=1920x1080 --option screen_cm=53x30 --option distance_cm=60 --option shown=fit
""")

# %% [markdown]
# Read these lines. They say what was assumed, and how good each recording is: how many samples were lost, and
# how much the signal jitters while the eye rests. There is no image `cross`, so its trials are set aside.
#
# An option that is missing stops the import, and the message names it:

# %%
shell("gazemap data import recording/samples.csv --format samples --out wrong --option image=Stimulus")

# %% [markdown]
# ## 3. Look at it
#
# The second command makes a page with every image and its fixations. Open it in a browser. Points that lie
# beside the things that people surely looked at mean that an option is wrong.

# %%
shell("""
    gazemap data view mine --out mine.html
""")

# %% [markdown]
# Had we forgotten `shown=fit`, the pages would have been taken as shown at their own size. All points would
# lie too far out, by a fifth. The import notes what it took.
#
# ## 4. The table of areas
#
# Name the parts that you care about. Both pages have them at the same places, so one file is enough. For
# images that differ, give a folder with a file for each.

# %%
rows = [f"{name},{x},{y},{width},{height}" for name, (x, y, width, height) in PARTS.items()]
Path("areas.csv").write_text("\n".join(["name,x,y,width,height", *rows]))
print(Path("areas.csv").read_text())

# %% [markdown]
# The third command measures them:

# %%
shell("""
    gazemap areas mine --areas areas.csv --out table.csv
""")

# %% [markdown]
# - **looked** is the share of people who looked at the part at all, and **seen in 2 s** of those who did
#   within two seconds. The gray button was found by half of them, and late.
# - **first look** is when the first fixation in it began, over those who looked at it.
# - **dwell time** is the time from each entry to the exit, summed, and **visits** counts the entries.
# - In brackets are 95 % intervals over people. Six people give wide ones. Where those of two parts overlap
#   widely, ask more people.
#
# `table.csv` holds the same with all digits, for a spreadsheet, R or pandas. `--looks looks.csv` writes every
# person's row, for your own statistics.
#
# ## 5. Beside a prediction
#
# What would have been expected without any people? The same command on an image predicts its areas, and
# `--measured` puts the two side by side.

# %%
shell("""
    gazemap areas recording/images/blue.png --areas areas.csv --measured mine --condition web-page
""")

# %% [markdown]
# The people of this tutorial were made up, so only the form of this table means something.
#
# ## 6. What you have, and what comes next
#
# - The folder `mine` is a data set. All commands take it: heat maps, agreement of observers, scores of
#   models.
# - The how-to on recordings lists the trackers whose files come in without naming columns.
# - The how-to on areas defines every column, and says how far predictions can be believed.
