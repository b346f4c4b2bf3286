"""Video files, opened by their first bytes; what is none, too large or too long is refused undecoded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from gazemap.errors import DataError
from gazemap.system.extras import require
from gazemap.types import Size

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

ENDINGS = (".mp4", ".mov", ".m4v", ".webm", ".mkv")
MAX_PIXELS = 2**25  # of a picture; 8K has 33 million
MAX_SECONDS = 12 * 3600.0
MAX_BYTES = 2**38  # 12 hours at 50 Mbit/s

_START = 12  # bytes by which a file is known
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")  # one of which begins an .mp4 or .mov
_UNREADABLE = "cannot be read as a video"


@dataclass(frozen=True)
class Clip:
    """A video file and what its header and its first picture say.

    Attributes:
        path: of the file.
        size: (H, W) of its pictures as they are shown: upright, with square pixels.
        turns: by how many quarters a stored picture is turned counterclockwise to stand upright.
        seconds: how long it is; None where the header does not say.
    """

    path: Path
    size: Size
    turns: int
    seconds: float | None


def open_clip(path: Path) -> Clip:
    """Look at a video file; its first picture alone is decoded.

    Raises:
        DataError: missing, no video, damaged, too large or too long; says which.
        MissingPackageError: the extra "video" is not installed.
    """
    with opened_video(path) as (container, stream):
        seconds = _seconds(container, stream)
        _check(path, (stream.height, stream.width), seconds)
        from av.error import FFmpegError

        try:
            first = next(container.decode(stream), None)
        except FFmpegError as error:
            raise DataError(f"{path} {_UNREADABLE}: {error.strerror}.") from error
        if first is None:
            raise DataError(f"{path} {_UNREADABLE}: it has no picture.")
        size = _shown(first, stream.sample_aspect_ratio)
        _check(path, size, seconds)
        turns = round(first.rotation / 90) % 4
        return Clip(path, size[::-1] if turns % 2 else size, turns, seconds)


@contextmanager
def opened_video(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """A video file and its first stream of pictures, to be decoded by several threads.

    The reader is chosen by the file's first bytes, and is given those of this file alone: no list of files
    and no address is followed.

    Raises:
        DataError: as `open_clip`.
        MissingPackageError: as `open_clip`.
    """
    require("av", "Reading videos")
    import av
    from av.error import FFmpegError

    kind = _kind(path)
    with path.open("rb") as file:
        try:
            container = av.open(file, "r", format=kind)
        except FFmpegError as error:
            raise DataError(
                f"{path} {_UNREADABLE}: {error.strerror}. It may be cut off: the end of an .mp4 file often "
                "says where its pictures are. Copy or export it again."
            ) from error
        with container:
            streams = [one for one in container.streams.video if "attached_pic" not in str(one.disposition)]
            if not streams:
                raise DataError(f"{path} has no pictures, only other streams.")
            streams[0].thread_type = "AUTO"
            yield container, streams[0]


def _kind(path: Path) -> str:
    """The name of its reader."""
    if not path.is_file():
        raise DataError(f"There is no video file {path}. Check the path.")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DataError(f"{path} must have up to {MAX_BYTES:,} bytes, got {size:,}.")
    with path.open("rb") as file:
        start = file.read(_START)
    if start[4:8] in _BOXES:
        return "mov"
    if start.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if start.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    raise DataError(f"{path} is no video that can be read. MP4, MOV, WebM, MKV and GIF are accepted.")


def _seconds(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / 1e6


def _shown(frame: VideoFrame, aspect: Fraction | None) -> Size:
    """(H, W) of a picture with square pixels, before it is turned."""
    width = round(frame.width * aspect) if aspect else frame.width
    return frame.height, max(width, 1)


def _check(path: Path, size: Size, seconds: float | None) -> None:
    height, width = size
    if height * width > MAX_PIXELS:
        raise DataError(
            f"{path} has pictures of {width} x {height} pixels; up to {MAX_PIXELS:,} pixels are accepted. "
            "Make it smaller first."
        )
    if seconds is not None and seconds > MAX_SECONDS:
        raise DataError(
            f"{path} is {seconds:,.0f} seconds long; up to {MAX_SECONDS:,.0f} are accepted. Cut it first."
        )
