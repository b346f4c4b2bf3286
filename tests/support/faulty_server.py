"""A local HTTP server that answers as it is told, one answer a request; the last one is repeated."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        answers = self.server.answers[self.path.partition("?")[0]]
        self.server.requests.append(dict(self.headers))
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        answer(self)

    def send(self, status, headers, content=b""):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass

    @property
    def start(self):
        """The first byte that is asked for, None without Range."""
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(match[1]) if match else None


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, list[Answer]] = {}
        self.requests: list[dict[str, str]] = []
        self.released = threading.Event()

    def serve(self, path, *answers):
        """The address of `path`, which is answered thus."""
        self.answers[path] = list(answers)
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def handle_error(self, request, client_address):
        pass  # a client that hangs up is what the tests want


@contextmanager
def running():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
            thread.join()


def whole(content, *, etag='"1"', sent=None, then=lambda handler: None, announced=None):
    """The content, from where it is asked for if the ETag still fits.

    `sent` bytes of it come at most; `then` is done after them; `announced` is said to be its length.
    """

    def answer(handler):
        start = handler.start if handler.headers.get("If-Range") == etag else None
        rest = content[start or 0 :]
        headers = {"Content-Length": len(rest) if announced is None else announced}
        if etag:
            headers["ETag"] = etag
        if start is not None:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        handler.close_connection = True
        handler.send(200 if start is None else 206, headers, rest[:sent])
        handler.wfile.flush()
        then(handler)

    return answer


def stalling(handler):
    """Nothing more, with the connection open."""
    handler.server.released.wait(10)


def without_range(content):
    """200 with all of it, whatever is asked for."""
    return lambda handler: handler.send(200, {"Content-Length": len(content), "ETag": '"1"'}, content)


def status(code, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.send(code, {"Content-Length": 0, **named})


def page(handler):
    text = b"<html>Please fill in this form.</html>"
    handler.send(200, {"Content-Type": "text/html; charset=utf-8", "Content-Length": len(text)}, text)


def endless(handler):
    """Chunks without an announced length, until the client hangs up."""
    handler.send(200, {"Transfer-Encoding": "chunked"})
    while True:
        handler.wfile.write(b"10000\r\n" + bytes(2**16) + b"\r\n")
