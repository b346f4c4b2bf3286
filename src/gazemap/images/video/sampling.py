"""What a video shows at regular times, whatever its frame rate; what is not shown then is decoded rarely."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from gazemap.errors import DataError
from gazemap.images.video.clip import MAX_SECONDS, Clip, opened_video
from gazemap.types import Pixels, Size

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

    VideoPacket = Packet[VideoStream]

_ROUNDED = Fraction(1, 1000)  # seconds: Matroska rounds its times to so many
_HELD = 2**26  # bytes of packets that wait for it to be known whether they are shown


@dataclass(frozen=True, eq=False)
class Shown:
    """What a clip shows at a time.

    Attributes:
        number: of the time, from 0.
        time: number / frames per second, in seconds from the clip's start.
        pixels: (h, w, 3), RGB, upright.
        is_new: whether it is another picture than at the time before.
    """

    number: int
    time: float
    pixels: Pixels
    is_new: bool


class Sampling:
    """The pictures that a clip shows at the times 0, 1 / rate, 2 / rate, ...: each the last one by then.

    One pass, in memory that does not depend on the clip's length. Between two times whole groups of pictures
    are skipped where they can be: a group begins with a picture that needs no other.

    Attributes:
        end: where its last picture ended, in seconds; 0 until all is read.
        damaged: how many of its pieces could not be decoded.
        broke_off: whether it could not be read to its end; what was read before has been given.
    """

    def __init__(self, clip: Clip, rate: Fraction, size: Size, start: int = 0) -> None:
        """Read a clip.

        Args:
            clip: see `open_clip`.
            rate: times per second.
            size: (h, w) of the pictures, upright; the clip's own, or smaller.
            start: the number of the first time.
        """
        self.end = 0.0
        self.damaged = 0
        self.broke_off = False
        self._clip, self._rate, self._size = clip, rate, size
        self._next = self._start = start

    def __iter__(self) -> Iterator[Shown]:
        """Each time's picture.

        Raises:
            DataError: the file cannot be opened.
        """
        with opened_video(self._clip.path) as (container, stream):
            self._base = stream.time_base or Fraction(1, 1000)
            self._origin = stream.start_time or 0
            if self._start and not self._sought(container, stream):
                with opened_video(self._clip.path) as (container, stream):
                    yield from self._shown(container, stream)
                return
            yield from self._shown(container, stream)

    def _sought(self, container: InputContainer, stream: VideoStream) -> bool:
        """Whether the reader went to the last group of pictures that begins by the first time."""
        from av.error import FFmpegError

        try:
            container.seek(self._due(), stream=stream)
            first = next((one for one in container.demux(stream) if one.pts is not None), None)
            if first is None or first.pts is None or first.pts > self._due() or not first.is_keyframe:
                return False
            container.seek(self._due(), stream=stream)
        except FFmpegError:
            return False
        return True

    def _due(self) -> int:
        """The next time to be shown, in the stream's own units."""
        return self._origin + int((self._next / self._rate + _ROUNDED) / self._base)

    def _shown(self, container: InputContainer, stream: VideoStream) -> Iterator[Shown]:
        current: VideoFrame | None = None
        pixels: Pixels | None = None
        at = until = 0
        for frame in self._decoded(container, stream):
            found = frame.pts if frame.pts is not None else frame.dts
            if found is None:
                continue
            if (found - self._origin) * self._base > MAX_SECONDS:
                self.broke_off = True
                break
            while current is not None and found > self._due():
                fresh = pixels is None
                pixels = self._pixels(current) if pixels is None else pixels
                yield self._one(pixels, fresh)
            current, pixels, at = frame, None, found
            until = at + (frame.duration or self._usual(stream))
        while current is not None and self._due() < until:
            fresh = pixels is None
            pixels = self._pixels(current) if pixels is None else pixels
            yield self._one(pixels, fresh)
        self.end = float((until - self._origin) * self._base)

    def _one(self, pixels: Pixels, is_new: bool) -> Shown:
        number = self._next
        self._next += 1
        return Shown(number, float(number / self._rate), pixels, is_new or number == self._start)

    def _usual(self, stream: VideoStream) -> int:
        """How long a picture is shown where it does not say."""
        return int(1 / (stream.average_rate or 25) / self._base)

    def _decoded(self, container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
        """Pictures in the order in which they are shown, without groups of which none is."""
        held: list[VideoPacket] = []
        has_sent = False
        for packet in self._packets(container, stream):
            is_end = packet.dts is None and not packet.size
            at = packet.pts if packet.pts is not None else packet.dts
            if packet.is_keyframe and at is not None and at <= self._due() and not is_end:
                if has_sent:  # all that it still holds is shown before, and no more needed
                    stream.codec_context.flush_buffers()
                held, has_sent = [packet], False
                continue
            held.append(packet)
            if is_end or at is None or at > self._due() or sum(one.size for one in held) > _HELD:
                for one in held:
                    yield from self._frames(one)
                held, has_sent = [], True
        if self.broke_off:  # no end was read, which would have let go of the last pictures
            for one in held:
                yield from self._frames(one)
            yield from self._frames(None, stream)

    def _packets(self, container: InputContainer, stream: VideoStream) -> Iterator[VideoPacket]:
        from av.error import FFmpegError

        try:
            yield from container.demux(stream)
        except FFmpegError:
            self.broke_off = True

    def _frames(self, packet: VideoPacket | None, stream: VideoStream | None = None) -> Iterator[VideoFrame]:
        from av.error import FFmpegError

        try:
            found = packet.decode() if packet is not None else stream.decode(None) if stream else []
        except FFmpegError:
            self.damaged += 1
            return
        for frame in found:
            self.damaged += frame.is_corrupt
            yield frame

    def _pixels(self, frame: VideoFrame) -> Pixels:
        """(h, w, 3), upright; what is transparent is laid on white."""
        turned = self._size[::-1] if self._clip.turns % 2 else self._size
        layers = "rgba" if any(part.is_alpha for part in frame.format.components) else "rgb24"
        try:
            values = frame.reformat(turned[1], turned[0], layers).to_ndarray()
        except ValueError as error:
            raise DataError(
                f"{self._clip.path} has pictures of a kind that cannot be read ({error})."
            ) from error
        if layers == "rgba":
            opacity = values[..., 3:].astype(np.uint16)
            values = ((values[..., :3] * opacity + 255 * (255 - opacity) + 127) // 255).astype(np.uint8)
        return np.ascontiguousarray(np.rot90(values, self._clip.turns))
