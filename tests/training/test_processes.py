"""Several processes that train one network end where one ends, and the same number in the same bits."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from support import tiny_model
from support.killing import SUPPORT, environment
from support.run_files import assert_same_bits, tensors
from support.tiny_model import recipe

from gazemap.errors import TrainingError
from gazemap.models.files import BEST
from gazemap.training.checkpoint import LAST
from gazemap.training.log import read_metrics
from gazemap.training.loop import train
from gazemap.training.processes import Processes, share_statistics

# a batch of 7 leaves batches that no number of processes divides, and a last one of 5
CHANGES = ("model.options.norm=false", "training.batch_size=7", "data.augment.scale=[0.5, 1.1]")


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


def started(count, *arguments):
    """A training by `count` processes."""
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", str(count)]
    command += ["--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:0", str(SUPPORT / "train_tiny.py")]
    return subprocess.Popen(
        [*command, *map(str, arguments)],
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )


def trained(count, *arguments):
    process = started(count, *arguments)
    _, said = process.communicate(timeout=200)
    assert process.returncode == 0, said
    return said


@pytest.fixture(scope="module")
def alone(popout_set, tmp_path_factory):
    """A run by one process, whose recipe the others take."""
    tiny_model.register()
    folder = tmp_path_factory.mktemp("alone")
    return train(recipe(folder, *CHANGES), popout_set, folder / "run").out


def by_several(count, alone, popout_set, out, *options):
    out.with_suffix(".yaml").write_text((alone / "recipe.yaml").read_text())
    return trained(count, popout_set.path, out, *options)


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 4])
def test_several_end_where_one_ends(count, alone, popout_set, tmp_path):
    out = tmp_path / "several"
    by_several(count, alone, popout_set, out)
    for one, other in zip(read_metrics(alone), read_metrics(out), strict=True):
        for key in ("train_loss", "gradient_norm", "gradient_norm_max", "learning_rate"):
            assert other[key] == pytest.approx(one[key], rel=1e-5)
        assert (other["val_loss"] is None) == (one["val_loss"] is None)
        assert (other["val_loss"] or 0) == pytest.approx(one["val_loss"] or 0, rel=1e-5)
    for name in (LAST, BEST):
        ours, theirs = tensors(alone, name), tensors(out, name)
        assert ours.keys() == theirs.keys()
        for key, values in ours.items():
            np.testing.assert_allclose(theirs[key], values, rtol=1e-3, atol=1e-5, err_msg=key)
    assert not (out / ".in-use").exists()


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0.0, 0.5])
def test_the_same_number_gives_the_same_bits_killed_or_not(alone, popout_set, tmp_path, moment):
    whole, out = tmp_path / "whole", tmp_path / "killed"
    by_several(3, alone, popout_set, whole)
    (tmp_path / "killed.yaml").write_text((alone / "recipe.yaml").read_text())
    process = started(3, popout_set.path, out)
    while not (out / "metrics.jsonl").exists() and process.poll() is None:
        time.sleep(0.005)
    time.sleep(moment)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()
    by_several(3, alone, popout_set, out, "--resume")
    for name in (LAST, BEST):
        assert_same_bits(tensors(whole, name), tensors(out, name))


@pytest.mark.slow
def test_a_folder_in_use_is_refused_by_the_first_for_all(alone, popout_set, tmp_path):
    out = tmp_path / "several"
    by_several(2, alone, popout_set, out)
    process = started(2, popout_set.path, out)
    _, said = process.communicate(timeout=200)
    assert process.returncode != 0
    assert said.count(f"{out} already holds a run") == 1


def test_shares_are_whole_batches_together():
    for size in (1, 2, 3, 8):
        for count in (1, 2, 5, 16, 17):
            found = [Processes(rank, size).share(count) for rank in range(size)]
            assert sum(share for _, share in found) == pytest.approx(1)
            taken = [place for places, share in found if share for place in range(count)[places]]
            assert taken == [*range(count)]
            assert all(len(range(count)[places]) >= 1 for places, _ in found)  # none is without an image


def test_batch_normalization_is_refused_on_cpus():
    with pytest.raises(TrainingError, match="Batch normalization would see a share"):
        share_statistics(tiny_model.Tiny(), torch.device("cpu"), 2)
    share_statistics(tiny_model.Tiny(), torch.device("cpu"), 1)
    share_statistics(tiny_model.Tiny(norm=False), torch.device("cpu"), 2)
