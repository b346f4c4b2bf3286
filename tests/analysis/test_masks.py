"""Masks that were saved with losses or smooth edges."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gazemap.analysis.mask_files import read_mask
from gazemap.errors import DataError

SIZE = (200, 256)


def drawn(color=255, scale=1):
    """An ellipse of a color on black, gray or RGB; drawn larger and reduced, its edge is smooth."""
    mode = "L" if isinstance(color, int) else "RGB"
    mask = Image.new(mode, (SIZE[1] * scale, SIZE[0] * scale))
    ImageDraw.Draw(mask).ellipse([40 * scale, 40 * scale, 160 * scale, 160 * scale], fill=color)
    return mask.resize(SIZE[::-1], Image.Resampling.BOX)


@pytest.mark.parametrize("quality", [30, 50, 75, 90, 95])
@pytest.mark.parametrize("color", [255, 90, (255, 0, 0), (20, 200, 90)], ids=str)
def test_a_lossy_mask_of_two_areas_has_two(tmp_path, quality, color):
    mask = drawn(color)
    mask.save(tmp_path / "m.jpg", quality=quality, subsampling=0)
    found = read_mask(tmp_path / "m.jpg", SIZE)
    assert len(found) == 2
    truth, drawn_area = np.asarray(mask.convert("RGB")).any(axis=2), found[1].pixels
    assert drawn_area.sum() == pytest.approx(truth.sum(), rel=0.02)
    assert (drawn_area != truth).mean() < 0.005
    np.testing.assert_array_equal(found[0].pixels, ~drawn_area)


def test_a_lossy_mask_is_named_by_its_flat_colors(tmp_path):
    drawn().save(tmp_path / "m.jpg", quality=75)
    assert [area.name for area in read_mask(tmp_path / "m.jpg", SIZE)] == ["gray 0", "gray 255"]


def test_smooth_edges_are_cut_at_half(tmp_path):
    mask = drawn(scale=4)
    mask.save(tmp_path / "m.png")
    found = read_mask(tmp_path / "m.png", SIZE)
    assert [area.name for area in found] == ["gray 0", "gray 255"]
    np.testing.assert_array_equal(found[1].pixels, np.asarray(mask) > 127)


def test_lossy_masks_of_more_areas_are_refused(tmp_path):
    mask = drawn()
    mask.paste(128, (180, 20, 240, 60))
    mask.save(tmp_path / "m.jpg")
    with pytest.raises(DataError, match="areas cannot be told apart"):
        read_mask(tmp_path / "m.jpg", SIZE)


def test_numbered_areas_are_kept_apart(tmp_path):
    """Levels next to each other, a line of one pixel, and a dot."""
    labels = np.zeros(SIZE, np.uint8)
    for number in range(1, 30):
        labels[6 * number : 6 * number + 4, 10:30] = number
    labels[:, 100], labels[5, 5] = 40, 41
    stream = io.BytesIO()
    Image.fromarray(labels).save(stream, "PNG")
    (tmp_path / "m.png").write_bytes(stream.getvalue())
    assert len(read_mask(tmp_path / "m.png", SIZE)) == 32
