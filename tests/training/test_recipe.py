import numpy as np
import pytest
import torch

from gazemap.errors import RecipeError
from gazemap.losses import LossTargets, NetworkOutput, weighted_loss
from gazemap.models.files import describe, shipped_weights
from gazemap.models.table import MODELS, create_model
from gazemap.training.optimizers import make_optimizer, rate_and_momentum
from gazemap.training.recipe import load_recipe, parse_recipe
from gazemap.training.shipped import RECIPES, shipped_recipes


@pytest.mark.parametrize("name", shipped_recipes())
def test_every_shipped_recipe_is_sound(name):
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe.model.name in MODELS


LARGE = {"simplenet", "mdnsal"}  # by PNASNet, which takes a second to make


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] if n in LARGE else []) for n in shipped_recipes()]
)
def test_every_shipped_recipe_s_model_loss_and_optimizer_can_be_made(name):
    """On the meta device, where a network has shapes and no numbers."""
    recipe = load_recipe(name)
    with torch.device("meta"):
        model = create_model(recipe.model.name, **recipe.model.options)
        loss = weighted_loss(recipe.loss)
        make_optimizer(recipe.optimizer, model, fused=False)
    grid = torch.rand(2, *model.output_size) + 0.1  # the loss itself, of one map for both images
    if model.output == "log_density":
        grid = grid.flatten(1).log_softmax(1).view_as(grid)
    truth = LossTargets(torch.rand(2, *model.output_size), torch.ones(2, *model.output_size))
    assert loss(NetworkOutput(grid, model.output, model.target_range), truth).isfinite()


@pytest.mark.parametrize("name", shipped_weights())
def test_a_shipped_model_s_recipe_is_one_of_today(name):
    recipe = parse_recipe(describe(f"shipped:{name}")["recipe"], name)
    assert recipe.model.name == "gazenet"


@pytest.mark.parametrize("name", shipped_recipes())
def test_every_recipe_says_how_to_run_it(name):
    header = (RECIPES / f"{name}.yaml").read_text().split("name:")[0]
    assert f"gazemap train {name} " in header


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("training.epoch=3", "training.epoch: unknown key. Did you mean 'epochs'"),
        ("training.epochs=many", "training.epochs: .*got 'many'"),
        ("training.epochs=0", "greater than or equal to 1"),
        ("optimiser.lr=1", "Did you mean 'optimizer'"),
        ("training", "takes a.b=value"),
        ("name.x=1", "is a value, not a section"),
        ("data.mirror=both", "data.mirror"),
        ("training.epochs=[1", "not valid YAML"),
        ("optimizer.name=adm", "optimizer.name: must be sgd, .* or rmsprop, got 'adm'. Did you mean 'adam'"),
        ("model.name=shalow", "model: There is no model named 'shalow'. Did you mean 'shallow'"),
        ("model.options={geometri: pan2016}", "model: .*Did you mean 'geometry'"),
        ("model.options={geometry: pan2061}", "model: .*geometry: .*Did you mean 'pan2016'"),
        ("loss={msee: 1}", "loss: There is no loss named 'msee'. Did you mean 'mse'"),
        ("loss={huber: {weight: 1, dleta: 2}}", "loss: .*Did you mean 'delta'"),
        ("loss={deep_features: {weight: 1, encoder: vgg61}}", "loss: .*encoder: .*Did you mean 'vgg16'"),
        ("loss=mse", "loss: .*got 'mse'"),
    ],
)
def test_mistakes_are_named_with_the_nearest_right_key(override, message):
    with pytest.raises(RecipeError, match=message):
        load_recipe("nurick2021-shallow", [override])


def test_mistakes_in_the_model_and_in_the_loss_are_named_together():
    with pytest.raises(RecipeError, match="has 2 mistake") as caught:
        load_recipe("nurick2021-shallow", ["model.options={depth: 3}", "loss={msee: 1}"])
    assert "named 'depth'" in str(caught.value)
    assert "named 'msee'" in str(caught.value)


def test_a_loss_s_parameters_stand_beside_its_weight():
    recipe = load_recipe("nurick2021-shallow", ["loss={huber: {weight: 1, delta: 0.2}, mse: 1}"])
    assert recipe.model_dump(mode="json")["loss"] == {"huber": {"weight": 1, "delta": 0.2}, "mse": 1.0}
    again = load_recipe("nurick2021-shallow", ["loss={huber: {weight: 1}}", "loss.huber.delta=0.3"])
    assert again.loss == {"huber": {"weight": 1, "delta": 0.3}}


def test_overrides_replace_single_keys():
    recipe = load_recipe("nurick2021-shallow", ["training.epochs=40", "optimizer.lr=0.1"])
    assert (recipe.training.epochs, recipe.optimizer.lr) == (40, 0.1)
    assert recipe.training.batch_size == 128


def test_unknown_and_unreadable_recipes(tmp_path):
    with pytest.raises(RecipeError, match="Did you mean 'nurick2021-shallow'"):
        load_recipe("nurick2021-shalow")
    with pytest.raises(RecipeError, match="cannot be read"):
        load_recipe(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("a: [")
    with pytest.raises(RecipeError, match="not valid YAML"):
        load_recipe(tmp_path / "bad.yaml")
    (tmp_path / "list.yaml").write_text("- 1")
    with pytest.raises(RecipeError, match="must hold keys"):
        load_recipe(tmp_path / "list.yaml")


def test_rate_of_the_replication():
    recipe = load_recipe("nurick2021-shallow")
    rates = [rate_and_momentum(recipe.optimizer, recipe.schedule, e, 1000)[0] for e in range(0, 1000, 100)]
    expected = [0.03, 0.0165, 0.009075, 0.004991, 0.002745, 0.00151, 0.00083, 0.000457, 0.000251, 0.000138]
    np.testing.assert_allclose(rates, expected, rtol=2e-3)


def test_the_rate_stays_once_it_is_below_the_floor():
    recipe = load_recipe("nurick2021-shallow", ["schedule.every=1", "schedule.floor=0.01"])
    rates = [rate_and_momentum(recipe.optimizer, recipe.schedule, e, 10)[0] for e in (2, 3, 9)]
    np.testing.assert_allclose(rates, [0.009075] * 3)


def test_linear_schedules_of_pan():
    recipe = load_recipe("pan2016-shallow")
    ends = [rate_and_momentum(recipe.optimizer, recipe.schedule, e, 1000) for e in (0, 999)]
    np.testing.assert_allclose(ends, [(0.03, 0.9), (0.0001, 0.999)])


def test_an_unknown_loss_is_refused():
    with pytest.raises(RecipeError, match="no loss named 'msee'"):
        weighted_loss({"msee": 1.0})
