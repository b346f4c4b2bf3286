"""`gazemap crop | areas | diff | sheet` as a designer types them."""

import json

import numpy as np
import pytest
from PIL import Image
from support import tiny_model

from gazemap.images.reading import read_size
from gazemap.models.weights import save_model


@pytest.fixture(autouse=True)
def weights(monkeypatch, tmp_path):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    save_model(tmp_path / "tiny.safetensors", tiny_model.Tiny(output="log_density"))
    return tmp_path / "tiny.safetensors"


@pytest.fixture
def photos(tmp_path):
    rng = np.random.default_rng(0)
    paths = tmp_path / "a.png", tmp_path / "b.png"
    for path, size in zip(paths, ((60, 80, 3), (50, 90, 3)), strict=True):
        Image.fromarray(rng.integers(0, 255, size, np.uint8)).save(path)
    return paths


def test_crop(run, tmp_path, photos, weights):
    out, figure = tmp_path / "crop.png", tmp_path / "figure.png"
    arguments = ("crop", photos[0], "--model", weights, "--out", out)
    code, text = run(*arguments, "--aspect", "1:1", "--figure", figure)
    assert (code, "60 x 60 pixels" in text, "on 75.0% of the area" in text) == (0, True, True), text
    assert read_size(out) == (60, 60)
    assert figure.stat().st_size > 10_000
    code, text = run(*arguments, "--size", "120x60")
    assert (code, "Resized to 120 x 60 pixels, 1.5 times as wide." in text) == (0, True)
    assert read_size(out) == (60, 120)
    code, text = run(*arguments, "--aspect", "1:1", "--share", "0.3")
    assert code == 0
    assert max(read_size(out)) < 60


def test_areas(run, tmp_path, photos, weights):
    (tmp_path / "areas.csv").write_text("name,x,y,width,height\nlogo,0,0,40,60\n")
    areas = ("--areas", tmp_path / "areas.csv", "--areas", "price=30,0,50,60")
    outputs = ("--out", tmp_path / "table.json", "--figure", tmp_path / "figure.pdf")
    code, text = run("areas", photos[0], "--model", weights, *areas, *outputs)
    assert code == 0, text
    for part in ("logo", "50.0%", "62.5%", "logo and price overlap"):
        assert part in text
    assert {row["name"] for row in json.loads((tmp_path / "table.json").read_text())} == {"logo", "price"}
    assert (tmp_path / "figure.pdf").exists()
    mask = np.zeros((60, 80), np.uint8)
    mask[:30] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    code, text = run("areas", photos[0], "--model", weights, "--areas", tmp_path / "mask.png")
    assert (code, "gray 255" in text, "overlap" in text) == (0, True, False)


def test_diff(run, tmp_path, photos, weights):
    (tmp_path / "b.csv").write_text("name,x,y,width,height\nlogo,0,0,45,50\n")
    areas = ("--areas", "logo=0,0,40,60", "--areas-b", tmp_path / "b.csv")
    code, text = run("diff", *photos, "--model", weights, *areas, "--figure", tmp_path / "figure.png")
    assert code == 0, text
    for part in ("a.png", "b.png", "lies elsewhere", "CC ", "SIM ", "KLD(A || B)", "logo", "change"):
        assert part in text
    assert (tmp_path / "figure.png").exists()
    assert "0.0% of the attention lies elsewhere" in run("diff", photos[0], photos[0], "--model", weights)[1]


def test_sheet(run, tmp_path, photos, weights):
    models = ("--model", f"{weights},{weights}")
    code, text = run("sheet", *photos, *models, "--out", tmp_path / "sheet.png")
    assert (code, "images 2, models 2" in text) == (0, True), text
    assert (tmp_path / "sheet.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("crop {a} --out {t}/c.png", "either an aspect or a size"),
        ("crop {a} --out {t}/c.png --aspect 1:1 --size 3x3", "either an aspect or a size"),
        ("crop {a} --out {t}/c.jpg --aspect 1:1", "must end in .png"),
        ("crop {a} --out {t}/c.png --aspect wide", "got 'wide'"),
        ("crop {a} --out {t}/c.png --aspect 1:1 --figure {t}/f.doc", "f.doc"),
        ("crop {a} --out {a} --aspect 1:1", "is what the result is made from, and must not be overwritten"),
        ("areas {a} --areas a=0,0,1,1 --figure {a}", "is what the result is made from"),
        ("areas {a} --areas {b}", "one flat value per area"),
        ("areas {a} --areas a=0,0,1,100", "a reaches from (0, 0) to (1, 100) and out"),
        ("areas {a} --areas a=0,0,1,1 --areas a=1,0,1,1", "Several areas of a.png are named a"),
        ("areas {a} --areas a=0,0,1,1 --out {t}/t.xlsx", "t.xlsx"),
        ("areas {a} --areas a=0,0,1,1 --seconds 0", "must be over 0"),
        ("areas {t} --areas a=0,0,1,1", "is a data set, in which nothing is predicted"),
        ("diff {a} {t}/none.png", "There is no image file"),
        ("diff {a} {b} --figure {t}/f.doc", "f.doc"),
        ("diff {a} {b} --figure {b}", "is what the result is made from"),
        ("sheet {a} {t}/none.png --out {t}/s.png", "There is no image file"),
        ("sheet {t} --out {t}/s.png", "is a folder"),
        ("sheet https://example.org/a.jpg --out {t}/s.png", "is an address; nothing is downloaded"),
        ("sheet {a} {b} --out {b}", "is what the result is made from"),
    ],
)
def test_a_mistake_is_refused_before_the_model_runs(run, photos, tmp_path, weights, arguments, message):
    weights.write_bytes(b"a model that cannot be loaded")
    before = sorted(path.name for path in tmp_path.iterdir())
    words = [word.format(a=photos[0], b=photos[1], t=tmp_path) for word in arguments.split()]
    code, text = run(*words, "--model", weights)
    assert (code, message in text, "Traceback" in text) == (2, True, False), text
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("command", ["areas {a}", "diff {a} {b}"])
def test_a_table_never_replaces_the_areas_that_it_is_made_from(run, photos, tmp_path, weights, command):
    areas = tmp_path / "areas.csv"
    areas.write_text("name,x,y,width,height\nlogo,0,0,40,50\n")
    words = command.format(a=photos[0], b=photos[1]).split()
    code, text = run(*words, "--areas", areas, "--out", areas, "--model", weights)
    assert (code, "is what the result is made from" in text) == (2, True), text
    assert areas.read_text().startswith("name,x,y,width,height\nlogo")
