"""Areas, crops, designs and sheets of images that are longer than a screen."""

import csv

import numpy as np
import pytest
from PIL import Image
from support import tiny_model

from gazemap.analysis.crops import best_crop, parse_aspect
from gazemap.errors import InputError
from gazemap.gaze.areas import Box
from gazemap.prediction.predict import predict
from gazemap.reports.areas import areas
from gazemap.reports.crop import crop
from gazemap.reports.diff import diff
from gazemap.reports.sheet import sheet

PIXELS = np.random.default_rng(0).integers(0, 255, (520, 160, 3), np.uint8)


@pytest.fixture
def model():
    return tiny_model.Tiny(output="log_density")


@pytest.fixture
def files(tmp_path):
    """A screen, a page that begins with it, and a longer one, as PNG."""
    for name, height in (("screen", 100), ("page", 420), ("longer", 520)):
        Image.fromarray(PIXELS[:height]).save(tmp_path / f"{name}.png")
    return {name: tmp_path / f"{name}.png" for name in ("screen", "page", "longer")}


def test_a_navigation_bar_has_one_share_however_long_the_page_is(model, files):
    """What a newcomer saw was 5.0 %, 1.4 % and 0.04 % of the same bar."""
    bar = "nav=0,0,160,12"
    alone, folded = (
        areas(files[name], model=model, areas=bar).predicted.rows[0] for name in ("screen", "page")
    )
    assert folded.attention == pytest.approx(alone.attention, rel=1e-5)
    longer = areas(files["longer"], model=model, areas=bar)
    assert longer.predicted.rows[0].attention == pytest.approx(alone.attention, rel=1e-5)
    whole = areas(files["page"], model=model, areas=bar, viewport="whole")
    assert whole.predicted.rows[0].attention < 0.5 * alone.attention
    assert "is predicted as one picture" in whole.notes()[0]
    assert areas(files["screen"], model=model, areas=bar).notes() == []


def test_folds_are_said_in_table_csv_json_and_figure(model, files, tmp_path):
    out, figure = tmp_path / "t.csv", tmp_path / "f.png"
    boxes = [Box("top", 0, 0, 160, 50), Box("edge", 0, 90, 160, 20)]
    found = areas(files["page"], model=model, areas=boxes, out=out, figure=figure)
    shares = ("attention", "size", "times chance", "seen in 2 s", "fixations in 2 s")
    assert found.headings == ("fold", "rank", "area", *shares)
    assert [row[0] for row in found.cells()] == ["1", "1", "2"]
    assert "predicted in 5 folds (screens) of 160 x 100" in found.notes()[0]
    assert found.notes()[1].startswith("edge lies in folds 1 and 2")
    with out.open(newline="") as file:
        assert [row["fold"] for row in csv.DictReader(file)] == ["1", "1", "2"]
    said = found.as_json()
    assert [row["fold"] for row in said["areas"]] == [1, 1, 2]
    assert said["notes"] == found.notes()[:3]
    assert figure.stat().st_size > 10_000


def test_a_crop_is_that_of_all_folds_alike(model, files, tmp_path):
    made = crop(files["page"], tmp_path / "crop.png", model=model, aspect="1:1", figure=tmp_path / "f.png")
    assert made.crop == best_crop(predict(files["page"], model).joined, parse_aspect("1:1"))
    assert any("as if every fold were looked at for the same time" in note for note in made.notes())
    assert made.as_json()["notes"]


@pytest.mark.slow
def test_designs_are_compared_fold_by_fold(model, files, tmp_path):
    figure = tmp_path / "f.png"
    found = diff(files["page"], files["longer"], model=model, areas="cta=20,30,60,20", figure=figure)
    assert [round(one.total_variation, 5) for one in found.differences][:4] == [0, 0, 0, 0]
    [change] = found.changes
    assert [area.bounds for area in found.areas[1]] == [
        Box("cta", 20, 30, 60, 20)
    ]  # not lower, as relative to the page's height
    assert change.change == pytest.approx(0, abs=1e-6)
    text = "\n".join(found.notes())
    for part in (
        "Warning: A is 160 x 420 and B is 160 x 520: they are compared at the same relative places.",
        "B's fold 6 has no counterpart",
        "Fold 5, from (0, 320) in A and (0, 400) in B: ",
        "cta: its place in B is taken over from A; give --areas-b if it moved.",
    ):
        assert part in text
    said = found.as_json()
    assert [fold["fold"] for fold in said["folds"]] == [1, 2, 3, 4, 5]
    assert "total_variation" not in said
    assert said["areas"][0]["place_b"] == "from A"
    assert found.cells()[0][:3] == ["cta", "1", "1"]
    assert len(found.cells()[0]) == len(found.headings)


def test_a_screen_is_compared_with_the_first_fold_and_a_part_that_moved_is_found(model, files):
    boxes = ["cta=20,30,60,20", "nav=0,0,160,12"]
    found = diff(files["screen"], files["page"], model=model, areas=boxes, areas_b="cta=20,130,60,20")
    cta, nav = found.changes
    assert (cta.a.fold, cta.b.fold, cta.is_taken_over) == (1, 2, False)
    assert (nav.a.fold, nav.b.fold, nav.is_taken_over) == (1, 1, True)
    assert nav.change == pytest.approx(0, abs=1e-6)
    assert [row[-1] for row in found.cells()] == ["given", "from A"]
    assert not any(note.startswith("cta: its place") for note in found.notes())
    with pytest.raises(InputError, match="do not fit B: say where they are"):
        diff(files["page"], files["screen"], model=model, areas="low=0,300,20,20")


def test_other_shapes_are_warned_of(model, files):
    found = diff(files["screen"], files["page"], model=model, viewport="whole")
    assert any("their images differ in shape and are stretched" in note for note in found.notes())
    assert not any("Warning" in note for note in diff(files["page"], files["page"], model=model).notes())


def test_a_sheet_says_which_images_have_folds(model, files, tmp_path):
    made = sheet([files["page"], files["screen"]], tmp_path / "s.png", model=model)
    [note] = made.assumed
    assert note.startswith("page.png: 160 x 420, longer than 2:1: predicted in 5 folds")
    assert made.notes()[0] == note
    assert made.as_json()["notes"] == [note]
