"""The page in each of its three forms, at an address that a browser opens."""

import fcntl
import functools
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from gazemap.serving.built import PAGE

PATIENCE = 60  # seconds
SOURCES = Path(__file__).parents[2] / "page"


def build(lock):
    """Build the page, unless it is newer than its sources; one test process at a time.

    Args:
        lock: a file for the processes to wait at.
    """
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        sources = [*SOURCES.glob("*.js"), *(path for path in SOURCES.glob("src/**/*") if path.is_file())]
        built = PAGE / "index.html"
        newest = max(path.stat().st_mtime for path in sources)
        if not built.is_file() or built.stat().st_mtime < newest:
            subprocess.run(["node", SOURCES / "build.js"], check=True, timeout=PATIENCE)


@contextmanager
def server(*options):
    """`gazemap serve` on a free port, with more options."""
    command = [sys.executable, "-m", "gazemap", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            found = re.search(r"Serving at (\S+);", process.stderr.readline())
            assert found, "the server did not start"
            yield f"{found[1]}/"
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)


@contextmanager
def static_files(folder):
    """A web server that knows nothing but files."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_address[1]}/"
        finally:
            listening.shutdown()
            thread.join(PATIENCE)
