"""Recordings out to BIDS and back: every sample to the last bit, and what the official validator says."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.miniatures import MINIATURES
from support.miniatures.miniature import save_picture

from gazemap.data.bids import write_bids
from gazemap.data.importers import import_dataset
from gazemap.errors import DataError, InputError, OutputError
from gazemap.gaze.detection import DetectedFixations
from gazemap.gaze.recordings.bids import eye_files, read_bids
from gazemap.gaze.recordings.bids_writing import write_bids_run
from gazemap.gaze.recordings.eyelink import read_eyelink
from gazemap.gaze.recordings.messages import Wording
from gazemap.gaze.recordings.recording import Place, Recording, Samples, Trial

SCREEN = {"screen_cm": "32x24", "distance_cm": 57.3}
WARNINGS = {"JSON_KEY_RECOMMENDED", "SIDECAR_KEY_RECOMMENDED", "NO_AUTHORS", "TOO_FEW_AUTHORS"}


def looks(first, last, points):
    """Samples of both eyes every 2 ms, the right one a little off; lost where a point is None."""
    for time in range(first, last, 2):
        point = points[(time - first) * len(points) // (last - first)]
        left = ".\t   ." if point is None else f"{point[0] + time % 7 / 10:.1f}\t {point[1]:.1f}"
        right = ".\t   ." if point is None else f"{point[0] + 1.5:.1f}\t {point[1] - 0.3:.1f}"
        yield f"{time}\t {left}\t 900.0\t {right}\t 905.0\t....."


def asc(path, error):
    """Two trials on a screen of 320 x 240 with a pause between them, and fixations of both eyes."""
    lines = [
        f"MSG\t90 !CAL VALIDATION HV9 LR LEFT GOOD ERROR {error} avg. 0.64 max",
        "MSG\t90 !CAL VALIDATION HV9 LR RIGHT GOOD ERROR 0.41 avg. 0.84 max",
    ]
    for clock, name, place in ((1003, "a.jpg", "160 120"), (4001, "part b/b c.jpg", "170 130 160 120")):
        lines += [
            f"MSG\t{clock} TRIALID",
            f"MSG\t{clock} GAZE_COORDS 0 0 319 239",
            f"START\t{clock} \tLEFT\tRIGHT\tSAMPLES\tEVENTS",
            f"MSG\t{clock} !V IMGLOAD CENTER images/{name} {place}",
            f"MSG\t{clock + 100} SYNCTIME",
            *looks(clock, clock + 1000, [(150, 110), (170, 130), None, (140, 120)]),
            f"EFIX L {clock + 200}\t{clock + 348}\t150\t 151.7\t 112.1\t 900",
            f"EFIX R {clock + 200}\t{clock + 348}\t150\t 153\t 112.1\t 900",
            f"EFIX L {clock + 700}\t{clock + 898}\t200\t 140.4\t 120.9\t 900",
            f"MSG\t{clock + 950} BLANK_SCREEN",
            f"END\t{clock + 1000} \tSAMPLES\tEVENTS\tRES\t 10.0\t 10.0",
        ]
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture
def folder(tmp_path):
    for index, name in enumerate(("a", "part b/b c")):
        save_picture(tmp_path / "mine" / "images" / f"{name}.jpg", index)
    asc(tmp_path / "mine" / "s 1.asc", 0.3)
    asc(tmp_path / "mine" / "s-1.asc", 0.5)
    return tmp_path


def assert_same(first, second, parts):
    assert first.keys() == second.keys()
    for eye in first:
        for part in parts:
            np.testing.assert_array_equal(getattr(first[eye], part), getattr(second[eye], part))


def assert_same_looks(first, second):
    assert_same(first.samples(), second.samples(), ("time", "x", "y"))
    assert_same(first.fixations, second.fixations, ("x", "y", "onset", "duration"))


def written(folder, **options):
    return write_bids(folder / "mine", folder / "bids", format="eyelink", options={**SCREEN, **options})


def test_every_sample_trial_and_fixation_comes_back(folder):
    made = written(folder)
    assert (made.recordings, made.samples, made.images, made.set_aside) == (2, 4000, 2, ())
    assert made.renamed == {"part b/b c.jpg": "part_b/b_c.jpg"}
    back = [read_bids(folder / "bids", files, "x") for files in eye_files(folder / "bids")]
    for name, eye, found in zip(("s 1", "s-1"), ("left", "right"), back, strict=True):
        recording = read_eyelink(folder / "mine" / f"{name}.asc", Wording())
        assert_same_looks(recording, found)
        times = [(trial.begin, trial.start, trial.stop, trial.is_assumed) for trial in recording.trials]
        assert [(t.begin, t.start, t.stop, t.is_assumed) for t in found.trials] == times
        assert (found.screen, found.screen_cm, found.distance_cm) == ((320, 240), (32, 24), 57.3)
        assert found.eye == recording.eye == eye


@pytest.mark.parametrize(
    "options", [{}, {"fixations": "dispersion"}, {"eye": "both", "fixations": "velocity"}]
)
def test_the_set_imported_from_bids_is_that_imported_from_the_recordings(folder, options):
    written(folder)
    options = {**options, "threshold": 200} if options.get("fixations") == "velocity" else options
    first = import_dataset(folder / "mine", folder / "first", format="eyelink", options={**SCREEN, **options})
    second = import_dataset(folder / "bids", folder / "second", format="bids", options=options)
    assert second.image_ids == ["a", "part_b/b_c"]
    for one, other in zip(first, second, strict=True):
        assert len(one.fixations) > 0
        assert one.fixations.observers == other.fixations.observers == ["s 1", "s-1"]
        for part in ("x", "y", "onset", "duration"):
            np.testing.assert_allclose(
                getattr(one.fixations, part), getattr(other.fixations, part), atol=1e-9
            )
    assert second.info.notes == first.info.notes


@pytest.mark.slow
def test_the_official_validator_finds_no_error(folder):
    """bids-validator-deno, of BIDS 1.11.1; its warnings name keys that nobody stated."""
    written(folder)
    assert {code for code, severity in issues(folder / "bids") if severity == "error"} == set()
    assert {code for code, _ in issues(folder / "bids")} <= WARNINGS
    path = next((folder / "bids").rglob("*eye1_physio.json"))
    path.write_text(path.read_text().replace('"left"', '"middle"'))
    assert "error" in {severity for _, severity in issues(folder / "bids")}  # it does look


def issues(folder):
    validator = Path(sys.executable).with_name("bids-validator-deno")
    result = subprocess.run([validator, "--json", folder], capture_output=True, text=True, check=False)
    return {(issue["code"], issue["severity"]) for issue in json.loads(result.stdout)["issues"]["issues"]}


def test_recordings_of_another_tracker_and_of_bids_itself(tmp_path):
    """Tobii's one gaze point is that of both eyes together."""
    source = MINIATURES["tobii-pro-lab"](tmp_path / "tobii")
    text = source.read_text(encoding="utf-8-sig").replace("Fixation point X [MCS norm]", "Gaze point X")
    lines = [line.split("\t") for line in text.splitlines()]
    x, y, gaze = (
        lines[0].index(name)
        for name in ("Fixation point X [DACS px]", "Fixation point Y [DACS px]", "Gaze point X")
    )
    rows = ["\t".join([*lines[0], "Gaze point Y"])]
    rows += ["\t".join([*row[:gaze], row[x], row[y]]) for row in lines[1:] if len(row) > gaze]
    source.write_text("\n".join(rows) + "\n")
    write_bids(source, tmp_path / "one", format="tobii-pro-lab", options={**SCREEN, "screen": "80x60"})
    write_bids(tmp_path / "one", tmp_path / "two", format="bids")
    (first,), (second,) = (
        [read_bids(tmp_path / name, files, "x") for files in eye_files(tmp_path / name)]
        for name in ("one", "two")
    )
    assert first.fixations.keys() == {"both"}
    assert len(first.samples()["both"]) > 10
    assert_same_looks(first, second)
    assert second.trials == first.trials


finite = st.floats(-5000, 5000, width=64)
lost = st.one_of(finite, st.just(np.nan))


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.tuples(lost, lost), min_size=2, max_size=30),
    st.lists(st.tuples(lost, finite, st.floats(0.01, 2)), max_size=5),
    st.integers(0, 10**10),
    st.sampled_from([1, 2, 4, 16.666667]),
)
def test_any_recording_comes_back(tmp_path_factory, points, fixated, clock, step):
    folder = tmp_path_factory.mktemp("bids")
    time = (clock + step * np.arange(len(points))) / 1e3
    x, y = np.array(points).T
    fx, fy, lasts = np.array(fixated).reshape(-1, 3).T
    onset = time[0] + np.sort(lasts) / 7
    start, stop = np.round(time[0] + [0.25, 0.5], 6).tolist()
    trial = Trial("odd\\name", float(time[0]), start, stop, Place("fill"), is_assumed=True)
    recording = Recording(
        name="r",
        observer="o",
        trials=(trial,),
        screen=(1920.0, 1080.0),
        fixations={"right": DetectedFixations(fx, fy, onset, lasts)},
        samples=lambda: {"right": Samples(time, x, y)},
        eye="right",
        screen_cm=(53.1, 29.9),
        distance_cm=60.2,
    )
    write_bids_run(folder, "sub-o_task-t_run-1", "t", recording, {}, generated="test")
    found = read_bids(folder, *eye_files(folder), "o")
    assert_same_looks(recording, found)
    (back,) = found.trials
    assert back.begin == pytest.approx(trial.begin, abs=1e-6)
    assert (back.start, back.stop) == pytest.approx((start, stop), abs=1e-6)
    place = Place("corner", 0, 0, (1920, 1080))
    assert replace(back, begin=0, start=0, stop=0) == replace(trial, begin=0, start=0, stop=0, place=place)


def test_what_bids_asks_for_and_nobody_states_is_named(folder):
    with pytest.raises(DataError, match="screen_cm=53x30 and distance_cm=60"):
        write_bids(folder / "mine", folder / "bids", format="eyelink")
    assert not (folder / "bids").exists()
    for name, message in {"table": "those are samples, .*eyelink", "eyelnk": "'eyelink'"}.items():
        with pytest.raises(InputError, match=message):
            write_bids(folder / "mine", folder / "bids", format=name)
    with pytest.raises(InputError, match=r"eye says nothing of samples.*here are distance_cm, images"):
        written(folder, eye="left")
    with pytest.raises(InputError, match="must have a letter or a digit"):
        write_bids(folder / "mine", folder / "bids", format="eyelink", task="?")
    save_picture(folder / "mine" / "images" / "part_b/b_c.jpg", 1)
    with pytest.raises(DataError, match=r"would both be part_b/b_c\.jpg"):
        written(folder)
    (folder / "bids").mkdir()
    (folder / "bids" / "mine.txt").write_text("keep")
    (folder / "mine" / "images" / "part_b/b_c.jpg").unlink()
    with pytest.raises(OutputError, match="exists already"):
        written(folder)


def test_a_recording_without_samples_is_left_out_and_listed(folder):
    path = folder / "mine" / "s 1.asc"
    path.write_text("\n".join(line for line in path.read_text().splitlines() if not line[0].isdigit()))
    (folder / "mine" / "s3.asc").write_text("nothing")
    made = written(folder)
    assert made.recordings == 1
    reasons = {entry.item: entry.reason for entry in made.set_aside}
    assert "has no raw samples" in reasons["s 1.asc"]
    assert "no lines START and END" in reasons["s3.asc"]
    assert [path.name for path in sorted((folder / "bids").glob("sub-*"))] == ["sub-s1"]
    assert (folder / "bids" / "participants.tsv").read_text() == "participant_id\tobserver\nsub-s1\ts-1\n"
