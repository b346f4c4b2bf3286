"""Areas are drawn, moved, resized, named and deleted by mouse, finger and key; their numbers are Python's."""

import pytest

from gazemap.analysis.area_shares import area_shares
from gazemap.gaze.areas import Box
from gazemap.gaze.shapes import Area

# what the static form shares with both: its predictor with the single file, its addresses with the server
pytestmark = [pytest.mark.slow, pytest.mark.parametrize("form", ["server", "single-file"], indirect=True)]


def shown(share):
    return f"{100 * share.attention:.1f} %", f"{100 * share.size:.1f} %", f"{share.times_chance:.2f}"


def assert_near(row, share):
    """The texts of a row are the share's, but for the last digit."""
    for text, expected in zip(row, shown(share), strict=True):
        assert float(text.split()[0]) == pytest.approx(float(expected.split()[0]), rel=0.01, abs=0.11)


def test_boxes_have_the_numbers_of_python(driver, images, predicted):
    driver.add(images["a"])
    places = {}
    for name, start, end in (("Area 1", (0.05, 0.2), (0.7, 0.4)), ("Area 2", (0.09, 0.5), (0.28, 0.62))):
        driver.draw_box(start, end)
        places[name] = Box(name, *driver.box())
    assert places["Area 1"].width == pytest.approx(0.65 * 640, abs=2)
    expected = area_shares(predicted("a"), [Area.of_box(box) for box in places.values()])
    table = driver.table()
    assert [(int(row[0]), row[1]) for row in table] == [(share.rank, share.name) for share in expected]
    for row, share in zip(table, expected, strict=True):
        assert_near(row[2:], share)


def test_areas_are_moved_resized_named_and_deleted(driver, images):
    driver.add(images["a"])
    driver.draw_box((0.1, 0.5), (0.3, 0.7))
    before, shares = driver.box(), driver.table()
    driver.drag((0.2, 0.6), (0.4, 0.4))
    x, y, width, height = driver.box()
    assert (x - before[0], y - before[1]) == (pytest.approx(128, abs=2), pytest.approx(-80, abs=2))
    assert (width, height) == (before[2], before[3])
    assert driver.table() != shares
    driver.drag(((x + width) / 640, (y + height) / 400), (0.9, 0.9))
    assert driver.box() == [x, y, pytest.approx(0.9 * 640 - x, abs=2), pytest.approx(0.9 * 400 - y, abs=2)]
    driver.drag((0.5, 0.5), (2.0, 0.5))  # an area stays inside of its image
    assert driver.box()[0] + driver.box()[2] == 640
    name = driver.page.locator("input.name")
    name.fill("button")
    name.press("Tab")
    assert driver.page.locator(".shape").get_attribute("aria-label").startswith("button, box. ")
    driver.page.locator("button", has_text="Insert").click()
    second = driver.page.get_by_label("Name of Area 1")
    second.fill("button")
    second.press("Tab")
    assert "Another area is named button" in second.evaluate("field => field.validationMessage")
    driver.page.get_by_role("button", name="Delete button").click()
    assert driver.page.locator(".shape").count() == 1


def test_polygons_are_drawn_and_overlaps_are_said(driver, images):
    driver.add(images["a"])
    driver.draw_polygon((0.1, 0.1), (0.6, 0.1), (0.1, 0.8))
    row = driver.table()[0]
    assert float(row[3].split()[0]) == pytest.approx(100 * 0.5 * 0.7 / 2, abs=0.3)
    driver.draw_box((0.12, 0.12), (0.2, 0.2))
    assert "Area 1 and Area 2 overlap" in driver.page.locator("#areas .said").inner_text()
    driver.choose("tool", "polygon")  # lines that cross are no area
    for corner in ((0.5, 0.5), (0.9, 0.9), (0.9, 0.5), (0.5, 0.9)):
        driver.page.mouse.click(*driver.place(*corner))
    driver.page.keyboard.press("Enter")
    assert driver.page.locator(".shape").count() == 2
    driver.page.keyboard.press("Backspace")
    driver.page.keyboard.press("Enter")
    assert driver.page.locator(".shape").count() == 3
    driver.choose("tool", "polygon")
    driver.page.mouse.click(*driver.place(0.5, 0.5))
    driver.page.keyboard.press("Escape")
    assert driver.page.locator(".draft polygon").count() == 0


def test_areas_are_made_and_changed_by_keys_alone(driver, images):
    page = driver.page
    driver.add(images["a"])
    page.get_by_role("button", name="Insert an area in the middle").focus()
    page.keyboard.press("Enter")
    page.locator(".shape:focus").wait_for()
    x, y, width, height = driver.box()
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    assert driver.box() == [x + 3, y + 3, width + 3, height + 3]
    page.locator("#live", has_text="of attention").wait_for(state="attached")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "name"
    page.keyboard.type("logo")
    page.keyboard.press("Tab")
    assert driver.table()[0][1] == "logo"
    field = page.locator(".corners input").first
    field.fill("0")
    field.press("Tab")
    assert driver.box()[0] == 0
    page.locator(".shape").focus()
    page.keyboard.press("Delete")
    assert page.locator(".shape").count() == 0
    assert page.evaluate("document.activeElement.id") == "tab-areas"


def test_the_corners_of_a_polygon_are_typed(driver, images):
    driver.add(images["a"])
    driver.choose("tool", "polygon")
    driver.page.locator("button", has_text="Insert").click()
    field = driver.page.locator('input[name="corners"]')
    assert len(field.input_value().split()) == 6
    field.fill("0,0 640,0 0,400")
    field.press("Tab")
    assert driver.table()[0][3] == "50.0 %"
    field.fill("0,0 640,0")
    field.press("Tab")
    assert "three corners" in field.evaluate("field => field.validationMessage")
    assert driver.table()[0][3] == "50.0 %"


def test_areas_in_folds_have_a_row_per_fold(driver, images):
    driver.add(images["long"])
    driver.draw_box((0.1, 0.1), (0.5, 0.25))
    assert driver.page.locator("#areas tbody tr").count() == 2
    assert "lies in folds 1 and 2" in driver.page.locator("#areas .said").inner_text()


def test_a_finger_draws_and_moves(open_page, images):
    driver = open_page(viewport={"width": 400, "height": 800}, has_touch=True, is_mobile=True)
    driver.add(images["a"])
    client = driver.page.context.new_cdp_session(driver.page)

    def swipe(start, end):
        places = [driver.place(*at) for at in (start, end)]
        for kind, points in (("touchStart", places[:1]), ("touchMove", places[1:]), ("touchEnd", [])):
            touches = [{"x": x, "y": y} for x, y in points]
            client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    driver.choose("tool", "box")
    swipe((0.1, 0.4), (0.5, 0.8))
    x, y, width, height = driver.box()
    assert (width, height) == (pytest.approx(256, abs=4), pytest.approx(160, abs=4))
    swipe((0.3, 0.6), (0.5, 0.5))
    assert driver.box() == [pytest.approx(x + 128, abs=4), pytest.approx(y - 40, abs=4), width, height]
