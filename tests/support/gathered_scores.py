"""Two processes score some of the images each and gather: tests/metrics/test_torchmetrics.py spawns them."""

from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed

from gazemap.metrics import METRICS, to_density
from gazemap.metrics.torchmetrics import TORCHMETRICS

OPTIONS = {"emd": {"downsize": 4}}  # the images are small
UNSEEN = (2, 9)  # nobody looked at these two images, so they have no score


def images():
    """Twelve images of 16 x 24 pixels: what `update` takes, by its name, each (12, 16, 24) float64."""
    random = torch.Generator().manual_seed(0)
    saliency, near = torch.rand((2, 12, 16, 24), dtype=torch.float64, generator=random)
    fixations = torch.poisson(torch.full((2, 12, 16, 24), 0.05, dtype=torch.float64), generator=random)
    fixations[0, list(UNSEEN)] = 0
    truth = near * (fixations[0].sum((1, 2), keepdim=True) > 0)
    return {
        "saliency": to_density(saliency),
        "fixation_map": fixations[0],
        "other_fixation_map": fixations[1],
        "density": truth / truth.sum((1, 2), keepdim=True),  # NaN without fixations
        "baseline": to_density(near),
    }


def create(name):
    """One of the table, with its options here."""
    return TORCHMETRICS[name](**OPTIONS.get(name, {}))


def arguments(name, taken=slice(None)):
    """The arguments of its `update` for the images taken."""
    given = images()
    return {key: given[key][taken] for key in ("saliency", *METRICS[name].needs)}


def score_a_share(rank, folder):
    """Process `rank` of two: score 7 or 5 of the images by all metrics, and save what `compute` gives."""
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        "gloo",
        init_method=(Path(folder) / "meeting").as_uri(),
        rank=rank,
        world_size=2,
        timeout=timedelta(seconds=60),
    )
    share = slice(0, 7) if rank == 0 else slice(7, 12)
    means = {}
    for name in TORCHMETRICS:
        metric = create(name)
        metric.update(**arguments(name, share))
        means[name] = metric.compute()
        assert (metric.scored, metric.unscored) == ((6, 1) if rank == 0 else (4, 1))  # its own again
    torch.save(means, Path(folder) / f"{rank}.pt")
    torch.distributed.destroy_process_group()
