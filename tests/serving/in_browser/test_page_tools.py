"""A/B, crops and all that is saved: numbers, columns and keys are those of Python's commands."""

import csv
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from gazemap.analysis.area_shares import area_shares
from gazemap.analysis.comparing import compare_predictions
from gazemap.analysis.crops import best_crop, parse_aspect
from gazemap.gaze.areas import Box
from gazemap.gaze.shapes import Area

# what the static form shares with both: its predictor with the single file, its addresses with the server
pytestmark = [pytest.mark.slow, pytest.mark.parametrize("form", ["server", "single-file"], indirect=True)]

BUTTON, HEADLINE = ((0.09, 0.5), (0.28, 0.62)), ((0.05, 0.2), (0.7, 0.4))


def with_boxes(driver):
    """The boxes of a headline and a button, drawn on the shown image."""
    boxes = []
    for number, corners in enumerate((HEADLINE, BUTTON), 1):
        driver.draw_box(*corners)
        boxes.append(Area.of_box(Box(f"Area {number}", *driver.box())))
    return boxes


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), float)


def test_two_designs_are_compared_as_by_python(driver, images, predicted, tmp_path):
    driver.add(images["a"], images["b"])
    boxes = with_boxes(driver)
    driver.tab("compare")
    assert driver.page.locator(".stage").count() == 2
    expected = compare_predictions(predicted("a"), predicted("b"), boxes)
    difference = expected.differences[0]
    assert driver.numbers("#compare .figure-number") == [
        pytest.approx(100 * difference.total_variation, abs=0.2)
    ]
    shown = driver.page.locator("#compare .quiet", has_text="CC").inner_text()
    numbers = [float(found) for found in re.findall(r" (\d+\.\d+)", shown)]
    names = ("cc", "sim", "kld_a_b", "kld_b_a")
    assert numbers == pytest.approx([getattr(difference, name) for name in names], abs=0.01)
    assert "taken over from A" in driver.page.locator("#compare .said").inner_text()
    driver.drag((0.18, 0.56), (0.56, 0.88), stage=1)  # the button moved
    driver.tab("save")
    rows = driver.saved_json("#save-changes-json", tmp_path)
    assert [row["place_b"] for row in rows] == ["from A", "given"]
    moved = Area.of_box(Box("Area 2", *(rows[1][f"{side}_b"] for side in ("x", "y", "width", "height"))))
    changes = compare_predictions(predicted("a"), predicted("b"), boxes, [moved]).changes
    for row, change in zip(rows, changes, strict=True):
        assert list(row) == list(change.row())
        assert row["change"] == pytest.approx(change.change, abs=2e-3)
    assert driver.saved("#save-changes-csv", tmp_path).read_text().splitlines()[0] == ",".join(rows[0])
    driver.tab("compare")
    driver.page.get_by_role("button", name="Swap A and B").click()
    assert driver.page.locator("figcaption").first.inner_text().split()[:2] == ["A", "b.png,"]


def test_the_best_crop_is_that_of_python(driver, images, predicted, tmp_path):
    driver.add(images["a"])
    driver.tab("crop")
    density = predicted("a").density
    for aspect, share in (("1:1", None), ("16:9", None), ("1:1", 50)):
        driver.page.locator("#aspect").fill(aspect)
        driver.page.locator("#aspect").press("Tab")
        driver.page.locator('#crop input[type="number"]').fill("" if share is None else str(share))
        driver.page.locator('#crop input[type="number"]').press("Tab")
        expected = best_crop(density, parse_aspect(aspect), share and share / 100)
        x, y, width, height = driver.numbers("#crop .quiet:has-text('pixels')")
        assert (width, height) == pytest.approx((expected.width, expected.height), abs=2)
        assert (x, y) == pytest.approx((expected.x, expected.y), abs=3)
        kept = driver.numbers("#crop .figure-number")[0]
        assert kept == pytest.approx(100 * expected.attention, abs=0.2)
    path = driver.saved("#crop button.primary", tmp_path)
    assert path.name == "a.png.crop.png"
    part = pixels(images["a"])[int(y) : int(y + height), int(x) : int(x + width)]
    np.testing.assert_allclose(pixels(path), part, atol=1)
    driver.page.locator("#aspect").fill("wide")
    driver.page.locator("#aspect").press("Tab")
    assert "16:9" in driver.page.locator("#crop .wrong").inner_text()


def test_pictures_are_the_overlays_of_python(driver, images, predicted, tmp_path):
    driver.add(images["a"])
    with_boxes(driver)
    driver.tab("save")
    driver.page.get_by_label("Draw the areas on the picture").uncheck()
    path = driver.saved("#save-picture", tmp_path)
    assert path.name == "a.png.overlay.png"
    found = pixels(path)
    assert np.abs(found - predicted("a").overlay()).max() < 8
    assert np.abs(found - predicted("a").overlay()).mean() < 0.5
    driver.page.get_by_label("Draw the areas on the picture").check()
    assert (pixels(driver.saved("#save-picture", tmp_path)) != found).any()
    for view, ending in (("contours", "contour"), ("reveal", "reveal"), ("image", "image")):
        driver.choose("view", view)
        path = driver.saved("#save-picture", tmp_path)
        assert (path.name, pixels(path).shape) == (f"a.png.{ending}.png", (400, 640, 3))


@pytest.mark.parametrize("name", ["a", "long"])
def test_tables_and_numbers_are_those_of_python(driver, images, predicted, tmp_path, name):
    driver.add(images[name])
    boxes = with_boxes(driver)
    driver.tab("save")
    rows = driver.saved_json("#save-areas-json", tmp_path)
    expected = area_shares(predicted(name), boxes)
    for row, share in zip(rows, expected, strict=True):
        assert {*vars(share)} - {*row} == {"members", "fixations_in_time"}
        assert (row["name"], row["rank"], row["fold"]) == (share.name, share.rank, share.fold)
        assert row["attention"] == pytest.approx(share.attention, rel=0.01, abs=1e-4)
        assert (row["x"], row["width"], row["size"]) == pytest.approx((share.x, share.width, share.size))
    text = driver.saved("#save-areas-csv", tmp_path).read_text(encoding="utf-8")
    table = list(csv.DictReader(io.StringIO(text)))
    assert [{key: str(value) for key, value in row.items()} for row in rows] == table
    numbers = driver.saved_json("#save-numbers", tmp_path)
    summary = json.loads(json.dumps(predicted(name).as_json()))
    parts, others = numbers.get("folds", [numbers]), summary.get("folds", [summary])
    for part, other in zip(parts, others, strict=True):
        assert part.keys() == other.keys()
        np.testing.assert_allclose(part["thirds"], other["thirds"], atol=2e-3)
        first, second = part["points"][0], other["points"][0]
        assert (first["x"], first["y"]) == pytest.approx((second["x"], second["y"]), abs=3)


def printed_pages(browser, path):
    """How many pages a report prints to, without a network; and its text."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    content, text = page.pdf(prefer_css_page_size=True), page.locator("body").inner_text()
    broken = page.locator("img").evaluate_all("all => all.filter((image) => !image.naturalWidth).length")
    context.close()
    assert broken == 0
    return len(re.findall(rb"/Type\s*/Page\b", content)), text


def test_reports_print_to_one_page(driver, images, browser, tmp_path):
    driver.add(images["a"], images["b"])
    with_boxes(driver)
    driver.tab("save")
    for button in ("#save-report", "#save-report-both"):
        pages, text = printed_pages(browser, driver.saved(button, tmp_path))
        assert pages == 1
        assert "Area 2" in text
        assert "People were predicted here, not measured." in text
        assert "gazenet" in text
    assert "of the attention lies elsewhere in B" in text


def test_the_report_of_a_long_image_with_many_areas_prints_to_one_page(driver, images, browser, tmp_path):
    driver.add(images["long"])
    for row in range(20):
        driver.page.locator("button", has_text="Insert").click()
        driver.page.locator(".corners input").nth(1).fill(str(60 * row))
        driver.page.locator(".corners input").nth(1).press("Tab")
        name = driver.page.locator("tr.is-chosen input.name")
        name.fill(f"{row} is an area of the longest name that there can be, and so wide that it needs a line")
        name.press("Tab")
    driver.tab("save")
    pages, text = printed_pages(browser, driver.saved("#save-report", tmp_path))
    assert pages == 1
    assert "more rows, on the page" in text
