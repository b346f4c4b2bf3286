"""The page as a user works with it: by mouse, by key and by finger."""

import json
import re

PATIENCE = 30_000  # milliseconds
_SCROLL = """(drawing, y) => {
  const { top, height } = drawing.getBoundingClientRect();
  const place = top + y * height;
  if (place < 0 || place > innerHeight) scrollBy({ top: place - innerHeight / 2, behavior: "instant" });
}"""


class Driver:
    """An open page.

    Args:
        page: of Playwright.
    """

    def __init__(self, page):
        self.page = page
        page.set_default_timeout(PATIENCE)

    def add(self, *paths):
        """Choose files, and wait until all are predicted."""
        self.page.set_input_files("#files", [str(path) for path in paths])
        self.wait()

    def wait(self):
        """Wait until nothing is left to predict."""
        self.page.locator("#model option").first.wait_for(state="attached")
        self.page.locator("#strip li").first.wait_for()
        self.page.locator("#progress").wait_for(state="hidden")

    def choose(self, name, value):
        """Choose one of the segments."""
        self.page.locator(f'input[name="{name}"][value="{value}"]').check(force=True)

    def tab(self, name):
        """Open a tool: areas, compare, crop or save."""
        self.page.locator(f"#tab-{name}").click()

    def place(self, x, y, stage=0):
        """Where a place of the image lies on the screen; x and y are shares of its sides."""
        drawing = self.page.locator(".stage svg").nth(stage)
        drawing.evaluate(_SCROLL, y)
        box = drawing.bounding_box()
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def drag(self, start, end, stage=0):
        """Drag the mouse over an image, in shares of its sides."""
        mouse = self.page.mouse
        places = [self.place(*start, stage), self.place(*end, stage)]
        places[0] = self.place(*start, stage)
        mouse.move(*places[0])
        mouse.down()
        mouse.move(*((one + other) / 2 for one, other in zip(*places, strict=True)))
        mouse.move(*places[1])
        mouse.up()

    def draw_box(self, start, end, stage=0):
        """Draw a box from corner to corner."""
        self.choose("tool", "box")
        self.drag(start, end, stage)

    def draw_polygon(self, *corners):
        """Click the corners of a polygon, and end it by Enter."""
        self.choose("tool", "polygon")
        for corner in corners:
            self.page.mouse.click(*self.place(*corner))
        self.page.keyboard.press("Enter")

    def table(self):
        """The table of areas: rank, name, attention, size and times chance, a list of texts per row."""
        rows = []
        for row in self.page.locator("#areas tbody tr").all():
            rank, name, attention, chance, *_ = _texts(row)
            rows.append([rank, *_name(row), attention, name.partition("size ")[2], chance])
        return rows

    def box(self):
        """The place of the chosen box: x, y, width, height."""
        return [float(field.input_value()) for field in self.page.locator(".corners input").all()]

    def numbers(self, selector):
        """All numbers in a text of the page."""
        text = self.page.locator(selector).inner_text().replace("\u2212", "-")
        return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", text)]

    def saved(self, button, folder):
        """Click a button, and the file that it saves."""
        with self.page.expect_download() as download:
            self.page.locator(button).click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def saved_json(self, button, folder):
        """The content of a JSON file that a button saves."""
        return json.loads(self.saved(button, folder).read_text(encoding="utf-8"))


def _texts(row):
    return [cell.inner_text().replace("\u00a0", " ").strip() for cell in row.locator("td").all()]


def _name(row):
    field = row.locator("input")
    return [field.input_value() if field.count() else row.locator("td.name span").inner_text()]
