"""What an epoch is: its steps over the training split, and the loss on the other."""

from __future__ import annotations

from itertools import islice
from typing import Protocol

import torch
from torch import Tensor

from gazemap.data.batches.arrays import epoch_batches
from gazemap.data.batches.augmentation import augmented
from gazemap.training.setup import Run


class StepLog(Protocol):
    """What is told of every step."""

    def step(self, loss: Tensor, rate: float, images: int) -> None:
        """Its loss, its learning rate and its number of images."""


def train_one_epoch(
    run: Run, epoch: int, log: StepLog | None = None, steps: int | None = None
) -> tuple[Tensor, Tensor]:
    """One pass over the training split; returns the loss and the gradient norm of every step.

    Args:
        run: what is trained.
        epoch: counted from 0.
        log: is told of every step.
        steps: only so many; by default all.
    """
    recipe = run.recipe
    losses, norms = [], []
    run.model.train()
    seed = recipe.training.seed
    batches = epoch_batches(
        run.train, batch_size=recipe.training.batch_size, mirror=run.mirror, seed=seed, epoch=epoch
    )
    for step, drawn in enumerate(islice(batches, steps)):
        batch = augmented(drawn.to(run.device), recipe.data.augment, seed=seed, epoch=epoch, step=step)
        images = run.inputs(batch.images)
        with torch.autocast(run.device.type, torch.bfloat16, enabled=recipe.training.precision == "bf16"):
            prediction = run.forward(images)
            teacher_density = run.teachers.density(images) if run.teachers else None
        loss = run.loss_of(prediction, batch, teacher_density)
        run.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        gradients = [p.grad for p in run.model.parameters() if p.grad is not None]
        norms.append(torch.nn.utils.get_total_norm(gradients))
        losses.append(loss.detach())
        if recipe.training.clip is not None:
            torch.nn.utils.clip_grads_with_norm_(run.model.parameters(), recipe.training.clip, norms[-1])
        run.optimizer.step()
        if run.average:
            run.average.update_parameters(run.model)
        if log:
            log.step(losses[-1], run.optimizer.param_groups[0]["lr"], len(batch))
    return torch.stack(losses).cpu(), torch.stack(norms).cpu()


@torch.no_grad()
def validation_loss(run: Run) -> float:
    """The mean loss over the validation split, in which every image weighs the same."""
    network = run.result.eval()
    forward = network if run.average else run.forward
    total, size = 0.0, run.recipe.training.batch_size
    for start in range(0, len(run.val), size):
        batch = run.val[start : start + size]
        total += run.loss_of(forward(run.inputs(batch.images)), batch).item() * len(batch)
    return total / len(run.val)
