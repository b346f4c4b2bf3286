"""Files are known by their first bytes, whatever they are called; what is not read is named, with advice."""

import io
import struct

import numpy as np
import pytest
from PIL import Image
from support.deep_images import tiff
from support.pictures import picture

from gazemap.errors import DataError, MissingPackageError
from gazemap.images import opening
from gazemap.images.formats import FORMATS, UNREAD, format_of, unread_kind
from gazemap.images.reading import read_image, read_size

PICTURE = picture(1, (640, 480)).resize((64, 48), Image.Resampling.BOX)  # smooth, so that all keep it


def saved(format, **options):
    stream = io.BytesIO()
    PICTURE.save(stream, format, **options)
    return stream.getvalue()


WRITTEN = {"PNG", "JPEG", "TIFF", "WebP", "BMP", "DIB", "GIF", "AVIF", "JPEG 2000", "PPM", "ICO", "TGA"}
NAMES = {"WebP": "WEBP", "JPEG 2000": "JPEG2000"}


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_every_format_is_read_by_any_name(name, tmp_path):
    content = saved(NAMES.get(name, name), **({"sizes": [(64, 48)]} if name == "ICO" else {}))
    own = next(format for format in FORMATS if format.name == name)
    for ending in (own.endings[0], *([".jpg", ".heic", ""] if own.starts else [])):
        path = tmp_path / f"photo{ending}"
        path.write_bytes(content)
        found = read_image(path).astype(int)
        assert found.shape == (48, 64, 3)
        assert np.abs(found - np.asarray(PICTURE)).mean() < 12


def test_apng_and_mpo_give_their_first_picture(tmp_path):
    for format, ending in (("PNG", "apng"), ("MPO", "mpo")):
        path = tmp_path / f"photo.{ending}"
        PICTURE.save(path, format, save_all=True, append_images=[Image.new("RGB", (64, 48), "red")])
        assert np.abs(read_image(path).astype(int) - np.asarray(PICTURE)).mean() < 12


def test_no_ending_stands_twice():
    endings = [ending for entry in (*FORMATS, *UNREAD) for ending in entry.endings]
    assert len(endings) == len(set(endings))


@pytest.mark.parametrize(
    ("start", "ending", "named"),
    [
        (b"%PDF-1.7", ".jpg", "a PDF, which is not read here; export the page as PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ".png", "an SVG drawing"),
        (b"<?xml version='1.0'?>\n<!-- made by hand -->\n<svg/>", "", "an SVG drawing"),
        (b"8BPS\0\1", ".psd", "a Photoshop file"),
        (b"II*\0\x10\0\0\0CR\2\0", ".jpg", "a camera's raw file, which is not read here; develop it"),
        (b"MM\0*\0\0\0\x08", ".nef", "a camera's raw file"),
        (b"II*\0\x08\0\0\0", ".dng", "a camera's raw file"),
        (b"\0\0\0\x18ftypcrx ", ".cr3", "a camera's raw file"),
        (b"%!PS-Adobe-3.0", ".eps", "a PostScript file"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isom", ".jpg", "a video"),
        (b"PK\x03\x04", ".xlsx", "an archive"),
        (b"no signature", ".xlsx", "an office document"),
        (b"\xff\x0a", ".jxl", "a JPEG XL image"),
        (b"<!DOCTYPE html><html>", ".jpg", "a web page"),
    ],
)
def test_what_is_not_read_is_named(tmp_path, start, ending, named):
    path = tmp_path / f"file{ending}"
    path.write_bytes(start)
    with pytest.raises(DataError, match="is " + named):
        read_image(path)


def test_a_raw_file_that_is_called_tiff_is_no_thumbnail():
    with pytest.raises(DataError, match="a camera's raw file"):
        read_image(saved("TIFF", tiffinfo={50706: b"\1\4\0\0"}))


@pytest.mark.parametrize(
    ("dtype", "kind"),
    [("float64", "64-bit floats"), ("uint64", "64-bit unsigned numbers"), ("f2", "16-bit floats")],
)
def test_a_tiff_of_a_kind_that_is_not_read_says_which(dtype, kind):
    with pytest.raises(DataError, match=f"is a TIFF file .*{kind}, compression 1.*Convert it to PNG first"):
        read_image(tiff(np.zeros((4, 4), dtype)))


def test_a_reader_that_finds_too_many_pixels_itself_says_the_same():
    content = bytearray(saved("GIF"))
    frame = content.find(b"\x2c", 13)
    content[frame + 5 : frame + 9] = b"\xff" * 4  # 65535 x 65535
    with pytest.raises(DataError, match="has 4,294,836,225 pixels; up to 170,000,000 are accepted"):
        read_image(bytes(content))


def test_texts_are_no_pictures():
    for text in (b"P5 is a processor", b"BMW", b"P1\n", b"GIF80", b"RIFF", b"II", b"\0\0\1\0"):
        assert format_of(text) is None
        assert unread_kind(text) is None


def test_heic_is_read_with_its_package_and_else_names_it(tmp_path, monkeypatch):
    pillow_heif = pytest.importorskip("pillow_heif")
    path = tmp_path / "IMG_0001.HEIC"
    pillow_heif.from_pillow(PICTURE).save(path, quality=90)
    assert np.abs(read_image(path).astype(int) - np.asarray(PICTURE)).mean() < 12
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned; the file says so in its own way, too
    turned = pillow_heif.from_pillow(PICTURE)
    turned.save(tmp_path / "turned.heic", quality=90, exif=exif.tobytes())
    expected = np.rot90(np.asarray(PICTURE), -1)
    assert np.abs(read_image(tmp_path / "turned.heic").astype(int) - expected).mean() < 12
    assert read_size(tmp_path / "turned.heic") == (64, 48)
    monkeypatch.setattr(opening, "require", missing)
    with pytest.raises(MissingPackageError, match=r"gazemap\[heic\]"):
        read_image(path)


def missing(package, purpose):
    from gazemap.system import extras

    raise extras.missing(package, purpose)


def test_a_damaged_tiff_says_what_libtiff_says_and_prints_nothing(capfd):
    values = bytes(48 * 64)
    tags = [(256, 64), (257, 48), (258, 8), (259, 5), (262, 1), (273, 8), (277, 1), (278, 48), (279, 2**31)]
    directory = b"".join(struct.pack("<HHII", number, 4, 1, value) for number, value in tags)
    content = b"II*\0" + struct.pack("<I", 8 + len(values)) + values
    content += struct.pack("<H", len(tags)) + directory + bytes(4)
    with pytest.raises(DataError, match="Read error on strip 0; got"):
        read_image(content)
    assert capfd.readouterr().err == ""
