"""The page's predictions are Python's, in each of its forms, whatever the file."""

import base64
import io
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, features
from support import deep_images
from support.pictures import photo

from gazemap.prediction.predict import predict
from gazemap.serving.site import write_page

pytestmark = pytest.mark.slow

CLOSE = 1e-4  # of the greatest density; the page must be within 1e-3
SIZE = (90, 120)
DENSITIES = """async ([name, options, size]) => {
  const { predictor, densityOf } = globalThis.gazemap;
  const file = document.getElementById("compared").files[0];
  const { folds, ...rest } = await predictor.predict(file, options);
  const text = (fold) => new Uint8Array(densityOf(fold, size).buffer).toBase64();
  const places = folds.map(({ x, y, width, height }) => [x, y, width, height]);
  return { ...rest, places, densities: folds.map(text) };
}"""
INPUT = """() => {
  const input = Object.assign(document.createElement("input"), { type: "file", id: "compared" });
  document.body.append(input);
}"""


def exif(orientation):
    made = Image.Exif()
    made[0x0112] = orientation
    return made


def files():
    """Name -> the content of an image file."""
    image = Image.fromarray(photo(200, 260))
    layer = image.copy()
    layer.putalpha(Image.fromarray(np.tile(np.linspace(255, 0, 260).astype(np.uint8), (200, 1))))
    dark = np.asarray(image.convert("L"), int) * 9
    made = {
        "dark.png": deep_images.png(dark, 0),
        "long.jpg": saved(image.resize((150, 700)), "JPEG"),
    }
    for name, (one, options) in {
        "plain.jpg": (image, {}),
        "turned.jpg": (image, {"exif": exif(6)}),
        "large.jpg": (image.resize((2600, 2000)), {}),
        "inks.jpg": (image.convert("CMYK"), {}),
        "layer.png": (layer, {}),
        "pixel.png": (image.resize((1, 1)), {}),
        "lossy.webp": (image, {}),
        "layer.webp": (layer, {"lossless": True}),
        "turned.webp": (image, {"exif": exif(8)}),
        "few.gif": (image.quantize(50), {"transparency": 7}),
        "plain.bmp": (image, {}),
        "plain.avif": (image, {}),
    }.items():
        kind = {"jpg": "JPEG"}.get(name[-3:], name.rpartition(".")[2].upper())
        if kind != "AVIF" or features.check("avif"):
            made[name] = saved(one, kind, **options)
    return made


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


FILES = files()


@pytest.fixture(scope="module")
def page(browser, address):
    opened = browser.new_page()
    opened.goto(address)
    opened.evaluate(INPUT)
    yield opened
    opened.close()


def predicted(page, name, content, model="gazenet", center_bias=True, viewport=None):
    page.set_input_files("#compared", {"name": name, "mimeType": "", "buffer": content})
    options = {"model": model, "centerBias": center_bias, "viewport": viewport}
    return page.evaluate(DENSITIES, [name, options, SIZE])


def check(found, content, model="gazenet", center_bias=True, viewport=None):
    expected = predict(content, model, center_bias=center_bias, viewport=viewport)
    height, width = expected.placement.size
    assert (found["height"], found["width"], found["notes"]) == (height, width, list(expected.notes))
    assert (found["model"].removesuffix("-no-center-bias"), found["center_bias"]) == (model, center_bias)
    assert found["places"] == [[f.fold.x, f.fold.y, f.fold.width, f.fold.height] for f in expected.folds]
    for fold, text in zip(expected.folds, found["densities"], strict=True):
        density = replace(fold, placement=replace(fold.placement, size=SIZE)).density
        values = np.frombuffer(base64.b64decode(text), "<f4").reshape(SIZE)
        assert values.sum() == pytest.approx(1, abs=1e-5)
        assert abs(values - density).max() < CLOSE * density.max()


@pytest.mark.parametrize("name", FILES)
def test_densities_are_those_of_python(page, name):
    check(predicted(page, name, FILES[name]), FILES[name])


@pytest.mark.parametrize("model", ["gazenet", "gazenet-large", "gazenet@web-page", "gazenet-large@mouse"])
@pytest.mark.parametrize("center_bias", [True, False])
def test_both_models_with_and_without_center_bias(page, model, center_bias):
    content = FILES["plain.jpg"]
    check(predicted(page, "plain.jpg", content, model, center_bias), content, model, center_bias)


@pytest.mark.parametrize("viewport", ["whole", "150x200"])
def test_what_is_seen_at_once_can_be_stated(page, viewport):
    content = FILES["long.jpg"]
    check(predicted(page, "long.jpg", content, viewport=viewport), content, viewport=viewport)


def test_models_are_those_of_python(page):
    found = page.evaluate("() => globalThis.gazemap.predictor.models()")
    assert [(one["name"], one["input_size"], one["has_center_bias"], one["is_default"]) for one in found] == [
        (f"{name}{condition}", size, True, (name, condition) == ("gazenet", ""))
        for name, size in (("gazenet", [240, 320]), ("gazenet-large", [336, 448]))
        for condition in ("", "@mouse", "@web-page", "@as-trained")
    ]


def test_a_file_that_is_refused_does_not_stop_the_next(page, form):
    for content in (b"hello", b"", *(FILES[name][:900] for name in ("plain.jpg", "layer.png", "lossy.webp"))):
        with pytest.raises(Exception, match="Error: Th" if form != "server" else "Error: ") as refused:
            predicted(page, "broken", content)
        assert "undefined" not in str(refused.value)
    check(predicted(page, "plain.jpg", FILES["plain.jpg"]), FILES["plain.jpg"])


def test_what_only_python_reads_is_refused_in_the_browser(page, form):
    tiff = saved(Image.fromarray(photo(20, 30)), "TIFF")
    if form == "server":
        check(predicted(page, "a.tif", tiff), tiff)
        return
    with pytest.raises(Exception, match=r"of the kind TIFF.*Save it as PNG or JPEG"):
        predicted(page, "a.tif", tiff)


def test_static_files_work_under_any_address(browser, built, tmp_path):
    from support.page_server import static_files

    write_page(out=tmp_path / "deep" / "down" / "site")
    with static_files(tmp_path) as root:
        page = browser.new_page()
        page.goto(f"{root}deep/down/site/index.html?from=here#there")
        page.evaluate(INPUT)
        check(predicted(page, "plain.jpg", FILES["plain.jpg"]), FILES["plain.jpg"])
        page.close()


def test_a_site_that_lost_a_file_says_so(browser, built, tmp_path):
    from support.page_server import static_files

    site = write_page(out=tmp_path / "site").path
    (site / "model-1.onnx.gz").unlink()
    with static_files(tmp_path) as root:
        page = browser.new_page()
        page.goto(f"{root}site/")
        page.evaluate(INPUT)
        with pytest.raises(Exception, match=r"cannot load http\S+model-1\.onnx\.gz\. Reload the page"):
            predicted(page, "plain.jpg", FILES["plain.jpg"])
        page.close()


def test_a_site_that_was_written_anew_shows_its_new_models(browser, built, tmp_path):
    """Files of the same names: none of the old ones comes from the browser's cache."""
    from support.page_server import static_files

    context, content = browser.new_context(), FILES["plain.jpg"]
    with static_files(tmp_path) as root:
        for written, model in ((10**9, "gazenet"), (10**9 + 60, "gazenet-large")):  # long ago
            shutil.rmtree(tmp_path / "site", ignore_errors=True)
            write_page(out=tmp_path / "site", model=[model])
            for path in (tmp_path / "site").iterdir():
                os.utime(path, (written, written))  # the older a file, the longer browsers do not ask
            page = context.new_page()
            page.goto(f"{root}site/")
            page.evaluate(INPUT)
            check(predicted(page, "plain.jpg", content, model), content, model)
    context.close()
