"""A run's log: rows for programs, a bar for people where it is asked for."""

import json

import pytest
import torch
from rich.console import Console

from gazemap.errors import WeightsError
from gazemap.training import log as logs
from gazemap.training.log import LOG_FILE, RunLog, read_metrics


def opened(out, done=0, progress=False):
    return RunLog(out, "tiny", epochs=3, images=4, done=done, progress=progress)


def rows(out, *epochs):
    with opened(out) as log:
        for epoch in epochs:
            log.write({"epoch": epoch, "train_loss": 1 / epoch, "val_loss": None})


def test_a_resumed_run_drops_the_rows_past_its_checkpoint(tmp_path):
    rows(tmp_path, 1, 2, 3)
    with opened(tmp_path, done=2) as log:
        assert [row["epoch"] for row in read_metrics(tmp_path)] == [1, 2]
        log.write({"epoch": 3, "train_loss": 0.1, "val_loss": 0.2})
    assert [row["train_loss"] for row in read_metrics(tmp_path)] == [1.0, 0.5, 0.1]


def test_a_last_line_cut_off_by_a_kill_is_dropped_and_an_edited_one_refused(tmp_path):
    rows(tmp_path, 1, 2)
    file = tmp_path / LOG_FILE
    whole = file.read_text()
    file.write_text(whole[:-5])
    assert [row["epoch"] for row in read_metrics(tmp_path)] == [1]
    file.write_text("epoch 1\n" + json.dumps({"epoch": 2}) + "\n")
    with pytest.raises(WeightsError, match=r"metrics\.jsonl, line 1 is not JSON"):
        read_metrics(tmp_path)


@pytest.mark.parametrize(("progress", "terminal"), [(False, True), (True, False), (True, True)])
def test_the_bar_shows_how_it_goes_on_a_terminal(tmp_path, capfd, monkeypatch, progress, terminal):
    monkeypatch.setattr(Console, "is_terminal", terminal)
    monkeypatch.setattr(logs, "_REFRESH_SECONDS", 0)
    with opened(tmp_path, progress=progress) as log:
        log.write({"epoch": 1, "train_loss": 0.5, "val_loss": 0.25})
        log.step(torch.tensor(0.125), 0.05, 4)
    out, shown = capfd.readouterr()
    assert out == ""
    assert ("tiny" in shown, "loss 0.12500 val 0.25000" in shown) == (progress and terminal,) * 2
