"""A tracker's export, as it is, to the observers' agreement and a model's scores in three commands."""

import re

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from gazemap import load_dataset

SCREEN, SIZE = (480, 270), (320, 180)  # a quarter of 1920 x 1080 and of 1280 x 720
PEOPLE, IMAGES = 12, 20
LEFT, TOP = 80, 45
COLUMNS = "Participant;Media;Start;Duration;X;Y"


def stimulus(random):
    """A smooth picture with a bright spot where people look, and its place."""
    place = random.uniform(0.25, 0.75, 2) * SIZE
    pixels = gaussian_filter(random.random((SIZE[1], SIZE[0], 3)), (8, 8, 0))
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    spot = np.exp(-((x - place[0]) ** 2 + (y - place[1]) ** 2) / 400)
    return np.uint8(60 + 150 * (0.3 * pixels + 0.7 * spot[..., None])), place


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """The export: decimal commas, ms since the recording began, 3 % of the looks beside the picture."""
    folder, random = tmp_path_factory.mktemp("export"), np.random.default_rng(0)
    (folder / "images").mkdir()
    clock, rows, true = {who: 4000.0 for who in range(PEOPLE)}, [], {}
    for number in range(IMAGES):
        picture, place = stimulus(random)
        Image.fromarray(picture).save(folder / "images" / f"stimulus {number:02}.png")
        for who in range(PEOPLE):
            for x, y in random.normal(place, 25, (9, 2)).clip(1, np.array(SIZE) - 1):
                duration = random.uniform(180, 320)
                beside = random.random() < 0.03
                x = random.choice([-1, 1]) * 10 + (SIZE[0] if x > SIZE[0] / 2 else 0) if beside else x
                if not 0 <= x <= SIZE[0] or not beside:
                    values = (clock[who], duration, x + LEFT, y + TOP)
                    cells = (f"{value:.2f}".replace(".", ",") for value in values)
                    rows.append(";".join([f"P{who:02}", f"stimulus {number:02}.png", *cells]))
                    if not beside:
                        true.setdefault(number, []).append((x, y))
                clock[who] += duration + 30
            clock[who] += 1500
    text = "\r\n".join(["Tracker 4.2;export", "", COLUMNS, *rows])
    (folder / "export.csv").write_text(text, encoding="utf-16", newline="")
    return folder, true, len(rows)


@pytest.fixture(scope="module")
def options():
    given = {"image": "Media", "observer": "Participant", "x": "X", "y": "Y", "onset": "Start"}
    given |= {"duration": "Duration", "time": "ms", "onset_from": "recording", "screen": "480x270"}
    return [word for name, value in given.items() for word in ("--option", f"{name}={value}")]


@pytest.mark.slow
def test_three_commands_lead_from_an_export_to_agreement_and_scores(
    export, options, run, tmp_path, monkeypatch
):
    folder, true, count = export
    words = ("data", "import", folder / "export.csv", "--format", "table", "--out", tmp_path / "mine")
    code, text = run(*words, *options)
    assert code == 0, text
    dataset = load_dataset(tmp_path / "mine")
    assert len(dataset.observers) == PEOPLE
    for number, points in true.items():
        fixations = dataset[f"stimulus {number:02}"].fixations
        np.testing.assert_allclose(np.stack([fixations.x, fixations.y], 1), points, atol=0.006)
        assert fixations.onset.max() < 4
    kept = sum(map(len, true.values()))
    assert f"{count - kept:,} of {count:,} fixations lie outside their image and were left out" in text
    for note in (
        "UTF-16",
        "decimal comma",
        "before the header",
        "4 of 20 images are val",
    ):
        assert note in text, text
    code, text = run("data", "view", tmp_path / "mine", "--out", tmp_path / "mine.html", "--images", 2)
    assert code == 0, text
    text = re.sub(r"<[^>]+>", " ", (tmp_path / "mine.html").read_text())
    agreement = re.findall(
        r"\b(P\d\d)\s+20\s+\d+\s+[\d.]+\s+([\d.]+)", text
    )  # images, fixations, per image, NSS
    assert sorted(who for who, _ in agreement) == dataset.observers
    assert min(float(nss) for _, nss in agreement) > 1.0  # all look at the spot
    monkeypatch.chdir(tmp_path)
    code, text = run("evaluate", "gazenet", "--data", tmp_path / "mine")
    assert code == 0, text
    assert "gazenet explains" in text
    assert "blur" in text


@pytest.mark.parametrize(
    ("left_out", "asked"),
    [("screen", "screen=480x270"), ("time", "time=ms"), ("onset_from", "onset_from=recording")],
)
def test_what_is_not_said_is_asked(export, options, run, tmp_path, left_out, asked):
    folder, _, _ = export
    given = [
        word for name, word in zip(options[::2], options[1::2], strict=True) if not word.startswith(left_out)
    ]
    words = ("data", "import", folder / "export.csv", "--format", "table", "--out", tmp_path / "mine")
    code, text = run(*words, *(word for option in given for word in ("--option", option)))
    assert code == 2
    assert asked in text, text
    assert not (tmp_path / "mine").exists()
