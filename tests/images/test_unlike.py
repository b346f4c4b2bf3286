"""Pictures that are unlike photographs: their statistics, and what is said of them."""

import numpy as np
import pytest

from gazemap.images.placement import Placement
from gazemap.images.unlike import Looks, kind_of, looks_of, unlike_notes

FRAME = (240, 320)
PHOTO = Looks(smooth=0.97, even=0.26, flat=0.09, common=0.01, seam=7.0, pole=1.1)


def gray(values):
    """(H, W) in [0, 255] -> (3, H, W)."""
    return np.repeat(np.asarray(values, dtype=np.uint8)[None], 3, axis=0)


def looks(frame, size=None, fit="stretch"):
    return looks_of(frame, Placement(size or frame.shape[1:], frame.shape[1:], fit))


def changed(**values):
    return Looks(**{**vars(PHOTO), **values})


def test_stripes_of_one_pixel_are_worked_by_hand():
    columns = np.tile([0, 255], 160)  # each step is 765, the variance 382.5²
    found = looks(gray(np.tile(columns, (240, 1))))
    assert found == Looks(smooth=-1.0, even=0.0, flat=0.0, common=0.5, seam=1.0, pole=1.0)


def test_an_edge_is_worked_by_hand():
    found = looks(gray(np.tile(np.repeat([0, 255], 160), (240, 1))))  # one step of 765 in 319
    assert found.smooth == pytest.approx(1 - 2 / 319)  # 765² / 319 over twice 382.5²
    assert found.flat == pytest.approx(318 / 319)
    assert (found.even, found.common, found.seam, found.pole) == pytest.approx((0, 0.5, 319, 1))
    turned = looks(gray(np.tile(np.repeat([0, 255], 120), (320, 1)).T))
    assert turned.smooth == pytest.approx(1 - 2 / 239)
    assert turned.seam == turned.pole == 0  # no step across with which it could be compared


def test_one_color_has_no_steps():
    assert looks(gray(np.full(FRAME, 7))) == Looks(
        smooth=1.0, even=0.0, flat=1.0, common=1.0, seam=0.0, pole=0.0
    )


def test_steps_that_nobody_sees_are_flat():
    frame = gray(np.full(FRAME, 100))
    frame[:2, :, ::2] += 1  # each pixel differs by 2 from those beside it, of 765
    assert looks(frame).flat == 1
    frame[2, :, ::2] += 1
    assert looks(frame).flat == 0


@pytest.mark.parametrize("slope", [0, 1, 2])
def test_gaussian_noise_of_any_spectrum_has_even_steps(slope):
    random = np.random.default_rng(slope)
    distance = np.hypot(np.fft.fftfreq(240)[:, None], np.fft.rfftfreq(320))
    distance[0, 0] = np.inf
    noise = np.fft.irfft2(np.fft.rfft2(random.normal(size=FRAME)) / distance**slope, FRAME)
    found = looks(gray((128 + 40 * noise / noise.std()).clip(0, 255)))
    assert found.even == pytest.approx(2 / np.pi, abs=0.06)
    assert kind_of([found], FRAME) == "noise"
    assert (found.smooth > 0.7) == (slope > 0)


def test_what_is_beside_a_picture_does_not_count():
    frame = np.full((3, 240, 320), 128, np.uint8)
    frame[:, 80:160] = np.random.default_rng(1).integers(0, 256, (3, 80, 320))
    placed = looks(frame, size=(160, 640), fit="letterbox")
    assert placed.flat < 0.01
    assert looks(frame).flat > 0.6


def test_a_frame_of_another_size_is_looked_at_in_the_usual_one():
    frame = gray(np.tile(np.repeat([0, 255], 60), (90, 1)))
    assert looks(frame).flat == pytest.approx(
        looks(gray(np.tile(np.repeat([0, 255], 160), (240, 1)))).flat, abs=0.02
    )


def test_too_small_a_picture_is_not_judged():
    noise = np.random.default_rng(1).integers(0, 256, (3, 240, 320), np.uint8)
    assert kind_of([looks(noise[:, :63])], (480, 640)) is None
    assert kind_of([looks(noise[:, :64])], (480, 640)) == "noise"
    assert (
        kind_of([looks(noise, size=(100, 640), fit="letterbox")], (100, 640)) is None
    )  # 50 pixels high there
    assert kind_of([looks(noise, size=(10, 640))], (10, 640)) == "noise"


def test_kinds_by_their_limits():
    assert kind_of([PHOTO], (480, 640)) is None
    assert kind_of([changed(flat=0.8, common=0.1)], (480, 640)) is None  # a sky
    assert kind_of([changed(flat=0.35, common=0.3)], (480, 640)) is None
    assert kind_of([changed(flat=0.36, common=0.11, smooth=0.1)], (480, 640)) == "flat"
    assert kind_of([changed(smooth=0.69)], (480, 640)) == "noise"
    assert kind_of([changed(even=0.56)], (480, 640)) == "noise"
    sphere = changed(seam=2.9, pole=0.29)
    assert kind_of([sphere], (500, 1000)) == "panorama"
    assert kind_of([sphere], (500, 1001)) is None
    assert kind_of([sphere] * 2, (500, 1000)) is None  # in two screens
    assert kind_of([changed(seam=3.1, pole=0.1)], (500, 1000)) is None
    assert kind_of([changed(seam=1.0, pole=0.31)], (500, 1000)) is None


def test_of_folds_the_mean_counts():
    assert kind_of([changed(flat=0.1), changed(flat=0.7, common=0.3)], (2000, 640)) == "flat"
    assert kind_of([changed(flat=0.1), changed(flat=0.5, common=0.3)], (2000, 640)) is None


def test_a_sphere_in_equirectangular_projection_is_a_panorama():
    longitude = (np.arange(320) + 0.5) / 160 * np.pi
    latitude = (0.5 - (np.arange(240) + 0.5)[:, None] / 240) * np.pi
    ray = np.stack(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.broadcast_to(np.sin(latitude), FRAME),
        ]
    )
    waves = np.random.default_rng(4).normal(size=(12, 3))
    large, small = (np.cos(np.einsum("kd,dhw->khw", scale * waves, ray)).sum(axis=0) for scale in (3, 25))
    found = looks(gray(128 + 80 * np.sign(large) + 8 * small))
    assert kind_of([found], (512, 1024)) == "panorama"
    cut = looks(gray(np.roll(128 + 80 * np.sign(large) + 8 * small, 60, axis=0)))  # its poles are elsewhere
    assert kind_of([cut], (512, 1024)) is None


def test_notes_say_what_to_do():
    flat = [changed(flat=0.634, common=0.5)]
    said = (
        "63 % of it is flat, as of charts, drawings and screens, of which models that learned from "
        "photographs "
    )
    assert unlike_notes(flat, (480, 640)) == (said + "know little",)
    assert unlike_notes(flat, (480, 640), "mouse", ["mouse", "web-page"]) == (
        said + "know little; for a web page give --condition web-page",
    )
    for used in ("web-page", "web-page, no center bias"):
        assert unlike_notes(flat, (480, 640), used, ["mouse", "web-page"]) == ()
        assert unlike_notes([changed(even=0.6)], (480, 640), used, ["web-page"])
    [note] = unlike_notes([changed(even=0.6)], (480, 640))
    assert note.startswith("it changes from pixel to pixel as noise, waves and shades do")
    [note] = unlike_notes([changed(seam=1, pole=0.1)], (500, 1000))
    assert note.startswith(
        "1000 x 500, with ends that meet and rows drawn out at the poles, looks like a pan"
    )
    assert unlike_notes([PHOTO], (480, 640)) == ()
