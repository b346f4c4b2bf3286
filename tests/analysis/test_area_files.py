"""Areas from files of every form, each worked by hand."""

import json

import numpy as np
import pytest
from PIL import Image

from gazemap.analysis.area_files import area_files, areas_of, read_areas
from gazemap.errors import InputError
from gazemap.gaze.areas import Box

SIZE = (40, 60)  # of the image


def covered(areas):
    """Name -> pixels of the image."""
    return {area.name: round(area.share_of(SIZE) * 2400, 6) for area in areas}


def written(path, content):
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_texts_boxes_and_files_together(tmp_path):
    table = written(tmp_path / "a.csv", "name;x;y;width;height;group\nlogo;0,5;0;2;4;head\n")
    polygon = [{"name": "tip", "points": [[0, 0], [6, 0], [0, 6]], "group": "head"}]
    named = read_areas(
        ["cta=10,10,5,4", Box("all", 0, 0, 60, 40), table, written(tmp_path / "b.json", polygon)]
    )
    areas = named.of("photo.jpg")
    assert covered(areas) == {"cta": 20, "all": 2400, "logo": 8, "tip": 18}
    assert [area.group for area in areas] == ["", "", "head", "head"]
    assert area_files(["cta=1,1,1,1", table]) == [table]


def test_coco(tmp_path):
    content = {
        "images": [{"id": 7, "file_name": "web/one.png"}, {"id": 8, "file_name": "two.png"}],
        "categories": [{"id": 1, "name": "button"}, {"id": 2, "name": "logo"}],
        "annotations": [
            {"image_id": 7, "category_id": 1, "bbox": [0, 0, 10, 5]},
            {
                "image_id": 7,
                "category_id": 1,
                "segmentation": [[0, 0, 4, 0, 4, 4, 0, 4], [9, 9, 9, 10, 10, 9]],
            },
            {"image_id": 8, "category_id": 2, "bbox": [1, 1, 2, 2]},
        ],
    }
    named = read_areas(written(tmp_path / "coco.json", content))
    assert covered(named.of("one.png")) == {"button 1": 50, "button 2": 16.5}
    assert {area.group for area in named.of("one.png")} == {"button"}
    assert (covered(named.of("two.png")), named.of("three.png")) == ({"logo": 4}, [])
    assert named.strangers(["one.png"]) == ["two.png"]


def test_labelme(tmp_path):
    shapes = [
        {"label": "face", "shape_type": "rectangle", "points": [[12, 8], [2, 3]]},
        {"label": "hand", "shape_type": "polygon", "points": [[0, 0], [0, 2], [2, 0]]},
        {"label": "ball", "shape_type": "circle", "points": [[20, 20], [23, 24]]},
    ]
    path = written(tmp_path / "any.json", {"shapes": shapes, "imagePath": "..\\images\\photo.jpg"})
    found = covered(read_areas(path).of("photo.jpg"))
    assert found == {"face": 50, "hand": 2, "ball": pytest.approx(np.pi * 25)}


def test_svg(tmp_path):
    drawing = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40">
      <g id="head"><rect id="logo" x="1" y="2" width="10" height="4"/>
      <polygon points="0,0 4,0 0,4"><title>corner</title></polygon></g>
      <ellipse id="eye" cx="30" cy="20" rx="6" ry="3"/></svg>"""
    areas = read_areas(written(tmp_path / "a.svg", drawing)).of("photo.jpg")
    assert covered(areas) == {"logo": 40, "corner": 8, "eye": pytest.approx(np.pi * 18)}
    assert [area.group for area in areas] == ["head", "head", ""]


def test_a_folder_has_a_file_for_each_image(tmp_path):
    folder = tmp_path / "areas"
    folder.mkdir()
    pixels = np.zeros(SIZE, np.uint8)
    pixels[:10] = 255
    Image.fromarray(pixels).save(folder / "one.png")
    written(folder / "two.jpg.csv", "name,x,y,width,height\na,0,0,2,3\n")
    named = read_areas(folder)
    assert covered(named.of("one.jpg")) == {"gray 0": 1800, "gray 255": 600}
    assert covered(named.of("two.jpg")) == {"a": 6}
    assert named.of("three.jpg") == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "a", "Areas must be a text"),
        ("a.json", {"boxes": []}, "must hold a list of objects"),
        ("a.json", "{", "is not a JSON file"),
        ("a.json", [{"name": "a", "x": 1}], "entry 1 has no y, width, height"),
        ("a.json", [{"name": "a", "points": [[1, 2]]}], "entry 1: a polygon must have three or more corners"),
        (
            "a.json",
            {"shapes": [{"label": "a", "shape_type": "mask", "points": []}]},
            "shape 1: a shape must be",
        ),
        (
            "a.json",
            {"images": [{"id": 1, "file_name": "a"}], "annotations": [{"image_id": 2, "bbox": [0, 0, 1, 1]}]},
            "is not as COCO's files are",
        ),
        ("a.svg", "<svg><rect", "is not an SVG file"),
        ("a.svg", "<!DOCTYPE svg><svg/>", "has a DOCTYPE"),
        ("a.svg", "<svg/>", "has no areas"),
        ("a.svg", '<svg><path id="a" d="M0 0"/></svg>', "must be one of rect, polygon"),
        ("a.svg", '<svg><rect id="a" width="1" height="1" transform="scale(2)"/></svg>', "has a transform"),
        ("a.svg", '<svg viewBox="5 0 1 1"><rect id="a" width="1" height="1"/></svg>', "must begin with 0 0"),
        ("a.svg", '<svg><rect width="1" height="1"/></svg>', "must have an id"),
        ("a.csv", "name,x,y,width,height\na,0,0,0,1\n", "line 2: a box must have a name"),
        ("a.csv", "name,x,y,width\na,1,2,3\n", r"has no height\. It must have name, x, y, width, height"),
        ("a.csv", "name,x,y,width,height\na,1,2,3,inf\n", "line 2: a box must have"),
        ("a.csv", "name,x,y,width,height\n,1,2,3,4\n", "line 2: a box must have a name"),
        ("a.csv", "name,x,y,width,height\n", "has no areas"),
        ("a.csv", "", "has no name, x, y"),
        ("a.json", [1], "a list of objects"),
        ("a.json", [{"name": None, "x": 1, "y": 2, "width": 3, "height": 4}], "entry 1: a box must have"),
        ("a.json", "[" * 100_000, "is not a JSON file"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, name, content, message):
    with pytest.raises(InputError, match=message):
        read_areas(written(tmp_path / name, content))


def test_the_areas_of_one_image(tmp_path):
    table = written(
        tmp_path / "a.csv", "name,x,y,width,height,image\na,0,0,2,3,photo.jpg\nb,0,0,1,1,other.jpg\n"
    )
    assert covered(areas_of(tmp_path / "photo.jpg", [table, "c=0,0,5,1"])) == {"c": 5, "a": 6}
    with pytest.raises(InputError, match="There are no areas"):
        areas_of(tmp_path / "photo.jpg", ())
    with pytest.raises(InputError, match=r"no areas of third\.jpg, but of photo\.jpg, other\.jpg"):
        areas_of(tmp_path / "third.jpg", table)


def test_tables_as_spreadsheets_write_them(tmp_path):
    for number, (text, encoding) in enumerate(
        [
            ("name;x;y;width;height\nlogo;10,5;2;4;1,25\n", "utf-8-sig"),
            ("name\tx\ty\twidth\theight\nlogo\t10.5\t2\t4\t1.25\n", "utf-16"),
            (" name, x, y, width, height, note\n logo, 10.5, 2, 4, 1.25, new\n\n", "utf-8"),
        ]
    ):
        path = tmp_path / f"{number}.csv"
        path.write_text(text.strip(" "), encoding=encoding)
        (area,) = read_areas(path).of("photo.jpg")
        assert area.bounds == Box("logo", 10.5, 2, 4, 1.25)


def test_files_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.csv cannot be read: No such file"):
        read_areas(tmp_path / "none.csv")
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(InputError, match="not UTF-8 or UTF-16 text"):
        read_areas(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_bytes(b" " * 10_000_001)
    with pytest.raises(InputError, match="got 10,000,001"):
        read_areas(tmp_path / "b.csv")
    for text in ("a=1,2,3", "a=1,2,3,x", "=1,2,3,4", "a=1,2,-3,4"):
        with pytest.raises(InputError, match="must"):
            read_areas(text)


def test_two_areas_of_one_name_are_refused():
    with pytest.raises(InputError, match=r"Several areas of photo\.jpg are named a"):
        read_areas(["a=0,0,1,1", "a=1,0,1,1"]).of("photo.jpg")
