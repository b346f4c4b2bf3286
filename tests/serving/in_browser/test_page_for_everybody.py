"""The page by screen reader, by key, in the dark, on a phone, and with the network cut."""

import json

import pytest
from support.page_server import SOURCES

pytestmark = pytest.mark.slow

AXE = SOURCES / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 400, "height": 800}}

# left and right of each button that deletes, and of what shows of the table
BUTTONS_IN_VIEW = """(panel) => [...panel.querySelectorAll("tbody button")].map((button) => {
  const [own, shown] = [button, button.closest(".scroll")].map((one) => one.getBoundingClientRect());
  return [own.left, own.right, Math.max(shown.left, 0), Math.min(shown.right, innerWidth)];
})"""


def violations(page):
    """What axe finds, in lines; none is right."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run({ runOnly: rules })", RULES)
    return [
        f"{one['id']}: {one['help']}: {json.dumps([node['html'][:200] for node in one['nodes'][:3]])}"
        for one in found["violations"]
    ]


# the forms differ in where their files come from: one is looked at in all sizes and colors
LOOKS = [
    *(("static", size, scheme) for size in SIZES for scheme in ("light", "dark")),
    ("server", "phone", "dark"),
    ("single-file", "desktop", "light"),
]


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is needed: npm ci in page/")
@pytest.mark.parametrize(("form", "size", "scheme"), LOOKS, indirect=["form"])
def test_axe_finds_nothing_in_any_state(open_page, images, size, scheme):
    driver = open_page(viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce")
    states = {"empty": violations(driver.page)}
    driver.add(images["a"], images["b"], images["text"], images["long"])
    driver.draw_box((0.1, 0.5), (0.3, 0.7))
    driver.draw_polygon((0.5, 0.2), (0.9, 0.2), (0.7, 0.8))
    for view in ("heat", "contours", "reveal", "image"):
        driver.choose("view", view)
        states[view] = violations(driver.page)
    for tab in ("compare", "crop", "save"):
        driver.tab(tab)
        states[tab] = violations(driver.page)
        assert_fits(driver.page)
    driver.tab("areas")
    driver.page.locator("#strip .thumb", has_text="long.png").click()
    driver.draw_box((0.1, 0.1), (0.5, 0.25))
    driver.page.select_option("#seen", "other")
    states["folds"] = violations(driver.page)
    assert_fits(driver.page)
    assert {state: lines for state, lines in states.items() if lines} == {}


def assert_fits(page):
    """Nothing is wider than the screen."""
    wide = page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


@pytest.mark.parametrize(("name", "sides"), [("a", (640, 400)), ("long", (400, 1500))])
@pytest.mark.parametrize("size", SIZES)
def test_every_area_is_deleted_without_scrolling_sideways(open_page, images, size, name, sides):
    """With the longest numbers and names, and beside a scrollbar, which this browser hides."""
    driver = open_page(viewport=SIZES[size])
    driver.add(images[name])
    for place in ((0, 0, *sides), (40, 40, 80, 80)):
        driver.page.locator("button", has_text="Insert").click()
        for number, value in enumerate(place):
            driver.page.locator(".corners input").nth(number).fill(str(value))
            driver.page.locator(".corners input").nth(number).press("Tab")
        field = driver.page.locator("tr.is-chosen input.name")
        field.fill(f"a name as long as a line, of the area at {place}")
        field.press("Tab")
    assert ["100.0 %", "100.0 %", "1.00"] in [row[2:] for row in driver.table()]
    panel = driver.page.locator("#areas")
    panel.evaluate("panel => { panel.style.paddingRight = 'calc(1rem + 15px)'; }")
    places = panel.evaluate(BUTTONS_IN_VIEW)
    assert len(places) == 2
    for left, right, low, high in places:
        assert low <= left < right <= high


def test_everything_is_reached_by_key(driver, images):
    page = driver.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    driver.add(images["a"], images["b"])
    page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    wanted = {"model", "seen", "center-bias", "add", "opacity", "shared", "tab-areas", "Insert", "b.png"}
    assert wanted <= reached
    page.locator("#tab-areas").focus()
    for tab in ("compare", "crop", "save", "areas"):
        page.keyboard.press("ArrowRight")
        assert page.locator(f"#tab-{tab}").get_attribute("aria-selected") == "true"
        assert page.locator(f"#{tab}").is_visible()
    page.locator('input[name="view"]:checked').focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".contour").count() > 0


def test_changes_are_said_aloud(driver, images):
    live = driver.page.locator("#live")
    assert live.get_attribute("aria-live") == "polite"
    driver.add(images["a"])
    live.filter(has_text="a.png is predicted").wait_for(state="attached")
    driver.page.get_by_role("button", name="Insert an area in the middle").click()
    live.filter(has_text="Area 1 was added").wait_for(state="attached")
    driver.add(images["text"])
    assert driver.page.get_by_role("alert").inner_text().startswith("notes.txt: ")


def test_those_who_want_no_motion_get_none(open_page, images):
    driver = open_page(reduced_motion="reduce")
    durations = driver.page.locator("#choose").evaluate("one => getComputedStyle(one).transitionDuration")
    assert durations == "0s"


def test_the_page_fits_a_very_small_phone(open_page, images):
    driver = open_page(viewport={"width": 320, "height": 640})
    assert_fits(driver.page)
    driver.add(images["a"], images["b"])
    driver.draw_box((0.1, 0.5), (0.3, 0.7))
    for tab in ("areas", "compare", "crop", "save"):
        driver.tab(tab)
        assert_fits(driver.page)


def test_all_works_with_the_network_cut(open_page, form, images, predicted, tmp_path):
    """Only the server form needs its server; the rest of the page asks nobody, as `open_page` checks."""
    driver = open_page()
    driver.add(images["a"])
    if form != "server":
        driver.page.context.set_offline(True)
        driver.add(images["b"])  # predicted without any network
        assert driver.page.locator("#failures li").count() == 0
    driver.draw_box((0.1, 0.5), (0.3, 0.7))
    driver.tab("save")
    for button in ("#save-picture", "#save-numbers", "#save-areas-csv", "#save-report"):
        assert driver.saved(button, tmp_path).stat().st_size > 0


def test_the_policy_lets_nothing_out(driver, form):
    policy = driver.page.locator('meta[http-equiv="Content-Security-Policy"]').get_attribute("content")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    allowed = {"'self'", "blob:", "data:", "'none'", "'wasm-unsafe-eval'"}
    own = {word for words in rules.values() for word in words.split()} - allowed
    assert all(word.startswith("'sha256-") for word in own)
    assert bool(own) == (form == "single-file")
    answers = driver.page.evaluate(
        """() => Promise.all(["https://example.com/", "http://127.0.0.2:9/"].map((url) =>
             fetch(url, { mode: "no-cors" }).then(() => "sent", () => "refused")))"""
    )
    assert answers == ["refused", "refused"]
    assert all("Content Security Policy" in line for line in driver.wrong)
    driver.wrong.clear()


def test_where_images_go_is_said(open_page, form, address):
    driver = open_page()
    text = "Your images stay on this computer."
    assert driver.page.locator("footer .privacy").inner_text() == text
    if form != "server":
        return
    elsewhere = "http://gazemap.test/"  # the same server under the name of another machine
    driver.page.route(
        f"{elsewhere}**",
        lambda route: route.fulfill(
            response=route.fetch(url=route.request.url.replace(elsewhere, address), headers={})
        ),
    )
    driver.page.goto(elsewhere)
    text = "Your images are sent to gazemap.test, which predicts them."
    assert driver.page.locator(".privacy").all_inner_texts()[-1] == text
    driver.wrong.clear()  # the browser minds the name without a certificate
