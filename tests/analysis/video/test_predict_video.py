"""A video through a small network: its table and overlay, runs that stop, and what is refused."""

import csv
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from support import tiny_model
from support.clips import SIZE, number_of, numbered, numbered_clip, pictures_of, write_clip
from support.killing import SUPPORT, environment, kill_when

from gazemap import load_predictor, predict
from gazemap.analysis.area_files import read_areas
from gazemap.analysis.area_shares import area_shares
from gazemap.analysis.video import computing
from gazemap.analysis.video.predict_video import predict_video
from gazemap.errors import InputError, OutputError
from gazemap.images.placement import Placement
from gazemap.images.video.clip import open_clip
from gazemap.images.video.sampling import Sampling
from gazemap.prediction.prediction import Prediction
from gazemap.system.tables import read_parquet

AREAS = ["left=0,0,64,48", "dot=100,10,8,8"]


@pytest.fixture
def model():
    torch.manual_seed(0)
    return tiny_model.Tiny(output="log_density")


@pytest.fixture
def clip(tmp_path):
    return numbered_clip(tmp_path / "clip.mp4", 50)


def rows_of(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def test_the_table_is_that_of_a_slow_reference(clip, model, tmp_path):
    out = tmp_path / "out"
    made = predict_video(clip, out, model=model, areas=AREAS, smoothing=0.4, write=["csv", "parquet"])
    rows = rows_of(out / "clip.mp4.areas.csv")
    areas = read_areas(AREAS).of("clip.mp4")
    average, expected = None, []
    for tick, picture in enumerate(pictures_of(clip)[::5]):
        grid = predict(picture, model).grid
        density = np.exp(grid.astype(float)) / np.exp(grid.astype(float)).sum()
        share = 1 - np.exp(-0.2 / 0.4)
        average = density if average is None else share * density + (1 - share) * average
        placed = Prediction(np.log(average), Placement(SIZE, (24, 24), "stretch"), "log_density")
        found = {row.name: row for row in area_shares(placed, areas)}
        expected += [(tick / 5, found[name]) for name in ("left", "dot")]
    assert made.pictures == 10
    assert len(rows) == len(expected)
    for row, (time, share) in zip(rows, expected, strict=True):
        assert float(row["time"]) == pytest.approx(time)
        assert (row["name"], int(row["rank"])) == (share.name, share.rank)
        for name in ("attention", "size", "times_chance"):
            assert float(row[name]) == pytest.approx(getattr(share, name), rel=1e-4)
    table = read_parquet(out / "clip.mp4.areas.parquet")
    assert table["attention"].to_pylist() == [float(row["attention"]) for row in rows]
    assert table["name"].to_pylist() == [row["name"] for row in rows]


def test_the_overlay_shows_each_picture_for_its_time(clip, model, tmp_path):
    made = predict_video(clip, tmp_path / "out", model=model)
    assert made.files == (tmp_path / "out" / "clip.mp4.overlay.mp4",)
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == [
        "clip.mp4.made_by.json",
        "clip.mp4.overlay.mp4",
    ]
    shown = open_clip(made.files[0])
    assert (shown.size, shown.seconds) == (SIZE, pytest.approx(2))
    pictures = pictures_of(made.files[0])
    bare = pictures_of(clip)[::5]
    assert len(pictures) == 10
    assert not any(np.array_equal(a, b) for a, b in zip(pictures, bare, strict=True))
    assert "not been validated on video" in " ".join(made.notes())


def test_what_is_shown_for_longer_is_predicted_once(tmp_path, model):
    path = write_clip(tmp_path / "a.mkv", [numbered(number) for number in (1, 2, 3)], times=[0, 1000, 2000])
    predictor = load_predictor(model)
    counted = []
    own = predictor.compute
    counting = lambda frames: counted.append(len(frames)) or own(frames)  # noqa: E731
    predictor = replace(predictor, opened=lambda weights: counting)
    made = predict_video(path, tmp_path / "out", model=predictor)
    assert made.pictures >= 11
    assert sum(counted) == 3


def files_in(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("stopped_at", [1, 7, 9, 20])
def test_a_run_that_stopped_goes_on_to_the_same_bits(clip, model, tmp_path, monkeypatch, stopped_at):
    monkeypatch.setattr(computing, "_PART", 4)
    monkeypatch.setattr(computing, "_BATCH", 3)
    how = {"model": model, "areas": AREAS, "frames_per_second": 10, "write": ["overlay", "csv", "parquet"]}
    predict_video(clip, tmp_path / "whole", **how)
    drawn = []
    own = computing.overlay

    def stops(*given):
        drawn.append(1)
        if len(drawn) == stopped_at:
            raise KeyboardInterrupt
        return own(*given)

    with monkeypatch.context() as patch:
        patch.setattr(computing, "overlay", stops)
        with pytest.raises(KeyboardInterrupt):
            predict_video(clip, tmp_path / "again", **how)
    read = []
    sampled = Sampling._one
    monkeypatch.setattr(Sampling, "_one", lambda *given: read.append(1) or sampled(*given))
    predict_video(clip, tmp_path / "again", **how)
    assert len(read) == 20 - (stopped_at - 1) // 4 * 4
    assert files_in(tmp_path / "again") == files_in(tmp_path / "whole")


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_bits(tmp_path):
    path = numbered_clip(tmp_path / "clip.mkv", 200, g=12, bf=2)
    whole, again = tmp_path / "whole", tmp_path / "again"
    for out in (whole, again):
        if out == again:
            kill_when(out / "clip.mkv.parts" / "part-000001.npz", "predict_clip.py", path, out, after=0.05)
            assert not (out / "clip.mkv.overlay.mp4").exists()
        command = [sys.executable, str(SUPPORT / "predict_clip.py"), str(path), str(out)]
        subprocess.run(command, env=environment(), check=True, capture_output=True)
    assert files_in(again) == files_in(whole)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_length(tmp_path):
    peaks = []
    for count in (60, 1200):
        pictures = (numbered(number % 256, (240, 320)) for number in range(count))
        path = write_clip(tmp_path / f"{count}.mp4", pictures, rate=10)
        command = [sys.executable, str(SUPPORT / "predict_clip.py"), str(path), str(tmp_path / f"out{count}")]
        done = subprocess.run(command, env=environment(), check=True, capture_output=True, text=True)
        peaks.append(float(done.stdout))
    assert peaks[1] < peaks[0] + 20  # MiB; the pictures of the long one are 280


def test_whole_results_are_kept_and_those_of_other_choices_are_refused(clip, model, tmp_path):
    out = tmp_path / "out"
    first = predict_video(clip, out, model=model, areas=AREAS)
    before = files_in(out)
    again = predict_video(clip, out, model=model, areas=AREAS)
    assert (again.skipped, again.pictures, again.files) == (True, first.pictures, first.files)
    assert files_in(out) == before
    for other in ({"smoothing": 0}, {"frames_per_second": 2}, {"areas": AREAS[:1]}, {"write": ["csv"]}):
        with pytest.raises(OutputError, match="Choose another folder"):
            predict_video(clip, out, **({"model": model, "areas": AREAS} | other))
    assert files_in(out) == before


def test_parts_of_other_choices_are_not_taken_over(clip, model, tmp_path, monkeypatch):
    out = tmp_path / "out"
    monkeypatch.setattr(computing, "_PART", 2)
    with monkeypatch.context() as patch:
        patch.setattr("gazemap.analysis.video.results.join_segments", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            predict_video(clip, out, model=model)
    assert (out / "clip.mp4.parts").is_dir()
    (out / "clip.mp4.made_by.json").unlink()
    predict_video(clip, out, model=model, smoothing=0)
    predict_video(clip, tmp_path / "other", model=model, smoothing=0)
    assert files_in(out) == files_in(tmp_path / "other")


def test_of_a_clip_that_is_cut_off_what_was_read_is_kept(tmp_path, model):
    content = numbered_clip(tmp_path / "a.mkv", 100, g=10).read_bytes()
    path = tmp_path / "cut.mkv"
    path.write_bytes(content[: len(content) // 2])
    made = predict_video(path, tmp_path / "out", model=model, areas=AREAS)
    assert "cut off or damaged" in made.failures[0]
    assert f"{made.seconds:.1f} s of 4.0 s" in made.failures[0]
    rows = rows_of(tmp_path / "out" / "cut.mkv.areas.csv")
    assert len(rows) == 2 * made.pictures
    assert 0 < made.pictures < 18
    assert predict_video(path, tmp_path / "out", model=model, areas=AREAS).failures == made.failures


def test_areas_that_overlap_and_pictures_unlike_photographs_are_told(tmp_path, model):
    noise = np.random.default_rng(0).integers(0, 255, (4, 240, 320, 3), np.uint8)
    path = write_clip(tmp_path / "a.mp4", list(noise), rate=5, crf=1)
    model.input_size = (240, 320)
    made = predict_video(path, tmp_path / "out", model=model, areas=["a=0,0,9,9", "b=5,5,9,9"])
    assert made.remarks[0].startswith("a and b overlap")
    assert made.remarks[1].startswith("4 of 4 pictures are unlike photographs")
    assert json.loads(json.dumps(made.as_json()))["warning"]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"frames_per_second": 0}, "over 0"),
        ({"frames_per_second": 100}, "up to 60"),
        ({"frames_per_second": float("nan")}, "up to 60"),
        ({"smoothing": -1}, "0 seconds or more"),
        ({"smoothing": float("inf")}, "0 seconds or more"),
        ({"write": ["csv"]}, "--areas"),
        ({"write": []}, "Nothing is to be written"),
        ({"write": ["saliency"]}, "no output of a video named 'saliency'"),
        ({"areas": ["a=100,0,100,10"]}, "out of its image"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(clip, model, tmp_path, how, said):
    with pytest.raises(InputError, match=said):
        predict_video(clip, tmp_path / "out", model=model, **how)
    assert not (tmp_path / "out").exists()


def test_the_command_says_that_it_is_not_validated(run, tmp_path, clip):
    code, text = run(
        "predict", clip, "--out", tmp_path / "out", "--frames-per-second", "2", *("--areas", AREAS[0])
    )
    assert code == 0
    assert "has not been validated on video" in text
    assert (tmp_path / "out" / "clip.mp4.areas.csv").is_file()
    cut = tmp_path / "cut.mkv"
    content = numbered_clip(tmp_path / "b.mkv", 100, g=10).read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    code, text = run("predict", cut, "--out", tmp_path / "out", "--frames-per-second", "1")
    assert (code, "cut off or damaged" in text) == (1, True)


def test_a_gif_is_a_video_where_its_rate_is_stated(run, tmp_path):
    path = numbered_clip(tmp_path / "a.gif", 10, codec="gif", rate=10)
    assert run("predict", path, "--out", tmp_path / "still")[0] == 0
    assert (tmp_path / "still" / "a.gif.overlay.jpg").is_file()
    assert run("predict", path, "--out", tmp_path / "out", "--frames-per-second", "2")[0] == 0
    assert number_of(pictures_of(tmp_path / "out" / "a.gif.overlay.mp4")[0]) >= 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a.mp4", "b.mp4"], "One video is predicted at a time"),
        (["a.mp4", "b.jpg"], "One video is predicted at a time"),
        (["a.mp4", "--viewport", "100x100"], "--viewport is not for a video"),
        (["a.mp4", "--workers", "2"], "--workers is not for a video"),
        (["a.jpg", "--smoothing", "1"], "--smoothing is for videos"),
        (["a.parquet", "--areas", "a=0,0,1,1"], "--areas is not for a manifest"),
        (["a.parquet", "--write", "overlay"], "--write is not for a manifest"),
        (["a.jpg", "--retry-failed"], "--retry-failed is for manifests"),
    ],
)
def test_options_of_another_kind_of_source_are_refused(run, words, said):
    code, text = run("predict", *words)
    assert (code, said in " ".join(text.split())) == (2, True), text
