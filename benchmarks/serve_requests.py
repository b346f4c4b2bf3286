"""Requests that are malformed, and the status that each must be answered with."""

from __future__ import annotations

import io
import socket
import struct
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

PATIENCE = 60  # seconds


@dataclass(frozen=True)
class Malformed:
    """One request.

    Attributes:
        status: of its answer; 0 where it does not wait for one.
        body: what is sent.
        path: where to.
        kind: its Content-Type.
        send: sends it in a way of its own to a port, and returns the status.
    """

    status: int
    body: bytes = b""
    path: str = "/v1/predict"
    kind: str = "image/jpeg"
    send: Callable[[int], int] | None = None


def malformed_requests(files: Sequence[bytes]) -> dict[str, Malformed]:
    """Every kind by its name.

    Args:
        files: whole images.
    """
    whole = files[0]
    return {
        "cut in its header": Malformed(422, whole[:200]),
        "cut in its pixels": Malformed(422, _png(640, 480)[:20_000]),
        "noise": Malformed(422, np.random.default_rng(0).bytes(30_000)),
        "a text": Malformed(422, b"no image\n" * 99),
        "a PDF": Malformed(422, b"%PDF-1.7\n" + whole),
        "nothing": Malformed(422),
        "huge": Malformed(413, bytes(2_000_000)),
        "huge, says its length": Malformed(413, send=_says_it_is_huge),
        "too many pixels": Malformed(413, _png(9000, 9000, plain=True)),
        "a bomb": Malformed(422, _promise(20_000, 8_000)),
        "a form that is none": Malformed(400, b"--y\r\n", kind="multipart/form-data; boundary=x"),
        "too many parts": Malformed(413, _form(9), kind="multipart/form-data; boundary=x"),
        "an unknown option": Malformed(422, whole, "/v1/predict?mode=gazenet"),
        "an unknown model": Malformed(422, whole, "/v1/predict?model=../../etc/passwd"),
        "an area outside": Malformed(422, whole, "/v1/areas?areas=a=9000,1,5,5"),
        "no address": Malformed(404, whole, "/v2/predict"),
        "never ends": Malformed(408, send=_never_ends),
        "slow, and leaves": Malformed(0, send=_leaves),
        "no HTTP": Malformed(400, send=_no_http),
    }


def _png(width: int, height: int, *, plain: bool = False) -> bytes:
    random = np.random.default_rng(1)
    shape = (height, width, 3)
    pixels = np.zeros(shape, np.uint8) if plain else random.integers(0, 256, shape, np.uint8)
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def _promise(width: int, height: int) -> bytes:
    """A PNG that promises more than it holds."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(900))), (b"IEND", b""))
    )


def _form(parts: int) -> bytes:
    part = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nabc\r\n'
    return parts * part + b"--x--\r\n"


def _head(length: int) -> bytes:
    return f"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode()


def _status(port: int, *pieces: bytes) -> int:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        for piece in pieces:
            connection.sendall(piece)
        answer = connection.recv(65536)
        return int(answer.split(maxsplit=2)[1]) if answer else 0


def _says_it_is_huge(port: int) -> int:
    return _status(port, _head(10**12), b"ab")


def _never_ends(port: int) -> int:
    return _status(port, _head(5000), b"ab")


def _no_http(port: int) -> int:
    return _status(port, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")


def _leaves(port: int) -> int:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(_head(5000))
        time.sleep(0.05)
        connection.sendall(b"ab")
    return 0
