# %% [markdown]
# # Predict and measure a design
#
# You have drawn a page. Do people look at the button first, or at the photograph beside it? This tutorial
# answers that for a page that it draws itself. It takes half a minute, without PyTorch.
#
# You learn to predict a heat map, to measure parts of a page, and to compare two versions. A crop and a page
# that is longer than a screen follow.
#
# ## 1. A page
#
# Take a screenshot of yours, or draw one as we do here. The portrait comes with matplotlib and is in the
# public domain. We work in an empty folder.

# %%
import os
import tempfile
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
from PIL import Image, ImageDraw, ImageFont

import gazemap
from gazemap.reports.areas import areas
from gazemap.reports.crop import crop
from gazemap.reports.diff import diff

os.chdir(tempfile.mkdtemp())


# %%
def draw_page(height: int = 720, button: str = "#0a66ff", at: tuple[int, int] = (80, 440)) -> Image.Image:
    """A page of 1280 pixels' width: a bar of links, a headline, a button and a portrait."""
    page = Image.new("RGB", (1280, height), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default
    draw.rectangle((0, 0, 1280, 64), fill="#f0f0f4")
    for number, word in enumerate(("Product", "Prices", "Help", "Sign in")):
        draw.text((760 + number * 120, 20), word, fill="#333", font=font(20))
    draw.text((80, 180), "Find your sea legs", fill="#111", font=font(64))
    draw.text((80, 270), "Sailing lessons for everybody,\non a lake near you.", fill="#666", font=font(26))
    draw.rounded_rectangle((*at, at[0] + 220, at[1] + 64), 12, fill=button)
    draw.text((at[0] + 44, at[1] + 16), "Book now", fill="white", font=font(28))
    photo = Image.open(Path(matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"))
    page.paste(photo.resize((427, 500)), (780, 130))
    for top in range(760, height - 200, 320):  # what follows below the first screen
        draw.text((80, top), "Small groups", fill="#111", font=font(40))
        for line in range(5):
            draw.text((80, top + 60 + 32 * line), "Six lessons, one boat. " * 3, fill="#777", font=font(20))
        draw.rectangle((860, top, 1200, top + 220), fill="#cfe3ee")
    return page


gray, blue = draw_page(button="#b8c4d6"), draw_page()
gray.save("a.png")
blue.save("b.png")
gray

# %% [markdown]
# ## 2. Where people look
#
# One call predicts it. The model `gazenet` comes with gazemap.

# %%
prediction = gazemap.predict("a.png")
prediction

# %% [markdown]
# The colors count in times chance: a place of value 4 is looked at four times as often as if all pixels were
# alike. They are relative to this picture's own peak, so do not compare the colors of two overlays.
#
# In the shell: `gazemap predict a.png`. The same as a file, and as numbers:

# %%
prediction.save("heat.jpg")
prediction.as_json()["points"][:3]

# %% [markdown]
# The first point is the place that is most looked at: the face, as almost always where there is one.
#
# ## 3. How much falls on the button
#
# Name the parts that you care about: x, y of the upper left corner, width and height, in pixels.

# %%
parts = [
    "headline=70,170,600,180",
    "button=70,430,240,84",
    "portrait=780,130,427,500",
    "links=740,0,540,64",
]
found = areas("a.png", areas=parts)
found

# %%
found.plot()

# %% [markdown]
# - **attention** is the share of all looks that fall on the part. The shares of all parts and the rest of the
#   page sum to 100 %.
# - **times chance** divides it by the part's share of the area. A large part gets many looks by its size
#   alone; this column takes that out.
# - **seen in 2 s** is how likely somebody has looked at the part two seconds after the page appeared.
#
# In the shell: `gazemap areas a.png --areas "button=70,430,240,84" --out areas.csv --figure areas.png`.
#
# ## 4. Is the other version better?
#
# Version B differs in one thing: its button is blue in place of gray.

# %%
changed = diff("a.png", "b.png", areas=parts)
changed

# %%
changed.plot()

# %% [markdown]
# Red in the map of the change is where B gets more looks, blue where it gets fewer. What one part gains,
# others lose, since each version's shares sum to 100 %.
#
# Where a part has moved, say where it lies in B. Otherwise it is looked for at its place in A, and the table
# says so in its last column.

# %%
draw_page(at=(420, 440)).save("c.png")
moved = diff("a.png", "c.png", areas=parts, areas_b=["button=410,430,240,84"])
moved

# %% [markdown]
# In the shell: `gazemap diff a.png c.png --areas parts.csv --areas-b moved.csv --figure diff.png`.
#
# ## 5. A crop that keeps what matters
#
# A preview image needs another shape. This keeps as much attention as a square can.

# %%
square = crop("b.png", "square.png", aspect="1:1")
square

# %% [markdown]
# In the shell: `gazemap crop b.png --aspect 1:1 --out square.png`. With `size="1200x630"` the file has
# exactly that size.
#
# ## 6. A long page
#
# Nobody sees a page of 2,400 pixels at once. So gazemap predicts it screen by screen, in folds, and says so.
# State your own screen with `viewport`.

# %%
draw_page(2400).save("long.png")
long = gazemap.predict("long.png", viewport="1280x800")
plt.figure(figsize=(4, 7.5))
plt.imshow(long.overlay())
plt.axis("off")
plt.show()
print(*long.notes, sep="\n")

# %%
in_folds = areas("long.png", areas=[*parts, "first text=70,750,740,240"], viewport="1280x800")
in_folds

# %% [markdown]
# Each share is now one of its fold, and the shares of two folds cannot be added. How many people scroll that
# far, nobody has measured.
#
# ## 7. What you may believe
#
# - The order of parts on one screen, and differences of a factor of two, can be believed. A change by a per
#   cent or two cannot.
# - The model learned from photographs which people looked at without a task. Who searches for a price looks
#   elsewhere.
# - A prediction does not replace a test with people where much depends on it. The next tutorial begins with
#   what an eye tracker has measured.
