"""The picture of the page in docs/how-to/page.md.

    make page
    python docs/making/page_picture.py

Needs Chromium and the extra `dev`. The photograph is that of first_picture.py, in the public domain.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from gazemap.reports.demo.photograph import PORTRAIT
from gazemap.serving.site import write_page

OUT = Path(__file__).parents[1] / "images" / "page.jpg"
AREAS = {"face": (150, 145, 215, 200), "name": (70, 485, 110, 45), "ribbons": (320, 490, 150, 45)}


def main() -> None:
    """Write the page with the photograph, three areas and their shares."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = write_page(single_file=Path(folder) / "page.html").path
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(
            viewport={"width": 1280, "height": 820}, color_scheme="light", reduced_motion="reduce"
        )
        page.goto(file.as_uri())
        page.set_input_files("#files", str(PORTRAIT))
        page.locator("#legend .scale").wait_for(timeout=30_000)
        for name, sides in AREAS.items():
            _add(page, name, sides)
        page.locator("figcaption").click()
        page.evaluate("scrollTo(0, 0)")
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        browser.close()
    shot.save(OUT, quality=88, optimize=True)
    print(OUT)


def _add(page: Page, name: str, sides: tuple[int, int, int, int]) -> None:
    """Add an area by its numbers, and name it."""
    page.get_by_role("button", name="Insert an area in the middle").click()
    for field, value in zip(page.locator(".corners input").all(), sides, strict=True):
        field.fill(str(value))
    page.locator(".corners input").last.press("Tab")
    field = page.locator("tr.is-chosen input.name")
    field.fill(name)
    field.press("Tab")


if __name__ == "__main__":
    main()
