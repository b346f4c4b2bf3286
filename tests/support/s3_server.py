"""A local S3: objects in memory, conditional puts, ranges, listings; and faults on demand."""

from __future__ import annotations

import hashlib
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "bucket"
PAGE = 3  # keys of a page of a listing


class S3:
    """The objects, what was asked, and which faults come: functions of (method, key, how often) -> fault."""

    def __init__(self):
        self.objects = {}
        self.asked = []
        self.fault = lambda method, key, count: None
        self.lock = threading.Lock()

    def count(self, method, key):
        with self.lock:
            self.asked.append((method, key))
            return self.asked.count((method, key))


def handler(s3):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def answer(self, status, body=b"", length=None, **headers):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            if length is not None and length != len(body):
                self.close_connection = True

        def started(self):
            """The key; None where a fault has answered."""
            path = urlsplit(self.path)
            key = unquote(path.path).removeprefix(f"/{BUCKET}").lstrip("/")
            size = int(self.headers.get("Content-Length") or 0)
            self.body = self.rfile.read(size)
            if "aws-chunked" in (self.headers.get("Content-Encoding") or ""):
                raise AssertionError("chunks are not understood here")
            self.fault = s3.fault(self.command, key, s3.count(self.command, key))
            if isinstance(self.fault, int):
                code = "SlowDown" if self.fault == 503 else "InternalError"
                self.answer(self.fault, f"<Error><Code>{code}</Code></Error>".encode())
                return None
            return key

        def do_PUT(self):
            key = self.started()
            if key is None:
                return
            with s3.lock:
                is_there = key in s3.objects and self.headers.get("If-None-Match") == "*"
                if not is_there:
                    s3.objects[key] = self.body
            if is_there:
                self.answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
            elif self.fault == "lost":  # written, and the answer never comes
                self.close_connection = True
            else:
                self.answer(200, ETag=etag(self.body))

        def do_GET(self):
            key = self.started()
            if key is None:
                return
            if not key:
                self.answer(200, listing(s3, parse_qs(urlsplit(self.path).query)))
                return
            content = s3.objects.get(key)
            if content is None:
                self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
                return
            known = {"ETag": etag(content), "Last_Modified": "Sat, 01 Jan 2000 00:00:00 GMT"}
            status, part = 200, content
            if wanted := self.headers.get("Range"):
                start, _, end = wanted.removeprefix("bytes=").partition("-")
                last = min(int(end or len(content) - 1), len(content) - 1)
                part, status = content[int(start) : last + 1], 206
                known["Content_Range"] = f"bytes {start}-{last}/{len(content)}"
            if self.fault == "cut":
                self.answer(status, part[: len(part) // 2], length=len(part), **known)
            elif self.fault == "short":  # it ends well, and is not all
                self.answer(status, part[: len(part) // 2], **known)
            else:
                self.answer(status, part, **known)

        do_HEAD = do_GET  # noqa: N815

    return Handler


def etag(content):
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def listing(s3, query):
    prefix, after = query.get("prefix", [""])[0], query.get("continuation-token", [""])[0]
    keys = sorted(key for key in s3.objects if key.startswith(prefix) and key > after)
    page, rest = keys[:PAGE], keys[PAGE:]
    entries = "".join(
        f"<Contents><Key>{escape(key)}</Key><Size>{len(s3.objects[key])}</Size>"
        f"<LastModified>2000-01-01T00:00:00.000Z</LastModified><ETag>{escape(etag(s3.objects[key]))}</ETag>"
        "</Contents>"
        for key in page
    )
    token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if rest else ""
    return (
        f"<ListBucketResult><Name>{BUCKET}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(page)}"
        f"</KeyCount><MaxKeys>{PAGE}</MaxKeys><IsTruncated>{str(bool(rest)).lower()}</IsTruncated>{token}"
        f"{entries}</ListBucketResult>"
    ).encode()


@contextmanager
def s3_server(monkeypatch):
    """A running one, which the environment names, and the processes that are started from here inherit."""
    s3 = S3()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(s3))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = {
        "AWS_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_REGION": "us-east-1",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    try:
        yield s3
    finally:
        server.shutdown()
        server.server_close()
