"""The page's numbers beside Python's, how long its first heat map takes, and how large it is.

    python benchmarks/page.py --data ../shared/data

Twenty photographs (see page_photos.py) go through Python, the HTTP API, the page as static files and the page
as a single file, both in headless Chromium. Printed are the largest differences of their densities in parts
of the greatest density, and the time from opening the page, with nothing in the browser's cache, to the heat
map of a photograph. Needed are Chromium, Playwright, the extra "serve", and the built page (`make page`).
"""

from __future__ import annotations

import base64
import functools
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from arguments import benchmark_parser, read_arguments
from page_photos import photographs
from playwright.sync_api import Browser, Page, sync_playwright

from gazemap.prediction.predict import predict
from gazemap.prediction.prediction import Prediction
from gazemap.serving.site import write_page
from gazemap.types import Floats, Size

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
WAYS = (
    ("gazenet", True),
    ("gazenet", False),
    ("gazenet-large", True),
)  # models, and whether with center bias
SIDE = 800  # pixels of the compared densities; those of an image are smooth
LIMIT = 1e-3  # of the greatest density
MAP = ".stage canvas:nth-child(2):not([hidden])"
PATIENCE = 120_000  # milliseconds
DENSITIES = """async ([model, centerBias, sizes]) => {
  const file = document.getElementById("compared").files[0];
  const { predictor, densityOf } = globalThis.gazemap;
  const { folds } = await predictor.predict(file, { model, centerBias, viewport: null });
  const bytes = folds.map((fold, i) => new Uint8Array(densityOf(fold, sizes[i]).buffer));
  return bytes.map((part) => part.toBase64());
}"""
INPUT = """() => {
  const input = Object.assign(document.createElement("input"), { type: "file", id: "compared" });
  document.body.append(input);
}"""


def main() -> None:
    """Print the differences, the times and the sizes."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--data", type=Path, help="the folder of real photographs")
    parser.add_argument("--tries", type=int, default=5, help="how often each form is opened")
    options = read_arguments(parser, data=None, tries=1)
    if options.data is None and not options.quick:
        parser.error("the photographs are in --data")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "photos").mkdir()
        photos = photographs(options.data, folder / "photos")
        site = write_page(out=folder / "host" / "some" / "where")
        file = write_page(single_file=folder / "attention.html")
        chromium = next(filter(None, map(shutil.which, CHROMIUM)))
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-component-update"]
        )
        with serving() as server, static_files(folder / "host") as address:
            forms = {"API": server, "static": f"{address}some/where/", "single file": file.opens.as_uri()}
            compare(browser, forms, photos[-3:] if options.quick else photos)
            measure(browser, forms, photos[0], options.tries)
        browser.close()
    for what, written in (("static files", site), ("single file", file)):
        print(f"{what:12} {sum(written.sizes.values()) / 1e6:6.1f} MB in {len(written.sizes)} files")
    for file_name, size in site.sizes.items():
        print(f"  {file_name:24} {size:>10,} bytes")


def compare(browser: Browser, forms: dict[str, str], photos: list[Path]) -> None:
    """Print the largest difference of each photograph and form, over models and center bias."""
    pages = {form: opened(browser, address) for form, address in forms.items()}
    worst = dict.fromkeys(forms, 0.0)
    print(f"{'largest difference, in parts of the greatest density':56}", *(f"{form:>12}" for form in forms))
    for photo in photos:
        found = dict.fromkeys(forms, 0.0)
        for page in pages.values():
            page.set_input_files("#compared", str(photo))
        for model, center_bias in WAYS:
            expected = predict(photo, model, center_bias=center_bias)
            sizes = [small(fold.placement.size) for fold in expected.folds]
            truths = [density(fold, size) for fold, size in zip(expected.folds, sizes, strict=True)]
            for form, page in pages.items():
                parts = page.evaluate(DENSITIES, [model, center_bias, sizes])
                for truth, part in zip(truths, parts, strict=True):
                    values = np.frombuffer(base64.b64decode(part), "<f4").reshape(truth.shape)
                    found[form] = max(found[form], float(abs(values - truth).max() / truth.max()))
        size = "x".join(map(str, expected.placement.size[::-1]))
        print(
            f"  {photo.name:32} {size:>12} {len(expected.folds):2} folds",
            *(f"{found[f]:12.1e}" for f in forms),
        )
        worst = {form: max(worst[form], found[form]) for form in forms}
    print(f"{'largest of all':56}", *(f"{worst[form]:12.1e}" for form in forms), flush=True)
    if max(worst.values()) > LIMIT:
        sys.exit(f"A difference is over {LIMIT}.")


def measure(browser: Browser, forms: dict[str, str], photo: Path, tries: int) -> None:
    """Print how long each form takes from opening to the first heat map, in a new profile each time."""
    print(
        f"opening to the first heat map, {tries} times; {os.cpu_count()} cores with a load of "
        f"{os.getloadavg()[0]:.1f}"
    )
    for form, address in forms.items():
        times = []
        for _ in range(tries):
            context = browser.new_context()
            page = context.new_page()
            start = time.perf_counter()
            page.goto(address)
            page.set_input_files("#files", str(photo))
            page.wait_for_selector(MAP, timeout=PATIENCE)
            times.append(time.perf_counter() - start)
            context.close()
        print(
            f"  {form:12} median {statistics.median(times):.2f} s, {min(times):.2f} to {max(times):.2f}",
            flush=True,
        )


def opened(browser: Browser, address: str) -> Page:
    """The page, with an input for the compared files."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.evaluate(INPUT)
    return page


def small(size: Size) -> Size:
    """The same, or smaller, so that no side is over `SIDE`."""
    ratio = min(1.0, SIDE / max(size))
    return max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio))


def density(prediction: Prediction, size: Size) -> Floats:
    """Python's density of an image, or of one of its folds, at another size."""
    return replace(prediction, placement=replace(prediction.placement, size=size)).density


@contextmanager
def serving() -> Iterator[str]:
    """`gazemap serve` on a free port."""
    command = [sys.executable, "-m", "gazemap", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            found = re.search(r"https?://\S+?(?=[;\s]|$)", process.stderr.readline())
            assert found, "the server did not start"
            yield f"{found[0].rstrip('/')}/"
        finally:
            process.terminate()
            process.communicate(timeout=60)


@contextmanager
def static_files(folder: Path) -> Iterator[str]:
    """A web server of files."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _quiet_handler(folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def _quiet_handler(folder: Path) -> Callable[..., Any]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    return functools.partial(Quiet, directory=folder)


if __name__ == "__main__":
    main()
