"""POST /v1/predict answers what `gazemap.predict` and `gazemap predict` say, in each kind."""

import base64
import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image
from support.api_pictures import picture, png

import gazemap
from gazemap.images.placement import Placement
from gazemap.prediction.files.predict_files import predict_files
from gazemap.prediction.prediction import unplace

ALIKE = 1e-4  # nats: the last bits depend on what is computed together


def grid_of(fold):
    values = np.frombuffer(base64.b64decode(fold["grid"]["log_density"]), "<f4")
    return values.reshape(fold["grid"]["height"], fold["grid"]["width"])


def density_of(fold):
    """As the contract says: the grid at the fold's size, normalized."""
    placement = Placement((fold["height"], fold["width"]), tuple(fold["frame"]), fold["fit"])
    return np.exp(unplace(grid_of(fold), placement, "log_density"))


def same_but_for_grids(fold, numbers):
    own = {key: value for key, value in fold.items() if key not in ("grid", "frame", "fit")}
    assert own.keys() == numbers.keys()
    for key, value in numbers.items():
        if key == "points":
            got = [[p["x"], p["y"], p["share"]] for p in own["points"]]
            assert got == pytest.approx(np.array([[p["x"], p["y"], p["share"]] for p in value]), abs=1e-4)
        else:
            assert own[key] == pytest.approx(np.array(value), rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("model", ["gazenet", "gazenet-large", "gazenet@web-page"])
@pytest.mark.parametrize("center_bias", [True, False])
def test_the_numbers_are_those_of_python(api, photo, model, center_bias):
    expected = gazemap.predict(photo, model, center_bias=center_bias)
    answer = api.post("/v1/predict", content=photo, params={"model": model, "center_bias": center_bias})
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    (fold,) = found.pop("folds")
    assert found == {
        "model": model,
        "center_bias": center_bias,
        "width": 400,
        "height": 300,
        "notes": [*expected.notes],
    }
    np.testing.assert_allclose(grid_of(fold), expected.grid, rtol=0, atol=ALIKE)
    np.testing.assert_allclose(density_of(fold), expected.density, rtol=1e-3)
    numbers = expected.as_json()
    assert numbers.pop("notes") == list(expected.notes)  # the picture's ground is noise
    same_but_for_grids(fold, {"fold": 1, "x": 0, "y": 0} | numbers)


def test_a_long_page_is_answered_fold_by_fold(api, page):
    expected = gazemap.predict(page)
    found = api.post("/v1/predict", content=page).json()
    assert [fold["y"] for fold in found["folds"]] == [part.fold.y for part in expected.folds]
    assert found["notes"] == list(expected.notes)
    for fold, part, numbers in zip(found["folds"], expected.folds, expected.as_json()["folds"], strict=True):
        np.testing.assert_allclose(density_of(fold), part.density, rtol=1e-3)
        same_but_for_grids(fold, numbers)
    whole = api.post("/v1/predict", content=page, params={"viewport": "whole"}).json()
    assert len(whole["folds"]) == 1


def test_files_are_those_that_the_command_writes(api, photo, tmp_path):
    (tmp_path / "photo.png").write_bytes(photo)
    predict_files([tmp_path / "photo.png"], tmp_path / "out", write=("saliency", "overlay", "npy"))
    for media_type, ending, close in (
        ("image/png", "saliency.png", 1),
        ("image/jpeg", "overlay.jpg", 12),
        ("application/x-npy", "log_density.npy", ALIKE),
    ):
        answer = api.post("/v1/predict", content=photo, headers={"Accept": media_type})
        assert answer.headers["content-type"] == media_type
        found, expected = (values(file) for file in (answer.content, tmp_path / f"out/photo.png.{ending}"))
        assert found.shape == expected.shape
        assert np.abs(found - expected).max() <= close


def values(file):
    content = file if isinstance(file, bytes) else file.read_bytes()
    if content.startswith(b"\x93NUMPY"):
        return np.load(io.BytesIO(content)).astype(float)
    return np.asarray(Image.open(io.BytesIO(content))).astype(float)


def test_a_form_is_as_good_as_a_body(api, photo):
    raw = api.post("/v1/predict", content=photo)
    form = api.post("/v1/predict", files={"image": ("any name.png", photo, "image/png")})
    for answer in (raw, form):
        assert answer.status_code == 200, answer.text
    grids = [grid_of(answer.json()["folds"][0]) for answer in (raw, form)]
    np.testing.assert_allclose(*grids, rtol=0, atol=ALIKE)


def test_requests_at_once_are_computed_together_and_none_gets_anothers_answer(api):
    pictures = [png(np.roll(picture(200, 260), 23 * shift, axis=1)) for shift in range(12)]
    expected = [gazemap.predict(content).grid for content in pictures]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda content: api.post("/v1/predict", content=content), pictures))
    for answer, grid in zip(answers, expected, strict=True):
        np.testing.assert_allclose(grid_of(answer.json()["folds"][0]), grid, rtol=0, atol=ALIKE)
    batches = batch_sizes(api)
    assert batches["images"] > batches["batches"]


def batch_sizes(api):
    lines = dict(line.rsplit(" ", 1) for line in api.get("/metrics").text.splitlines() if line[0] != "#")
    return {
        "images": float(lines["gazemap_batch_images_sum"]),
        "batches": float(lines["gazemap_batch_images_count"]),
    }


def test_models_and_health(api):
    assert api.get("/v1/models").json() == {
        "models": [
            {
                "name": f"{name}{condition}",
                "input_size": size,
                "has_center_bias": True,
                "is_default": (name, condition) == ("gazenet", ""),
            }
            for name, size in (("gazenet", [240, 320]), ("gazenet-large", [336, 448]))
            for condition in ("", "@mouse", "@web-page", "@as-trained")
        ]
    }
    assert api.get("/healthz").json() == {"status": "ok"}
