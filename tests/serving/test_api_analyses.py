"""/v1/areas, /v1/crop and /v1/diff answer what the commands of these names print as JSON."""

import io

import numpy as np
import pytest
from PIL import Image
from support.api_pictures import picture, png

from gazemap.analysis.crops import _WRITTEN
from gazemap.reports.areas import areas
from gazemap.reports.crop import crop
from gazemap.reports.diff import diff

FILES = ("image", "dataset", "out", "looks", "figure", "a", "b")
BOXES = ["spot=60,60,80,80", "corner=200,200,100,50.5"]


@pytest.fixture(scope="module")
def files(tmp_path_factory, photo, page):
    folder = tmp_path_factory.mktemp("files")
    found = {"photo": photo, "page": page, "other": png(np.roll(picture(300, 400), 150, axis=1))}
    found["longer"] = png(picture(1700, 400))
    for name, content in found.items():
        (folder / f"{name}.png").write_bytes(content)
    return folder


def same(found, expected):
    """Whether the numbers are alike; the last bits depend on what was computed together."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for key, value in expected.items():
            same(found[key], value)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            same(one, other)
    else:
        assert found == (
            pytest.approx(expected, rel=1e-3, abs=1e-6) if isinstance(expected, float) else expected
        )


def expected_of(result):
    numbers = {key: value for key, value in result.as_json().items() if key not in FILES}
    return {"notes": []} | numbers | {"center_bias": True}


@pytest.mark.parametrize("name", ["photo", "page"])
def test_areas_of_boxes(api, files, name):
    path = files / f"{name}.png"
    answer = api.post("/v1/areas", content=path.read_bytes(), params={"areas": BOXES, "seconds": 1})
    same(answer.json(), expected_of(areas(path, areas=BOXES, seconds=1)))


def test_areas_of_a_mask(api, files):
    labels = np.zeros((300, 400), np.uint8)
    labels[:100], labels[100:, 200:] = 80, 255
    Image.fromarray(labels).save(files / "mask.png")
    sent = {"image": files / "photo.png", "mask": files / "mask.png"}
    answer = api.post("/v1/areas", files={name: path.read_bytes() for name, path in sent.items()})
    same(answer.json(), expected_of(areas(files / "photo.png", areas=files / "mask.png")))


@pytest.mark.parametrize(
    "options", [{"aspect": "1:1"}, {"size": "120x40"}, {"aspect": "16:9", "share": 0.2}], ids=str
)
@pytest.mark.parametrize("name", ["photo", pytest.param("page", marks=pytest.mark.slow)])
def test_a_crop_in_numbers_and_as_a_file(api, files, name, options):
    path = files / f"{name}.png"
    expected = crop(path, files / "crop.png", **options)
    same(api.post("/v1/crop", content=path.read_bytes(), params=options).json(), expected_of(expected))
    made = api.post("/v1/crop", content=path.read_bytes(), params=options, headers={"Accept": "image/*"})
    assert made.headers["content-type"] == "image/png"
    found, written = (Image.open(file) for file in (io.BytesIO(made.content), files / "crop.png"))
    assert np.array_equal(np.asarray(found), np.asarray(written))


def test_a_crop_is_of_its_images_format_or_none(api, photo):
    refused = api.post("/v1/crop?aspect=1:1", content=photo, headers={"Accept": "image/jpeg"})
    assert refused.status_code == 406
    assert "image/png" in refused.json()["detail"]


def test_every_format_of_crops_can_be_asked_for():
    from gazemap.analysis.crops import _PILLOW
    from gazemap.serving.analyses import CROPS

    Image.init()
    written = {Image.MIME[_PILLOW.get(name, name)] for name in _WRITTEN.values()}
    assert written == {*CROPS}


@pytest.mark.parametrize(
    ("a", "b"),
    [("photo", "other"), ("photo", "photo"), pytest.param("page", "longer", marks=pytest.mark.slow)],
)
def test_two_designs(api, files, a, b):
    paths = {"a": files / f"{a}.png", "b": files / f"{b}.png"}
    answer = api.post(
        "/v1/diff",
        files={name: path.read_bytes() for name, path in paths.items()},
        params={"areas": BOXES, "areas_b": ["spot=210,60,80,80"]},
    )
    expected = diff(**paths, areas=BOXES, areas_b=["spot=210,60,80,80"])
    same(answer.json(), expected_of(expected))


@pytest.mark.parametrize(
    ("address", "parts", "says"),
    [
        ("areas", ["image"], "must be either boxes"),
        ("areas?areas=a=1,1,5,5", ["image", "mask"], "got both"),
        ("areas?areas=a=1,1,5", ["image"], "name=x,y,width,height"),
        ("areas?areas=a=1,1,5,5&areas=a=2,2,5,5", ["image"], "named a"),
        ("areas?areas=a=390,1,50,5", ["image"], "out of its image"),
        ("areas?areas=/etc/passwd.csv", ["image"], "name=x,y,width,height"),
        ("crop", ["image"], "got neither"),
        ("crop?aspect=1:1&size=10x10", ["image"], "got both"),
        ("crop?aspect=wide", ["image"], "WIDTH:HEIGHT"),
        ("crop?aspect=1:1&share=2", ["image"], "at most 1"),
        ("crop?aspect=1:1&share=much", ["image"], "share: "),
        ("crop?aspect=900:1", ["image"], "less extreme"),
        ("diff", ["a"], "no file named b"),
        ("diff?areas_b=a=1,1,5,5", ["a", "b"], "A has no a"),
        ("predict?model=other", ["image"], "no model that is served named 'other'"),
        ("predict?viewport=big", ["image"], "WIDTHxHEIGHT"),
        ("predict?center_bias=perhaps", ["image"], "center_bias"),
        ("predict?centre_bias=0", ["image"], "There is no option centre_bias"),
        ("predict", ["image", "mask"], "must be the files image"),
    ],
)
def test_what_cannot_be_is_said(api, photo, address, parts, says):
    answer = api.post(f"/v1/{address}", files=dict.fromkeys(parts, photo))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]
