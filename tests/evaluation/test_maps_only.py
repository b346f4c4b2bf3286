"""Data sets of dense maps alone, and of both: what can be scored is, and what cannot is named."""

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from gazemap.data.importers import import_dataset
from gazemap.errors import DataError
from gazemap.evaluation.baselines import CENTER_BIAS
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.predictions import Maps
from gazemap.evaluation.reuse import scores_in
from gazemap.evaluation.scores import Scores

SIZE = (60, 80)


def density(index):
    """(H, W) uint8: one hill, elsewhere in each image."""
    hill = np.zeros(SIZE)
    hill[10 + 8 * index, 60 - 10 * index] = 1
    return np.rint(gaussian_filter(hill, 6) * 255 / gaussian_filter(hill, 6).max()).astype(np.uint8)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("maps")
    for index in range(5):
        split = "val" if index < 3 else "train"
        for kind, picture in (
            ("images", np.full((*SIZE, 3), 90 + index, np.uint8)),
            ("maps", density(index)),
        ):
            (folder / kind / split).mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(folder / kind / split / f"{index}.png")
    return folder


@pytest.fixture(scope="module")
def maps_set(source, tmp_path_factory):
    return import_dataset(source, tmp_path_factory.mktemp("set") / "set", format="reddy-folder")


def normalized(values):
    return values / values.sum()


def test_metrics_that_need_no_points_are_those_of_the_stored_maps(maps_set):
    guess = np.random.default_rng(0).random((3, *SIZE))
    scores = evaluate({"guess": Maps(guess)}, maps_set, one_map=True)
    assert scores.metrics == ["cc", "kld", "sim"]
    for index in range(3):
        truth, map_ = normalized(density(index).astype(float)), guess[index]
        floored = 0.99 * normalized(map_) + 0.01 / map_.size
        found = {metric: scores.per_image["guess"][metric][index] for metric in scores.metrics}
        assert found["cc"] == pytest.approx(np.corrcoef(truth.ravel(), map_.ravel())[0, 1], abs=1e-6)
        assert found["sim"] == pytest.approx(np.minimum(truth, floored).sum(), abs=1e-6)
        positive = truth > 0
        kld = (truth[positive] * np.log(truth[positive] / floored[positive])).sum()
        assert found["kld"] == pytest.approx(kld, abs=1e-6)


def test_the_center_bias_is_the_mean_of_other_images_maps(maps_set):
    scores = evaluate({"flat": Maps(np.zeros((3, 4, 4)))}, maps_set, one_map=True, metrics=["cc"])
    trained = sum(normalized(density(index).astype(float)) for index in (3, 4))
    for index in range(3):
        expected = np.corrcoef(trained.ravel(), density(index).ravel())[0, 1]
        assert scores.per_image[CENTER_BIAS]["cc"][index] == pytest.approx(expected, abs=0.01)
    alone = evaluate({"flat": Maps(np.zeros((2, 4, 4)))}, maps_set, "train", one_map=True, metrics=["cc"])
    expected = np.corrcoef(density(3).ravel(), density(4).ravel())[0, 1]
    assert alone.per_image[CENTER_BIAS]["cc"] == pytest.approx([expected] * 2, abs=0.01)


def test_what_is_left_out_is_named_and_kept_with_the_scores(maps_set, tmp_path):
    scores = evaluate({"guess": Maps(np.random.default_rng(0).random((3, *SIZE)))}, maps_set)
    note = (
        "This split has dense maps alone. auc, sauc, nss, information_gain need fixation points and are left "
        "out; the center bias is the mean of other images' maps."
    )
    assert note in scores.notes()
    assert (
        "The ground truth has no blur of ours: its dense maps are scored as they are stored."
        in scores.notes()
    )
    assert note in scores.as_json()["notes"]
    scores.write(tmp_path / "scores.parquet")
    assert note in Scores.read(tmp_path / "scores.parquet").notes()


def test_metrics_that_need_points_are_refused_by_name(maps_set):
    with pytest.raises(DataError, match=r"nss need points\. Metrics that do without: cc"):
        evaluate({"flat": Maps(np.zeros((3, 4, 4)))}, maps_set, metrics=["nss", "cc"])


def test_they_are_refused_also_where_other_scores_are_kept(maps_set, tmp_path):
    asked = {"models": {"flat": Maps(np.zeros((3, 4, 4)))}, "dataset": maps_set, "replace_others": False}
    scores_in(tmp_path / "scores.json", **asked)
    with pytest.raises(DataError, match=r"nss need points\. Metrics that do without: cc"):
        scores_in(tmp_path / "scores.json", **asked, metrics=["nss"])


def test_log_densities_are_scored_against_maps_too(maps_set):
    truth = np.log(np.array([normalized(density(index) + 1e-3) for index in range(3)]))
    scores = evaluate({"truth": Maps(truth, "log_density")}, maps_set)
    for metric, better in (("cc", np.greater), ("sim", np.greater), ("kld", np.less)):
        assert better(scores["truth"][metric].mean, scores[CENTER_BIAS][metric].mean)


def test_images_of_one_set_may_have_points_or_maps(source, maps_set, tmp_path):
    for path in (source / "maps").rglob("0.png"):
        points = np.zeros(SIZE, np.uint8)
        points[10, 60], points[12, 50] = 255, 255
        target = tmp_path / "s" / "fixations" / "val"
        target.mkdir(parents=True)
        Image.fromarray(points).save(target / path.name)
    for path in source.rglob("*.png"):
        if path.stem != "0" or "images" in path.parts:
            copy = tmp_path / "s" / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    mixed = import_dataset(
        tmp_path / "s", tmp_path / "out", format="reddy-folder", options={"sigma": 6, "name": "mixed"}
    )
    scores = evaluate({"guess": Maps(np.random.default_rng(0).random((3, *SIZE)))}, mixed)
    assert np.isfinite(scores.per_image["guess"]["cc"]).all()
    np.testing.assert_array_equal(np.isnan(scores.per_image["guess"]["auc"]), [False, True, True])
    assert scores.left_out("guess", "nss") == dict.fromkeys("12", "only its map is known, no fixation points")
