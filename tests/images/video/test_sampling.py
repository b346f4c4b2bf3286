"""What a clip shows at regular times, held to pictures that say which one they are."""

import struct
from fractions import Fraction

import numpy as np
import pytest
from support.clips import SIZE, number_of, numbered, numbered_clip, pictures_of, write_clip

from gazemap.errors import DataError
from gazemap.images.video import clip as clips
from gazemap.images.video.clip import open_clip
from gazemap.images.video.sampling import Sampling


def sampled(path, rate=5, start=0, size=None):
    clip = open_clip(path)
    sampling = Sampling(clip, Fraction(rate), size or clip.size, start)
    return sampling, list(sampling)


def numbers(shown):
    return [number_of(one.pixels) for one in shown]


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.mp4", {}),
        ("a.mov", {"bf": 3}),
        ("a.mkv", {"g": 12}),
        ("a.webm", {"codec": "libvpx"}),
        ("a.webm", {"codec": "libvpx-vp9"}),
        ("a.gif", {"codec": "gif"}),
    ],
)
def test_at_each_time_the_picture_of_that_time_is_shown(tmp_path, name, how):
    path = numbered_clip(tmp_path / name, 50, **how)
    sampling, shown = sampled(path)
    assert open_clip(path).size == SIZE
    assert numbers(shown) == [*range(0, 50, 5)]
    assert [one.time for one in shown] == pytest.approx(np.arange(10) / 5)
    assert [one.number for one in shown] == [*range(10)]
    assert all(one.is_new for one in shown)
    assert sampling.end == pytest.approx(2)
    assert (sampling.damaged, sampling.broke_off) == (0, False)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_of_a_variable_rate_each_picture_is_shown_until_the_next(tmp_path, name):
    times = [0, 100, 1500, 1600, 1610, 3000, 3400]
    path = write_clip(tmp_path / name, [numbered(number) for number in range(7)], times=times)
    _, shown = sampled(path, 4)
    expected = [max(i for i, at in enumerate(times) if at <= 250 * tick) for tick in range(len(shown))]
    assert len(shown) >= 14
    assert numbers(shown) == expected
    assert [one.is_new for one in shown] == [True, *np.diff(expected).astype(bool)]


def test_a_rate_above_the_clips_own_shows_pictures_again(tmp_path):
    path = numbered_clip(tmp_path / "a.mp4", 4, rate=2)
    _, shown = sampled(path, 6)
    assert numbers(shown) == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]


@pytest.mark.parametrize("how", [{"g": 10}, {"g": 10, "bf": 3}, {"g": 250}])
@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_from_any_time_on_the_same_pixels_are_shown(tmp_path, how, ending):
    path = numbered_clip(tmp_path / f"a.{ending}", 60, **how)
    _, whole = sampled(path, 10)
    for start in (1, 4, 9, 17, 23):
        _, rest = sampled(path, 10, start)
        assert [one.number for one in rest] == [one.number for one in whole[start:]]
        assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(rest, whole[start:], strict=True))


def test_groups_of_pictures_that_are_not_shown_are_not_decoded(tmp_path, monkeypatch):
    path = numbered_clip(tmp_path / "a.mkv", 200, g=5)
    expected = [number_of(picture) for picture in pictures_of(path)[::50]]
    decoded = []
    own = Sampling._frames
    monkeypatch.setattr(
        Sampling, "_frames", lambda *given: (decoded.append(1) or frame for frame in own(*given))
    )
    _, shown = sampled(path, Fraction(1, 2))
    assert numbers(shown) == expected == [0, 50, 100, 150]
    assert len(decoded) < 100


def turned(path, out, matrix):
    """The clip with another matrix in its header, as phones write it."""
    content = bytearray(path.read_bytes())
    place = content.index(b"tkhd") + 44
    content[place : place + 36] = struct.pack(">9i", *matrix)
    out.write_bytes(content)
    return out


ONE = 1 << 16


@pytest.mark.parametrize(
    ("matrix", "upright"),
    [
        ((0, ONE, 0, -ONE, 0, 0, 48 * ONE, 0, 1 << 30), lambda pixels: np.rot90(pixels, -1)),
        ((0, -ONE, 0, ONE, 0, 0, 0, 128 * ONE, 1 << 30), lambda pixels: np.rot90(pixels, 1)),
        ((-ONE, 0, 0, 0, -ONE, 0, 128 * ONE, 48 * ONE, 1 << 30), lambda pixels: np.rot90(pixels, 2)),
    ],
    ids=["clockwise", "counterclockwise", "upside down"],
)
def test_a_phone_held_upright_is_shown_upright(tmp_path, matrix, upright):
    path = turned(numbered_clip(tmp_path / "a.mp4", 10), tmp_path / "b.mp4", matrix)
    expected = upright(pictures_of(path)[0])
    assert open_clip(path).size == expected.shape[:2]
    _, shown = sampled(path)
    assert np.abs(shown[0].pixels.astype(int) - expected).max() <= 2


def test_pixels_that_are_not_square_are_stretched(tmp_path):
    import av

    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=5)
        stream.height, stream.width = SIZE
        stream.pix_fmt = "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(numbered(5), format="rgb24")))
        container.mux(stream.encode(None))
    assert open_clip(path).size == (48, 171)
    _, shown = sampled(path)
    assert shown[0].pixels.shape == (48, 171, 3)
    assert numbers(shown) == [5]


def test_a_smaller_size_is_asked_for(tmp_path):
    _, shown = sampled(numbered_clip(tmp_path / "a.mp4", 10), size=(24, 64))
    assert {one.pixels.shape for one in shown} == {(24, 64, 3)}
    assert numbers(shown) == [0, 5]


def test_a_clip_that_is_cut_off_gives_what_is_before(tmp_path):
    whole = numbered_clip(tmp_path / "a.mkv", 100, g=10)
    content = whole.read_bytes()
    path = tmp_path / "cut.mkv"
    path.write_bytes(content[: len(content) // 2])
    assert open_clip(path).seconds == pytest.approx(4)
    sampling, shown = sampled(path)
    assert 2 < len(shown) < 18
    assert numbers(shown) == [*range(0, 100, 5)][: len(shown)]
    assert sampling.end < 3.5


def test_a_clip_that_is_damaged_within_is_read_as_far_as_it_can_be(tmp_path):
    content = bytearray(numbered_clip(tmp_path / "a.mkv", 100, g=10).read_bytes())
    content[len(content) // 3 : len(content) // 3 + 200] = np.random.default_rng(0).bytes(200)
    path = tmp_path / "b.mkv"
    path.write_bytes(content)
    sampling, shown = sampled(path)
    found = numbers(shown)  # the last one that can be decoded, at each time
    assert found == sorted(found)
    assert found[:2] == [0, 5]
    assert all(number <= 5 * tick for tick, number in enumerate(found))
    assert sampling.damaged or sampling.broke_off or found != [*range(0, 100, 5)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no video"),
        (b"#EXTM3U\n#EXTINF:1,\nother.mp4\n", "no video"),
        (b"ffconcat version 1.0\nfile other.mp4\n", "no video"),
        (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2", "cannot be read as a video"),
        (b"\x1a\x45\xdf\xa3" + bytes(100), "cannot be read as a video"),
    ],
)
def test_what_is_no_video_is_refused(tmp_path, content, said):
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(DataError, match=said):
        open_clip(path)


def test_an_mp4_without_its_end_is_refused_and_told_why(tmp_path):
    content = numbered_clip(tmp_path / "a.mp4", 50).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(content[:-200])
    with pytest.raises(DataError, match="cut off"):
        open_clip(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="no video file"):
        open_clip(tmp_path / "none.mp4")


def test_what_is_too_large_or_too_long_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    path = numbered_clip(tmp_path / "a.mp4", 50)
    for name, least, said in (
        ("MAX_PIXELS", 48 * 128 - 1, "128 x 48 pixels"),
        ("MAX_SECONDS", 1.5, "2 seconds long"),
        ("MAX_BYTES", 100, "bytes"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(clips, name, least)
            with pytest.raises(DataError, match=said):
                open_clip(path)


def test_a_time_far_beyond_ends_the_clip(tmp_path):
    times = [0, 1000, 10**9]
    path = write_clip(tmp_path / "a.mkv", [numbered(number) for number in range(3)], times=times)
    clip = clips.Clip(path, SIZE, 0, None)
    sampling = Sampling(clip, Fraction(1), SIZE)
    assert len(list(sampling)) == 2
    assert sampling.broke_off
