"""Weights averaged over the steps, and an encoder with its own rate, against what they mean."""

import pytest
import torch
from support import tiny_model
from support.tiny_model import recipe
from torch import nn

from gazemap.errors import RecipeError
from gazemap.models.base import SaliencyModel
from gazemap.models.files import BEST
from gazemap.models.weights import load_tensors
from gazemap.training import loop
from gazemap.training import steps as loop_steps
from gazemap.training.checkpoint import LAST
from gazemap.training.loop import train
from gazemap.training.optimizers import apply_schedule, freeze, make_optimizer
from gazemap.training.recipe import OptimizerSection, ScheduleSection


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


def test_the_saved_weights_are_the_moving_average_of_all_steps(popout_set, tmp_path, monkeypatch):
    steps = []
    real = loop_steps.epoch_batches

    def watched(*arguments, **options):
        for batch in real(*arguments, **options):
            yield batch
            steps.append(current[0].model.readout.weight.detach().clone())

    current = []
    make_run = loop.make_run
    monkeypatch.setattr(loop, "make_run", lambda *a, **k: current.append(make_run(*a, **k)) or current[0])
    monkeypatch.setattr(loop_steps, "epoch_batches", watched)
    chosen = recipe(tmp_path, "training.average=0.8", "training.epochs=12", "training.validate_every=12")
    run = train(chosen, popout_set, tmp_path / "run", progress=False)
    expected = steps[0]
    for count, weight in enumerate(steps[1:], start=1):
        kept = min(0.8, (1 + count) / (10 + count))
        expected = kept * expected + (1 - kept) * weight
    saved = load_tensors(run.out / BEST)[0]
    torch.testing.assert_close(saved["readout.weight"], expected)
    assert not torch.allclose(saved["readout.weight"], steps[-1], rtol=1e-3)
    last = load_tensors(run.out / LAST)[0]
    assert torch.equal(
        last["model.readout.weight"], steps[-1]
    )  # training goes on from the weights themselves


class WithEncoder(SaliencyModel):
    architecture = "with-encoder"

    def __init__(self, *, trainable=True):
        super().__init__(input_size=(2, 2), output_size=(2, 2), output="saliency")
        self.encoder = nn.Linear(2, 2).requires_grad_(trainable)
        self.readout = nn.Linear(2, 1)


def test_the_encoder_moves_at_its_own_rate_under_every_schedule():
    model = WithEncoder()
    section = OptimizerSection(name="sgd", lr=0.1, encoder_lr=0.01)
    optimizer = make_optimizer(section, model, fused=False)
    for epoch, share in ((0, 1.0), (1, 0.5)):
        apply_schedule(optimizer, section, ScheduleSection(name="cosine"), epoch, 2)
        before = {name: p.detach().clone() for name, p in model.named_parameters()}
        for p in model.parameters():
            p.grad = torch.ones_like(p)
        optimizer.step()
        for name, p in model.named_parameters():
            rate = share * (0.01 if name.startswith("encoder") else 0.1)
            torch.testing.assert_close(before[name] - p, torch.full_like(p, rate))


def test_a_rate_for_an_encoder_that_is_not_trained_is_refused():
    section = OptimizerSection(name="sgd", lr=0.1, encoder_lr=0.01)
    with pytest.raises(RecipeError, match="has no trainable encoder"):
        make_optimizer(section, WithEncoder(trainable=False), fused=False)


def test_frozen_parameters_stay_and_all_others_are_trained(popout_set, tmp_path):
    parts = "optimizer.frozen=[convolution, bias]"
    moved = []
    for overrides in ((), (parts,)):
        chosen = recipe(tmp_path, "training.epochs=1", "training.validate_every=1", *overrides)
        run = train(chosen, popout_set, tmp_path / f"run-{len(overrides)}", progress=False)
        torch.manual_seed(chosen.training.seed)
        start, trained = dict(tiny_model.Tiny().named_parameters()), load_tensors(run.out / BEST)[0]
        moved.append({name for name, value in start.items() if not torch.equal(value, trained[name])})
    everything = {
        f"{layer}.{kind}" for layer in ("convolution", "norm", "readout") for kind in ("weight", "bias")
    }
    assert moved == [everything, {"norm.weight", "readout.weight"}]


def test_parts_that_name_nothing_or_leave_nothing_to_train_are_refused():
    with pytest.raises(RecipeError, match=r"'conv_dw', which is in no name .* encoder.weight"):
        freeze(WithEncoder(), ["conv_dw"])
    with pytest.raises(RecipeError, match="leaves nothing"):
        freeze(WithEncoder(), ["encoder", "readout"])


def test_two_parts_may_name_the_same_parameter():
    model = WithEncoder()
    freeze(model, ["encoder", "weight"])
    assert [name for name, p in model.named_parameters() if p.requires_grad] == ["readout.bias"]
