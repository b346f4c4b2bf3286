"""`pip install gazemap` alone predicts, measures and reports: nothing here imports a package of an extra."""

import ast
import json

import numpy as np
import pytest
from PIL import Image
from support.light import run_command, run_python

from gazemap.serving.built import PAGE

SIZE = (240, 320)
DISK = (90, 230, 28)  # row, column, radius

pytestmark = pytest.mark.slow  # `make light` runs all of it, in an environment without PyTorch


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A photograph of something striking before something dull, and a small built-in data set."""
    folder = tmp_path_factory.mktemp("light")
    save_photo(folder / "photo.jpg")
    code, printed = run_command(folder, "data", "popout", "--out", "gaze/popout", "--images", 24)
    assert code == 0, printed
    return folder


def save_photo(path):
    random = np.random.default_rng(0)
    height, width = SIZE
    rows, columns = np.mgrid[:height, :width]
    pixels = 110 + 6 * random.standard_normal((height, width, 1)) + np.zeros(3)
    row, column, radius = DISK
    pixels[(rows - row) ** 2 + (columns - column) ** 2 < radius**2] = (220, 40, 30)
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=95)


def size_of(path):
    with Image.open(path) as image:
        return image.size[::-1]


def pixels_of(path):
    with Image.open(path) as image:
        return np.asarray(image)


def box_of_disk():
    row, column, radius = DISK
    return column - radius, row - radius, 2 * radius, 2 * radius


def share(density, x, y, width, height):
    return float(density[y : y + height, x : x + width].sum())


def test_predict_in_python(folder):
    run_python(
        """
import numpy as np, gazemap
one = gazemap.predict("photo.jpg")
many = gazemap.predict(["photo.jpg", np.asarray(__import__("PIL.Image").Image.open("photo.jpg"))])
assert isinstance(many, list) and len(many) == 2
large = gazemap.predict("photo.jpg", model="gazenet-large", center_bias=False)
np.savez("predicted.npz", one=one.density, first=many[0].density, second=many[1].density, large=large.density)
""",
        folder,
    )
    predicted = np.load(folder / "predicted.npz")
    x, y, width, height = box_of_disk()
    for density in predicted.values():
        assert density.shape == SIZE
        assert density.sum() == pytest.approx(1, rel=1e-4)
        assert share(density, x, y, width, height) > 4 * width * height / density.size
    for name in ("first", "second"):
        assert np.abs(predicted[name] - predicted["one"]).max() < 1e-4 * predicted["one"].max()


def test_predict_on_the_command_line(folder):
    code, printed = run_command(folder, "predict", "photo.jpg", "--out", "out", "--write", "npy,overlay,json")
    assert code == 0, printed
    density = np.exp(np.load(folder / "out/photo.jpg.log_density.npy"))
    assert density.sum() == pytest.approx(1, rel=1e-4)
    x, y, width, height = box_of_disk()
    first = json.loads((folder / "out/photo.jpg.attention.json").read_text())["points"][0]
    assert x <= first["x"] <= x + width
    assert y <= first["y"] <= y + height
    assert size_of(folder / "out/photo.jpg.overlay.jpg") == SIZE


def test_areas_and_crop(folder):
    x, y, width, height = box_of_disk()
    box = f"disk={x},{y},{width},{height}"
    code, printed = run_command(folder, "areas", "photo.jpg", "--areas", box, "--out", "areas.json")
    assert code == 0, printed
    run_python(
        "import gazemap, numpy; numpy.save('density.npy', gazemap.predict('photo.jpg').density)", folder
    )
    expected = share(np.load(folder / "density.npy"), x, y, width, height)
    found = json.loads((folder / "areas.json").read_text())
    assert [row["name"] for row in found] == ["disk"]
    assert found[0]["attention"] == pytest.approx(expected, abs=2e-3)
    code, printed = run_command(folder, "crop", "photo.jpg", "--aspect", "1:1", "--out", "crop.jpg")
    assert code == 0, printed
    cropped = pixels_of(folder / "crop.jpg").astype(float)
    assert cropped.shape == (240, 240, 3)
    red = (cropped[..., 0] - cropped[..., 1] > 100).sum()
    assert red == pytest.approx(np.pi * DISK[2] ** 2, rel=0.05)  # the whole disk is kept


def test_two_designs_and_a_sheet(folder):
    pixels = pixels_of(folder / "photo.jpg")[:, ::-1]
    Image.fromarray(pixels).save(folder / "mirrored.png")
    code, printed = run_command(folder, "diff", "photo.jpg", "mirrored.png", "--figure", "diff.png")
    assert code == 0, printed
    models = ("--model", "gazenet,gazenet-large")
    code, printed = run_command(folder, "sheet", "photo.jpg", "mirrored.png", *models, "--out", "sheet.png")
    assert code == 0, printed
    for name in ("diff.png", "sheet.png"):
        assert pixels_of(folder / name).std() > 10


def test_data_sets_are_imported_shown_checked_and_divided(folder):
    points = [("a", 10.5, 20.5), ("a", 30.0, 40.0), ("b", 319.0, 239.0)]
    (folder / "raw/images").mkdir(parents=True)
    for name in ("a", "b"):
        save_photo(folder / f"raw/images/{name}.jpg")
    rows = "".join(f"{name},{x},{y}\n" for name, x, y in points)
    (folder / "raw/points.csv").write_text("image,x,y\n" + rows)
    for words in (
        ("import", "raw/points.csv", "--format", "table", "--out", "gaze/table"),
        ("check", "gaze/table"),
        ("info", "gaze/table"),
        ("select", "gaze/popout", "--split", "val", "--out", "gaze/val"),
        ("view", "gaze/popout"),
    ):
        code, printed = run_command(folder, "data", *words)
        assert code == 0, printed
    run_python(
        f"""
import gazemap
dataset, val = gazemap.load_dataset("gaze/table"), gazemap.load_dataset("gaze/val")
found = [(s.image_id, x, y) for s in dataset for x, y in zip(s.fixations.x, s.fixations.y)]
assert found == {points!r}, found
whole = gazemap.load_dataset("gaze/popout")
assert len(val) and val.image_ids == [sample.image_id for sample in whole if sample.split == "val"]
assert all(val[name].fixations == whole[name].fixations for name in val.image_ids)
""",
        folder,
    )


def test_metrics_on_arrays(folder):
    printed = run_python(
        """
import numpy as np
from gazemap import metrics
saliency, fixated = np.arange(12.0).reshape(3, 4), np.zeros((3, 4))
fixated[0, 0] = fixated[2, 3] = 1
print(metrics.auc(saliency, fixated), metrics.nss(saliency, fixated))
print(sorted(metrics.score(saliency, fixation_map=fixated, density=fixated / 2)))
for protocol in metrics.PROTOCOLS:
    found = metrics.score(saliency, fixation_map=fixated, protocol=protocol)
    assert len(found) and np.isfinite([*found.values()]).all(), (protocol, found)
""",
        folder,
    )
    auc, nss = map(float, printed.splitlines()[0].split())
    assert auc == pytest.approx(0.5)  # the least and the greatest of twelve
    assert nss == pytest.approx(0, abs=1e-12)
    assert {"auc", "nss", "cc", "sim", "kld"} <= {*ast.literal_eval(printed.splitlines()[1])}


def test_evaluate_and_what_it_writes(folder):
    words = ("evaluate", "gazenet", "--data", "gaze/popout", "--split", "val", "--out", "scores.parquet")
    code, printed = run_command(folder, *words)
    assert code == 0, printed
    run_python(
        """
import numpy as np, gazemap
scores = gazemap.Scores.read("scores.parquet")
dataset = gazemap.load_dataset("gaze/popout").split("val")
expected = []
for sample in dataset:  # NSS: the mean z-score at the fixated pixels
    density = gazemap.predict(sample.image).density
    z = (density - density.mean()) / density.std()
    expected.append(z[sample.fixations.y.astype(int), sample.fixations.x.astype(int)].mean())
found = scores.per_image["gazenet"]["nss"]
assert len(found) and np.abs(found - expected).max() < 2e-3, (found, expected)
""",
        folder,
    )


def test_report_of_a_model(folder):
    words = ("report", "gazenet", "--data", "gaze/popout", "--protocols", "exact", "--out", "report")
    code, printed = run_command(folder, *words)
    assert code == 0, printed
    page = (folder / "report/report.html").read_text()
    for shown in ("gazenet", "center bias", "gold standard", "data:image/"):
        assert shown in page


def test_the_demo_shows_its_photograph_and_says_what_training_needs(folder):
    code, printed = run_command(folder, "demo", "--out", "demo", "--no-open", absent=True)
    assert code == 0, printed
    assert "training needs PyTorch" in printed
    page = (folder / "demo/index.html").read_text()
    assert "The face gets" in page
    assert "Two more parts need PyTorch" in page
    assert not (folder / "demo/runs").exists()


def test_real_photographs(shared_data, tmp_path):
    photos = sorted((shared_data / "osie").rglob("*.jpg"))[:5]
    assert len(photos) == 5
    code, printed = run_command(tmp_path, "predict", *photos, "--out", "out", "--write", "npy,overlay")
    assert code == 0, printed
    for photo in photos:
        density = np.exp(np.load(next(tmp_path.rglob(f"{photo.name}.log_density.npy"))))
        assert density.shape == size_of(photo)
        assert density.sum() == pytest.approx(1, rel=1e-4)
        assert density.max() * density.size > 5  # somewhere people look far more than elsewhere


@pytest.mark.skipif(not (PAGE / "index.html").is_file(), reason="the page is not built here: make page")
def test_the_page_in_one_file(folder):
    code, printed = run_command(folder, "page", "--single-file", "attention.html", absent=True)
    assert code == 0, printed
    assert (folder / "attention.html").stat().st_size > 10e6
