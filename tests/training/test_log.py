"""A run's log: rows for programs, a bar for people where it is asked for."""

import json
from types import SimpleNamespace

import pytest
import torch
from rich.console import Console

from gazemap.errors import WeightsError
from gazemap.training import log as logs
from gazemap.training.log import LOG_FILE, RunLog, duration, read_metrics


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
    with pytest.raises(WeightsError, match=r"metrics\.jsonl, line 1 is no row of a log"):
        read_metrics(tmp_path)


ROW = {"epoch": 1, "train_loss": 0.5, "val_loss": 0.25, "learning_rate": 0.03, "images_per_second": 118.4}


@pytest.mark.parametrize("progress", [False, True])
def test_a_terminal_shows_a_bar_of_80_columns_with_the_epoch(tmp_path, capfd, monkeypatch, progress):
    monkeypatch.setattr(Console, "is_terminal", True)
    monkeypatch.setattr(logs, "_REFRESH_SECONDS", 0)
    monkeypatch.setenv("COLUMNS", "80")
    with RunLog(tmp_path, "tiny", epochs=1000, images=4, done=0, progress=progress) as log:
        log.write(ROW)
        log.step(torch.tensor(0.125), 0.05, 4)
    out, shown = capfd.readouterr()
    assert out == ""
    for part in ("Training tiny, 1000 epochs", "epoch 2/1000", "loss 0.12500 val 0.25000 lr 0.05"):
        assert (part in shown) == progress
    assert "\N{HORIZONTAL ELLIPSIS}" not in shown  # nothing is cut


@pytest.mark.parametrize("progress", [False, True])
def test_a_file_gets_one_line_per_epoch(tmp_path, capfd, monkeypatch, progress):
    seconds = iter([100.0, 160.0, 220.0])
    monkeypatch.setattr(logs, "time", SimpleNamespace(perf_counter=lambda: next(seconds)))
    with RunLog(tmp_path, "tiny", epochs=3, images=4, done=1, progress=progress) as log:
        log.write(ROW | {"epoch": 2})
        log.write(ROW | {"epoch": 3, "val_loss": None})
    out, shown = capfd.readouterr()
    assert out == ""
    lines = [
        "tiny: epoch 2/3, loss 0.50000, val loss 0.25000, learning rate 0.03, 118 images/s, 60 s left",
        "tiny: epoch 3/3, loss 0.50000, learning rate 0.03, 118 images/s, 0 s left",
    ]
    assert shown.splitlines() == (lines if progress else [])


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (99, "99 s"), (100, "2 min"), (5900, "98 min"), (12000, "3 h 20 min")]
)
def test_times_are_for_people(seconds, text):
    assert duration(seconds) == text
