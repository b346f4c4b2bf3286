"""Times of an import: units, onsets of recordings, and what can be no time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazemap.data.writing.times import TimeCheck, in_seconds
from gazemap.gaze.fixations import Fixations


def trial(random, start, seconds=3.0, people=("Ann", "Ben")):
    """Fixations of 0.25 s, one after the other, from `start[person]` on; in seconds."""
    onset, who = [], []
    for person in people:
        count = int(seconds / 0.3)
        onset.append(start[person] + 0.1 * random.random() + 0.3 * np.arange(count))
        who += [person] * count
    onset = np.concatenate(onset)
    duration = random.uniform(0.15, 0.35, len(onset))
    return Fixations(np.full(len(onset), 5.0), np.full(len(onset), 5.0), np.array(who), onset, duration)


def trials(images=6, seconds=3.0, *, recording=False, factor=1.0, known=("onset", "duration", "observer")):
    random = np.random.default_rng(0)
    for number in range(images):
        start = {
            who: (5.0 + number * (seconds + 1)) * recording + 0.2 * late
            for late, who in ((0, "Ann"), (1, "Ben"))
        }
        found = trial(random, start, seconds)
        yield Fixations(
            found.x,
            found.y,
            found.observer if "observer" in known else None,
            found.onset * factor if "onset" in known else None,
            found.duration * factor if "duration" in known else None,
        )


def problem(given, unit="s", **said):
    check = TimeCheck(unit, **said)
    for fixations in given:
        check.add(in_seconds(fixations, unit, said.get("onset_from")))
    return check.problem()


@pytest.mark.parametrize("known", [("onset",), ("duration",), ("onset", "duration", "observer"), ()])
@pytest.mark.parametrize(("unit", "factor"), [("s", 1.0), ("ms", 1e3), ("us", 1e6)])
def test_true_times_are_let_through(unit, factor, known):
    assert problem(trials(factor=factor, known=known), unit) is None


@pytest.mark.parametrize("known", [("onset", "observer"), ("duration",), ("onset", "duration", "observer")])
@pytest.mark.parametrize(
    ("unit", "factor", "asked"),
    [
        ("s", 1e3, "ms"),
        ("s", 1e6, "us"),
        ("ms", 1e6, "us"),
        ("ms", 1.0, "s"),
        ("us", 1e3, "ms"),
        ("us", 1.0, "s"),
    ],
)
def test_another_unit_is_asked_for(unit, factor, asked, known):
    found = problem(trials(factor=factor, known=known), unit)
    assert f"(time={unit}). Are the times in {asked} (time={asked})?" in found


def test_onsets_of_a_recording_are_found_and_counted_anew():
    said = problem(trials(recording=True))
    assert "the images of each observer follow each other in time" in said
    assert "onset_from=recording" in said
    assert "onset_from=trial" in said
    assert problem(trials(recording=True), onset_from="recording") is None
    assert problem(trials(recording=True), onset_from="trial") is None
    for fixations in trials(recording=True):
        found = in_seconds(fixations, "s", "recording")
        for who in ("Ann", "Ben"):
            own, before = found.of_observer(who).onset, fixations.of_observer(who).onset
            assert own.min() == 0
            np.testing.assert_allclose(np.diff(own), np.diff(before))


def test_onsets_of_a_recording_without_observers_are_found_too():
    assert "onset_from=recording" in problem(trials(30, recording=True, known=("onset",)))


def test_times_after_the_image_was_gone_are_found():
    said = problem(trials(seconds=6.0), viewing_seconds=3.0)
    assert "lie after the 3 seconds for which an image was seen" in said
    assert problem(trials(seconds=3.0), viewing_seconds=3.0) is None
    assert problem(trials(seconds=6.0), viewing_seconds=3.0, onset_from="trial") is None


def test_mixed_units_are_found():
    def mixed():
        for number, fixations in enumerate(trials(10, known=("duration",))):
            yield Fixations(
                fixations.x, fixations.y, duration=fixations.duration * (1000 if number == 3 else 1)
            )

    assert "20 of 200 durations are over 20 seconds" in problem(mixed())


def test_an_hour_is_too_long():
    onset = np.array([0.0, 4000.0])
    late = Fixations(np.zeros(2), np.zeros(2), np.array(["a", "b"]), onset)
    assert "4,000 seconds" in problem([late])


def test_negative_durations_are_refused_and_negative_onsets_noted():
    check = TimeCheck()
    times = np.array([-0.1, 0.2, 0.5])
    check.add(Fixations(np.zeros(3), np.zeros(3), onset=times, duration=np.array([0.2, -0.2, np.nan])))
    assert "1 of 2 durations are negative" in check.problem()
    assert [*check.notes()] == ["1 onsets are negative: before the image appeared"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 100) | st.just(np.nan)), max_size=30))
@settings(max_examples=60, deadline=None)
def test_onsets_counted_anew_begin_at_0_and_keep_their_distances(rows):
    who, onset = np.array([w for w, _ in rows], dtype=str), np.array([t for _, t in rows], dtype=float)
    given = Fixations(np.zeros(len(rows)), np.zeros(len(rows)), who, onset.copy())
    found = in_seconds(given, "s", "recording")
    for name in {*who.tolist()}:
        before, after = onset[who == name], found.onset[who == name]
        known = np.isfinite(before)
        assert (np.isfinite(after) == known).all()
        if known.any():
            np.testing.assert_array_equal(after[known], before[known] - before[known].min())
    np.testing.assert_array_equal(given.onset, onset)
