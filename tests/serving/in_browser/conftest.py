"""The page in a browser: built once, opened in each of its forms, and with the network cut."""

import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FORMS = ("server", "static", "single-file")

if find_spec("playwright") is None or find_spec("fastapi") is None:
    collect_ignore_glob = ["test_*"]


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("Chromium is needed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-component-update"]
        )
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def built():
    """The folder of the built page."""
    from support.page_server import PAGE, SOURCES, build

    if shutil.which("node") and (SOURCES / "node_modules").exists():
        build(Path(tempfile.gettempdir()) / "gazemap-page.lock")
    elif not (PAGE / "index.html").is_file():
        pytest.skip("the page is not built, and Node.js with the page's packages is needed to build it")
    return PAGE


@pytest.fixture(scope="session", params=FORMS)
def form(request):
    return request.param


@pytest.fixture(scope="session")
def address(form, built, tmp_path_factory):
    """The page in one of its forms."""
    from support.page_server import server, static_files

    from gazemap.serving.site import write_page

    if form == "server":
        with server() as found:
            yield found
        return
    folder = tmp_path_factory.mktemp("page")
    if form == "single-file":
        yield write_page(single_file=folder / "attention.html").path.as_uri()
        return
    with static_files(write_page(out=folder / "site").path) as found:
        yield found


@pytest.fixture
def open_page(browser, address):
    """Opens the page; in the end nothing was asked of another host, and nothing went wrong in silence."""
    from support.page_driver import Driver

    contexts, asked, wrong = [], [], []

    def watched(route):
        url = route.request.url
        own = url.startswith((address, "blob:", "data:"))
        asked.extend([] if own else [url])
        if own:
            route.continue_()
        else:
            route.abort()

    def opened(**options):
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
        contexts.append(context)
        context.route("**/*", watched)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address)
        driver = Driver(page)
        driver.wrong = wrong
        return driver

    yield opened
    for context in contexts:
        for routed in (*context.pages, context):
            routed.unroute_all(behavior="wait")  # else an answer on its way fails in the next test
        context.close()
    assert not asked
    assert not [line for line in wrong if "status of 4" not in line]  # what is refused, the page says


@pytest.fixture
def driver(open_page):
    """An open page at the size of a desktop."""
    return open_page()


def drawn(path, size, button, headline="Where do you look?"):
    """A page with a headline, a button and a disk, as a design would have them."""
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, size[0], 40), fill="#123456")
    draw.text((40, 90), headline, fill="#111111", font=ImageFont.load_default(40))
    draw.rectangle(button, fill="#c2410c")
    draw.text((button[0] + 15, button[1] + 8), "Order", fill="white", font=ImageFont.load_default(24))
    draw.ellipse((size[0] - 160, 180, size[0] - 60, 280), fill="#d7a07a", outline="#553311", width=6)
    for top in range(500, size[1] - 60, 150):
        draw.rectangle((40, top, size[0] // 2, top + 90), fill="#99bbdd")
    picture.save(path)
    return path


@pytest.fixture(scope="session")
def images(tmp_path_factory):
    """Image files: two designs, a long page, and files that are no images."""
    folder = tmp_path_factory.mktemp("images")
    (folder / "notes.txt").write_text("no image")
    noise = np.random.default_rng(1).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "cut.png")
    (folder / "cut.png").write_bytes((folder / "cut.png").read_bytes()[:400])
    return {
        "a": drawn(folder / "a.png", (640, 400), (60, 200, 180, 245)),
        "b": drawn(folder / "b.png", (640, 400), (300, 330, 420, 375), "Look here now"),
        "long": drawn(folder / "long.png", (400, 1500), (60, 200, 180, 245)),
        "text": folder / "notes.txt",
        "cut": folder / "cut.png",
    }


@pytest.fixture(scope="session")
def predicted(images):
    """Python's predictions of the same files."""
    import gazemap

    def predict(name, **options):
        return gazemap.predict(images[name], **options)

    return predict
