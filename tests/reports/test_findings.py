"""What a report shows of a network that sees its images letterboxed or cropped."""

import pytest
from support import tiny_model

from gazemap.evaluation.evaluate import evaluate
from gazemap.reports.findings import center_bias_grids, examples, load_network, wrap_cases
from gazemap.reports.report import write_report
from gazemap.training.loop import train
from gazemap.training.recipe import load_recipe


@pytest.fixture(scope="module", params=["stretch", "letterbox", "crop"])
def network(request, popout_set, tmp_path_factory):
    tiny_model.register()
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "tiny.yaml").write_text(tiny_model.RECIPE)
    recipe = load_recipe(folder / "tiny.yaml", [f"data.fit={request.param}", "training.epochs=2"])
    train(recipe, popout_set, folder / "run", progress=False)
    yield load_network(folder / "run", popout_set.split("val")), folder / "run"
    del tiny_model.MODELS["tiny"]


@pytest.fixture(scope="module")
def scores(network, popout_set):
    found, _ = network
    return [
        evaluate({found.name: found.model}, popout_set, "val", protocol)
        for protocol in ("exact", "bristol2021", "bristol2021-clipped")
    ]


def test_the_recipe_s_fit_is_the_model_s(network):
    found, _ = network
    assert found.model.fit == found.recipe.data.fit == found.predictions[0].placement.fit


def test_the_center_bias_lies_as_the_images_do(network, popout_set):
    found, _ = network
    grids = center_bias_grids(popout_set, found)
    assert grids.shape == found.grids.shape
    if found.model.fit == "letterbox":  # 96 x 128 in 24 x 24: 18 rows of image, in 12 x 12 nine
        assert (grids[:, 0] == 0).all()
        assert (grids[:, -1] == 0).all()
        assert (grids[:, 3:9] > 0).all()
    else:
        assert (grids > 0).all()
    assert (grids == grids[0]).all()  # all images have one size


def test_pictures_have_the_images_aspect(network, scores, popout_set):
    found, _ = network
    for example in examples(found, popout_set.split("val"), scores[0]):
        assert example.saliency.shape == example.density.shape == (360, 480)
    for _, grid, clipped, wrapped in wrap_cases(found, scores):
        assert clipped.shape == wrapped.shape == (480, 640)
        assert grid.shape == ((12, 12) if found.model.fit == "stretch" else (96, 128))


def test_the_page_is_written(network, scores, popout_set, tmp_path):
    _, run = network
    page = write_report(
        tmp_path / "report.html",
        title="tiny",
        runs=[run],
        dataset=popout_set,
        scores=scores,
    )
    assert "nan" not in page.read_text().split("base64", 1)[0]
    assert f"from the data set {popout_set.fingerprint} and the weights" in page.read_text()  # what made it
