"""What every request passes: who may ask, what a browser may do with the answer, and the count of both."""

from __future__ import annotations

import ipaddress
import logging
import secrets
import time
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gazemap.serving.monitoring import Monitor
from gazemap.serving.problems import answer

_log = logging.getLogger("gazemap.serving")
_NEED_TOKEN = ("/v1/", "/metrics", "/openapi.json")
_PAGE_MAY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "font-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _PAGE_MAY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def own_names(host: str) -> Collection[str] | None:
    """The names of a server that only this machine can reach; None where others can.

    Args:
        host: the address that it listens on.
    """
    try:
        is_closed = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        is_closed = False
    return {"localhost", "127.0.0.1", "[::1]"} if is_closed else None


class Gate:
    """An app behind checks. No header lets the pages of other origins read its answers (CORS).

    Args:
        app: what answers those who may ask.
        monitor: counts them.
        token: that the API's requests must bear; None: none.
        hosts: the names that the server may be asked for by; None: any. A page of another name that leads to
            this machine (DNS rebinding) is refused by it.
    """

    def __init__(
        self,
        app: ASGIApp,
        monitor: Monitor,
        *,
        token: str | None = None,
        hosts: Collection[str] | None = None,
    ) -> None:
        self._app = app
        self._monitor = monitor
        self._token = token
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, start = 500, time.perf_counter()

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers["Cache-Control"] = "no-store" if scope["path"].startswith("/v1/") else "no-cache"
            await send(message)

        try:
            await (self._refusal(scope) or self._app)(scope, receive, send_guarded)
        except Exception:
            _log.exception("A request failed.")  # it was answered, with status 500
        finally:
            endpoint = getattr(scope.get("route"), "path", "none")
            self._monitor.answered(endpoint, status, time.perf_counter() - start)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        if self._hosts is not None and _name(headers.get("host", "")) not in self._hosts:
            names = ", ".join(sorted(self._hosts))
            return answer(
                421,
                f"This server is asked by the names {names} alone. To serve others, start it with --host.",
            )
        if self._token is None or not scope["path"].startswith(_NEED_TOKEN):
            return None
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and secrets.compare_digest(given.strip().encode(), self._token.encode()):
            return None
        return answer(
            401,
            "The request must bear this server's token: Authorization: Bearer TOKEN.",
            {"WWW-Authenticate": "Bearer"},
        )


def _name(host: str) -> str:
    """The name in a header Host, without its port."""
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdecimal() else host.lower()
