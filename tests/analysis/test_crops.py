from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from support.deep_images import chunk

from gazemap.analysis.crops import Crop, best_crop, check_crop_file, parse_aspect, parse_size, write_crop
from gazemap.errors import DataError, InputError
from gazemap.gaze.areas import Box
from gazemap.gaze.shapes import Area
from gazemap.images.reading import read_image


def density_of(seed, height, width, zeros=0.0):
    rng = np.random.default_rng(seed)
    values = rng.random((height, width)) ** 4 * (rng.random((height, width)) >= zeros)
    values[0, 0] += 1e-3
    return values / values.sum()


def every_position(density, height, width):
    """(share, y, x) of every crop of a size, by plain sums."""
    for y in range(density.shape[0] - height + 1):
        for x in range(density.shape[1] - width + 1):
            yield density[y : y + height, x : x + width].sum(), y, x


def distance(density, y, x, height, width):
    return (y + height / 2 - density.shape[0] / 2) ** 2 + (x + width / 2 - density.shape[1] / 2) ** 2


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 999),
    st.integers(3, 9),
    st.integers(3, 9),
    st.sampled_from(["1:1", "16:9", "1:2", "3:2", "1.91:1"]),
    st.sampled_from([0.0, 0.9]),
)
def test_the_best_position_is_that_of_brute_force(seed, height, width, aspect, zeros):
    density = density_of(seed, height, width, zeros)
    crop = best_crop(density, parse_aspect(aspect))
    positions = list(every_position(density, crop.height, crop.width))
    best = max(share for share, _, _ in positions)
    assert crop.attention == pytest.approx(best, abs=1e-9)
    equal = [(y, x) for share, y, x in positions if share >= best - 1e-9]
    assert (crop.y, crop.x) in equal
    distances = [distance(density, y, x, crop.height, crop.width) for y, x in equal]
    assert distance(density, crop.y, crop.x, crop.height, crop.width) == min(distances)
    assert crop.area == pytest.approx(crop.height * crop.width / density.size)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.data(), st.sampled_from(["1:1", "16:9", "1:2"]), st.sampled_from([None, 0.4]))
def test_the_best_position_that_holds_areas_is_that_of_brute_force(seed, data, aspect, share):
    density, wanted = density_of(seed, 8, 10, 0.5), parse_aspect(aspect)
    x, y = data.draw(st.floats(0, 8.5)), data.draw(st.floats(0, 6.5))
    areas = [Area.of_box(Box("a", x, y, 1.2, 0.7)), Area.of_box(Box("b", x + 0.1, y + 0.2, 1.4, 1.3))]
    largest = best_crop(density, wanted)
    possible = [
        kept
        for kept, top, left in every_position(density, largest.height, largest.width)
        if holds(top, left, largest.height, largest.width, x, y)
    ]
    if not possible or (share or 0) > max(possible) + 1e-9:
        with pytest.raises(InputError, match="No crop of this aspect"):
            best_crop(density, wanted, share, areas)
        return
    crop = best_crop(density, wanted, share, areas)
    assert holds(crop.y, crop.x, crop.height, crop.width, x, y)
    best = max(
        kept
        for kept, top, left in every_position(density, crop.height, crop.width)
        if holds(top, left, crop.height, crop.width, x, y)
    )
    assert crop.attention == pytest.approx(best, abs=1e-9)
    assert share is None or crop.attention >= share - 1e-9


def holds(top, left, height, width, x, y):
    """Whether a crop has every pixel that the areas of the test touch."""
    first, last = (np.floor(y), np.floor(x)), (np.ceil(y + 1.5), np.ceil(x + 1.5))
    return top <= first[0] and left <= first[1] and top + height >= last[0] and left + width >= last[1]


def test_an_area_that_rounding_put_outside_of_the_image_is_held():
    area = Area.of_box(Box("all", -1e-7, -1e-7, 8 + 2e-7, 8 + 2e-7))
    area.check_inside((8, 8))
    assert best_crop(density_of(0, 8, 8), parse_aspect("1:1"), None, [area]).area == 1


def test_areas_that_no_crop_holds_are_named():
    far = [Area.of_box(Box("logo", 0, 0, 1, 1)), Area.of_box(Box("cta", 9, 0, 1, 1))]
    message = r"holds logo, cta whole: together they take 10 x 1 pixels, and the largest crop has 8 x 8"
    with pytest.raises(InputError, match=message):
        best_crop(density_of(0, 8, 10), parse_aspect("1:1"), None, far)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999), st.floats(0.05, 0.95), st.sampled_from(["1:1", "16:9", "2:3"]))
def test_the_smallest_crop_of_a_share_is_that_of_brute_force(seed, share, aspect):
    density, wanted = density_of(seed, 8, 10, 0.5), parse_aspect(aspect)
    largest = best_crop(density, wanted)
    if largest.attention < share:
        with pytest.raises(InputError, match="No crop of this aspect keeps"):
            best_crop(density, wanted, share)
        return
    crop = best_crop(density, wanted, share)
    assert crop.attention >= share - 1e-9
    assert crop.attention == pytest.approx(
        max(s for s, *_ in every_position(density, crop.height, crop.width))
    )
    smaller = max(crop.height, crop.width) - 1
    if smaller:  # the next size down, of the same aspect to the nearest pixel
        ratio = float(wanted)
        height, width = (
            (int(smaller / ratio + 0.5), smaller) if ratio >= 1 else (smaller, int(smaller * ratio + 0.5))
        )
        assert max(s for s, *_ in every_position(density, max(height, 1), max(width, 1))) < share


@pytest.mark.parametrize(
    ("aspect", "size", "expected"),
    [
        ("1:1", (600, 800), (600, 600)),
        ("16:9", (600, 800), (450, 800)),
        ("1.91:1", (630, 1200), (628, 1200)),
        ("9:16", (600, 800), (600, 338)),
        ("10:1", (10, 200), (10, 100)),
    ],
)
def test_the_largest_crop_of_an_aspect_that_fits(aspect, size, expected):
    crop = best_crop(np.full(size, 1 / (size[0] * size[1])), parse_aspect(aspect))
    assert (crop.height, crop.width) == expected


def test_a_uniform_density_is_cropped_in_the_middle():
    crop = best_crop(np.full((10, 20), 1 / 200), Fraction(1))
    assert crop == Crop(5, 0, 10, 10, pytest.approx(0.5), 0.5)


def test_a_peak_is_kept_wherever_it_is():
    density = np.zeros((9, 16))
    density[8, 15] = 1.0
    assert best_crop(density, Fraction(1), 1.0) == Crop(15, 8, 1, 1, 1.0, 1 / 144)


@pytest.mark.parametrize("text", ["", "0:1", "16:0", "a:b", "16:9:4", "-1:1", "1e5:1", "nan", "1 : 1"])
def test_an_aspect_that_is_none_is_refused(text):
    with pytest.raises(InputError, match="WIDTH:HEIGHT"):
        parse_aspect(text)


def test_aspects_and_sizes_are_read():
    assert parse_aspect("1.91:1") == Fraction(191, 100)
    assert parse_aspect("1.5") == parse_aspect("3/2") == Fraction(3, 2)
    assert parse_size("1200x630") == (630, 1200)
    for text in ("1200", "0x5", "5x", "99999x5", "1.5x2"):
        with pytest.raises(InputError, match="WIDTHxHEIGHT"):
            parse_size(text)


def test_what_cannot_be_cropped_is_refused():
    density = np.full((4, 4), 1 / 16)
    with pytest.raises(InputError, match="less extreme"):
        best_crop(density, Fraction(100))
    for share in (0.0, 1.5, float("nan")):
        with pytest.raises(InputError, match="share of attention to keep"):
            best_crop(density, Fraction(1), share)


PIXELS = np.random.default_rng(0).integers(0, 255, (12, 20, 3), np.uint8)
PART = Crop(3, 2, 8, 6, 0.5, 0.2)


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [(m, s) for m in ("RGB", "L", "P", "1") for s in ("png", "bmp", "gif", "tiff")]
    + [
        ("RGBA", "png"),
        ("RGBA", "webp"),
        ("CMYK", "tiff"),
        ("CMYK", "jpg"),
        ("I;16", "png"),
        ("I;16", "tiff"),
    ],
)
def test_a_crop_keeps_format_mode_and_pixels(tmp_path, mode, suffix):
    source = tmp_path / f"photo.{suffix}"
    image = (
        Image.fromarray(PIXELS[..., 0].astype(np.uint16) * 257)
        if mode == "I;16"
        else Image.fromarray(PIXELS).convert(mode)
    )
    image.save(source, **({"lossless": True} if suffix == "webp" else {}))
    write_crop(source, PART, tmp_path / f"crop.{suffix}")
    with Image.open(source) as before, Image.open(tmp_path / f"crop.{suffix}") as after:
        assert (after.format, after.size) == (before.format, (8, 6))
        assert after.mode == before.mode or suffix == "gif"  # whose palette may become gray
        expected = np.asarray(before.crop((3, 2, 11, 8)).convert("RGB"), float)
        if suffix not in ("jpg", "webp"):
            np.testing.assert_array_equal(np.asarray(after.convert("RGB")), expected)
    write_crop(source, PART, tmp_path / f"small.{suffix}", (3, 4))
    with Image.open(tmp_path / f"small.{suffix}") as small:
        assert small.size == (4, 3)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tiff", "webp"])
def test_a_turned_photo_is_cropped_upright_and_its_profile_is_kept(tmp_path, suffix):
    """Orientation 6: what is stored must be turned clockwise, so that its left becomes the top."""
    stored = np.zeros((20, 40, 3), np.uint8)
    stored[:, :20] = 255
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    profile = b"\0" * 128
    source = tmp_path / f"turned.{suffix}"
    Image.fromarray(stored).save(source, exif=exif, icc_profile=profile)
    write_crop(source, Crop(0, 10, 20, 20, 1.0, 0.5), tmp_path / f"crop.{suffix}")
    with Image.open(tmp_path / f"crop.{suffix}") as crop:
        assert crop.info["icc_profile"] == profile
        assert crop.getexif().get(0x0112, 1) == 1
        assert suffix == "tiff" or crop.getexif()[0x010F] == "a camera"
        pixels = np.asarray(crop)
    assert pixels.shape == (20, 20, 3)
    assert pixels[:9].min() > 240
    assert pixels[11:].max() < 15


def test_a_crop_is_resized_to_the_exact_size(tmp_path):
    Image.fromarray(np.full((30, 30, 3), 7, np.uint8)).save(tmp_path / "a.png")
    write_crop(tmp_path / "a.png", PART, tmp_path / "b.png", (45, 123))
    np.testing.assert_array_equal(read_image(tmp_path / "b.png"), np.full((45, 123, 3), 7))


def test_names_of_another_format_and_files_that_are_no_images_are_refused(tmp_path):
    Image.fromarray(PIXELS.repeat(9, axis=0)).save(tmp_path / "a.jpg")
    with pytest.raises(InputError, match=r"must end in \.jpg, \.jpeg, .*got .*b\.png"):
        check_crop_file(tmp_path / "a.jpg", tmp_path / "b.png")
    with pytest.raises(DataError, match="There is no image file"):
        write_crop(tmp_path / "none.jpg", PART, tmp_path / "b.jpg")
    whole = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(DataError, match="is damaged"):
        write_crop(tmp_path / "cut.jpg", PART, tmp_path / "b.jpg")
    assert not (tmp_path / "b.jpg").exists()


@pytest.mark.parametrize("suffix", ["jpg", "png", "tiff", "webp", "avif"])
def test_a_crop_keeps_the_color_profile(tmp_path, suffix):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    Image.fromarray(PIXELS).save(tmp_path / f"a.{suffix}", icc_profile=profile)
    write_crop(tmp_path / f"a.{suffix}", PART, tmp_path / f"crop.{suffix}")
    with Image.open(tmp_path / f"crop.{suffix}") as written:
        assert written.info["icc_profile"] == profile


def test_a_crop_of_a_damaged_profile_or_a_format_that_is_not_written(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    content = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(content[:33] + chunk(b"iCCP", b"no profile") + content[33:])
    Image.fromarray(PIXELS).save(tmp_path / "a.ico", sizes=[(20, 12)])
    for name in ("a.png", "a.ico"):
        write_crop(tmp_path / name, PART, tmp_path / "crop.png")
        np.testing.assert_array_equal(read_image(tmp_path / "crop.png"), PIXELS[2:8, 3:11])
