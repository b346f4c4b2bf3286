"""What is too much is refused with a status of its own and a sentence; the server goes on."""

import io
import socket
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile
from support.api_pictures import picture, png
from support.api_server import serving, until

from gazemap.serving.limits import Limits

SMALL = Limits(body=100_000, pixels=200_000, parts=2)
HASTY = Limits(waiting=2, seconds=1.5)


@pytest.fixture(scope="module")
def small(guarded):
    with serving(guarded(SMALL)) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def hasty(guarded):
    with serving(guarded(HASTY)) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def refused(answer, status, says):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert says in answer.json()["detail"]
    return answer


def test_a_body_that_is_too_large(small):
    refused(small.post("/v1/predict", content=bytes(100_001)), 413, "up to 100,000 bytes")
    refused(small.post("/v1/predict", content=bytes(3_000_000)), 413, "up to 100,000 bytes")
    in_pieces = (bytes(10_000) for _ in range(100))  # without a length
    refused(small.post("/v1/predict", content=in_pieces), 413, "up to 100,000 bytes")
    refused(small.post("/v1/predict", files={"image": bytes(200_000)}), 413, "up to 100,000 bytes")


def test_an_image_of_too_many_pixels(small):
    refused(
        small.post("/v1/predict", content=png(np.zeros((500, 401, 3), np.uint8))), 413, "401 x 500 pixels"
    )
    assert small.post("/v1/predict", content=png(np.zeros((500, 400, 3), np.uint8))).status_code == 200


def test_too_many_pixels_are_not_decoded_to_be_counted(small, monkeypatch):
    decoded = []
    monkeypatch.setattr(PngImageFile, "load", lambda image: decoded.append(image))
    plain = png(np.zeros((2000, 2000, 3), np.uint8))
    refused(small.post("/v1/predict", content=plain), 413, "2000 x 2000 pixels")
    assert decoded == []


def test_a_mask_of_too_many_pixels(small):
    files = {"image": png(picture(50, 60)), "mask": png(np.zeros((2000, 2000, 3), np.uint8))}
    refused(small.post("/v1/areas", files=files), 413, "2000 x 2000 pixels")


def bomb(side):
    """A PNG whose header promises more pixels than there are."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_a_bomb(small):
    refused(small.post("/v1/predict", content=bomb(400)), 422, "damaged")
    refused(small.post("/v1/predict", content=bomb(4_000)), 413, "4000 x 4000")
    refused(small.post("/v1/predict", content=bomb(12_000)), 422, "a bomb")
    refused(small.post("/v1/predict", content=bomb(60_000)), 422, "pixels")


def test_too_many_parts(small, photo):
    tiny = png(picture(20, 20))
    parts = [("image", tiny), ("b", tiny), ("c", tiny)]
    refused(small.post("/v1/predict", files=parts), 413, "more than 2 parts")
    refused(small.post("/v1/predict", files=[("image", tiny), ("image", tiny)]), 422, "once each")
    refused(small.post("/v1/predict", files={"image": (None, b"text")}), 422, "once each")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"no form", "no multipart/form-data that can be read"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--x--\r\n", "name"),
        (b"--x\r\n\r\n", "no multipart/form-data"),
    ],
)
def test_a_form_that_is_none(small, body, says):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = small.post("/v1/predict", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert "detail" in answer.json()


def test_a_form_without_a_boundary(small):
    answer = small.post("/v1/predict", content=b"abc", headers={"Content-Type": "multipart/form-data"})
    refused(answer, 400, "boundary")


@pytest.mark.parametrize("content", [b"", b"text", b"\xff\xd8\xff", b"%PDF-1.7", b"<svg/>", b"PK\3\4" * 9])
def test_no_image(small, content):
    assert "image" in refused(small.post("/v1/predict", content=content), 422, "").json()["detail"]


def test_a_cut_image_is_refused_or_its_whole_part_is_predicted(small):
    jpeg = io.BytesIO()
    Image.fromarray(picture(200, 300)).save(jpeg, "JPEG")
    for content in (png(picture(100, 150)), jpeg.getvalue()):
        for share in (0.02, 0.5, 0.9):
            answer = small.post("/v1/predict", content=content[: int(share * len(content))])
            assert answer.status_code in (200, 422), answer.text


def slowly(address, *, pause):
    """A request whose body does not come; its answer."""
    host, port = address.host, address.port
    with socket.create_connection((host, port), timeout=30) as connection:
        connection.sendall(b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nab")
        pause()
        answer = b""
        while received := connection.recv(65536):
            answer += received
        return answer


def test_a_body_that_does_not_come(hasty):
    answer = slowly(hasty.base_url, pause=lambda: None)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answer
    assert b"was not there after 1.5 seconds" in answer


def test_too_many_requests_at_once(hasty, photo):
    """Two wait for their bodies; a third is told to come again, until they are given up."""
    with ThreadPoolExecutor(2) as pool:
        inside = threading.Barrier(3)
        slow = [pool.submit(slowly, hasty.base_url, pause=lambda: inside.wait(20)) for _ in range(2)]
        until(lambda: taken(hasty) == 2)
        answer = refused(hasty.post("/v1/predict", content=photo), 503, "Try again")
        assert answer.headers["retry-after"] == "1"
        assert hasty.get("/healthz").status_code == 200
        inside.wait(20)
        assert [found.result()[:12] for found in slow] == [b"HTTP/1.1 408"] * 2
    until(lambda: taken(hasty) == 0)
    assert hasty.post("/v1/predict", content=b"text").status_code == 422


def taken(client):
    lines = client.get("/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith("gazemap_requests_taken ")).split()[1])


def test_an_answer_that_takes_too_long(guarded, photo, monkeypatch):
    """The place of a request that gave up is taken until its thread is done."""
    go_on = threading.Event()
    from gazemap.serving import desk

    real = desk.read_placed

    def slow(*arguments):
        go_on.wait(20)
        return real(*arguments)

    monkeypatch.setattr(desk, "read_placed", slow)
    with (
        serving(guarded(Limits(seconds=1.0, waiting=1))) as address,
        httpx.Client(base_url=address) as client,
    ):
        refused(client.post("/v1/predict", content=photo), 504, "over 1 seconds")
        assert taken(client) == 1
        refused(client.post("/v1/predict", content=photo), 503, "Try again")
        go_on.set()
        until(lambda: taken(client) == 0)
        assert client.post("/v1/predict", content=b"text").status_code == 422


def test_who_leaves_early_takes_no_place(small, photo):
    with socket.create_connection((small.base_url.host, small.base_url.port)) as connection:
        connection.sendall(b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nab")
        until(lambda: taken(small) == 1)
    until(lambda: taken(small) == 0)


def test_the_limits_are_kept_by_every_endpoint(small):
    for address in ("predict", "areas?areas=a=1,1,5,5", "crop?aspect=1:1"):
        refused(small.post(f"/v1/{address}", content=bytes(200_000)), 413, "bytes")
    refused(small.post("/v1/diff", files={"a": bytes(60_000), "b": bytes(60_000)}), 413, "bytes")
    refused(small.post("/v1/diff", content=b"abc"), 415, "multipart/form-data")
