"""`gazemap check`: its numbers are those of `gazemap areas`, baselines know their model."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from support import tiny_model

import gazemap
from gazemap.analysis import check as module
from gazemap.analysis.check_baseline import read_baseline
from gazemap.analysis.junit import junit_xml
from gazemap.errors import DataError, InputError, OutputError
from gazemap.reports.areas import areas

BOXES = ["cta=10,10,40,20", "logo=60,5,20,10"]


@pytest.fixture(scope="module")
def model():
    return tiny_model.Tiny(output="log_density").eval()


@pytest.fixture
def pages(tmp_path):
    for seed, name in enumerate(("home", "price")):
        pixels = np.random.default_rng(seed).integers(0, 255, (60, 96, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    return tmp_path / "home.png", tmp_path / "price.png"


@pytest.fixture
def not_loaded(monkeypatch):
    """Fails where a mistake is found only after the model was loaded."""
    monkeypatch.setattr(module, "load_predictor", lambda *_, **__: pytest.fail("the model was loaded"))


def test_the_numbers_are_those_of_areas(model, pages):
    rows = {row.name: row for row in areas(pages[0], areas=BOXES, model=model, seconds=1).predicted.rows}
    texts = ["cta>=0.1%", "cta times chance<0.001", "logo seen 1s>=0.1%", "logo rank<=2"]
    found = gazemap.check(pages[0], areas=BOXES, require=texts, model=model)
    cta, logo = rows["cta"], rows["logo"]
    expected = [cta.attention, cta.times_chance, logo.seen, logo.rank]
    assert [row.found for row in found.rows] == pytest.approx(expected)
    assert ([row.is_met for row in found.rows], found.is_met) == ([True, False, True, True], False)
    assert found.cells()[1][:4] == ["cta", "times chance < 0.001", f"{cta.times_chance:.4g}", "NO"]
    assert found.notes()[0] == "3 of 4 requirements are met."
    assert found.notes()[1].startswith("Not met: cta: times chance is ")
    known = found.as_json()
    assert (known["is_met"], known["requirements"][0]["found"]) == (False, pytest.approx(cta.attention))
    json.dumps(known, allow_nan=False)


def test_each_image_has_its_own_areas(model, pages, tmp_path):
    folder = tmp_path / "areas"
    folder.mkdir()
    (folder / "home.csv").write_text(
        "name,x,y,width,height,group\ncta,10,10,40,20,both\nlogo,60,5,20,10,both\n"
    )
    (folder / "price.csv").write_text("name,x,y,width,height\ncta,0,0,20,20\n")
    found = gazemap.check([*pages], areas=folder, require=["cta>=0", "both>=0"], model=model)
    assert [(row.image, row.requirement.area) for row in found.rows] == [
        ("home.png", "cta"),
        ("home.png", "both"),
        ("price.png", "cta"),
    ]
    assert found.headings[0] == "image"
    assert "price.png has no area both: nothing is required of it there." in found.notes()


def test_a_baseline_is_met_by_what_made_it_and_says_what_was_lost(model, pages, tmp_path):
    kept = tmp_path / "before.json"
    assert gazemap.check(pages[0], areas=BOXES, save_baseline=kept, model=model).rows == []
    same = gazemap.check(pages[0], areas=BOXES, baseline=kept, tolerance=0, model=model)
    assert (same.is_met, [row.found for row in same.rows]) == (True, [0, 0])
    content = json.loads(kept.read_text())
    shares = content["shares"]["home.png"]
    was = shares["cta"]
    shares["cta"] = 2 * was
    kept.write_text(json.dumps(content))
    found = gazemap.check(pages[0], areas=BOXES, baseline=kept, model=model)
    cta, logo = found.rows
    assert (cta.found, cta.before, cta.is_met, logo.is_met) == (pytest.approx(0.5), 2 * was, False, True)
    stated = gazemap.check(pages[0], areas=BOXES, baseline=kept, require=["cta drop<=60%"], model=model)
    assert [(str(row.requirement), row.is_met) for row in stated.rows] == [
        ("cta drop <= 60%", True),
        ("logo drop <= 15%", True),
    ]
    more = gazemap.check([*pages], areas=[*BOXES, "new=0,0,9,9"], baseline=kept, model=model)
    assert f"{kept} has no area new of home.png: nothing is compared." in more.notes()
    assert f"{kept} has no image price.png: nothing is compared." in more.notes()


def test_a_baseline_of_another_model_is_refused_and_of_another_version_said(model, pages, tmp_path):
    kept = tmp_path / "before.json"
    gazemap.check(pages[0], areas=BOXES, save_baseline=kept, model=model)
    other = tiny_model.Tiny(output="log_density").eval()
    with pytest.raises(InputError, match=r"was made by another model .*: network was"):
        gazemap.check(pages[0], areas=BOXES, baseline=kept, model=other)
    with pytest.raises(InputError, match=r"viewport was 'by shape' and is now 'whole'"):
        gazemap.check(pages[0], areas=BOXES, baseline=kept, model=model, viewport="whole")
    content = json.loads(kept.read_text())
    content["made_by"]["version"] = "0.0.9"
    kept.write_text(json.dumps(content))
    found = gazemap.check(pages[0], areas=BOXES, baseline=kept, model=model)
    assert f"{kept} was made by version 0.0.9 of gazemap" in found.notes()[1]
    assert found.is_met


def test_a_baseline_knows_its_condition(pages, tmp_path):
    kept = tmp_path / "before.json"
    gazemap.check(pages[0], areas=BOXES, save_baseline=kept)
    made_by = read_baseline(kept).made_by
    assert (made_by["model"], made_by["condition"]) == ("gazenet", "free-viewing")
    with pytest.raises(InputError, match=r"condition was 'free-viewing' and is now 'web-page'"):
        gazemap.check(pages[0], areas=BOXES, baseline=kept, condition="web-page")


def test_the_junit_report(model, pages, tmp_path):
    report = tmp_path / "report.xml"
    nasty = "a<b&\x1b\ud800\uffff"
    required = [f'"{nasty}">=0', "cta<0.0001%", "logo>=0"]
    boxes = [f"{nasty}=0,0,9,9", *BOXES]
    found = gazemap.check([*pages], areas=boxes, require=required, junit=report, model=model)
    root = ElementTree.fromstring(report.read_text())
    assert (root.get("tests"), root.get("failures")) == ("6", "2")
    assert [(suite.get("name"), suite.get("failures")) for suite in root] == [
        ("home.png", "1"),
        ("price.png", "1"),
    ]
    cases = root[0].findall("testcase")
    assert cases[0].get("name") == r"a<b&\x1b\ud800? share >= 0%"
    assert [case.find("failure") is None for case in cases] == [True, False, True]
    assert cases[1].find("failure").get("message") == found.rows[1].reason
    assert "4 of 6 requirements are met." in root.find(".//system-out").text
    assert junit_xml(found) == report.read_text()


def test_a_page_in_folds_is_checked_fold_by_fold(model, tmp_path):
    pixels = np.random.default_rng(3).integers(0, 255, (420, 160, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "long.png")
    boxes = ["nav=0,0,160,12", "footer=0,400,160,20"]
    found = gazemap.check(tmp_path / "long.png", areas=boxes, require=["footer rank<=1"], model=model)
    assert (found.rows[0].found, found.rows[0].area.fold) == (1, 5)
    assert any("5 folds" in note for note in found.notes())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "Nothing is required"),
        ({"require": ["ctaa>=0.1"]}, "no area named 'ctaa'. Did you mean 'cta'. Known: cta, logo"),
        ({"require": ["cta>>1"]}, "must be an area's name"),
        ({"require": ["cta drop<=1%"]}, "measured against a baseline"),
        ({"require": ["cta>=0"], "tolerance": 1}, "at least 0 and below 1"),
        ({"require": ["cta>=0"], "areas": "cta=90,0,20,5"}, "out of its image of 96 x 60"),
        ({"require": ["cta>=0"], "viewport": "wide"}, "viewport must be"),
        ({"require": ["cta>=0"], "junit": "report.txt"}, "must end in .xml"),
        ({"save_baseline": "before.csv"}, "must end in .json"),
        ({"baseline": "nowhere.json"}, "nowhere.json cannot be read: No such file"),
        ({"baseline": "areas.json"}, "areas.json is no baseline"),
        ({"baseline": "cut.json"}, "it is no JSON"),
        ({"baseline": "lost.json"}, "has of home.png the areas gone"),
        ({"baseline": "other.json"}, "has none of home.png"),
        ({"baseline": "other.json", "require": ["cta drop<=1%"]}, "has no area cta of home.png"),
        ({"images": []}, "no image to check"),
        ({"images": ["home.png", "./home.png"], "require": ["cta>=0"]}, "Several images are named home.png"),
    ],
)
def test_mistakes_are_refused_before_the_model_is_loaded(options, message, pages, not_loaded, monkeypatch):
    monkeypatch.chdir(pages[0].parent)
    for name, shares in (("lost", {"home.png": {"gone": 0.1}}), ("other", {"x.png": {"cta": 0.1}})):
        content = {"kind": "baseline of gazemap check", "made_by": {}, "shares": shares}
        pages[0].with_name(f"{name}.json").write_text(json.dumps(content))
    pages[0].with_name("areas.json").write_text('[{"name": "cta", "x": 0, "y": 0, "width": 9, "height": 9}]')
    pages[0].with_name("cut.json").write_text('{"kind": ')
    known = {"images": "home.png", "areas": BOXES} | options
    with pytest.raises(InputError, match=message):
        gazemap.check(known.pop("images"), **known)


def test_files_are_refused_before_the_model_is_loaded(pages, tmp_path, not_loaded):
    (tmp_path / "folder.xml").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        gazemap.check(pages[0], areas=BOXES, require=["cta>=0"], junit=tmp_path / "folder.xml")
    table = tmp_path / "areas.json"
    table.write_text('[{"name": "cta", "x": 0, "y": 0, "width": 9, "height": 9}]')
    with pytest.raises(InputError, match="must not be overwritten"):
        gazemap.check(pages[0], areas=table, save_baseline=table)
    with pytest.raises(DataError, match="no image file"):
        gazemap.check(tmp_path / "none.png", areas=BOXES, require=["cta>=0"])


def test_an_area_of_no_pixel_is_refused(model, pages):
    with pytest.raises(InputError, match=r"dot covers no part of a pixel of home.png"):
        gazemap.check(pages[0], areas=[*BOXES, "dot=30,30,0.0001,0.0001"], require=["dot>=0"], model=model)
