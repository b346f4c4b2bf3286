"""`--out heat.png`: one image and one kind go to the file of that name; everything else is refused."""

import json

import numpy as np
import pytest
from PIL import Image
from support import tiny_model

from gazemap.errors import DataError, InputError
from gazemap.images.reading import read_size
from gazemap.prediction.files.predict_files import predict_files
from gazemap.prediction.predict import predict


@pytest.fixture
def model():
    return tiny_model.Tiny(output="log_density")


@pytest.fixture
def photo(tmp_path):
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)).save(tmp_path / "a.jpg")
    return tmp_path / "a.jpg"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("saliency", "heat.png"), ("saliency16", "heat.PNG"), ("overlay", "heat.jpg"),
        ("overlay", "heat.png"),         ("contour", "heat.jpeg"), ("npy", "heat.npy"), ("json", "heat.json"),
    ],
)  # fmt: skip
def test_one_image_and_one_kind_make_that_file_and_no_other(model, photo, tmp_path, kind, name):
    out = tmp_path / "new" / name
    done = predict_files([photo], out, model=model, write=[kind])
    assert [path.name for path in out.parent.iterdir()] == [name]
    assert done.files == (out,)
    assert done.notes()[-1] == str(out)
    found = predict(photo, model)
    if kind == "npy":
        np.testing.assert_allclose(np.load(out), found.log_density, rtol=1e-6)
    elif kind == "json":
        assert json.loads(out.read_text()) == found.as_json()
    else:
        assert read_size(out) == (40, 60)
    predict_files([photo], out, model=model, write=[kind])  # it is written anew


@pytest.mark.parametrize(
    ("write", "name", "message"),
    [
        (
            ["saliency", "overlay"],
            "heat.png",
            "one kind of output, got saliency, overlay. Write one: saliency",
        ),
        (["saliency"], "heat.jpg", "of saliency its name must end in .png. Or name a folder, such as"),
        (["json"], "heat.png", "must end in .json"),
        (["overlay"], "heat.webp", "must end in .jpg or .jpeg or .png"),
        (["saliency", "npy"], "heat.webp", "Name a folder"),
    ],
)
def test_what_is_no_one_file_is_refused_before_a_model_is_loaded(photo, tmp_path, write, name, message):
    with pytest.raises(InputError, match=message):
        predict_files([photo], tmp_path / name, model=tmp_path / "none.onnx", write=write)
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


def test_several_images_the_image_itself_and_damaged_ones_are_refused(model, photo, tmp_path):
    Image.new("RGB", (30, 30)).save(tmp_path / "b.png")
    content = photo.read_bytes()
    with pytest.raises(InputError, match=r"for one image, got 2 images\. Name a folder"):
        predict_files([tmp_path], tmp_path / "heat.png", model=model, write=["saliency"])
    with pytest.raises(InputError, match="is what the result is made from"):
        predict_files([photo], photo, model=model, write=["overlay"])
    (tmp_path / "c.png").write_bytes(b"no image")
    with pytest.raises(DataError):
        predict_files([tmp_path / "c.png"], tmp_path / "heat.png", model=model, write=["saliency"])
    assert photo.read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jpg", "b.png", "c.png"]


def test_a_folder_that_is_there_stays_one_whatever_its_name(model, photo, tmp_path):
    (tmp_path / "maps.png").mkdir()
    predict_files([photo], tmp_path / "maps.png", model=model, write=["saliency"])
    assert (tmp_path / "maps.png" / "a.jpg.saliency.png").exists()
