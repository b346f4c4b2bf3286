"""Images come in, and are shown: heat map, contours, reveal; models, folds, notes, failures."""

import base64
import re

import pytest

# what the static form shares with both: its predictor with the single file, its addresses with the server
pytestmark = [pytest.mark.slow, pytest.mark.parametrize("form", ["server", "single-file"], indirect=True)]


def legend_top(driver):
    return driver.numbers("#legend .ticks span:last-child")[0]


def top_of(prediction):
    return float(prediction.times_chance.max())


def test_several_images_are_chosen_and_one_is_shown(driver, images, predicted):
    driver.add(images["a"], images["b"])
    names = driver.page.locator("#strip .thumb span").all_inner_texts()
    assert names == ["a.png", "b.png"]
    assert "640 x 400" in driver.page.locator("figcaption").inner_text()
    assert "times as often as chance" in driver.page.locator("#legend").inner_text()
    shared = max(top_of(predicted("a")), top_of(predicted("b")))
    assert legend_top(driver) == pytest.approx(shared, rel=0.05)
    driver.page.locator("#shared").uncheck()
    for name in ("a", "b"):
        driver.page.locator("#strip .thumb", has_text=f"{name}.png").click()
        assert legend_top(driver) == pytest.approx(top_of(predicted(name)), rel=0.05)


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_images_are_dropped_and_pasted(driver, images, kind):
    content = base64.b64encode(images["a"].read_bytes()).decode()
    driver.page.evaluate(
        """([content, kind]) => {
          const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
          const transfer = new DataTransfer();
          const file = (name) => new File([bytes], name, { type: "image/png" });
          for (const name of ["one.png", "two.png"]) transfer.items.add(file(name));
          const event = kind === "drop"
            ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true })
            : new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
          document.body.dispatchEvent(event);
        }""",
        [content, kind],
    )
    driver.wait()
    assert driver.page.locator("#strip .thumb").count() == 2
    assert driver.page.locator("#legend .scale").count() == 1


def test_a_screenshot_comes_from_the_clipboard(driver, images, form):
    if form == "single-file":
        pytest.skip("pages from files may not write to the clipboard, so the test cannot put it there")
    driver.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    content = base64.b64encode(images["a"].read_bytes()).decode()
    driver.page.evaluate(
        """async (content) => {
          const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
          const blob = new Blob([bytes], { type: "image/png" });
          await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        }""",
        content,
    )
    driver.page.keyboard.press("Control+V")
    driver.wait()
    assert driver.page.locator("#strip .thumb span").all_inner_texts() == ["screenshot 1.png"]
    assert "640 x 400" in driver.page.locator("figcaption").inner_text()


def test_bad_images_are_named_and_the_others_go_on(driver, images):
    driver.add(images["text"], images["cut"], images["a"])
    failures = driver.page.locator("#failures p").all_inner_texts()
    assert [line.split(":")[0] for line in failures] == ["notes.txt", "cut.png"]
    assert all(len(line) > len("cut.png: ") and "Error" not in line for line in failures)
    assert driver.page.locator("figcaption").inner_text() == "notes.txt could not be predicted."
    driver.page.locator("#strip .thumb", has_text="a.png").click()
    assert driver.page.locator("#legend .scale").count() == 1
    for _ in range(2):
        driver.page.locator("#failures button").first.click()
    assert driver.page.locator("#failures li").count() == 0
    driver.page.get_by_role("button", name="Remove notes.txt").click()
    assert driver.page.locator("#strip .thumb").count() == 2


def test_views_show_what_they_say(driver, images):
    driver.add(images["a"])
    layer = driver.page.locator(".frame canvas").nth(1)
    read = "canvas => [...canvas.getContext('2d').getImageData(canvas.width / 2, 4, 1, 1).data]"
    driver.page.locator("#opacity").fill("40")
    assert driver.page.locator("#opacity-text").inner_text() == "40 %"
    assert layer.evaluate("canvas => canvas.style.opacity") == "0.4"
    heat = layer.evaluate(read)
    driver.choose("view", "reveal")
    reveal = layer.evaluate(read)
    assert reveal[:3] == [0, 0, 0]
    assert reveal[3] == 255 - heat[3]
    driver.choose("view", "contours")
    assert driver.page.locator(".contour:not(.halo)").count() == 3
    assert re.findall(r"\d+ %", driver.page.locator("#legend").inner_text()) == ["25 %", "50 %", "75 %"]
    assert layer.is_hidden()
    driver.choose("view", "image")
    assert driver.page.locator(".contour").count() == 0
    assert driver.page.locator("#legend").inner_text() == ""


def test_the_model_and_its_center_bias_are_chosen(driver, images, predicted):
    driver.add(images["a"])
    driver.page.select_option("#model", "gazenet-large")
    driver.wait()
    assert legend_top(driver) == pytest.approx(top_of(predicted("a", model="gazenet-large")), rel=0.05)
    driver.page.locator("#center-bias").uncheck()
    driver.wait()
    expected = predicted("a", model="gazenet-large", center_bias=False)
    assert legend_top(driver) == pytest.approx(top_of(expected), rel=0.05)


def test_a_long_image_is_seen_in_folds(driver, images, predicted):
    driver.add(images["long"])
    assert driver.page.locator(".fold text").all_text_contents() == [f"fold {n}" for n in range(2, 7)]
    notes = driver.page.locator("#notes").inner_text()
    assert "6 folds (screens) of 400 x 250" in notes
    assert "--viewport" not in notes
    assert legend_top(driver) == pytest.approx(top_of(predicted("long")), rel=0.05)
    driver.page.select_option("#seen", "whole")
    driver.wait()
    assert driver.page.locator(".fold").count() == 0
    assert "predicted as one picture" in driver.page.locator("#notes").inner_text()
    driver.page.select_option("#seen", "other")
    driver.page.locator("#screen").fill("400x800")
    driver.page.locator("#screen").press("Tab")
    driver.wait()
    assert driver.page.locator(".fold text").all_text_contents() == ["fold 2"]
    driver.page.locator("#screen").fill("as large as mine")
    driver.page.locator("#screen").press("Tab")
    message = driver.page.locator("#screen").evaluate("field => field.validationMessage")
    assert "WIDTHxHEIGHT" in message


def test_images_are_removed_until_none_is_left(driver, images):
    driver.add(images["a"], images["b"])
    for name in ("a.png", "b.png"):
        driver.page.get_by_role("button", name=f"Remove {name}").click()
    driver.page.locator("#intake").wait_for()
    assert driver.page.locator("#choose").evaluate("button => button === document.activeElement")
    driver.add(images["a"])
    assert driver.page.locator("#legend .scale").count() == 1


def test_a_folder_is_told_from_an_image(driver, images, tmp_path):
    """A folder that is dropped comes as a file that cannot be read, as does one that was moved since."""
    gone = tmp_path / "gone.png"
    gone.write_bytes(images["a"].read_bytes())
    driver.add(images["a"])
    driver.page.evaluate(
        """() => {
          const failing = { arrayBuffer: () => Promise.reject(new DOMException("gone", "NotFoundError")) };
          Blob.prototype.slice = () => failing;
        }"""
    )
    driver.add(gone)
    assert "open it and drop its images" in driver.page.locator("#failures p").inner_text()


def test_progress_is_shown_while_images_are_predicted(driver, images):
    driver.page.evaluate(
        """() => {
          window.seen = [];
          const text = document.getElementById("progress-text");
          const note = () => window.seen.push(text.textContent);
          new MutationObserver(note).observe(text, { childList: true });
        }"""
    )
    driver.add(images["a"], images["b"], images["text"])
    seen = driver.page.evaluate("window.seen")
    assert [line for line in dict.fromkeys(seen) if line] == [
        f"Predicting image {number} of 3 ..." for number in (1, 2, 3)
    ]
