"""Areas, crops, designs and sheets: the same numbers as their parts, and mistakes before any model."""

import csv
import json
from dataclasses import asdict
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image
from support import tiny_model

from gazemap.analysis.crops import best_crop
from gazemap.errors import DataError, InputError
from gazemap.gaze.areas import Box
from gazemap.images.reading import read_image, read_size
from gazemap.prediction.predict import predict
from gazemap.reports.areas import areas
from gazemap.reports.crop import crop
from gazemap.reports.diff import diff
from gazemap.reports.sheet import sheet


@pytest.fixture
def model():
    return tiny_model.Tiny(output="log_density")


@pytest.fixture
def photo(tmp_path):
    """A JPEG of more than four times the frame of 24 x 24, which is decoded at reduced scale."""
    pixels = np.random.default_rng(0).integers(0, 255, (200, 300, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.jpg")
    return tmp_path / "photo.jpg"


def test_a_crop_is_that_of_the_photo_s_prediction(model, photo, tmp_path):
    made = crop(photo, tmp_path / "crop.jpg", model=model, aspect="3:2", share=0.3)
    prediction = predict(photo, model=model)
    np.testing.assert_array_equal(made.prediction.density, prediction.density)
    assert made.crop == best_crop(prediction.density, Fraction(3, 2), 0.3)
    assert read_size(tmp_path / "crop.jpg") == (made.crop.height, made.crop.width) == made.size
    again = crop(str(photo), str(tmp_path / "crop.jpg"), model=model, aspect=Fraction(3, 2), share=0.3)
    assert again.as_json() == made.as_json()
    assert made.as_json() == {
        "image": str(photo), "model": "tiny", "out": str(tmp_path / "crop.jpg"), "figure": None,
        **asdict(made.crop), "out_width": made.crop.width, "out_height": made.crop.height,
    }  # fmt: skip
    assert made.notes() == [
        f"{tmp_path / 'crop.jpg'}: x {made.crop.x}, y {made.crop.y}, {made.crop.width} x {made.crop.height} "
        f"pixels; {made.crop.attention:.1%} of the attention on {made.crop.area:.1%} of the area."
    ]


def test_a_crop_holds_areas_whole(model, photo, tmp_path):
    height, width = read_size(photo)
    corner = f"corner={width - 9},{height - 7},9,7"
    made = crop(photo, tmp_path / "crop.jpg", model=model, aspect="1:1", areas=corner)
    assert (made.crop.x + made.crop.width, made.crop.y + made.crop.height) == (width, height)
    assert made.as_json()["areas"] == ["corner"]
    assert "It holds corner whole." in made.notes()
    none = tmp_path / "no.safetensors"  # refused before a model is loaded
    with pytest.raises(InputError, match=r"beyond reaches .* out of its image"):
        crop(photo, tmp_path / "crop.jpg", model=none, aspect="1:1", areas=f"beyond=5,5,{width},3")


def test_a_size_is_height_and_width_and_its_text_has_the_width_first(model, photo, tmp_path):
    for size in ((50, 150), "150x50"):
        figure = tmp_path / "figure.png"
        made = crop(photo, tmp_path / "crop.jpg", model=model, size=size, figure=figure)
        assert (made.crop.height, made.crop.width, made.size) == (100, 300, (50, 150))
        assert read_image(tmp_path / "crop.jpg").shape == (50, 150, 3)
        assert made.notes()[1:] == ["Resized to 150 x 50 pixels, 0.5 times as wide.", f"Figure: {figure}"]
        assert figure.stat().st_size > 10_000


def test_areas_are_of_the_photo_s_prediction(model, photo, tmp_path):
    box = Box("left", 0, 0, 150, 200)
    density = predict(photo, model=model).density
    out, figure = tmp_path / "areas.csv", tmp_path / "areas.png"
    given = ["left=0,0,150,200", Box("all", 0, 0, 300, 200)]
    found = areas(photo, model=model, areas=given, out=out, figure=figure)
    rows = found.predicted.rows
    left = next(row for row in rows if row.name == "left")
    assert left.attention == pytest.approx(density[:, :150].sum())
    assert found.cells()[0][:5] == ["1", "all", "100.0%", "100.0%", "1.00"]
    assert len(found.cells()[0]) == len(found.headings)
    with out.open(newline="") as file:
        read = list(csv.DictReader(file))
    assert tuple(read[0]) == tuple(asdict(left))
    assert [float(row["attention"]) for row in read] == [row.attention for row in rows]
    assert found.as_json()["areas"] == found.rows() == [asdict(row) for row in rows]
    assert json.loads(json.dumps(found.as_json()))["out"] == str(out)
    assert found.notes() == [
        "left and all overlap: attention on both of them counts for each.",
        f"Table: {out}",
        f"Figure: {figure}",
    ]
    assert figure.stat().st_size > 10_000
    mask = np.zeros((200, 300), np.uint8)
    mask[:, :150] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    by_mask = {row.name: row for row in areas(photo, model=model, areas=tmp_path / "mask.png").predicted.rows}
    assert by_mask["gray 255"].attention == pytest.approx(left.attention)
    assert (by_mask["gray 255"].width, by_mask["gray 255"].height) == (box.width, box.height)


def test_differences_are_of_both_predictions(model, photo, tmp_path):
    half, out, figure = tmp_path / "half.png", tmp_path / "diff.json", tmp_path / "diff.svg"
    Image.fromarray(read_image(photo)[:160]).save(half)
    found = diff(photo, half, model=model, areas="left=0,0,150,200", out=out, figure=figure)
    assert [area.bounds for area in found.areas[1]] == [Box("left", 0, 0, 150, 160)]
    [change] = found.changes
    assert change.a.attention == pytest.approx(predict(photo, model=model).density[:, :150].sum())
    assert change.b.attention == pytest.approx(predict(half, model=model).density[:, :150].sum())
    [difference] = found.differences
    assert 0 < difference.total_variation < 1
    assert json.loads(out.read_text()) == [change.row()] == found.as_json()["areas"]
    assert found.as_json()["total_variation"] == difference.total_variation
    assert found.cells()[0][0] == "left"
    assert len(found.cells()[0]) == len(found.headings)
    assert figure.stat().st_size > 10_000


def test_mistakes_are_refused_before_a_model_is_loaded(photo, tmp_path):
    none, out = tmp_path / "no.safetensors", tmp_path / "crop.jpg"
    for options in ({}, {"aspect": "1:1", "size": (2, 2)}):
        with pytest.raises(InputError, match="either an aspect or a size"):
            crop(photo, out, model=none, **options)
    with pytest.raises(InputError, match="must end in"):
        crop(photo, tmp_path / "crop.png", model=none, aspect="1:1")
    with pytest.raises(InputError, match="There are no areas"):
        areas(photo, model=none, areas=())
    with pytest.raises(InputError, match="out of its image of 300 x 200"):
        areas(photo, model=none, areas=[Box("a", 0, 0, 1000, 1)])
    with pytest.raises(InputError, match=r"must end in \.csv or \.json"):
        areas(photo, model=none, areas="a=0,0,9,9", out="table.txt")
    with pytest.raises(DataError, match="There is no image file"):
        diff(photo, tmp_path / "none.png", model=none)
    with pytest.raises(InputError, match="a table of areas: give some"):
        diff(photo, photo, model=none, out="table.csv")
    for call in (
        lambda: crop(photo, out, model=none, aspect="1:1", figure="a.doc"),
        lambda: areas(photo, model=none, areas="a=0,0,9,9", figure="a.doc"),
        lambda: diff(photo, photo, model=none, figure="a.doc"),
        lambda: sheet([photo], "a.doc", model=none),
    ):
        with pytest.raises(InputError, match=r"The name of a figure must end in .*, got a\.doc"):
            call()


def test_a_sheet_is_written(model, photo, tmp_path):
    made = sheet([photo], tmp_path / "sheet.png", model=[model, model])
    assert (tmp_path / "sheet.png").stat().st_size > 10_000
    assert (made.images, made.models) == ((photo,), ("tiny", "tiny"))
    assert made.as_json() == {
        "out": str(tmp_path / "sheet.png"), "images": [str(photo)], "models": ["tiny", "tiny"]
    }  # fmt: skip


@pytest.mark.parametrize(("images", "models"), [(0, 1), (31, 1), (1, 0), (1, 9)])
def test_a_sheet_that_nobody_could_look_at_is_refused(photo, tmp_path, images, models):
    with pytest.raises(InputError, match="1 to 30 images and 1 to 8 models, got"):
        sheet([photo] * images, tmp_path / "sheet.png", model=["no.safetensors"] * models)


@pytest.mark.slow
def test_results_show_themselves_in_a_notebook(model, photo, tmp_path):
    given = ["a<b=10,20,100,50"]
    found = areas(photo, model=model, areas=given)
    assert repr(found) == "<AreaTable of photo.jpg, predicted by tiny: 1 rows>"
    assert f"<td>a&lt;b</td><td>{found.predicted.rows[0].attention:.1%}</td>" in found._repr_html_()
    compared = diff(photo, photo, model=model, areas=given)
    assert repr(compared) == "<DesignComparison of photo.jpg and photo.jpg, predicted by tiny>"
    assert "<td>+0.0%</td>" in compared._repr_html_()
    assert compared._repr_html_().count("photo.jpg") == 2
    assert "<table>" not in diff(photo, photo, model=model)._repr_html_()
    cropped = crop(photo, tmp_path / "crop.jpg", model=model, aspect="1:1")
    assert '<img alt="' in cropped._repr_html_()
    assert f"<p>{cropped.notes()[0]}</p>" in cropped._repr_html_()
    for result in (found, compared, cropped):
        assert result.plot()._repr_png_().startswith(b"\x89PNG")
