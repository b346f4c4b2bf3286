"""Which files are images: the one table of formats, with their endings and first bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass

START = 512  # bytes of a file that tell what it is


@dataclass(frozen=True)
class ImageFormat:
    """A format of image files.

    Attributes:
        name: as people call it.
        endings: of its files, in lower case, with the dot.
        reader: what opens it, of Pillow or of pillow-heif: package, module and name.
        starts: what its files begin with, a pattern; none where the first bytes do not tell (TGA).
    """

    name: str
    endings: tuple[str, ...]
    reader: str
    starts: bytes = b""


@dataclass(frozen=True)
class UnreadKind:
    """A kind of files that people hand over as images and that are not read.

    Attributes:
        name: with its article, as it stands in a message: "a PDF".
        endings: of its files, in lower case, with the dot.
        advice: what to do.
        starts: what its files begin with, a pattern.
        is_image: whether such a file in a folder is told as an image that was not read.
    """

    name: str
    endings: tuple[str, ...]
    advice: str
    starts: bytes = b""
    is_image: bool = True


# ISO's base media files: a length, "ftyp", the major brand, a version, and compatible brands
_FTYP = rb".{4}ftyp(?:.{4}){0,10}?"

# Pillow knows thirty more, of which some start other programs (EPS)
FORMATS = (
    ImageFormat("PNG", (".png", ".apng"), "PIL.PngImagePlugin.PngImageFile", rb"\x89PNG\r\n\x1a\n"),
    ImageFormat(
        "JPEG",
        (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
        "PIL.JpegImagePlugin.jpeg_factory",
        rb"\xff\xd8\xff",
    ),
    ImageFormat("TIFF", (".tif", ".tiff"), "PIL.TiffImagePlugin.TiffImageFile", rb"II[*+]\0|MM\0[*+]"),
    ImageFormat("WebP", (".webp",), "PIL.WebPImagePlugin.WebPImageFile", rb"RIFF.{4}WEBP"),
    ImageFormat(
        "BMP",
        (".bmp",),
        "PIL.BmpImagePlugin.BmpImageFile",
        rb"BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0",
    ),
    ImageFormat(
        "DIB",
        (".dib",),
        "PIL.BmpImagePlugin.DibImageFile",
        rb"[\x28\x34\x38\x40\x6c\x7c]\0{3}.{8}\x01\0[\x01\x02\x04\x08\x10\x18\x20]\0",
    ),
    ImageFormat("GIF", (".gif",), "PIL.GifImagePlugin.GifImageFile", rb"GIF8[79]a"),
    ImageFormat("AVIF", (".avif", ".avifs"), "PIL.AvifImagePlugin.AvifImageFile", _FTYP + rb"avi[fs]"),
    ImageFormat(
        "JPEG 2000",
        (".jp2", ".j2k", ".j2c", ".jpf", ".jpx", ".jpc"),
        "PIL.Jpeg2KImagePlugin.Jpeg2KImageFile",
        rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51",
    ),
    ImageFormat(
        "PPM",
        (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
        "PIL.PpmImagePlugin.PpmImageFile",
        rb"P(?:[1-6]|[Ff])\s+(?:\d|#)",
    ),
    ImageFormat("ICO", (".ico",), "PIL.IcoImagePlugin.IcoImageFile", rb"\0\0\x01\0[^\0]\0.{3}\0[\0\x01]\0"),
    ImageFormat(
        "HEIC",
        (".heic", ".heif", ".hif"),
        "pillow_heif.as_plugin.HeifImageFile",
        _FTYP + rb"(?:hei[cxms]|hev[cx]|mif1|msf1)",
    ),
    ImageFormat("TGA", (".tga", ".icb", ".vda", ".vst"), "PIL.TgaImagePlugin.TgaImageFile"),
)
ENDINGS = tuple(ending for format in FORMATS for ending in format.endings)

_EXPORT = "export it as JPEG or PNG"
CAMERA_RAW = UnreadKind(
    "a camera's raw file",
    (
        *(".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".orf", ".rw2", ".raf"),
        *(".pef", ".srw", ".x3f", ".3fr", ".iiq", ".raw"),
    ),
    "develop it as JPEG or TIFF",
    rb"II\*\0.{4}CR|.{4}ftypcrx |FUJIFILMCCD-RAW|IIRO|IIU\0|FOVb",
)
UNREAD = (
    UnreadKind("a PDF", (".pdf", ".ai"), "export the page as PNG", rb"%PDF-", is_image=False),
    UnreadKind(
        "an SVG drawing", (".svg", ".svgz"), "export it as PNG", rb"\s*<(?:svg|(?:\?xml|!--|!DOCTYPE).*?<svg)"
    ),
    UnreadKind("a Photoshop file", (".psd", ".psb"), _EXPORT, rb"8BPS\0[\x01\x02]"),
    CAMERA_RAW,
    UnreadKind("a PostScript file", (".eps", ".ps"), "export it as PNG", rb"%!PS|\xc5\xd0\xd3\xc6"),
    UnreadKind(
        "a JPEG XL image", (".jxl",), "convert it to JPEG or PNG", rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n"
    ),
    UnreadKind("a JPEG XR image", (".jxr", ".wdp", ".hdp"), "convert it to JPEG or PNG", rb"II\xbc"),
    UnreadKind("an OpenEXR image", (".exr",), "convert it to TIFF or PNG", rb"v/1\x01"),
    UnreadKind("a Radiance HDR image", (".hdr",), "convert it to TIFF or PNG", rb"#\?(?:RADIANCE|RGBE)"),
    UnreadKind("a GIMP file", (".xcf",), _EXPORT, rb"gimp xcf"),
    UnreadKind("a DirectX texture", (".dds",), _EXPORT, rb"DDS "),
    UnreadKind("a Windows metafile", (".wmf", ".emf"), "export it as PNG", rb"\xd7\xcd\xc6\x9a"),
    UnreadKind("a Macintosh icon", (".icns",), _EXPORT, rb"icns"),
    UnreadKind("a QOI image", (".qoi",), "convert it to PNG", rb"qoif"),
    UnreadKind("a DICOM image", (".dcm", ".dicom"), _EXPORT),
    UnreadKind("a FITS image", (".fits", ".fit", ".fts"), "convert it to TIFF or PNG", rb"SIMPLE  ="),
    UnreadKind(
        "an SGI image", (".sgi", ".rgb", ".rgba", ".bw"), "convert it to PNG", rb"\x01\xda[\0\x01][\x01\x02]"
    ),
    UnreadKind("a PCX image", (".pcx", ".dcx"), "convert it to PNG", rb"\x0a[\0-\x05]\x01[\x01\x02\x04\x08]"),
    UnreadKind("an X11 image", (".xbm", ".xpm"), "convert it to PNG", rb"/\* XPM \*/"),
    UnreadKind("a Sun raster image", (".ras",), "convert it to PNG", rb"\x59\xa6\x6a\x95"),
    UnreadKind("a Kodak Photo CD image", (".pcd",), _EXPORT),
    UnreadKind("a FlashPix image", (".fpx",), _EXPORT),
    UnreadKind("a Windows cursor", (".cur",), "convert it to PNG", rb"\0\0\x02\0[^\0]\0"),
    UnreadKind(
        "a video",
        (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".3gp", ".flv"),
        "save its frames as images",
        rb".{4}ftyp|RIFF.{4}AVI |\x1a\x45\xdf\xa3|\0\0\x01[\xb3\xba]|.{4}(?:moov|mdat|wide|free)",
        is_image=False,
    ),
    UnreadKind(
        "an office document", (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp"), _EXPORT, is_image=False
    ),
    UnreadKind(
        "an old office document", (".doc", ".xls", ".ppt"), _EXPORT, rb"\xd0\xcf\x11\xe0", is_image=False
    ),
    UnreadKind("an archive", (".zip",), "unpack it", rb"PK\x03\x04", is_image=False),
    UnreadKind("a gzipped file", (".gz",), "unpack it", rb"\x1f\x8b", is_image=False),
    UnreadKind(
        "a web page",
        (".html", ".htm"),
        "take a screenshot of it",
        rb"\s*<(?:!(?:DOCTYPE|doctype) )?(?:html|HTML)",
        is_image=False,
    ),
)


def format_of(start: bytes, ending: str = "") -> ImageFormat | None:
    """The format of a file that is read here, by its first bytes; by its name only where these do not tell.

    Args:
        start: its first `START` bytes.
        ending: of its name.
    """
    for format in FORMATS:
        if format.starts and re.match(format.starts, start, re.DOTALL):
            return format
    return next((f for f in FORMATS if not f.starts and ending.lower() in f.endings), None)


def unread_kind(start: bytes, ending: str = "") -> UnreadKind | None:
    """Which kind a file is of that is not read here: by its first bytes, else by the ending of its name.

    A camera's raw file begins as a TIFF does, and its thumbnail would be read in its place: it is known by
    its name, too.
    """
    format, ending = format_of(start), ending.lower()
    if re.match(CAMERA_RAW.starts, start, re.DOTALL):
        return CAMERA_RAW
    if format is not None:
        return CAMERA_RAW if format.name == "TIFF" and ending in CAMERA_RAW.endings else None
    begun = (kind for kind in UNREAD if kind.starts and re.match(kind.starts, start, re.DOTALL))
    return next(begun, None) or next((kind for kind in UNREAD if ending in kind.endings), None)
