"""What objects show in a notebook: well-formed, escaped, and never a failure."""

import base64
import io
import xml.etree.ElementTree as ET

from PIL import Image

from gazemap.errors import DataError
from gazemap.system.figures import NotebookFigure
from gazemap.system.notebooks import picture, table


def well_formed(html):
    return ET.fromstring(f"<div>{html}</div>")


def small():
    figure = NotebookFigure(figsize=(2, 1))
    figure.subplots().plot([0, 1])
    return figure


def test_a_picture_is_a_small_jpeg_with_its_description():
    page = well_formed(picture(small, 'a "b" <c>'))
    shown = page.find("img")
    assert shown.get("alt") == page.find("p").text == 'a "b" <c>'
    kind, _, content = shown.get("src").partition(";base64,")
    assert kind == "data:image/jpeg"
    assert Image.open(io.BytesIO(base64.b64decode(content))).size == (160, 80)


def test_what_cannot_be_drawn_is_said_instead():
    def gone():
        raise DataError("a<b.jpg is gone")

    texts = [paragraph.text for paragraph in well_formed(picture(gone, "an image")).iter("p")]
    assert texts == ["an image", "No picture: a<b.jpg is gone"]


def test_a_table_has_a_heading_where_there_is_one():
    page = well_formed(table("<t>", [("", "x & y"), ("a", "1")], ["<note>"]))
    assert [cell.text for cell in page.find(".//thead").iter("th")] == [None, "x & y"]
    assert (page.find(".//caption").text, page.find("p").text) == ("<t>", "<note>")
    assert well_formed(table("t", [("", ""), ("a", "1")])).find(".//thead") is None


def test_a_figure_shows_itself():
    assert Image.open(io.BytesIO(small()._repr_png_())).size == (200, 100)
