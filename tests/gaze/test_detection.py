"""Detection of fixations, against loops that anybody can follow and recordings whose fixations are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazemap.errors import InputError
from gazemap.gaze.detection import fixations_by_dispersion, fixations_by_velocity, pixels_per_degree

DETECTORS = (fixations_by_velocity, fixations_by_dispersion)


def slow_velocity(x, y, t, threshold, minimum, gap):
    """Salvucci & Goldberg's I-VT, sample by sample."""
    groups, group = [], []
    for i in range(1, len(x)):
        step = t[i] - t[i - 1]
        slow = np.hypot(x[i] - x[i - 1], y[i] - y[i - 1]) / step <= threshold and step <= gap
        if slow:
            group = group or [i - 1]
            group.append(i)
        elif group:
            groups.append(group)
            group = []
    groups += [group] if group else []
    return [g for g in groups if t[g[-1]] - t[g[0]] >= minimum - 1e-9]


def slow_dispersion(x, y, t, threshold, minimum, gap):
    """Salvucci & Goldberg's I-DT, sample by sample."""

    def spread(i, j):
        return np.ptp(x[i : j + 1]) + np.ptp(y[i : j + 1])

    groups, i = [], 0
    while i < len(x):
        j = i
        while j < len(x) and t[j] < t[i] + minimum - 1e-9:
            j += 1
        if j == len(x):
            i += 1
            continue
        if any(t[k + 1] - t[k] > gap for k in range(i, j)) or spread(i, j) > threshold:
            i += 1
            continue
        while j + 1 < len(x) and t[j + 1] - t[j] <= gap and spread(i, j + 1) <= threshold:
            j += 1
        groups.append(list(range(i, j + 1)))
        i = j + 1
    return groups


RECORDINGS = st.integers(0, 10**6).map(np.random.default_rng)


def recording(random):
    """A random walk that rests now and then, sampled unevenly."""
    count = int(random.integers(0, 120))
    steps = random.normal(0, 1, (count, 2)) * np.where(random.random(count) < 0.2, 30, 1)[:, None]
    x, y = np.cumsum(steps, axis=0).T
    gaps = np.where(random.random(count) < 0.05, 0.2, random.uniform(0.003, 0.02, count))
    return x, y, np.cumsum(gaps)


@pytest.mark.parametrize("center", ["mean", "median"])
@pytest.mark.parametrize(
    ("detector", "slow", "threshold"),
    [(fixations_by_velocity, slow_velocity, 250.0), (fixations_by_dispersion, slow_dispersion, 9.0)],
)
@given(random=RECORDINGS)
@settings(max_examples=60, deadline=None)
def test_the_same_as_the_obvious_loop(detector, slow, threshold, center, random):
    x, y, t = recording(random)
    found = detector(x, y, t, threshold=threshold, minimum_duration=0.03, maximum_gap=0.1, center=center)
    groups = slow(x, y, t, threshold, 0.03, 0.1)
    middle = np.mean if center == "mean" else np.median
    assert len(found) == len(groups)
    np.testing.assert_allclose(found.x, [middle(x[g]) for g in groups], atol=1e-9)
    np.testing.assert_allclose(found.y, [middle(y[g]) for g in groups], atol=1e-9)
    np.testing.assert_array_equal(found.onset, [t[g[0]] for g in groups])
    np.testing.assert_allclose(found.duration, [t[g[-1]] - t[g[0]] for g in groups])


def scanpath(noise=0.2, blink=True):
    """Five fixations at 240 Hz with known times, jumps of 3 samples between them and a blink in one."""
    random = np.random.default_rng(0)
    places = np.array([[100, 100], [300, 120], [250, 400], [80, 390], [420, 60]])
    lengths = (60, 48, 96, 36, 72)
    pieces, first = [], []
    for number, (place, length) in enumerate(zip(places, lengths, strict=True)):
        if number:
            ramp = np.linspace(0, 1, 5)[1:-1, None]
            pieces.append(places[number - 1] + ramp * (place - places[number - 1]))
        first.append(sum(map(len, pieces)))
        pieces.append(np.repeat(place[None], length, axis=0))
    samples = np.concatenate(pieces).astype(float) + random.normal(0, noise, (sum(map(len, pieces)), 2))
    time = np.arange(len(samples)) / 240
    if blink:
        samples[first[2] + 40 : first[2] + 50] = np.nan
    return samples[:, 0], samples[:, 1], time, places, np.array(first), np.array(lengths)


@pytest.mark.parametrize(
    ("detector", "threshold"), [(fixations_by_velocity, 1500.0), (fixations_by_dispersion, 6.0)]
)
def test_known_fixations_are_found_with_their_times(detector, threshold):
    x, y, time, places, first, lengths = scanpath()
    found = detector(x, y, time, threshold=threshold, center="median")
    assert len(found) == 5  # the blink of 42 ms does not end the third
    np.testing.assert_allclose(np.stack([found.x, found.y], 1), places, atol=0.15)
    np.testing.assert_allclose(found.onset, time[first], atol=1 / 240 + 1e-9)
    np.testing.assert_allclose(found.duration, (lengths - 1) / 240, atol=2 / 240 + 1e-9)


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_long_gap_ends_a_fixation(detector):
    time = np.concatenate([np.arange(50), np.arange(150, 200)]) / 240
    found = detector(np.full(100, 5.0), np.full(100, 7.0), time, threshold=10.0)
    assert len(found) == 2
    assert detector(
        np.full(100, 5.0), np.full(100, 7.0), time, threshold=10.0, maximum_gap=1.0
    ).x.tolist() == [5]


@pytest.mark.parametrize(("detector", "threshold"), [(DETECTORS[0], 1500.0), (DETECTORS[1], 6.0)])
def test_degrees_are_pixels_over_pixels_per_degree(detector, threshold):
    x, y, time, *_ = scanpath()
    in_pixels = detector(x, y, time, threshold=threshold)
    in_degrees = detector(x, y, time, threshold=threshold / 30, pixels_per_degree=30)
    elsewhere = detector(x + 1000, y - 50, time + 3, threshold=threshold)
    np.testing.assert_array_equal(in_pixels.x, in_degrees.x)
    np.testing.assert_allclose(in_pixels.x + 1000, elsewhere.x)
    np.testing.assert_allclose(in_pixels.onset + 3, elsewhere.onset)


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("values", [[], [1.0], [np.nan] * 20])
def test_nothing_in_nothing_out(detector, values):
    found = detector(np.array(values), np.array(values), np.arange(len(values)) / 100, threshold=1.0)
    assert len(found) == len(found.y) == len(found.duration) == 0


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time": np.array([0.0, 0.2, 0.1])}, "do not increase"),
        ({"x": np.zeros(2)}, r"shapes \(2,\), \(3,\)"),
        ({"threshold": 0.0}, "threshold=0.0"),
        ({"pixels_per_degree": -1.0}, "pixels_per_degree=-1.0"),
        ({"minimum_duration": 0.0}, "minimum_duration=0.0"),
        ({"maximum_gap": np.nan}, "maximum_gap=nan"),
        ({"center": "middle"}, "no center named 'middle'.*mean, median"),
    ],
)
def test_mistakes_are_named(detector, change, message):
    options = {"x": np.zeros(3), "y": np.zeros(3), "time": np.arange(3.0), "threshold": 1.0, **change}
    with pytest.raises(InputError, match=message):
        detector(**options)


SIGNS = {  # what trackers write where the eye was not seen
    "(-32768, -32768)": -32768.0,
    "(1e+08, 1e+08)": 1e8,
    "(-1, -1)": -1.0,
    "(0, 0)": 0.0,
    "(-9999, -9999)": -9999.0,
    "(123456, 123456)": 123456.0,
}


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("share", [0.03, 0.4, 0.7])
@pytest.mark.parametrize("sign", SIGNS)
def test_signs_of_lost_samples_are_refused(detector, sign, share):
    x, y, time, *_ = scanpath()
    lost = np.arange(len(x)) < share * len(x)
    x, y = (np.where(lost, SIGNS[sign], values) for values in (x, y))
    if share > 0.5 and sign == "(123456, 123456)":
        return  # most samples lie there: then it is the others that may be wrong
    with pytest.raises(
        InputError, match=r"samples (are exactly \(|lie far beyond all others).* NaN"
    ) as error:
        detector(x, y, time, threshold=1500.0)
    assert sign in str(error.value) or f"{SIGNS[sign]:.6g}" in str(error.value)
    detector(np.where(lost, np.nan, x), y, time, threshold=1500.0)


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize(
    ("factor", "message"),
    [
        (1e3, r"4.1\d+ seconds in the median, 0.24 per second.*Are the times in milliseconds\? Give seconds"),
        (1e6, "Are the times in microseconds"),
        (60, "5 to 10,000 are accepted. Give raw samples, with times in seconds"),
        (1e-3, "2.4e\\+05 per second"),
    ],
)
def test_rates_that_no_tracker_has_are_refused(detector, factor, message):
    x, y, time, *_ = scanpath()
    with pytest.raises(InputError, match=message):
        detector(x, y, time * factor, threshold=1500.0)


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("rate", [5, 30, 60, 1000, 2000, 10_000])
@pytest.mark.parametrize("where", [0.0, 1e-3, 1.0, 3000.0])
def test_true_samples_of_any_rate_and_unit_are_taken(detector, rate, where):
    """Also of an eye that rests and then looks far away, in pixels or degrees, from any origin."""
    random = np.random.default_rng(0)
    x = where + random.normal(0, 0.01, 200) + np.where(np.arange(200) > 180, 900, 0)
    detector(x, -x, np.arange(200) / rate, threshold=30.0)


@pytest.mark.parametrize("detector", [fixations_by_velocity, fixations_by_dispersion])
def test_lists_are_taken_as_arrays(detector):
    samples = [10.0] * 30 + [200.0] * 30, [5] * 60, [place / 100 for place in range(60)]
    found = detector(*samples, threshold=50.0)
    expected = detector(*(np.array(values, float) for values in samples), threshold=50.0)
    assert found.x.tolist() == expected.x.tolist() == [10.0, 200.0]
    with pytest.raises(InputError, match="y must hold numbers, in an array or a list"):
        detector(samples[0], ["a"] * 60, samples[2], threshold=50.0)


def test_pixels_per_degree_of_a_screen():
    # 2 x 57.29 cm x tan(0.5 degrees) is 1.0000 cm: the classroom's rule of thumb
    assert pixels_per_degree(1024, 32, 57.29) == pytest.approx(32.0, rel=1e-4)


def test_results_compare_and_hash_as_the_objects_that_they_are():
    found = fixations_by_velocity(np.zeros(240), np.zeros(240), np.arange(240) / 240, threshold=100.0)
    assert found == found
    assert {found: 1}[found] == 1
