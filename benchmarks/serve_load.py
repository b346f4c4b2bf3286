"""Clients of `gazemap serve`, in a process of their own: as many threads, each with its connection."""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from serve_requests import Malformed, malformed_requests

PATIENCE = 60  # seconds for one answer
ALIKE = 1e-4  # nats: the last bits depend on what is computed together


class Client:
    """One connection, opened anew where the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: http.client.HTTPConnection | None = None

    def send(self, body: bytes, *, path: str = "/v1/predict", kind: str = "image/jpeg") -> tuple[int, bytes]:
        """The status and the content of the answer."""
        self._connection = self._connection or http.client.HTTPConnection("127.0.0.1", self._port, PATIENCE)
        try:
            self._connection.request("POST", path, body, {"Content-Type": kind})
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except BaseException:
            self._connection.close()
            self._connection = None
            raise

    def send_bad(self, bad: Malformed) -> tuple[int, bytes]:
        """The same of a request that is malformed, by a connection of its own where that cannot go on."""
        if bad.send is None:
            return self.send(bad.body, path=bad.path, kind=bad.kind)
        return bad.send(self._port), b""


def timed(port: int, files: Sequence[bytes], clients: int, requests: int) -> dict[str, Any]:
    """The seconds of all requests, and of each."""
    start = threading.Barrier(clients + 1)
    seconds: list[float] = []

    def run(first: int) -> None:
        client = Client(port)
        client.send(files[0])
        start.wait()
        for number in range(first, requests, clients):
            begun = time.perf_counter()
            status, _ = client.send(files[number % len(files)])
            seconds.append(time.perf_counter() - begun)
            assert status == 200

    with ThreadPoolExecutor(clients) as pool:
        work = [pool.submit(run, first) for first in range(clients)]
        start.wait()
        begun = time.perf_counter()
        for part in work:
            part.result()
        return {"all": time.perf_counter() - begun, "each": seconds}


def soaked(
    port: int, files: Sequence[bytes], grids: NDArray[np.float32], clients: int, requests: int
) -> dict[str, Any]:
    """What became of requests of which every fifth is malformed: how many answers were wrong, and how."""
    kinds = malformed_requests(files)
    wrong: list[str] = []
    counts: dict[str, int] = {}
    one = threading.Lock()

    def run(first: int) -> None:
        client = Client(port)
        for number in range(first, requests, clients):
            bad = list(kinds.items())[number // 5 % len(kinds)] if number % 5 == 0 else ("good", None)
            name, request = bad
            try:
                found = (
                    _wrong_numbers(*client.send(files[number % len(files)]), grids[number % len(files)])
                    if request is None
                    else _wrong_refusal(*client.send_bad(request), request.status)
                )
            except (OSError, http.client.HTTPException) as error:
                found = repr(error)
            with one:
                counts[name] = counts.get(name, 0) + 1
                if found:
                    wrong.append(f"{name}: {found}")

    with ThreadPoolExecutor(clients) as pool:
        for part in [pool.submit(run, first) for first in range(clients)]:
            part.result()
    return {"wrong": wrong, "counts": counts}


def _wrong_numbers(status: int, content: bytes, expected: NDArray[np.float32]) -> str:
    if status != 200:
        return f"status {status}, {content[:200]!r}"
    grid = json.loads(content)["folds"][0]["grid"]
    values = np.frombuffer(base64.b64decode(grid["log_density"]), "<f4").reshape(expected.shape)
    away = float(np.abs(values - expected).max())
    return f"{away} nats away" if away > ALIKE else ""


def _wrong_refusal(status: int, content: bytes, expected: int) -> str:
    if status != expected:
        return f"status {status} in place of {expected}"
    if content and json.loads(content)["status"] != status:
        return f"no problem+json: {content[:200]!r}"
    return ""


def main() -> None:
    """Do what the arguments say, and print what was found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("folder", type=Path, help="of JPEG files")
    parser.add_argument("clients", type=int)
    parser.add_argument("requests", type=int)
    parser.add_argument("--grids", type=Path, help="what is right, (n, h, w): also send malformed requests")
    options = parser.parse_args()
    files = [path.read_bytes() for path in sorted(options.folder.iterdir())]
    work: Callable[..., dict[str, Any]] = timed
    given: list[Any] = [options.port, files]
    if options.grids:
        work = soaked
        given.append(np.load(options.grids))
    json.dump(work(*given, options.clients, options.requests), sys.stdout)


if __name__ == "__main__":
    main()
