import numpy as np
import pytest
import tiny_model
import torch
from PIL import Image

from gazemap.errors import DataError, InputError, OutputError
from gazemap.metrics import resize
from gazemap.prediction import predict, predict_files, predict_grids


@pytest.fixture(params=["saliency", "log_density"])
def model(request):
    torch.manual_seed(0)
    return tiny_model.Tiny(output=request.param)


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (37, 53, 3), np.uint8)).save(path)
    return path


def test_a_prediction_has_the_image_s_own_size(model, photo):
    prediction = predict(model, photo)
    assert prediction.saliency.shape == prediction.log_density.shape == (37, 53)
    assert np.exp(prediction.log_density).sum() == pytest.approx(1)


def test_path_array_and_pil_image_predict_the_same(model, photo):
    first, *others = (predict(model, source) for source in (photo, str(photo), Image.open(photo)))
    others.append(predict(model, np.asarray(Image.open(photo))))
    for other in others:
        np.testing.assert_array_equal(first.saliency, other.saliency)


def test_grids_map_the_target_range_back(model, photo):
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
    image = np.random.default_rng(0).integers(0, 255, (24, 48, 3), np.uint8)
    frame = np.full((24, 24, 3), 128, np.uint8)
    if fit == "letterbox":
        frame[6:18] = np.asarray(Image.fromarray(image).resize((24, 12), Image.Resampling.BILINEAR))
    else:
        frame = image[:, 12:36]
    grid = predict_grids(model, frame.transpose(2, 0, 1)[None])[0]
    found = predict(model, image)
    assert found.saliency.shape == (24, 48)
    inner = found.log_density if model.output == "log_density" else found.saliency
    wanted = resize(grid[3:9], (24, 48)) if fit == "letterbox" else resize(grid, (24, 24))
    if fit == "crop":
        np.testing.assert_array_equal(inner[:, :12], inner[:, 12:13].repeat(12, axis=1))
        inner = inner[:, 12:36]
    offset = (inner - wanted).mean() if model.output == "log_density" else 0.0
    np.testing.assert_allclose(inner - offset, wanted, atol=2e-5)
    assert np.exp(found.log_density).sum() == pytest.approx(1)


def test_files_are_written_and_broken_ones_listed(model, photo, tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 no")
    failures = predict_files(model, [tmp_path / "broken.jpg", photo, tmp_path / "none.png"], tmp_path / "out")
    assert [path.name for path, _ in failures] == ["broken.jpg", "none.png"]
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["photo.log_density.npy", "photo.overlay.png", "photo.saliency.png"]
    saliency = np.asarray(Image.open(tmp_path / "out" / "photo.saliency.png"))
    assert (saliency.min(), saliency.max(), saliency.shape) == (0, 255, (37, 53))
    logs = np.load(tmp_path / "out" / "photo.log_density.npy")
    np.testing.assert_array_equal(logs, predict(model, photo).log_density)


def test_mistakes_are_refused(model, photo, tmp_path):
    with pytest.raises(InputError, match=r"shape \(4, 4\) and type float64"):
        predict(model, np.zeros((4, 4)))
    with pytest.raises(DataError, match="no image file"):
        predict(model, tmp_path / "none.png")
    with pytest.raises(InputError, match="Several images are named 'photo'"):
        predict_files(model, [photo, tmp_path / "photo.jpg"], tmp_path / "out")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        predict_files(model, [photo], tmp_path / "file" / "out")
