"""`gazemap serve`: the page and the HTTP API on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gazemap.errors import InputError
from gazemap.serving.limits import checked_limits
from gazemap.serving.models import DEFAULT_MODELS, open_models
from gazemap.system.extras import require

_TOKEN = 16  # signs of a token, at least


@dataclass(frozen=True)
class ServerStopped:
    """What `serve` returns when it was asked to stop, and has answered what it took.

    Attributes:
        address: where it served.
    """

    address: str

    def as_json(self) -> dict[str, Any]:
        """The address."""
        return {"address": self.address}


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    model: Sequence[str] = DEFAULT_MODELS,
    engine: str = "auto",
    device: str = "auto",
    token_file: str | Path | None = None,
    max_megabytes: int = 64,
    max_megapixels: int = 64,
    max_requests: int = 32,
    seconds: int = 60,
) -> ServerStopped:
    """Serve the page and the HTTP API until the process is asked to stop (SIGTERM, SIGINT).

    Args:
        host: the address to listen on; by default this machine alone can reach it.
        port: 0 takes a free one.
        model: names of models, run folders, or weights or ONNX files; the first is the default.
        engine: "auto" or one of `ENGINES`; see `load_predictor`.
        device: "auto", "cpu" or "cuda".
        token_file: a text file with the token that requests of the API must bear. The page's own requests
            bear it where its address ends in #token=TOKEN.
        max_megabytes: of a request's body.
        max_megapixels: of an image.
        max_requests: that are worked on or wait; one more is told to try again.
        seconds: that an answer may take, and that its request's body may take to come.

    Raises:
        MissingPackageError: the extra `serve` is not installed.
        InputError: a model that puts out no density, a limit below 1, a token file that cannot be read or has
            a token of under 16 signs, or an address that cannot be listened on.
        WeightsError: there is no such model, see `load_predictor`.
    """
    for package in ("fastapi", "uvicorn", "python_multipart", "prometheus_client"):
        require(package, "Serving")
    limits = checked_limits(
        max_megabytes=max_megabytes, max_megapixels=max_megapixels, max_requests=max_requests, seconds=seconds
    )
    token = _token(Path(token_file)) if token_file is not None else None
    predictors = open_models(model, engine=engine, device=device)
    from gazemap.serving.app import create_app
    from gazemap.serving.gate import Gate, own_names
    from gazemap.serving.server import listen

    app = create_app(predictors, limits)
    gate = Gate(app, app.state.monitor, token=token, hosts=own_names(host))
    return ServerStopped(listen(gate, host, port))


def _token(file: Path) -> str:
    try:
        token = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The token's file {file} cannot be read ({error}). Give a file of ASCII text."
        ) from error
    if len(token) < _TOKEN or not token.isprintable() or " " in token:
        raise InputError(
            f"{file} must hold one token of at least {_TOKEN} signs, without blanks. Make one: "
            "openssl rand -hex 32 > token.txt."
        )
    return token
