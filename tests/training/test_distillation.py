"""Distillation: the teachers' mean density by hand; a student that has only them learns to predict it."""

import pytest
import torch
from support import tiny_model

from gazemap.errors import RecipeError, WeightsError
from gazemap.models.weights import load_model, load_tensors, save_model
from gazemap.training.checkpoint import LAST
from gazemap.training.distillation import Teachers, load_teachers
from gazemap.training.loop import train
from gazemap.training.recipe import load_recipe

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


def tiny(seed, output="log_density"):
    torch.manual_seed(seed)
    return tiny_model.Tiny(output=output).eval()


@pytest.fixture
def runs(tmp_path):
    """Two teachers, as weights files."""
    files = [tmp_path / f"{seed}.safetensors" for seed in range(2)]
    for seed, file in enumerate(files):
        model = tiny(seed)
        model.readout.weight.data *= 20  # so that their densities differ
        save_model(file, model)
    return [str(file) for file in files]


def test_their_density_is_the_mean_over_teachers_images_and_mirror_images(runs):
    images = torch.rand(3, 3, 24, 24)
    teachers = load_teachers(runs, 0.5, tiny(2), CPU)
    found = teachers.density(images)
    by_hand = torch.zeros(3, 12, 12)
    with torch.no_grad():
        for run in runs:
            model = load_model(run)
            for index in range(3):
                by_hand[index] += model(images[index : index + 1])[0].exp() / 4
                mirrored = torch.flip(images[index : index + 1], dims=[3])
                by_hand[index] += torch.flip(model(mirrored)[0].exp(), dims=[1]) / 4
    torch.testing.assert_close(found, by_hand)
    torch.testing.assert_close(found.sum(dim=(1, 2)), torch.ones(3))
    assert not any(p.requires_grad for model in teachers.models for p in model.parameters())


def test_the_loss_is_weighed_against_the_cross_entropy():
    taught, predicted = torch.full((1, 1, 4), 0.25), torch.tensor([[[0.5, 0.25, 0.125, 0.125]]]).log()
    entropy = 0.25 * (1 + 2 + 3 + 3) * torch.tensor(2.0).log()
    mixed = Teachers([], 0.75).mixed(torch.tensor(2.0), predicted, taught)
    assert mixed.item() == pytest.approx(0.25 * 2 + 0.75 * entropy.item())


def test_a_student_that_has_only_its_teachers_learns_to_predict_their_density(popout_set, tmp_path, runs):
    path = tmp_path / "tiny.yaml"
    path.write_text(tiny_model.RECIPE)
    options = ["model.options={output: log_density}", "loss={nll: 1.0}"]
    options += [f"teachers={{runs: [{', '.join(runs)}], weight: 1.0}}", "training.epochs=30"]
    recipe = load_recipe(path, [*options, "optimizer={name: adam, lr: 0.01}", "schedule.every=20"])
    run = train(recipe, popout_set, tmp_path / "run", progress=False)
    last, _ = load_tensors(run.out / LAST)  # the best epoch is chosen by the fixations
    student = tiny(7)
    student.load_state_dict({key.removeprefix("model."): last[key] for key in last if key[:6] == "model."})
    teachers = load_teachers(runs, 1.0, student, CPU)
    images = torch.stack([torch.tensor(sample.image) for sample in popout_set.split("val")])
    frames = torch.nn.functional.interpolate(images.permute(0, 3, 1, 2) / 255, (24, 24), mode="area")
    taught = teachers.density(frames)

    def divergence(model):
        with torch.no_grad():
            return (taught * (taught.log() - model(frames))).sum(dim=(1, 2)).mean()

    assert divergence(student) < 0.2 * divergence(tiny(7))


def test_a_teacher_of_another_kind_or_none_is_refused(runs, tmp_path):
    with pytest.raises(RecipeError, match="Both must predict a log density on the same grid"):
        load_teachers(runs, 0.5, tiny(0, "saliency"), CPU)
    save_model(tmp_path / "saliency.safetensors", tiny(0, "saliency"))
    with pytest.raises(RecipeError, match=r"saliency\.safetensors cannot teach this tiny"):
        load_teachers([tmp_path / "saliency.safetensors"], 0.5, tiny(0), CPU)
    with pytest.raises(
        RecipeError, match=r"gazenet@web-page names a viewing condition.*Leave it out: gazenet\."
    ):
        load_teachers(["gazenet@web-page"], 0.5, tiny(0), CPU)
    with pytest.raises(WeightsError, match="no model"):
        load_teachers([tmp_path / "none.safetensors"], 0.5, tiny(0), CPU)
