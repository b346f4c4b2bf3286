"""Distillation: what teachers say together, by hand; a pupil that has only them comes to say it, too."""

import numpy as np
import pytest
import tiny_model
import torch
from PIL import Image

from gazemap.errors import RecipeError, WeightsError
from gazemap.models import create_model
from gazemap.models.weights import load_model, load_tensors, save_model
from gazemap.training import load_recipe, train
from gazemap.training.run import load_splits
from gazemap.training.state import LAST
from gazemap.training.teachers import Teachers, load_teachers

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
        model.readout.weight.data *= 20  # so that they have something to say
        save_model(file, model)
    return [str(file) for file in files]


def said_by(run, images, *, mirrored):
    """One image after the other."""
    with torch.no_grad():
        said = [
            torch.flip(load_model(run)(torch.flip(image[None], dims=[3])), dims=[2])
            if mirrored
            else load_model(run)(image[None])
            for image in images
        ]
    return torch.cat(said).exp()


def test_each_step_hears_one_of_them_and_all_are_heard_alike(runs):
    images = torch.rand(3, 3, 24, 24)
    teachers = load_teachers(runs, 0.5, tiny(2), CPU)
    voices = [said_by(run, images, mirrored=mirrored) for run in runs for mirrored in (False, True)]
    heard = [0] * len(voices)
    for step in range(200):
        told = teachers.density(images, (12, 12), seed=5, epoch=1, step=step)
        heard[min(range(4), key=lambda index: float((told - voices[index]).abs().max()))] += 1
        assert min(float((told - voice).abs().max()) for voice in voices) < 1e-6
        assert torch.equal(told, teachers.density(images, (12, 12), seed=5, epoch=1, step=step))
    assert min(heard) > 30  # 50 of 200 are expected, with a standard deviation of 6
    assert not any(p.requires_grad for model in teachers.models for p in model.parameters())


@pytest.fixture
def large(tmp_path):
    """A teacher whose frame is half as large again as the pupil's."""
    torch.manual_seed(0)
    save_model(tmp_path / "large.safetensors", create_model("gazenet", input_size=(96, 144)).eval())
    return tmp_path / "large.safetensors"


def by_pillow(plane, size):
    return np.asarray(Image.fromarray(plane).resize(size[::-1], Image.Resampling.BILINEAR))


@pytest.mark.parametrize("step", range(4))
def test_a_teacher_may_see_more_than_its_pupil(large, step):
    pupil = create_model("gazenet", input_size=(64, 96))
    image = torch.rand(3, 120, 180)
    teachers = load_teachers([large], 0.5, pupil, CPU)
    told = teachers.density(image[None], pupil.output_size, seed=0, epoch=0, step=step)[0]
    seen = torch.from_numpy(np.stack([by_pillow(plane, (96, 144)) for plane in image.numpy()]))
    voices = [said_by(large, seen[None], mirrored=mirrored)[0] for mirrored in (False, True)]
    by_hand = [torch.tensor(by_pillow(voice.numpy(), (16, 24))) for voice in voices]
    assert any(torch.allclose(told, one / one.sum(), atol=1e-6, rtol=1e-3) for one in by_hand)


def test_the_images_are_read_at_the_size_of_the_largest(popout_set, tmp_path, large):
    path = tmp_path / "pupil.yaml"
    path.write_text(
        tiny_model.RECIPE.replace("name: tiny}", "name: gazenet, options: {input_size: [64, 96]}}")
    )
    options = ["loss={nll: 1.0}", f"teachers={{runs: [{large}], weight: 0.5}}", "training.epochs=1"]
    recipe = load_recipe(path, options)
    train_split, val_split = load_splits(recipe, popout_set)
    assert train_split.images.shape[1:] == (3, 96, 144)
    assert val_split.images.shape[1:] == (3, 64, 96)
    assert train_split.targets.shape[1:] == val_split.targets.shape[1:] == (16, 24)
    run = train(recipe, popout_set, tmp_path / "run", progress=False)
    assert load_model(run.out).input_size == (64, 96)


def test_the_loss_is_weighed_against_the_cross_entropy():
    told, said = torch.full((1, 1, 4), 0.25), torch.tensor([[[0.5, 0.25, 0.125, 0.125]]]).log()
    entropy = 0.25 * (1 + 2 + 3 + 3) * torch.tensor(2.0).log()
    mixed = Teachers([], 0.75).mixed(torch.tensor(2.0), said, told)
    assert mixed.item() == pytest.approx(0.25 * 2 + 0.75 * entropy.item())


def test_a_pupil_that_has_only_its_teachers_comes_to_say_what_they_say(popout_set, tmp_path, runs):
    path = tmp_path / "tiny.yaml"
    path.write_text(tiny_model.RECIPE)
    options = ["model.options={output: log_density}", "loss={nll: 1.0}"]
    options += [f"teachers={{runs: [{', '.join(runs)}], weight: 1.0}}", "training.epochs=90"]
    recipe = load_recipe(path, [*options, "optimizer={name: adam, lr: 0.01}", "schedule.every=30"])
    run = train(recipe, popout_set, tmp_path / "run", progress=False)
    last, _ = load_tensors(run.out / LAST)  # the best epoch is chosen by the fixations
    pupil = tiny(7)
    pupil.load_state_dict({key.removeprefix("model."): last[key] for key in last if key[:6] == "model."})
    images = torch.stack([torch.tensor(sample.image) for sample in popout_set.split("val")])
    frames = torch.nn.functional.interpolate(images.permute(0, 3, 1, 2) / 255, (24, 24), mode="area")
    told = torch.stack(
        [said_by(run, frames, mirrored=mirrored) for run in runs for mirrored in (False, True)]
    )
    told = told.mean(dim=0)

    def divergence(model):
        with torch.no_grad():
            return (told * (told.log() - model(frames))).sum(dim=(1, 2)).mean()

    assert divergence(pupil) < 0.2 * divergence(tiny(7))


def test_a_teacher_of_another_kind_or_none_is_refused(runs, large, tmp_path):
    with pytest.raises(RecipeError, match="Both must put out a log density"):
        load_teachers(runs, 0.5, tiny(0, "saliency"), CPU)
    save_model(tmp_path / "saliency.safetensors", tiny(0, "saliency"))
    with pytest.raises(RecipeError, match=r"saliency\.safetensors cannot teach this tiny"):
        load_teachers([tmp_path / "saliency.safetensors"], 0.5, tiny(0), CPU)
    with pytest.raises(RecipeError, match=r"large\.safetensors cannot teach this tiny.*frames of one shape"):
        load_teachers([large], 0.5, tiny(0), CPU)
    with pytest.raises(WeightsError, match="no weights file"):
        load_teachers([tmp_path / "none.safetensors"], 0.5, tiny(0), CPU)
