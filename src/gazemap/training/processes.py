"""Several processes that train one network, on one machine or many: torchrun -m gazemap train ...

Every process holds the network, takes its share of every batch, and sums the gradients with the others, in
one place and one order; so their weights stay the same, and the same number of processes gives the same
bits, resumed or not. Batches, mirror images and augmentation are those of one process: only the order in
which gradients are summed differs, by rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor, nn

from gazemap.errors import TrainingError
from gazemap.system import ranks

_PATIENCE = timedelta(hours=12)  # the first one decodes the images while the others wait


@dataclass(frozen=True)
class Processes:
    """The processes of a training, as one of them sees them.

    Attributes:
        rank: its own number, from 0.
        size: how many there are.
    """

    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        """Whether it is the one that writes."""
        return self.rank == 0

    def share(self, count: int) -> tuple[slice, float]:
        """The places in a batch of `count` images that it takes, and which share of the batch these are.

        Where a batch has fewer images than there are processes, some take an image of which nothing counts.
        """
        start, stop = count * self.rank // self.size, count * (self.rank + 1) // self.size
        return slice(start, max(stop, start + 1)), (stop - start) / count

    def summed(self, values: Tensor) -> Tensor:
        """The sum of what every process gives; `values` itself where it is the only one."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def sum_gradients(self, parameters: list[nn.Parameter], share: float) -> None:
        """Give every process the gradient of the whole batch, from those of the shares' means."""
        if self.size == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        together = self.summed(torch.cat([gradient.flatten() for gradient in gradients]).mul_(share))
        parts = torch.split(together, [gradient.numel() for gradient in gradients])
        for gradient, whole in zip(gradients, parts, strict=True):
            gradient.copy_(whole.view_as(gradient))

    def wait(self) -> None:
        """Go on when all processes have come so far."""
        if self.size > 1:
            dist.barrier()

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """The first does it, then all others at once, so that what it makes is there for them."""
        if not self.is_first:
            self.wait()
        yield
        if self.is_first:
            self.wait()


ALONE = Processes()


@contextmanager
def joined(device: torch.device) -> Iterator[Processes]:
    """The processes that a launcher has started; alone where there is none.

    Args:
        device: of the training; on "cuda", each process of a machine takes a GPU of its own.

    Raises:
        InputError: the launcher's environment variables cannot be read.
    """
    size = ranks.size()
    if size == 1:
        yield ALONE
    elif dist.is_initialized():  # of a training within a training, such as its pretext
        yield Processes(dist.get_rank(), dist.get_world_size())
    else:
        if device.type == "cuda":
            torch.cuda.set_device(ranks.local_rank())
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=_PATIENCE)
        try:
            yield Processes(ranks.rank(), size)
        finally:
            dist.destroy_process_group()


def share_statistics(model: nn.Module, device: torch.device, size: int) -> None:
    """Make batch normalization see whole batches, not shares of them: on GPUs, where PyTorch can.

    Raises:
        TrainingError: the model is on the CPU and normalizes batches in training.
    """
    if size == 1:
        return
    if device.type == "cuda":
        # in place; the parameters stay the same objects
        nn.SyncBatchNorm.convert_sync_batchnorm(model)  # type: ignore[no-untyped-call]
        return
    model.train()
    if any(isinstance(part, nn.modules.batchnorm._BatchNorm) and part.training for part in model.modules()):
        raise TrainingError(
            "Batch normalization would see a share of each batch in each process, and PyTorch joins them on "
            "GPUs alone. Train this network on GPUs, or by one process."
        )
