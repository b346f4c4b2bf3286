"""Images longer than a screen: each fold is what its part of the image alone would be."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from support import tiny_model

from gazemap.errors import InputError, OutputError
from gazemap.images.folds import fold_notes
from gazemap.models.weights import save_model
from gazemap.prediction.files.outputs import OUTPUTS
from gazemap.prediction.files.predict_files import predict_files
from gazemap.prediction.folded import FoldedPrediction
from gazemap.prediction.pictures import draw_folds
from gazemap.prediction.predict import predict
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.predictor import load_predictor

PAGE = np.random.default_rng(0).integers(0, 255, (500, 160, 3), np.uint8)
STARTS = (0, 100, 200, 300, 400)


@pytest.fixture
def page(tmp_path):
    Image.fromarray(PAGE).save(tmp_path / "page.png")
    return tmp_path / "page.png"


def test_a_fold_is_the_prediction_of_its_part_of_the_image(model):
    found = predict(PAGE, model)
    assert isinstance(found, FoldedPrediction)
    assert [part.fold.y for part in found.folds] == list(STARTS)
    for part, y in zip(found.folds, STARTS, strict=True):
        alone = predict(PAGE[y : y + 100], model)
        np.testing.assert_allclose(part.log_density, alone.log_density, atol=1e-5)
        assert part.density.shape == (100, 160)
        assert part.density.sum() == pytest.approx(1)


def test_on_two_sides_and_where_folds_overlap_the_first_is_shown(density_model):
    image = PAGE[:130, :150]
    found = predict(image, density_model, viewport="100x80")
    assert [(part.fold.x, part.fold.y) for part in found.folds] == [(0, 0), (50, 0), (0, 50), (50, 50)]
    parts = [predict(image[y : y + 80, x : x + 100], density_model).density * 8000 for x, y in
             ((0, 0), (50, 0), (0, 50), (50, 50))]  # fmt: skip
    expected = np.empty((130, 150))
    expected[:80, :100], expected[:80, 100:] = parts[0], parts[1][:, 50:]
    expected[80:, :100], expected[80:, 100:] = parts[2][30:], parts[3][30:, 50:]
    np.testing.assert_allclose(found.times_chance, expected, rtol=1e-4)
    np.testing.assert_allclose(found.saliency, expected / expected.max(), rtol=1e-4)
    np.testing.assert_allclose(found.joined, expected / expected.sum(), rtol=1e-4)


def test_one_density_of_all_folds_is_refused_and_says_what_there_is(model):
    found = predict(PAGE, model)
    for name in ("density", "log_density", "scored"):
        with pytest.raises(InputError, match=r"predicted in 5 folds.*for fold in prediction.folds.*whole"):
            getattr(found, name)
    assert predict(PAGE, model, viewport="whole").density.shape == (500, 160)
    assert predict(PAGE, model, viewport="whole").folds[0].fold.size == (500, 160)


def test_what_was_done_is_said(model):
    folds = predict(PAGE, model)
    assert folds.notes == fold_notes((500, 160), tuple(part.fold for part in folds.folds), None)
    assert "5 folds of 160 x 100" in repr(folds)
    [note] = predict(PAGE, model, viewport=(500, 160)).notes
    assert "is predicted as one picture" in note
    assert predict(PAGE[:300], model).notes == ()


def test_several_images_and_ways_to_give_them_are_the_same(density_model, page):
    images = [PAGE[:90], page, page.read_bytes(), Image.fromarray(PAGE), PAGE[:, :, ::-1]]
    together = predict(images, density_model, viewport=(100, 160))
    assert [len(found.folds) for found in together] == [1, 5, 5, 5, 5]
    for found, image in zip(together, images, strict=True):
        alone = predict(image, density_model, viewport="160x100")
        np.testing.assert_allclose(found.saliency, alone.saliency, atol=1e-5)
    np.testing.assert_allclose(together[1].grid, together[3].grid, atol=1e-5)


def test_a_jpeg_decoded_small_has_the_same_folds(density_model):
    """Each fold has twice the frame of 24 x 24 or more, so the image is decoded at a fraction of its size."""
    smooth = np.asarray(Image.fromarray(PAGE[:60, :20]).resize((400, 1205), Image.Resampling.BICUBIC))
    content = io.BytesIO()
    Image.fromarray(smooth).save(content, "JPEG", quality=95)
    small, whole = predict([content.getvalue(), np.asarray(Image.open(content))], density_model)
    assert [part.fold for part in small.folds] == [part.fold for part in whole.folds]
    for a, b in zip(small.folds, whole.folds, strict=True):
        assert float((b.density * (b.log_density - a.log_density)).sum()) < 1e-3


def test_files_hold_every_fold(density_model, page, tmp_path):
    found = predict(page, density_model)
    for name, kind in OUTPUTS.items():
        kind.write(found, tmp_path / f"{name}{kind.ending}")
    logs = np.load(tmp_path / "npy.log_density.npy", allow_pickle=False)
    assert (logs.shape, logs.dtype) == ((5, 100, 160), np.float32)
    np.testing.assert_allclose(np.exp(logs).sum(axis=(1, 2)), 1, rtol=1e-5)
    numbers = json.loads((tmp_path / "json.attention.json").read_text())
    assert (numbers["width"], numbers["height"], numbers["notes"]) == (160, 500, list(found.notes))
    for number, (fold, part) in enumerate(zip(numbers["folds"], found.folds, strict=True), 1):
        alone = Prediction.as_json(predict(PAGE[part.fold.part], density_model))
        assert (fold["fold"], fold["x"], fold["y"], fold["width"], fold["height"]) == (
            number, 0, STARTS[number - 1], 160, 100
        )  # fmt: skip
        assert np.sum(fold["thirds"]) == pytest.approx(1, abs=1e-5)
        np.testing.assert_allclose(fold["thirds"], alone["thirds"], atol=1e-5)
        places = [(point["x"], point["y"] - fold["y"]) for point in fold["points"]]
        assert places == [(point["x"], point["y"]) for point in alone["points"]]
    for name in ("overlay.overlay.jpg", "contour.contour.jpg", "saliency.saliency.png"):
        with Image.open(tmp_path / name) as picture:
            assert picture.size == (160, 500)
    found.save(tmp_path / "a.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), logs)


def test_a_line_shows_where_a_fold_begins(density_model):
    found = predict(PAGE, density_model)
    blank = np.full(PAGE.shape, 255, np.uint8)
    drawn = draw_folds(blank, [part.fold for part in found.folds])
    changed = np.flatnonzero((drawn != blank).any(axis=2).all(axis=1))
    assert {y for y in STARTS[1:] if y in changed} == set(STARTS[1:])
    assert set((changed + 5) // 100 * 100) == set(STARTS[1:])
    assert found.overlay().shape == found.contour().shape == PAGE.shape


@pytest.mark.slow
def test_what_is_shown_of_a_huge_page_is_smaller(density_model):
    found = predict(np.zeros((12_000, 3000, 3), np.uint8), density_model)
    height, width = found.shown.placement.size
    assert height * width <= 2**24
    assert found.shown.saliency.shape == (height, width)
    assert [part.density.sum() for part in found.shown.folds] == [pytest.approx(1)] * len(found.folds)
    assert [part.density.shape for part in found.shown.folds] == [
        part.fold.size for part in found.shown.folds
    ]


def test_files_are_predicted_as_alone_and_another_viewport_is_another_result(tmp_path, monkeypatch, page):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    save_model(tmp_path / "tiny.safetensors", tiny_model.Tiny(output="log_density"))
    model = load_predictor(tmp_path / "tiny.safetensors", engine="torch")
    out = tmp_path / "out"
    done = predict_files([page], out, model=model, write=["npy", "overlay"])
    assert (done.predicted, done.noted) == (1, 1)
    assert "predicted in 5 folds" in done.notes()[1]
    logs = np.load(out / "page.png.log_density.npy")
    np.testing.assert_allclose(logs, predict(page, model).array, atol=1e-5)
    assert predict_files([page], out, model=model, write=["npy"]).skipped == 1
    with pytest.raises(OutputError, match=r"viewport"):
        predict_files([page], out, model=model, write=["npy"], viewport="whole")
    failed = predict_files([page], tmp_path / "b", model=model, write=["npy"], viewport="10x10")
    assert "up to 100 are predicted" in failed.failures[0].reason
