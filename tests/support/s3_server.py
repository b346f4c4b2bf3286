"""A local S3, moto's server, behind a gate that throttles, fails, cuts streams off and lies, on demand."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import MutableMapping
from contextlib import contextmanager, nullcontext
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "bucket"
PAGE = 3  # keys of a page of a listing
CODES = {403: "AccessDenied", 409: "ConditionalRequestConflict", 500: "InternalError", 503: "SlowDown"}
_OWN = {"connection", "content-length", "date", "server", "transfer-encoding"}  # which the gate sets itself


class Objects(MutableMapping):
    """The objects of the bucket, past the gate."""

    def __init__(self, client):
        self._client = client

    def __getitem__(self, key):
        try:
            return self._client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        except self._client.exceptions.NoSuchKey:
            raise KeyError(key) from None

    def __setitem__(self, key, content):
        self._client.put_object(Bucket=BUCKET, Key=key, Body=content)

    def __delitem__(self, key):
        self._client.delete_object(Bucket=BUCKET, Key=key)

    def __iter__(self):
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
            yield from (found["Key"] for found in page.get("Contents", []))

    def __len__(self):
        return sum(1 for _ in self)


class S3:
    """The objects, what was asked, and which faults come.

    Attributes:
        objects: key -> bytes.
        asked: (method, key) of every request; of a listing the key is empty.
        fault: a function of (method, key, how often this was asked) -> None or a fault: a status;
            "refused" (the connection ends before an answer); "cut" (half of the bytes that are stated come,
            of an answer or of what is sent); "short" and "long" (fewer, or more, are stated than there are);
            "lost" (it is done, and the answer does not come).
    """

    def __init__(self, port, client):
        self.port = port
        self.objects = Objects(client)
        self.asked = []
        self.fault = lambda method, key, count: None
        self.putting = (
            threading.Lock()
        )  # two conditional puts at once: S3 takes one, and moto might take both
        self._lock = threading.Lock()

    def fault_of(self, method, key):
        with self._lock:
            self.asked.append((method, key))
            return self.fault(method, key, self.asked.count((method, key)))


def gate(s3):
    class Gate(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            key = unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}").lstrip("/")
            fault = s3.fault_of(self.command, key)
            if fault == "refused" or (fault == "cut" and body):  # what was cut off is not stored
                self.end()
            elif isinstance(fault, int):
                error = f"<Error><Code>{CODES[fault]}</Code><Message>no</Message></Error>".encode()
                self.give(fault, {"Content-Type": "application/xml"}, error, len(error))
            else:
                self.forward(body, fault)

        def forward(self, body, fault):
            inner = HTTPConnection("127.0.0.1", s3.port)
            with s3.putting if self.command == "PUT" else nullcontext():
                inner.request(self.command, self.path, body, {**self.headers, "Connection": "close"})
                answer = inner.getresponse()
                content, stated = answer.read(), int(answer.headers.get("Content-Length") or 0)
            inner.close()
            if fault == "lost":
                self.end()
                return
            if fault == "cut":
                content = content[: stated // 2]
            elif fault in ("short", "long"):
                stated += -stated // 2 if fault == "short" else 7
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _OWN}
            self.give(answer.status, kept, content, stated)

        do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815

        def give(self, status, headers, content, stated):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(stated))
            self.end_headers()
            if self.command == "HEAD":
                return
            self.wfile.write(content)
            if stated != len(content):
                self.end()

        def end(self):
            self.close_connection = True
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_WR)

    return Gate


@contextmanager
def moto_server():
    """Its port, while it runs."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request otherwise
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        yield server.get_host_and_port()[1]
    finally:
        server.stop()


@contextmanager
def s3_server(port, monkeypatch):
    """An empty bucket, which the environment names, and the processes that are started from here inherit."""
    known = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1"}
    known |= {"AWS_ALLOW_HTTP": "true", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    for name, value in known.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", str(PAGE))
    client = boto3.client("s3", "us-east-1", endpoint_url=f"http://127.0.0.1:{port}")
    reset(port)
    client.create_bucket(Bucket=BUCKET)
    s3 = S3(port, client)
    server = ThreadingHTTPServer(("127.0.0.1", 0), gate(s3))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    try:
        yield s3
    finally:
        server.shutdown()
        server.server_close()
        client.close()


def reset(port):
    """Forget all buckets."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/moto-api/reset")
    connection.getresponse().read()
    connection.close()
