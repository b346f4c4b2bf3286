"""Videos made by PyAV, whose pictures say which one they are."""

from fractions import Fraction
from itertools import chain

import av
import numpy as np

_BITS = 8
SIZE = (48, 128)  # (H, W): a block of 16 x 48 for each bit


def numbered(number, size=SIZE):
    """(H, W, 3): black and white blocks, the number in binary; twice as high as needed in larger sizes."""
    bits = [(number >> bit) & 1 for bit in range(_BITS)]
    row = np.repeat(np.array(bits, np.uint8) * 215 + 20, size[1] // _BITS)
    return np.repeat(np.broadcast_to(row, (size[0], len(row)))[..., None], 3, axis=2)


def number_of(pixels):
    """Which picture it is."""
    blocks = np.array_split(pixels.mean(axis=2), _BITS, axis=1)
    return sum(int(block.mean() > 127) << bit for bit, block in enumerate(blocks))


def write_clip(path, pictures, *, rate=25, times=None, codec="libx264", **options):
    """A video of pictures, (H, W, 3); `times` are in ms; options are the coder's."""
    pictures = iter(pictures)
    first = next(pictures)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options={key: str(v) for key, v in options.items()})
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
        if times:
            stream.codec_context.time_base = Fraction(1, 1000)
        for number, picture in enumerate(chain([first], pictures)):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts = times[number] if times else number
            frame.time_base = stream.codec_context.time_base or Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def numbered_clip(path, count=50, **how):
    """A video of numbered pictures."""
    return write_clip(path, (numbered(number) for number in range(count)), **how)


def pictures_of(path):
    """All pictures of a video, as PyAV decodes them from the first to the last."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
