"""An app on uvicorn: listens, says where, and stops when it has answered what it took."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys

import uvicorn
from starlette.types import ASGIApp

from gazemap.errors import InputError

_PATIENCE = 30  # seconds for what was taken, once it is asked to stop
_IDLE = 75  # seconds that a connection is kept open between requests: longer than most proxies keep theirs
_BACKLOG = 128  # connections that wait to be taken
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def listen(app: ASGIApp, host: str, port: int) -> str:
    """Serve an app until the process gets SIGINT or SIGTERM, and what was taken by then is answered.

    Args:
        app: what answers requests.
        host: the address to listen on.
        port: 0 takes a free one.

    Returns:
        the server's address.

    Raises:
        InputError: nothing can listen there.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    listening = _listening(host, port)
    address = _address(host, listening)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_PATIENCE,
        backlog=_BACKLOG,
    )
    before = [signal.signal(number, lambda *_: None) for number in _SIGNALS]  # uvicorn raises them again
    try:
        print(f"Serving at {address}; Ctrl+C stops it.", file=sys.stderr, flush=True)
        asyncio.run(uvicorn.Server(config).serve([listening]))
    finally:
        for number, handler in zip(_SIGNALS, before, strict=True):
            signal.signal(number, handler)
        listening.close()
    return address


def _listening(host: str, port: int) -> socket.socket:
    if not 0 <= port < 2**16:
        raise InputError(f"A port must be a number from 0 to 65535, got {port}.")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise InputError(f"{host}:{port} is no address to listen on ({error}).") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise InputError(
            f"Nothing can listen at {host}:{port} ({error.strerror}). Choose another port: --port 8001."
        ) from error
    return listening


def _address(host: str, listening: socket.socket) -> str:
    port = listening.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
