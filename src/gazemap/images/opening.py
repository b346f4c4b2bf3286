"""Image files, or their bytes -> images of Pillow, opened by their first bytes; others refused by name."""

from __future__ import annotations

import importlib
import io
import logging
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from PIL import Image

from gazemap.errors import DataError, InputError, MissingPackageError
from gazemap.images.formats import START, ImageFormat, format_of, unread_kind
from gazemap.images.libtiff import complaints
from gazemap.system.extras import require

MAX_PIXELS = 170_000_000  # beyond the largest cameras (151); a bomb is refused before it is decoded
MAX_BYTES = 2**30  # more than so many pixels need; some readers take a whole file into memory

LARGE = 2**24  # pixels from which images are decoded one at a time, whatever the number of threads
_PIXELS_PER_BYTE = 10_000  # of a large image; no more can be meant by one byte of a photo
_DNG_VERSION = 50706  # a tag of camera's raw files, which may be named .tif
_NATIVE = {"I;16BS": "I;16NS", "I;32BS": "I;32NS", "F;32BF": "F;32NF"}  # modes of Pillow's decoders
_SAMPLES = {1: "unsigned numbers", 2: "signed numbers", 3: "floats"}  # of TIFF
_quiet = threading.RLock()  # catch_warnings changes what all threads see

ACCEPTED = "JPEG, PNG, TIFF, WebP, BMP, GIF, AVIF, HEIC, JPEG 2000, PPM, TGA and ICO are accepted."

_UNREADABLE = "is {} file that is damaged, or of a kind that cannot be read"

logging.getLogger("PIL").addHandler(logging.NullHandler())  # else Python prints what Pillow logs on stderr

ImageSource = Path | bytes


class DamagedError(DataError):
    """What may be mended: the file is an image, and its reader refuses it."""


def name_of(source: ImageSource) -> str:
    """What messages call an image."""
    return "The image" if isinstance(source, bytes) else str(source)


@contextmanager
def quietly() -> Iterator[None]:
    """Without Pillow's warnings, which are of metadata and of large images; the limit here is ours."""
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def opened(source: ImageSource, name: str) -> Image.Image:
    """An image of Pillow, not decoded yet, of no more than `MAX_PIXELS`.

    Args:
        source: the file, or its bytes.
        name: for messages.

    Raises:
        DataError: missing, too large, damaged at its start, of a kind that is not read, or no image.
    """
    format = _checked(source, name)
    stream: IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    try:
        with (
            refusing(name, _UNREADABLE.format(with_article(format.name)), "Convert it to PNG first."),
            quietly(),
        ):
            try:
                image = _reader(format)(stream, "" if isinstance(source, bytes) else str(source))
            except SyntaxError as error:
                raise SyntaxError(f"{error}{_tiff_kind(stream)}") from error
            except MemoryError as error:  # of a header, which is small where it is sound
                raise SyntaxError("a part of it claims to be larger than the memory") from error
            _set_right(image)
            image._exclusive_fp = True  # type: ignore[attr-defined] # the stream is the image's to close
        check_size(image, name)
        if _DNG_VERSION in getattr(image, "tag_v2", ()):
            raise DataError(
                f"{name} is a camera's raw file, which is not read here; develop it as JPEG or TIFF."
            )
        pixels = image.width * image.height
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if pixels > max(LARGE, _PIXELS_PER_BYTE * size):
            raise DataError(f"{name} promises {pixels:,} pixels in {size:,} bytes: it is cut off or a bomb.")
    except BaseException:
        stream.close()
        raise
    return image


@contextmanager
def refusing(name: str, complaint: str, advice: str) -> Iterator[None]:
    """Turn whatever the readers raise of damaged bytes into an error that names the file and the cause.

    Args:
        name: of the image.
        complaint: what follows the name.
        advice: a last sentence.

    Raises:
        DamagedError: says what the reader said, and libtiff.
        DataError: too many pixels.
    """
    with complaints() as words:
        try:
            yield
        except (DataError, MissingPackageError):
            raise
        except MemoryError as error:
            raise DataError(f"{name} {complaint} (it needs more memory than there is). {advice}") from error
        except Image.DecompressionBombError as error:  # "Image size (4294836225 pixels) exceeds ..."
            pixels = int("".join(filter(str.isdigit, str(error).partition("pixels")[0])) or 0)
            raise DataError(
                f"{name} has {pixels:,} pixels; up to {MAX_PIXELS:,} are accepted. Make it smaller first."
            ) from error
        except Exception as error:  # damaged bytes make Pillow's readers raise many kinds
            said = (" ".join(text.split()) for text in (str(error) or type(error).__name__, *words))
            cause = "; ".join(dict.fromkeys(said)).rstrip(".")
            raise DamagedError(f"{name} {complaint} ({cause}). {advice}") from error


def with_article(noun: str) -> str:
    """The noun after "a" or "an"."""
    return f"{'an' if noun[0] in 'AI' else 'a'} {noun}"


def check_size(image: Image.Image, name: str) -> None:
    """Refuse an image of too many pixels, before they are decoded.

    Raises:
        DataError: too many, or none.
    """
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise DataError(
            f"{name} has {width} x {height} pixels; up to {MAX_PIXELS:,} are accepted. Make it smaller first."
        )
    if not width * height:
        raise DataError(f"{name} must have at least 1 x 1 pixels, got {width} x {height}.")


def _reader(format: ImageFormat) -> Callable[[IO[bytes], str], Image.Image]:
    package, module, name = format.reader.split(".")
    if package != "PIL":
        require(package, f"Reading {format.name} images")
    reader: Callable[[IO[bytes], str], Image.Image]
    reader = getattr(importlib.import_module(f"{package}.{module}"), name)
    return reader


def _tiff_kind(stream: IO[bytes]) -> str:
    """What kind of TIFF a file is, for a message: ": 64-bit floats, compression 1"; empty of other files."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    try:
        stream.seek(0)
        tags = ImageFileDirectory_v2(stream.read(8))
        stream.seek(tags.next)
        tags.load(stream)
        bits, sample = (tags.get(number, (1,))[0] for number in (258, 339))
        return f": {bits}-bit {_SAMPLES.get(sample, 'samples')}, compression {tags.get(259, 1)}"
    except Exception:  # no TIFF, or damaged to its tags
        return ""


def _set_right(image: Image.Image) -> None:
    """Mend how Pillow would decode two kinds of TIFF, which come out as noise.

    Of 16 bits in separate planes that are not compressed it takes every byte for a sample. Compressed
    numbers come from libtiff in this machine's order of bytes, which it turns round where the file's differs.
    """
    tags = getattr(image, "tag_v2", None)
    if tags is None:
        return
    for index, tile in enumerate(image.tile):  # type: ignore[attr-defined]
        rawmode, *rest = tile.args if isinstance(tile.args, tuple) else (tile.args,)
        if tile.codec_name == "raw" and rawmode in ("R", "G", "B", "A") and tags.get(258, (8,))[0] == 16:
            rawmode += ";16L" if tags.prefix == b"II" else ";16B"
        elif tile.codec_name == "libtiff":
            rawmode = _NATIVE.get(rawmode, rawmode)
        image.tile[index] = tile._replace(args=(rawmode, *rest))  # type: ignore[attr-defined]


def _checked(source: ImageSource, name: str) -> ImageFormat:
    """The format by the first bytes; nothing of a file is decoded."""
    try:
        if isinstance(source, Path):
            if not source.is_file():  # a pipe would block forever
                raise DataError(_missing(source))
            with source.open("rb") as file:
                start = file.read(START)
            size = source.stat().st_size
        else:
            start, size = source[:START], len(source)
    except DataError:
        raise
    except (OSError, ValueError) as error:  # a name that no file can have
        raise DataError(f"There is no image file {name!r} ({error}). Check the path.") from error
    if not size:
        raise DataError(f"{name} is no image that can be read (it is empty). Replace the file.")
    if size > MAX_BYTES:
        raise DataError(f"{name} must have up to {MAX_BYTES:,} bytes, got {size:,}.")
    ending = source.suffix if isinstance(source, Path) else ""
    kind = unread_kind(start, ending)
    if kind:
        raise DataError(f"{name} is {kind.name}, which is not read here; {kind.advice}.")
    format = format_of(start, ending)
    if format is None:
        raise DataError(f"{name} is no image that can be read (unknown format). {ACCEPTED}")
    return format


def local_path(text: str) -> Path:
    """The path that a text means, which may begin with ~ or file://.

    Raises:
        InputError: it is an address.
    """
    if "://" in text:
        scheme, _, rest = text.partition("://")
        if scheme.lower() != "file":
            raise InputError(
                f"{text!r} is an address; nothing is downloaded. Save the image, and give its path."
            )
        from urllib.request import url2pathname  # which imports much

        return Path(url2pathname(unquote(rest.removeprefix("localhost"))))
    path = Path(text)
    try:
        return path.expanduser() if text.startswith("~") and not os.path.lexists(text) else path
    except RuntimeError:  # there is no such user
        return path


def _missing(path: Path) -> str:
    text = str(path)
    if path.is_dir():
        return (
            f"{text} is a folder, not an image file. Give the images in it; predict_files takes the folder."
        )
    if path.parts[:1] in {("http:",), ("https:",), ("ftp:",)}:
        address = text.replace(":/", "://", 1)
        return f"{address} is an address; nothing is downloaded. Save the image, and give its path."
    if path.exists():
        return f"{text} is no regular file but a pipe, a socket or a device. Give an image file."
    return f"There is no image file {text}. Check the path."
