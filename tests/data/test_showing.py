"""Data sets and their images as pictures and tables."""

import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from gazemap.data.sample import DEFAULT_CYCLES
from gazemap.data.showing import spread_over
from gazemap.errors import DataError, InputError, MissingPackageError
from gazemap.gaze.blurring import fourier_sigma
from gazemap.system import tables


def dots(axes):
    return [np.asarray(collection.get_offsets()) for collection in axes.collections]


def test_an_image_is_shown_with_its_fixations_and_their_density(popout_set):
    sample = popout_set[0]
    figure = sample.plot()
    left, right, bar = figure.axes
    scale = left.get_images()[0].get_array().shape[1] / sample.size[1]
    [found] = dots(left)
    np.testing.assert_allclose(found[:, 0], sample.fixations.x * scale)
    people = len(sample.fixations.observers)
    assert left.get_title(loc="left") == f"{len(sample.fixations)} fixations of {people} people"
    assert right.get_title(loc="left") == f"density, blurred by {sample.sigma:.3g} pixels"
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["a fixation"]
    assert bar.get_ylabel() == "times as often as chance"
    size = right.get_images()[0].get_array().shape[:2]
    density = sample.density(size)
    assert bar.get_ylim()[1] == pytest.approx(density.max() * density.size)
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


def test_the_blur_is_the_one_that_is_asked_for_or_the_usual(popout_set):
    sample = replace(popout_set[0], sigma=None, pixels_per_degree=None)

    def said(one, **blur):
        return one.plot(**blur).axes[1].get_title(loc="left")

    assert said(sample) == f"density, blurred by {fourier_sigma(sample.size, DEFAULT_CYCLES):.3g} pixels"
    assert said(replace(sample, pixels_per_degree=31.0)) == "density, blurred by 31 pixels"
    assert said(sample, sigma=5) == "density, blurred by 5 pixels"
    assert said(replace(sample, pixels_per_degree=30.0), degrees=0.5) == "density, blurred by 15 pixels"
    with pytest.raises(DataError, match="How many pixels make a degree"):
        sample.plot(degrees=1)


@pytest.mark.parametrize("points", [None, "none"])
def test_an_image_without_fixations_is_shown_too(popout_set, points):
    sample = popout_set[0]
    nobody = sample.fixations.where(np.zeros(len(sample.fixations), bool))
    sample = replace(sample, file=None, fixations=None if points is None else nobody)
    figure = sample.plot()
    assert len(figure.axes) == 2  # no map, so no legend of its colors
    assert dots(figure.axes[0]) == []
    assert (figure.axes[0].get_images()[0].get_array() == 128).all()


def test_a_notebook_shows_an_image_or_why_not(popout_set):
    page = ET.fromstring(f"<div>{popout_set[0]._repr_html_()}</div>")
    assert page.find("img").get("alt") == repr(popout_set[0])
    gone = replace(popout_set[0], file=popout_set.path / "gone.png")
    assert "No picture" in gone._repr_html_()
    assert "gone.png" in gone._repr_html_()


def test_a_data_set_is_shown_by_some_of_its_images(popout_set):
    axes = popout_set.plot(5).axes
    shown = [title for panel in axes if (title := panel.get_title(loc="left"))]
    assert shown == [
        f"{s.image_id}, {len(s.fixations)} fixations" for s in spread_over(popout_set.samples, 5)
    ]
    first = popout_set[0]
    width = axes[0].get_images()[0].get_array().shape[1]
    np.testing.assert_allclose(dots(axes[0])[0][:, 0], first.fixations.x * width / first.size[1])
    assert [text.get_text() for text in axes[0].figure.legends[0].get_texts()] == ["a fixation"]
    with pytest.raises(InputError, match="At least one image"):
        popout_set.plot(0)
    with pytest.raises(DataError, match="no image"):
        popout_set.with_samples([]).plot()


def test_a_notebook_shows_what_a_data_set_holds(popout_set):
    page = ET.fromstring(f"<div>{popout_set._repr_html_()}</div>")
    facts = {row.find("th").text: row.find("td").text for row in page.iter("tr")}
    assert facts["images"] == f"{len(popout_set):,}"
    assert facts["observers"] == str(len(popout_set.observers))
    assert facts["please cite"] == popout_set.info.citation
    assert "dense maps" not in facts
    assert page.find("img").get("alt") == f"3 of {len(popout_set)} images"


def test_rows_are_those_of_the_files(popout_set):
    stored = pa.table(tables.read_parquet(popout_set.path / "fixations.parquet"))
    assert pa.table(popout_set.to_arrow()).to_pylist() == stored.to_pylist()
    images = pa.table(popout_set.to_arrow("images")).to_pylist()
    assert [row["image_id"] for row in images] == popout_set.image_ids
    assert images[0]["fixations"] == len(popout_set[0].fixations)
    assert images[0]["file"] == str(popout_set[0].file)
    one = pa.table(popout_set[1].to_arrow())
    assert one.column("x").to_pylist() == popout_set[1].fixations.x.tolist()
    with pytest.raises(InputError, match=r"no kind of rows named 'image'.*Did you mean 'images'"):
        popout_set.to_arrow("image")


def test_pandas_gets_the_same_rows(popout_set, monkeypatch):
    import pandas

    frame = popout_set.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert frame["y"].tolist() == pa.table(popout_set.to_arrow()).column("y").to_pylist()
    assert len(popout_set[0].to_pandas()) == len(popout_set[0].fixations)
    assert popout_set.to_pandas("images")["width"].tolist() == [s.size[1] for s in popout_set]
    monkeypatch.setattr(tables, "find_spec", lambda _: None)
    for shown in (popout_set, popout_set[0]):
        with pytest.raises(MissingPackageError, match="pip install pandas"):
            shown.to_pandas()


def test_a_position_beyond_the_last_is_said(popout_set):
    with pytest.raises(IndexError, match=r"'popout' has 30 images; there is none at position 30\."):
        popout_set[30]
    assert popout_set[-1].image_id == popout_set.image_ids[-1]
