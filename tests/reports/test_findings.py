"""What a report shows of a network that sees its images letterboxed or cropped."""

from dataclasses import replace

import numpy as np
import pytest
from support import tiny_model

from gazemap.evaluation.evaluate import evaluate
from gazemap.reports.findings import center_bias_grids, examples, find, subject, wrap_cases
from gazemap.reports.report_page import write_report
from gazemap.training.loop import train
from gazemap.training.recipe import load_recipe


@pytest.fixture(
    scope="module",
    params=["stretch", *(pytest.param(fit, marks=pytest.mark.slow) for fit in ("crop", "letterbox"))],
)
def found(request, popout_set, tmp_path_factory):
    tiny_model.register()
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "tiny.yaml").write_text(tiny_model.RECIPE)
    recipe = load_recipe(folder / "tiny.yaml", [f"data.fit={request.param}", "training.epochs=2"])
    train(recipe, popout_set, folder / "run", progress=False)
    yield find(subject(folder / "run"), popout_set.split("val"))
    del tiny_model.MODELS["tiny"]


@pytest.fixture(scope="module")
def scores(found, popout_set):
    return [
        evaluate({found.name: found.predictor}, popout_set, "val", protocol)
        for protocol in ("exact", "bristol2021", "bristol2021-clipped")
    ]


def test_the_recipe_s_fit_is_the_model_s(found):
    fit = found.about.training.recipe.data.fit
    assert found.predictor.fit == fit == found.predictions[0].placement.fit


def test_the_center_bias_lies_as_the_images_do(found, popout_set):
    grids = center_bias_grids(popout_set, found)
    assert grids.shape == found.grids.shape == found.targets.shape
    if found.predictor.fit == "letterbox":  # 96 x 128 in 24 x 24: 18 rows of image, in 12 x 12 nine
        assert (grids[:, 0] == 0).all()
        assert (grids[:, -1] == 0).all()
        assert (grids[:, 3:9] > 0).all()
    else:
        assert (grids > 0).all()
    assert (grids == grids[0]).all()  # all images have one size


def test_without_a_split_train_the_center_bias_is_that_of_the_other_images(found, popout_set):
    """Of two images, each has the other's points."""
    val = popout_set.split("val")
    two = val.with_samples(val.samples[:2])
    part = find(found.about, two)
    first, second = center_bias_grids(two, part)
    alone = [center_bias_grids(_as_train(sample, two), part)[0] for sample in two]
    np.testing.assert_allclose(first, alone[1])
    np.testing.assert_allclose(second, alone[0])


def _as_train(sample, images):
    """The images with one more, of the points of `sample`, which alone is in the split train."""
    return images.with_samples([*images, replace(sample, image_id="train", split="train")])


@pytest.mark.slow
def test_pictures_have_the_images_aspect(found, scores):
    for example in examples(found, scores[0]):
        assert example.saliency.shape == example.density.shape == (360, 480)
    for _, grid, clipped, wrapped in wrap_cases(found, scores):
        assert clipped.shape == wrapped.shape == (480, 640)
        assert grid.shape == ((12, 12) if found.predictor.fit == "stretch" else (96, 128))


@pytest.mark.slow
def test_the_page_is_written(found, scores, popout_set, tmp_path):
    made = write_report(
        tmp_path / "report.html", title="tiny", subjects=[found.about], dataset=popout_set, scores=scores
    )
    page = made.page.read_text()
    assert "nan" not in page.split("base64", 1)[0]
    assert f"from the data set {popout_set.fingerprint} and the weights" in page  # what made it
    assert made.left_out == []
    for part in ("First-layer filters", "Loss curves of", "by layer, before training"):
        assert part in page
