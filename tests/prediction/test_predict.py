import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.special import logsumexp
from support import tiny_model

from gazemap.errors import WeightsError
from gazemap.images.placement import Placement
from gazemap.metrics import resize, to_density
from gazemap.prediction.engines.pytorch import predict_grids
from gazemap.prediction.placing import place
from gazemap.prediction.predict import predict, predict_frames
from gazemap.prediction.prediction import Prediction, row_bands, unplace
from gazemap.prediction.predictor import load_predictor


def photo(height, width):
    return np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)


@pytest.mark.parametrize("fit", ["stretch", "letterbox", "crop"])
@pytest.mark.parametrize("size", [(37, 53), (1, 1), (3, 2000), (2000, 3), (1500, 1100)])
def test_a_prediction_has_the_image_s_own_size(model, fit, size):
    model.fit = fit
    prediction = predict(photo(*size), model)
    assert prediction.saliency.shape == prediction.density.shape == prediction.log_density.shape == size
    assert prediction.density.sum() == pytest.approx(1)
    assert logsumexp(prediction.log_density) == pytest.approx(0, abs=1e-9)
    assert np.isfinite(prediction.log_density).all()


def test_the_three_maps_say_the_same(model):
    prediction = predict(photo(37, 53), model)
    if model.output == "log_density":
        expected = prediction.density / prediction.density.max()
        np.testing.assert_allclose(prediction.saliency, expected, rtol=1e-5)
    else:
        np.testing.assert_allclose(prediction.density, to_density(prediction.saliency), rtol=1e-5)
    np.testing.assert_allclose(np.log(prediction.density), prediction.log_density, atol=1e-12)


def test_a_log_density_is_normalized_band_by_band_as_at_once(monkeypatch):
    grid = np.random.default_rng(0).normal(size=(30, 40)) * 5
    placement = Placement((900, 1300), (240, 320), "stretch")
    assert len(list(row_bands((900, 1300)))) == 2
    whole = placement.unplace(grid)
    np.testing.assert_allclose(unplace(grid, placement, "log_density"), whole - logsumexp(whole), atol=1e-12)
    expected = np.exp(whole - whole.max())
    np.testing.assert_allclose(Prediction(grid, placement, "log_density").saliency, expected, rtol=1e-5)


def test_several_images_are_predicted_as_one_by_one(model, tmp_path):
    Image.fromarray(photo(20, 30)).save(tmp_path / "photo.png")
    images = [photo(37, 53), tmp_path / "photo.png", Image.fromarray(photo(5, 9))]
    together = predict(images, model)
    assert [entry.saliency.shape for entry in together] == [(37, 53), (20, 30), (5, 9)]
    for image, prediction in zip(images, together, strict=True):
        np.testing.assert_allclose(prediction.saliency, predict(image, model).saliency, atol=1e-5)
    assert predict([], model) == []


def test_what_is_shown_of_a_large_image_is_smaller(model):
    small = predict(photo(40, 60), model)
    assert small.shown is small
    grid, output = small.grid, model.output
    large = Prediction(grid, Placement((9000, 10_000), (24, 24), "stretch"), output).shown
    assert large.placement.size == (3885, 4317)
    assert abs(9000 / 3885 - 10_000 / 4317) < 1e-3
    tall = Prediction(grid, Placement((131_000, 3), (24, 24), "stretch"), output).shown
    assert tall.placement.size == (65_500, 1)


def test_grids_map_the_target_range_back(model):
    images = np.random.default_rng(0).integers(0, 255, (3, 3, 24, 24), np.uint8)
    plain = predict_grids(model, images)
    model.target_range = (-1.0, 1.0)
    expected = plain if model.output == "log_density" else (plain + 1) / 2
    np.testing.assert_allclose(predict_grids(model, images), expected, atol=1e-6)


@pytest.mark.parametrize("fit", ["letterbox", "crop"])
def test_the_model_s_own_fit_is_used_and_undone(model, tmp_path, fit, monkeypatch):
    """An image of the input's size laid in by hand, and its part of the grid taken out by hand."""
    from gazemap.models.weights import load_model, save_model

    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    model.fit = fit
    save_model(tmp_path / "weights.safetensors", model)
    assert load_model(tmp_path / "weights.safetensors").fit == fit
    image = photo(24, 48)
    frame = np.full((24, 24, 3), 128, np.uint8)
    if fit == "letterbox":
        frame[6:18] = np.asarray(Image.fromarray(image).resize((24, 12), Image.Resampling.BILINEAR))
    else:
        frame = image[:, 12:36]
    grid = predict_grids(model, frame.transpose(2, 0, 1)[None])[0]
    found = predict(image, model)
    assert found.saliency.shape == (24, 48)
    inner = found.log_density if model.output == "log_density" else found.saliency
    wanted = resize(grid[3:9], (24, 48)) if fit == "letterbox" else resize(grid, (24, 24))
    if fit == "crop":
        np.testing.assert_array_equal(inner[:, :12], inner[:, 12:13].repeat(12, axis=1))
        inner = inner[:, 12:36]
    offset = (inner - wanted).mean() if model.output == "log_density" else 0.0
    np.testing.assert_allclose(inner - offset, wanted, atol=2e-5)
    assert np.exp(found.log_density).sum() == pytest.approx(1)


def test_predicting_leaves_random_numbers_and_gradients_alone(density_model):
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    predict(photo(9, 9), density_model)
    assert torch.equal(torch.rand(2), expected)
    assert all(parameter.grad is None for parameter in density_model.parameters())


def test_weights_that_give_no_numbers_are_refused(model):
    model.readout.bias.data.fill_(float("nan"))
    with pytest.raises(WeightsError, match=r"tiny puts out numbers that are not finite.*other weights"):
        predict(photo(9, 9), model)


def test_every_part_of_the_model_keeps_its_mode(density_model):
    """A training loop may predict in between; a part that it has frozen stays frozen."""
    density_model.train()
    density_model.norm.eval()
    before = {name: value.clone() for name, value in density_model.state_dict().items()}
    predict(photo(9, 9), density_model)
    predict_grids(density_model, np.zeros((2, 3, 24, 24), np.uint8))
    modes = {name: part.training for name, part in density_model.named_children()}
    assert modes == {"convolution": True, "norm": False, "readout": True}
    assert density_model.training
    for name, value in density_model.state_dict().items():
        assert torch.equal(value, before[name])


def test_predictions_compare_and_hash_as_objects(model):
    first, second = predict(photo(9, 9), model), predict(photo(9, 9), model)
    assert first == first
    assert first != second
    assert len({first, second, first}) == 2
    assert replace(first) != first


def test_frames_are_predicted_by_one_door(model):
    """Of any number, in batches, by any engine: what `predict` says of each image."""
    model.fit = "crop"
    predictor = load_predictor(model)
    images = [photo(30 + i, 40) for i in range(70)]
    placed = [place(predictor, image) for image in images]
    frames, placements = np.stack([frame for _, frame in placed]), [placement for placement, _ in placed]
    found = predict_frames(predictor, frames, placements)
    sizes = []
    engine = lambda chunk: sizes.append(len(chunk)) or predict_grids(model, chunk)  # noqa: E731
    again = predict_frames(replace(predictor, opened=lambda weights: engine), frames, placements)
    assert sizes == [64, 6]
    for image, one, other in zip(images, found, again, strict=True):
        np.testing.assert_allclose(one.log_density, predict(image, model).log_density, rtol=1e-4, atol=1e-5)
        np.testing.assert_array_equal(one.grid, other.grid)
    assert found[0].scored.shape == (30, 40)
    model.fit = "stretch"
    assert predict(images[0], model).scored.shape == (12, 12)
    assert predict_frames(predictor, frames[:0], []) == []


@pytest.mark.parametrize("size", [(40, 60), (300, 60)], ids=["at once", "in folds"])
def test_a_prediction_that_was_used_is_freed_at_once(model, size):
    """Not when the garbage collector comes by: a server's memory would grow until then."""
    used(size, model)  # the first use imports packages, whose handled errors hold the frames around them
    gc.collect()
    gc.disable()
    try:
        there = weakref.ref(used(size, model))
        assert there() is None
    finally:
        gc.enable()


def used(size, model):
    prediction = predict(photo(*size), model)
    prediction.as_json()
    prediction.overlay()
    return prediction
