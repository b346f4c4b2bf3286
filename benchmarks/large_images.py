"""The peak memory of reading images of 169 megapixels, of each kind, as a prediction reads them.

    python benchmarks/large_images.py [--side 13000] [--src OTHER/src]

Each image is made, then read in a process of its own (Linux). Printed: by how much its peak memory rises
above what it has once everything is imported, in MiB. --src takes gazemap from another folder, such as an
earlier state's.
"""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from arguments import benchmark_parser, read_arguments
from PIL import Image

READ = r"""
import re, sys
from pathlib import Path
import gazemap.prediction.inputs as inputs
from PIL import Image
Image.init()
inputs.as_needed_pixels(Path(sys.argv[1]), lambda size: (480, 640)) if Path(sys.argv[1]).exists() else None
# not ru_maxrss, which is the parent's, too
print(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])
"""


def main() -> None:
    """Make, read, measure and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--side", type=int, default=13_000, help="pixels")
    parser.add_argument("--src", type=Path, help="where gazemap is, default: the one that is installed")
    options = read_arguments(parser, side=600)
    environment = {**os.environ, **({"PYTHONPATH": str(options.src)} if options.src else {})}
    with tempfile.TemporaryDirectory() as folder:
        print(f"peak memory above that at rest, {options.side} x {options.side} pixels, MiB")
        rest = _peak(Path(folder) / "none", environment)
        for name, (ending, make) in KINDS.items():
            path = Path(folder) / f"image{ending}"
            make(options.side, path)
            peak = _peak(path, environment)
            print(
                f"{name:24s} {'refused' if peak is None else f'{(peak - (rest or 0)) / 1024:,.0f}'}",
                flush=True,
            )
            path.unlink()


def _peak(path: Path, environment: dict[str, str]) -> int | None:
    """KiB of a process that reads an image; None where it is refused."""
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], env=environment, capture_output=True, text=True
    )
    return int(done.stdout) if done.returncode == 0 else None


def _saved(mode: str, **how: Any) -> Callable[[int, Path], None]:  # noqa: ANN401 - of any format
    def make(side: int, path: Path) -> None:
        strip = Image.radial_gradient("L").resize((side, 256)).convert("RGB")
        picture = Image.new("RGB", (side, side))
        for top in range(0, side, 256):
            picture.paste(strip, (0, top))
        Image.MAX_IMAGE_PIXELS = None
        (picture if mode == "RGB" else picture.convert(mode)).save(path, **how)

    return make


def _numbers(dtype: str) -> Callable[[int, Path], None]:
    """Gray numbers as an uncompressed TIFF, or a PNG of 16 bits."""

    def make(side: int, path: Path) -> None:
        row = np.linspace(0, 1 if dtype == "float32" else 60_000, side).astype(dtype)
        Image.fromarray(np.broadcast_to(row, (side, side)).copy()).save(path)

    return make


def _interlaced(side: int, path: Path) -> None:
    """A color PNG in the seven passes of Adam7, of one color."""
    passes = (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    )
    packer, packed = zlib.compressobj(1), io.BytesIO()
    for left, top, across, down in passes:
        row = b"\0" + bytes((90, 120, 30)) * len(range(left, side, across))
        for _ in range(top, side, down):
            packed.write(packer.compress(row))
    packed.write(packer.flush())
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 1)
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, data in ((b"IHDR", header), (b"IDAT", packed.getvalue()), (b"IEND", b"")):
            file.write(
                struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            )


KINDS: dict[str, tuple[str, Callable[[int, Path], None]]] = {
    "gray PNG": (".png", _saved("L", compress_level=1)),
    "color PNG": (".png", _saved("RGB", compress_level=1)),
    "PNG with alpha": (".png", _saved("RGBA", compress_level=1)),
    "palette PNG": (".png", _saved("P", compress_level=1)),
    "interlaced PNG": (".png", _interlaced),
    "16-bit PNG": (".png", _numbers("uint16")),
    "16-bit TIFF": (".tif", _numbers("uint16")),
    "32-bit TIFF": (".tif", _numbers("int32")),
    "float TIFF": (".tif", _numbers("float32")),
    "CMYK TIFF": (".tif", _saved("CMYK", compression="tiff_deflate")),
    "color TIFF, LZW": (".tif", _saved("RGB", compression="tiff_lzw")),
    "JPEG": (".jpg", _saved("RGB", quality=80)),
    "progressive JPEG": (".jpg", _saved("RGB", quality=80, progressive=True)),
    "CMYK JPEG": (".jpg", _saved("CMYK", quality=80)),
    "BMP": (".bmp", _saved("RGB")),
    "GIF": (".gif", _saved("P")),
    "WebP": (".webp", _saved("RGB", quality=50, method=0)),
    "JPEG 2000": (".jp2", _saved("RGB", quality_mode="rates", quality_layers=[40])),
    "AVIF": (".avif", _saved("RGB", quality=40, speed=10)),
}

if __name__ == "__main__":
    main()
