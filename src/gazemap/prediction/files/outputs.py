"""What can be written of a prediction: `OUTPUTS` lists the kinds."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.errors import InputError, check_name
from gazemap.prediction.prediction import Prediction, row_bands
from gazemap.types import Pixels

Target: TypeAlias = Path | BinaryIO
_PNG = b"\x89PNG\r\n\x1a\n"
_UP = 2  # the filter that keeps the difference to the row above


def levels(saliency: NDArray[np.floating], bits: int) -> NDArray[np.uint8 | np.uint16]:
    """Saliency in whole levels, rounded; proportional to it, so that divided by its sum it is a density.

    Args:
        saliency: (H, W); the greatest value becomes the highest level, what is negative becomes 0.
        bits: 8 or 16.
    """
    top, peak = 2**bits - 1, float(saliency.max())
    whole = np.zeros(saliency.shape, np.uint8 if bits == 8 else np.uint16)
    if peak > 0:
        for rows in row_bands(whole.shape):
            whole[rows] = np.rint(np.maximum(saliency[rows], 0) * (top / peak))
    return whole


def _saliency(prediction: Prediction, out: Target) -> None:
    _png(levels(prediction.saliency, 8), out)


def _saliency16(prediction: Prediction, out: Target) -> None:
    _png(levels(prediction.saliency, 16), out)


def _npy(prediction: Prediction, out: Target) -> None:
    np.save(out, prediction.array)


def _overlay(prediction: Prediction, out: Target) -> None:
    _jpeg(prediction.overlay(), out, prediction.icc_profile)


def _contour(prediction: Prediction, out: Target) -> None:
    _jpeg(prediction.contour(), out, prediction.icc_profile)


def _json(prediction: Prediction, out: Target) -> None:
    _write((json.dumps(prediction.as_json(), indent=1) + "\n").encode(), out)


def _png(values: NDArray[np.uint8 | np.uint16], out: Target) -> None:
    """A gray PNG, each row less that above; Pillow tries all filters, which takes three times longer."""
    height, width = values.shape
    big_endian = values.astype(values.dtype.newbyteorder(">"), copy=False)
    samples = np.ascontiguousarray(big_endian).view(np.uint8).reshape(height, -1)
    filtered = np.full((height, samples.shape[1] + 1), _UP, np.uint8)
    filtered[0, 1:] = samples[0]
    np.subtract(samples[1:], samples[:-1], out=filtered[1:, 1:])
    packer = zlib.compressobj(1, strategy=zlib.Z_RLE)
    header = struct.pack(">IIBBBBB", width, height, 8 * values.itemsize, 0, 0, 0, 0)
    content = packer.compress(filtered.tobytes()) + packer.flush()
    _write(_PNG + _chunk(b"IHDR", header) + _chunk(b"IDAT", content) + _chunk(b"IEND", b""), out)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _jpeg(pixels: Pixels, out: Target, icc_profile: bytes | None) -> None:
    kind = None if isinstance(out, Path) else "JPEG"  # a file's suffix may ask for PNG
    Image.fromarray(pixels).save(out, kind, quality=90, icc_profile=icc_profile)


def _write(content: bytes, out: Target) -> None:
    if isinstance(out, Path):
        out.write_bytes(content)
    else:
        out.write(content)


@dataclass(frozen=True)
class OutputKind:
    """One kind of output.

    Attributes:
        ending: what follows the image's file name.
        about: in a few words.
        write: makes the file, or writes its bytes into a stream.
        draws: whether it shows the image itself.
    """

    ending: str
    about: str
    write: Callable[[Prediction, Target], None]
    draws: bool = False

    @property
    def suffixes(self) -> tuple[str, ...]:
        """That a file of this kind may have; pictures to look at may be PNG, too."""
        own = Path(self.ending).suffix
        return (own, ".jpeg", ".png") if self.draws else (own,)


OUTPUTS = {
    "saliency": OutputKind(".saliency.png", "the map in 8 bits", _saliency),
    "saliency16": OutputKind(".saliency16.png", "the map in 16 bits", _saliency16),
    "npy": OutputKind(".log_density.npy", "the log density, float32", _npy),
    "overlay": OutputKind(".overlay.jpg", "the map laid over the image", _overlay, draws=True),
    "contour": OutputKind(
        ".contour.jpg", "lines around what holds 25, 50 and 75 % of attention", _contour, draws=True
    ),
    "json": OutputKind(".attention.json", "the most salient points, each ninth's share of attention", _json),
}
DEFAULT_OUTPUTS = ("saliency", "overlay")


def chosen_outputs(names: Sequence[str]) -> list[OutputKind]:
    """The kinds of the given names, each once.

    Raises:
        InputError: no such kind, or none.
    """
    if not names:
        raise InputError(f"Nothing is to be written. Name one or several of {', '.join(OUTPUTS)}.")
    for name in names:
        check_name("output", name, OUTPUTS)
    return [OUTPUTS[name] for name in dict.fromkeys(names)]
