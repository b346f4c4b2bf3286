import numpy as np
import pytest

from gazemap.errors import RecipeError
from gazemap.losses import weighted_loss
from gazemap.models import MODELS
from gazemap.training.optimizers import rate_and_momentum
from gazemap.training.recipe import load_recipe, shipped_recipes


@pytest.mark.parametrize("name", shipped_recipes())
def test_every_shipped_recipe_is_sound(name):
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe.model.name in MODELS
    weighted_loss(recipe.loss)


@pytest.mark.parametrize("name", shipped_recipes())
def test_every_recipe_says_how_to_run_it(name):
    from gazemap.training.recipe import _SHIPPED

    header = (_SHIPPED / f"{name}.yaml").read_text().split("name:")[0]
    assert f"gazemap train {name} " in header


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("training.epoch=3", "training.epoch: unknown key. Did you mean 'epochs'"),
        ("training.epochs=many", "training.epochs: .*'many' came"),
        ("training.epochs=0", "greater than or equal to 1"),
        ("optimiser.lr=1", "Did you mean 'optimizer'"),
        ("training", "takes a.b=value"),
        ("name.x=1", "is a value, not a section"),
        ("data.mirror=both", "data.mirror"),
        ("training.epochs=[1", "not valid YAML"),
    ],
)
def test_mistakes_are_named_with_the_nearest_right_key(override, message):
    with pytest.raises(RecipeError, match=message):
        load_recipe("nurick2021-shallow", [override])


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
