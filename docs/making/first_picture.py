"""The README's first picture.

    python docs/making/first_picture.py

The photograph is that of matplotlib's sample data: the portrait of Grace Hopper by the United States Navy,
in the public domain.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

import gazemap
from gazemap.images.overlays import overlay
from gazemap.prediction.pictures import contours
from gazemap.reports.demo.photograph import PORTRAIT

OUT = Path(__file__).parents[1] / "images" / "prediction.jpg"


def main() -> None:
    """Write the photograph, the overlay and the contours, side by side."""
    photo = np.asarray(Image.open(PORTRAIT).convert("RGB"))
    prediction = gazemap.predict(photo)
    pictures = [photo, overlay(photo, prediction.saliency), contours(photo, prediction.density)]
    framed = [ImageOps.expand(Image.fromarray(picture), 8, "white") for picture in pictures]
    sheet = Image.fromarray(np.concatenate([np.asarray(picture) for picture in framed], axis=1))
    sheet.resize((sheet.width * 2 // 3, sheet.height * 2 // 3), Image.Resampling.LANCZOS).save(
        OUT, quality=88
    )
    print(OUT)


if __name__ == "__main__":
    main()
