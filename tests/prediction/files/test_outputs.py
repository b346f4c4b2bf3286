import io
import json

import numpy as np
import pytest
from matplotlib import colormaps
from PIL import Image
from scipy.ndimage import gaussian_filter

from gazemap.errors import InputError
from gazemap.images.overlays import overlay
from gazemap.images.placement import Placement
from gazemap.images.reading import read_size
from gazemap.prediction.files.outputs import OUTPUTS, _png, chosen_outputs, levels
from gazemap.prediction.pictures import contours, levels_holding
from gazemap.prediction.predict import predict
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.summary import salient_points, summarize, thirds


@pytest.fixture
def written(model, tmp_path):
    """What each kind of output holds, by its name, and the prediction."""
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 100, 3), np.uint8)).save(path)
    prediction = predict(path, model)
    files = {}
    for name, kind in OUTPUTS.items():
        files[name] = tmp_path / f"photo.png{kind.ending}"
        kind.write(prediction, files[name])
    return files, prediction


def test_maps_are_proportional_and_rounded(written):
    files, prediction = written
    top = np.maximum(prediction.saliency, 0)
    for name, white in (("saliency", 255), ("saliency16", 65535)):
        found = np.asarray(Image.open(files[name]))
        assert found.dtype == (np.uint8 if white == 255 else np.uint16)
        assert np.abs(found - top / top.max() * white).max() <= 0.5 + 1e-3 * (white > 255) * 10
        assert found.max() == white


def test_levels_of_given_numbers():
    values = np.array([[-1.0, 0.0, 0.49 / 255, 0.51 / 255, 1.49 / 255, 1.0]])
    assert levels(values, 8).tolist() == [[0, 0, 0, 1, 1, 255]]
    assert levels(3 * values, 8).tolist() == [[0, 0, 0, 1, 1, 255]]
    assert levels(np.array([[-2.0, -1.0]]), 8).tolist() == [[0, 0]]
    assert levels(np.array([[0.5, 1.0]]), 16).tolist() == [[32768, 65535]]


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (5, 1), (61, 47)])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_png_files_hold_every_level(size, kind):
    values = np.random.default_rng(0).integers(0, np.iinfo(kind).max, size, kind, endpoint=True)
    stream = io.BytesIO()
    _png(values, stream)
    found = Image.open(stream)
    assert found.format == "PNG"
    np.testing.assert_array_equal(np.asarray(found), values, strict=True)


def test_npy_is_the_log_density(written):
    files, prediction = written
    found = np.load(files["npy"], allow_pickle=False)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, prediction.log_density, rtol=1e-6)


def test_pictures_have_the_image_s_size(written):
    files, _ = written
    for name in ("overlay", "contour"):
        with Image.open(files[name]) as picture:
            assert (picture.size, picture.format) == ((100, 60), "JPEG")


def test_an_overlay_shows_the_square_root_of_the_saliency():
    gray = np.full((1, 3, 3), 100, np.uint8)
    shown = overlay(gray, np.array([[0.0, 0.25, 1.0]])).astype(float)
    np.testing.assert_array_equal(shown[0, 0], 100)  # the least is transparent
    colors = np.array(colormaps["inferno"]([128, 255]))[:, :3] * 255
    for pixel, color, opacity in ((1, colors[0], 0.4), (2, colors[1], 0.8)):
        np.testing.assert_allclose(shown[0, pixel], opacity * color + (1 - opacity) * 100, atol=1.5)


def test_json_is_the_summary(written):
    files, prediction = written
    assert json.loads(files["json"].read_text()) == summarize(prediction.density, (60, 100))


def blobs(size, *places):
    """Gaussian blobs of sigma 4 with the given (row, column, mass)."""
    density = np.full(size, 1e-9)
    for row, column, mass in places:
        density[row, column] += mass
    density = gaussian_filter(density, 4)
    return density / density.sum()


def test_points_are_the_peaks_with_the_mass_around_them():
    density = blobs((200, 300), (50, 60, 0.5), (150, 200, 0.3), (100, 280, 0.2))
    points = salient_points(density, radius=16)
    assert [(p["x"], p["y"]) for p in points] == [(60.5, 50.5), (200.5, 150.5), (280.5, 100.5)]
    # within 4 sigmas of a 2-D Gaussian lies 1 - exp(-8) of its mass
    for point, mass in zip(points, (0.5, 0.3, 0.2), strict=True):
        assert point["share"] == pytest.approx(mass, rel=2e-3)


def test_a_shoulder_is_no_point_and_disks_do_not_count_twice():
    density = blobs((100, 100), (50, 40, 0.6), (50, 46, 0.4))  # one hill
    assert len(salient_points(density, radius=10)) == 1
    near = blobs((100, 100), (50, 30, 0.6), (50, 50, 0.4))  # two, whose disks overlap
    points = salient_points(near, radius=15)
    assert len(points) == 2
    assert sum(point["share"] for point in points) <= 1
    down, across = np.mgrid[:100, :100]
    first, second = (((down - 50) ** 2 + (across - x) ** 2) <= 225 for x in (30, 50))
    assert points[0]["share"] == pytest.approx(near[first].sum(), abs=1e-6)
    assert points[1]["share"] == pytest.approx(near[second & ~first].sum(), abs=1e-6)


def test_an_even_spread_has_no_points():
    assert salient_points(np.full((30, 40), 1 / 1200), radius=3) == []


def test_thirds_of_given_numbers():
    density = np.zeros((3, 6))
    density[0, 0], density[1, 2], density[2, 5] = 0.2, 0.5, 0.3
    assert thirds(density).round(9).tolist() == [[0.2, 0, 0], [0, 0.5, 0], [0, 0, 0.3]]
    np.testing.assert_allclose(thirds(np.ones((1, 1))), np.full((3, 3), 1 / 9))
    # of four columns the second is cut: a third of it lies in the first part
    np.testing.assert_allclose(thirds(np.array([[0, 1.0, 0, 0]] * 3) / 3)[0], [1 / 9, 2 / 9, 0], atol=1e-12)


def test_a_large_image_is_summarized_in_its_own_pixels(monkeypatch):
    from gazemap.prediction import prediction as predicting

    grid = np.log(blobs((60, 80), (20, 60, 0.7), (45, 10, 0.3)))
    whole = Prediction(grid, Placement((600, 800), (60, 80), "stretch"), "log_density").as_json()
    monkeypatch.setattr(predicting, "_SHOWN_PIXELS", 60_000)
    reduced = Prediction(grid, Placement((600, 800), (60, 80), "stretch"), "log_density").as_json()
    assert (reduced["width"], reduced["height"], reduced["radius"]) == (800, 600, pytest.approx(40, abs=0.5))
    assert len(whole["points"]) == len(reduced["points"]) == 2
    for exact, near in zip(whole["points"], reduced["points"], strict=True):
        assert near["x"] == pytest.approx(exact["x"], abs=5)
        assert near["y"] == pytest.approx(exact["y"], abs=5)
        assert near["share"] == pytest.approx(exact["share"], abs=0.01)
    assert whole["peak_over_uniform"] == pytest.approx(np.exp(grid).max() * 4800, rel=0.01)
    np.testing.assert_allclose(reduced["thirds"], whole["thirds"], atol=1e-3)


def test_levels_hold_the_shares_in_the_smallest_regions():
    density = np.array([[0.4, 0.1], [0.2, 0.3]])
    assert levels_holding(density, (0.4, 0.5, 0.75, 0.99)) == [0.4, 0.3, 0.2, 0.1]
    down, across = np.mgrid[-120:121, -120:121]
    hill = np.exp(-(down**2 + across**2) / (2 * 20**2))
    hill /= hill.sum()
    for share, level in zip((0.25, 0.5, 0.75), levels_holding(hill, (0.25, 0.5, 0.75)), strict=True):
        # the region of a 2-D Gaussian that holds a share is a disk of radius sigma sqrt(-2 ln(1 - share))
        assert (hill >= level).sum() == pytest.approx(np.pi * 400 * -2 * np.log(1 - share), rel=0.02)
        assert hill[hill >= level].sum() >= share


def test_the_legend_lies_in_the_corner_that_shows_least():
    """On a plate that covers one corner; the others stay as they are."""
    density = blobs((400, 600), (200, 300, 1.0))
    noise = np.random.default_rng(0).integers(0, 255, (400, 600, 3)).astype(np.uint8)
    for rows, columns in ((slice(300, 400), slice(0, 300)), (slice(0, 100), slice(300, 600))):
        image = noise.copy()
        image[rows, columns] = 90
        plate = (contours(image, density) != contours(image, density, with_legend=False)).any(axis=2)
        assert plate[rows, columns].sum() == plate.sum() > 1000
    small = np.full((30, 30, 3), 90, np.uint8)  # no room
    tiny = blobs((30, 30), (15, 15, 1.0))
    np.testing.assert_array_equal(contours(small, tiny), contours(small, tiny, with_legend=False))


def test_contours_are_drawn_where_the_density_crosses_the_level():
    hill = blobs((90, 90), (45, 45, 1.0))
    gray = np.full((90, 90, 3), 128, np.uint8)
    changed = (contours(gray, hill, shares=[0.5]) != 128).any(axis=2)[:70]  # above the legend
    rows, columns = np.nonzero(changed)
    distance = np.hypot(rows - 45, columns - 45)
    radius = 4 * np.sqrt(2 * np.log(2))
    assert distance.min() > radius - 3
    assert distance.max() < radius + 3
    angles = np.arctan2(rows - 45, columns - 45)
    assert np.histogram(angles, 16)[0].min() > 0  # closed


def test_contours_close_at_the_image_s_edge_and_take_any_size():
    edge = blobs((60, 60), (30, 0, 1.0))
    drawn = contours(np.full((60, 60, 3), 128, np.uint8), edge, shares=[0.5])
    assert (drawn[26:34, 0] != 128).any(axis=1).all()
    for size in ((1, 1), (1, 50), (50, 1), (3, 2000)):
        density = np.random.default_rng(0).random(size)
        assert contours(np.zeros((*size, 3), np.uint8), density / density.sum()).shape == (*size, 3)


def test_a_picture_of_a_large_image_is_smaller(density_model, tmp_path, monkeypatch):
    from gazemap.prediction import prediction as predicting

    monkeypatch.setattr(predicting, "_SHOWN_PIXELS", 1000)
    Image.new("RGB", (200, 300), "red").save(tmp_path / "large.png")
    predicted = predict(tmp_path / "large.png", density_model)
    assert predicted.picture.shape == (38, 25, 3)
    OUTPUTS["overlay"].write(predicted, tmp_path / "overlay.jpg")
    assert read_size(tmp_path / "overlay.jpg") == (38, 25)
    OUTPUTS["saliency"].write(predicted, tmp_path / "saliency.png")
    assert read_size(tmp_path / "saliency.png") == (300, 200)


def test_kinds_are_chosen_by_name():
    assert chosen_outputs(["npy", "json", "npy"]) == [OUTPUTS["npy"], OUTPUTS["json"]]
    with pytest.raises(InputError, match="Did you mean 'overlay'"):
        chosen_outputs(["overlays"])
    with pytest.raises(InputError, match="Nothing is to be written"):
        chosen_outputs([])
