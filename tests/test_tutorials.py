"""The tutorials run from an empty folder, and what they say in words is true of what they computed."""

import csv
import re
from itertools import groupby
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from support.commands import check_command

TUTORIALS = sorted((Path(__file__).parents[1] / "docs" / "tutorials").glob("*.py"))


def compares_two_models(names, printed):
    scores, decides = names["scores"], names["decides"]
    a, b = (scores.interval(row, "information_gain") for row in names["models"])
    assert a.low < b.low < a.high < b.high  # "the intervals of the two models overlap"
    assert decides.mean.low > 0  # "the larger model is better"
    assert decides.p < 0.05
    ceiling = scores.interval("gold standard", "information_gain")
    assert max(a.high, b.high) < ceiling.low / 2  # "far from the gold standard"
    assert "'mit'" in printed  # refused, by name
    assert names["unseen"].image_ids == scores.image_ids  # "neither model was trained on such displays"
    assert Path("differences.csv").exists()


def predicts_a_design(names, printed):
    points = names["prediction"].as_json()["points"]
    assert 780 < points[0]["x"] < 1207  # "the face"
    shares = {change.name: change for change in names["changed"].changes}
    assert shares["button"].change > 0.01  # blue in place of gray
    assert shares["headline"].change < 0  # "what one part gains, others lose"
    assert names["square"].size == (720, 720)
    assert names["square"].crop.attention > names["square"].crop.area
    assert [row.fold for row in names["in_folds"].predicted.rows if row.name == "first text"] == [1, 2]
    assert "predicted in 3 folds" in printed


def writes_an_entry(names, printed):
    assert "this one has 5" in printed
    assert "has neither fixation points" in printed  # no score can be computed
    assert printed.count("sum 1.000000") == 5
    model = names["from_model"]["gazenet"]
    for metric, stored in names["from_file"]["the file"].items():  # "must be those of the model itself"
        assert stored.mean == pytest.approx(model[metric].mean, abs=1e-5)
    pictures, gazenet = (names["eight_bits"][row] for row in ("pictures", "gazenet"))
    assert pictures["nss"].mean == pytest.approx(gazenet["nss"].mean, abs=0.02)  # "hardly changes"
    assert pictures["information_gain"].mean < 0 < gazenet["information_gain"].mean  # "collapses" below zero


def extends_gazemap(names, printed):
    assert float(re.search(r"(\S+) pixels", printed)[1]) < 1e-9
    assert re.search(r"^(0\.\d{6}) \1$", printed, re.M)  # the loss, beside NumPy's
    assert "order" in printed  # the wrong recipe is refused
    assert names["run"].warning is None  # "the loss falls below that of the mean map"
    assert names["hits"](names["saliency"], names["fixation_map"]) == pytest.approx(2 / 3)
    ours, center = (names["scores"][row] for row in ("blobnet", "center bias"))
    for metric in ("information_gain", "nss", "hits"):  # "above the center bias in all three"
        assert ours[metric].mean > center[metric].mean


def leads_from_a_tracker_to_scores(names, printed):
    table = Path("recording/export.csv").read_text().splitlines()
    inside = [
        row
        for row in csv.reader(table[1:], delimiter=";")
        if row[4] and float(row[4].replace(",", ".")) >= 320
    ]
    kept = names["dataset"].to_arrow()
    assert kept.num_rows == sum(row[0] != "P07" for row in inside)  # of every person but the badly calibrated
    assert [row.name for row in names["people"].rows if row.is_outlying] == ["P07"]
    assert names["checked"].is_sound
    for sample in names["shown"]:
        found, drawn = names["dataset"][sample.image_id].fixations, sample.fixations
        gaps = np.hypot(found.x[:, None] - drawn.x, found.y[:, None] - drawn.y).min(axis=1)
        assert gaps.max() < 0.008  # where they were before the export, to its two digits
    scores = names["scores"]
    model, center, gold = (scores[row]["nss"].mean for row in ("gazenet", "center bias", "gold standard"))
    assert center < model < gold / 2  # "above the center bias and far below your observers"
    assert "screen=1920x1080" in printed  # the message about a wrong option names the right one
    assert Path("measured.png").exists()


def trains_and_repairs(names, printed):
    assert names["failed"].warning is not None  # "the last line warns of that"
    assert names["repaired"].warning is None
    differ = names["differ"]
    assert differ["2021"] < differ["the truth"] / 20  # "the same for all three"
    shares = list(names["faded"].values())
    assert shares == sorted(shares, reverse=True)  # "from layer to layer the images become more alike"
    scores = names["scores"]
    rows = {row: scores.interval(row, "nss") for row in ("nurick2021", "repaired", "center bias")}
    assert rows["nurick2021"].mean < rows["center bias"].high  # "no better than the center bias"
    assert rows["repaired"].low > rows["center bias"].high  # "far above it, with intervals that lie apart"
    assert scores["repaired"]["information_gain"].mean > 0.2


def trains_and_resumes(names, printed):
    assert names["dataset"].splits == {"train": 30, "val": 5}  # "35 stand-in images"
    assert "20,000,000" in printed  # 1,000 epochs of 20,000 images
    assert not Path("runs/unet").exists()  # "writes nothing"
    assert names["resumed"].resumed_after >= 1
    assert printed.count("True\n") == 1  # the same bits
    assert names["resumed"].best_loss == names["whole"].best_loss


def leads_from_samples_to_areas(names, printed):
    with Path("table.csv").open() as file:
        rows = {(row["image"], row["name"]): row for row in csv.DictReader(file)}
    assert len(rows) == 8
    looked = {key: float(row["looked"]) for key, row in rows.items()}
    assert looked.pop(("gray", "button")) == 0.5  # "found by half of them"
    assert {*looked.values()} == {1.0}
    assert float(rows["gray", "button"]["time_to_first"]) > 2  # "and late"
    recorded = Path("recording/samples.csv").read_text().splitlines()
    for (page, part), (first, last) in {("blue", "picture"): (0, 1), ("gray", "text"): (3, 4)}.items():
        dwell_time = float(rows[page, part]["dwell_time"])
        assert dwell_time == pytest.approx(_dwelt(recorded, page, first, last), abs=1e-4)
    assert "no column x; y; timestamp or time or t" in printed  # "the message names it"
    assert "shown as large as the screen allows, in the middle of a screen of 1920 x 1080" in printed
    assert "set aside  samples.csv: cross" in printed
    assert "Predicted shares of attention within the measured intervals" in printed
    assert Path("mine.html").exists()


def _dwelt(recorded, page, first, last):
    """Seconds from the start of one run of samples without NaN to the end of another, the mean of people."""
    times = {}
    for line in recorded[1:]:
        person, time, image, x, _ = line.split(";")
        if image == f"{page}.png":
            times.setdefault(person, []).append((float(time.replace(",", ".")), x == "NaN"))
    lasting = []
    for samples in times.values():
        runs = [list(run) for lost, run in groupby(samples, key=lambda sample: sample[1]) if not lost]
        lasting.append((runs[last][-1][0] - runs[first][0][0]) / 1000)
    return sum(lasting) / len(lasting)


# A tutorial -> what must be true of its names and of what it prints.
EXPECTED = {
    "benchmark_entry": writes_an_entry,
    "compare_models": compares_two_models,
    "extend_gazemap": extends_gazemap,
    "own_eye_tracker": leads_from_a_tracker_to_scores,
    "predict_a_design": predicts_a_design,
    "tracker_to_areas": leads_from_samples_to_areas,
    "train_2021": trains_and_repairs,
    "train_salicon": trains_and_resumes,
}


def test_every_tutorial_has_a_check():
    assert {path.stem for path in TUTORIALS} == EXPECTED.keys()


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_commands_exist_with_their_options(path):
    text = re.sub(r"^# ?", "", path.read_text("utf-8"), flags=re.M)
    text = text.replace("\\\n", " ")  # a command that goes on in the next line
    blocks = re.findall(r"^    (gazemap .*)$", text, re.M)
    inline = [" ".join(found.split()) for found in re.findall(r"`(gazemap\s[^`]+)`", text)]
    assert blocks or inline
    for line in blocks:
        check_command(line, whole=True)
    for line in inline:
        check_command(line, whole=False)


def sentences(script):
    """The sentences of a notebook's text, without headings, tables and commands."""
    for cell in re.findall(r"^# %% \[markdown\]\n((?:#.*\n)*)", script, re.M):
        lines = [line[2:] for line in cell.splitlines()]
        kept = [
            "" if re.match(r"#|\||    |$", line) else re.sub(r"^\s*(?:[-*]|\d\.) ", "\0", line)
            for line in lines
        ]
        for part in re.split(r"\n\n|\0", re.sub(r"`[^`]*`", "code", "\n".join(kept))):
            yield from re.split(r"(?<=[.?!:;])\s+", part.strip())


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_sentences_are_short(path):
    found = list(sentences(path.read_text("utf-8") + "\n"))
    assert len(found) > 10
    assert [sentence for sentence in found if len(sentence.split()) > 30] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_tutorials_compute_what_they_say(path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # processes compute as this one does, see conftest.py
    matplotlib.use("agg")
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    names = {}
    exec(compile(path.read_text("utf-8"), path.name, "exec"), names)
    EXPECTED[path.stem](names, capsys.readouterr().out)
