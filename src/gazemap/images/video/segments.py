"""Writing a video in pieces, each a file of its own, and joining them without coding anything anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from gazemap.types import Pixels, Size

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

# no pictures that wait for later ones, so that pieces can be joined; as many threads on every machine, since
# the bits depend on it
_OPTIONS = {"preset": "veryfast", "crf": "20", "bf": "0", "threads": "2"}


def even(size: Size) -> Size:
    """(h, w) that the pictures of a video may have: its colors are those of two by two pixels."""
    return max(size[0] // 2 * 2, 2), max(size[1] // 2 * 2, 2)


class Segment:
    """A video file that is being written; made by `new_segment`."""

    def __init__(self, container: OutputContainer, stream: VideoStream) -> None:
        """Write into a container that is open."""
        self._container, self._stream = container, stream
        self._count = 0

    def add(self, pixels: Pixels) -> None:
        """Add a picture, (h, w, 3), RGB, shown for as long as all others."""
        import av
        from av.video.reformatter import ColorRange, Colorspace

        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
            format="yuv420p",
            src_color_range=ColorRange.JPEG,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        frame.pts, frame.time_base = self._count, self._stream.codec_context.time_base
        self._count += 1
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Write what the coder still holds."""
        self._container.mux(self._stream.encode(None))


@contextmanager
def new_segment(path: Path, size: Size, rate: Fraction) -> Iterator[Segment]:
    """A piece of a video, MP4 with H.264 and without sound.

    Args:
        path: of the file.
        size: (h, w), see `even`.
        rate: pictures per second.
    """
    import av

    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=rate, options=dict(_OPTIONS))
        stream.height, stream.width = size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = 1 / rate
        context.colorspace = context.color_primaries = context.color_trc = 1  # BT.709
        context.color_range = 1
        segment = Segment(container, stream)
        yield segment
        segment.finish()


def join_segments(pieces: Sequence[tuple[Path, int]], path: Path, rate: Fraction) -> None:
    """One video of several pieces, in their order.

    Args:
        pieces: file, and how many pictures it has; all from `new_segment`, of one size and rate.
        path: of the video.
        rate: pictures per second.
    """
    import av

    before = 0
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        joined: VideoStream | None = None
        for file, count in pieces:
            with av.open(str(file), format="mov") as piece:
                own = piece.streams.video[0]
                if joined is None:
                    joined = container.add_stream_from_template(own)
                for packet in piece.demux(own):
                    if packet.dts is None or packet.pts is None:
                        continue  # the end
                    moved = int(before / rate / packet.time_base)
                    packet.pts, packet.dts = packet.pts + moved, packet.dts + moved
                    packet.stream = joined
                    container.mux(packet)
            before += count
