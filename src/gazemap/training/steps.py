"""What an epoch is: its steps over the training split, and the loss on the other.

Where several processes train together, each takes its share of every batch; see `training.processes`.
"""

from __future__ import annotations

from itertools import islice
from typing import Protocol

import torch
from torch import Tensor

from gazemap.data.batches.arrays import epoch_batches
from gazemap.data.batches.augmentation import augmented
from gazemap.training.setup import Run, images_per_epoch


class StepLog(Protocol):
    """What is told of every step."""

    def step(self, loss: Tensor, rate: float, images: int) -> None:
        """Its loss, its learning rate and its number of images."""


def train_one_epoch(
    run: Run, epoch: int, log: StepLog | None = None, steps: int | None = None
) -> tuple[Tensor, Tensor]:
    """One pass over the training split; returns the loss and the gradient norm of every whole batch.

    Args:
        run: what is trained.
        epoch: counted from 0.
        log: is told of every step.
        steps: only so many; by default all.
    """
    recipe, processes = run.recipe, run.processes
    losses, norms = [], []
    run.model.train()
    parameters, seed = [*run.model.parameters()], recipe.training.seed
    batch_size, in_all = recipe.training.batch_size, images_per_epoch(run)
    batches = epoch_batches(
        run.train,
        batch_size=batch_size,
        mirror=run.mirror,
        seed=seed,
        epoch=epoch,
        places=lambda size: processes.share(size)[0],
    )
    for step, drawn in enumerate(islice(batches, steps)):
        size = min(batch_size, in_all - step * batch_size)  # of the whole batch
        places, share = processes.share(size)
        batch = augmented(
            drawn.to(run.device),
            recipe.data.augment,
            seed=seed,
            epoch=epoch,
            step=step,
            places=places,
            size=size,
        )
        images = run.inputs(batch.images)
        with torch.autocast(run.device.type, torch.bfloat16, enabled=recipe.training.precision == "bf16"):
            prediction = run.forward(images)
            teacher_density = run.teachers.density(images) if run.teachers else None
        loss = run.loss_of(prediction, batch, teacher_density)
        run.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        processes.sum_gradients(parameters, share)
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None]))
        losses.append(loss.detach() * share)
        if recipe.training.clip is not None:
            torch.nn.utils.clip_grads_with_norm_(parameters, recipe.training.clip, norms[-1])
        run.optimizer.step()
        if run.average:
            run.average.update_parameters(run.model)
        if log:
            log.step(loss.detach(), run.optimizer.param_groups[0]["lr"], size)
    return processes.summed(torch.stack(losses)).cpu(), torch.stack(norms).cpu()


@torch.no_grad()
def validation_loss(run: Run) -> float:
    """The mean loss over the validation split, in which every image weighs the same."""
    network = run.result.eval()
    forward = network if run.average else run.forward
    total, size = torch.zeros((), dtype=torch.float64, device=run.device), run.recipe.training.batch_size
    for start in range(0, len(run.val), size):
        whole = run.val[start : start + size]
        places, share = run.processes.share(len(whole))
        batch = whole[places]
        total += run.loss_of(forward(run.inputs(batch.images)), batch).double() * (share * len(whole))
    return run.processes.summed(total).item() / len(run.val)
