"""The demo: its numbers are those of its scores, its displays are its own, a second call trains nothing."""

import html
import json
import re

import numpy as np
import pytest

from gazemap.data.popout.generate import popout, targets_of, true_density
from gazemap.errors import OutputError
from gazemap.reports.demo import demo as demo_module
from gazemap.reports.demo.demo import demo
from gazemap.reports.demo.networks import LEARNS, REPLICATION, hit_rate
from gazemap.reports.demo.photograph import AREAS, look_at_the_photograph


def test_a_peak_is_on_the_target_within_two_sigmas():
    densities = np.zeros((3, 50, 100))
    densities[0, 20, 30] = densities[1, 20, 38] = densities[2, 20, 41] = 1  # 0, 8 and 11 pixels to the right
    targets = np.array([[30.5, 20.5]] * 3)
    assert hit_rate(densities, targets) == pytest.approx(2 / 3)  # two sigmas: 9 pixels


def test_the_truth_of_a_display_peaks_on_its_target(popout_set):
    targets = targets_of(popout_set)
    densities = [true_density(targets[sample.image_id], sample.size) for sample in popout_set.samples]
    where = np.array([targets[sample.image_id] for sample in popout_set.samples])
    assert hit_rate(np.stack(densities), where) == 1


def test_the_face_gets_most_of_the_attention():
    shown = look_at_the_photograph()
    assert shown.shares[0].name == "face"
    assert {share.name for share in shown.shares} == {box.name for box in AREAS}
    assert shown.shares[0].times_chance > 2
    assert all(picture.startswith("data:image/") for picture in (shown.photo, shown.overlay, shown.areas))


def test_other_displays_are_not_taken_for_the_demo_s(tmp_path):
    popout(tmp_path / "gaze" / "popout", images=10, seed=1, size=(64, 64))
    with pytest.raises(
        OutputError, match=r"other displays \(generated: 10 images of 64 x 64 pixels, seed 1\)"
    ):
        demo(tmp_path, open_page=False)


@pytest.mark.parametrize(
    ("platform", "variables", "terminal", "expected"),
    [
        ("linux", {}, True, False),
        ("linux", {"DISPLAY": ":0"}, True, True),
        ("linux", {"DISPLAY": ":0"}, False, False),
        ("darwin", {}, True, True),
    ],
)
def test_a_browser_is_opened_for_somebody_who_sits_there(
    platform, variables, terminal, expected, monkeypatch
):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)
    for stream in ("sys.stdout", "sys.stderr"):
        monkeypatch.setattr(f"{stream}.isatty", lambda: terminal)
    assert demo_module._has_a_desktop() is expected


@pytest.mark.slow
def test_the_page_says_what_was_measured_and_a_second_call_trains_nothing(tmp_path, capsys):
    made = demo(tmp_path / "demo", open_page=False, displays=30)
    page = html.unescape(made.page.read_text())
    for name in (LEARNS, *REPLICATION):
        row = name.removesuffix("-popout")
        shown = re.search(rf"<td>{row}</td>.*?</tr>", page, re.S).group()
        assert f"{made.scores.interval(row, 'nss').mean:.3f}" in shown
        assert f"{100 * made.found[row]:.0f} %" in shown
    assert made.found["known truth"] == 1
    assert made.scores.interval("known truth", "nss").low > made.scores.interval("center bias", "nss").high
    assert {link[:5] for link in re.findall(r'(?:src|href)="([^"]*)', page)} == {
        "data:"
    }  # all is in the page
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "demo/runs").rglob("best.safetensors")}
    again = demo(tmp_path / "demo", open_page=False, displays=30)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert json.loads(json.dumps(again.as_json())) == json.loads(json.dumps(made.as_json()))
    sizes = [path.stat().st_size for path in (tmp_path / "demo/runs").rglob("last.safetensors")]
    assert len(sizes) == 4
    assert max(sizes) < 10_000  # what only a resume needs is gone
