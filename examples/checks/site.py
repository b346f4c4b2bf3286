"""The screenshots of a small site, drawn: a page with a button, and the same page where the button has moved.

python site.py before    # screens/home.png, and areas/home.json, which says where everything lies
python site.py after     # the same files; the button is gray now, and in the lower left corner
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE = 1280, 720
LOGO = 40, 16, 130, 40
HEADLINE = 80, 150, 620, 160
BUTTONS = {"before": (80, 350, 260, 76), "after": (40, 668, 120, 32)}  # x, y, width, height
COLORS = {"before": ("#0a66ff", "white", 30), "after": ("#e4e4e8", "#9a9aa2", 13)}


def screen(version: str) -> Image.Image:
    """The home page, as a browser shows it.

    Args:
        version: "before" or "after".
    """
    image = Image.new("RGB", SIZE, "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default
    draw.rectangle([0, 0, SIZE[0], 72], fill="#f4f4f6")
    draw.text((48, 22), "Acme", fill="#d02040", font=font(30))
    for number, word in enumerate(("Product", "Pricing", "Docs", "Sign in")):
        draw.text((760 + number * 125, 26), word, fill="#333", font=font(20))
    for number, words in enumerate(("Plan your week", "in five minutes")):
        draw.text((80, 155 + 78 * number), words, fill="#111", font=font(66))
    draw.rectangle([780, 150, 1200, 560], fill="#dfe8f4")
    for number in range(4):
        draw.rectangle([810, 190 + 90 * number, 1170, 250 + 90 * number], fill="#c4d4ea")
    x, y, width, height = BUTTONS[version]
    color, ink, size = COLORS[version]
    draw.rounded_rectangle([x, y, x + width, y + height], height // 5, fill=color)
    draw.text((x + width / 2, y + height / 2), "Start free", fill=ink, font=font(size), anchor="mm")
    return image


def areas(version: str) -> list[dict[str, str | int]]:
    """Where the parts of the page lie, as `gazemap areas` reads them; of a real site, the tests know that."""
    places = {"logo": LOGO, "headline": HEADLINE, "button": BUTTONS[version]}
    return [
        {"name": name, "x": x, "y": y, "width": width, "height": height}
        for name, (x, y, width, height) in places.items()
    ]


def main() -> None:
    """Draw one version of the site into the folder where it is started."""
    version = sys.argv[1] if len(sys.argv) == 2 else ""
    if version not in BUTTONS:
        sys.exit(f"Say which version of the site to draw: {' or '.join(BUTTONS)}.")
    for folder in ("screens", "areas"):
        Path(folder).mkdir(exist_ok=True)
    screen(version).save("screens/home.png")
    Path("areas/home.json").write_text(json.dumps(areas(version), indent=2) + "\n")


if __name__ == "__main__":
    main()
