"""Videos that are written in pieces and joined."""

from fractions import Fraction

import av
import numpy as np
import pytest
from support.clips import number_of, numbered, pictures_of

from gazemap.images.video.segments import even, join_segments, new_segment


def written(path, pictures, rate):
    with new_segment(path, pictures[0].shape[:2], rate) as segment:
        for picture in pictures:
            segment.add(picture)
    return path


@pytest.mark.parametrize("rate", [Fraction(5), Fraction(30000, 1001), Fraction(1, 3)])
def test_joined_pieces_show_every_picture_at_its_time(tmp_path, rate):
    pictures = [numbered(number) for number in range(20)]
    pieces = [(slice(0, 7), "a"), (slice(7, 8), "b"), (slice(8, 20), "c")]
    files = [
        (written(tmp_path / f"{name}.mp4", pictures[part], rate), len(pictures[part]))
        for part, name in pieces
    ]
    out = tmp_path / "joined.mp4"
    join_segments(files, out, rate)
    assert [number_of(picture) for picture in pictures_of(out)] == [*range(20)]
    with av.open(str(out)) as container:
        times = [frame.pts * frame.time_base for frame in container.decode(video=0)]
    assert times == [number / rate for number in range(20)]


def test_colors_are_kept(tmp_path):
    colors = np.array([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (90, 120, 40)], np.uint8)
    picture = np.repeat(np.repeat(colors[None], 40, axis=0), 40, axis=1)
    found = pictures_of(written(tmp_path / "a.mp4", [picture] * 3, Fraction(5)))[-1]
    with av.open(str(tmp_path / "a.mp4")) as container:
        frame = next(container.decode(video=0))
    assert (int(frame.colorspace), int(frame.color_range)) == (1, 1)
    assert np.abs(found[20, 20::40].astype(int) - colors).max() <= 12


def test_the_same_pictures_give_the_same_bytes(tmp_path):
    pictures = list(np.random.default_rng(0).integers(0, 255, (9, 64, 96, 3), np.uint8))
    first, second = (written(tmp_path / f"{name}.mp4", pictures, Fraction(5)) for name in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_sizes_are_even():
    assert [even(size) for size in ((481, 640), (480, 641), (1, 1))] == [(480, 640), (480, 640), (2, 2)]
