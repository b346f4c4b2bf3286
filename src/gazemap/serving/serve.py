"""`gazemap serve`: the page and the HTTP API on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gazemap.errors import InputError
from gazemap.prediction.predictor import Predictor, load_predictor
from gazemap.system.extras import require

DEFAULT_MODELS = ("gazenet", "gazenet-large")


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
) -> ServerStopped:
    """Serve the page and the HTTP API until the process is asked to stop (SIGTERM, SIGINT).

    Args:
        host: the address to listen on; by default this machine alone can reach it.
        port: 0 takes a free one.
        model: names of models, run folders, or weights or ONNX files; the first is the default.
        engine: "auto", "onnx", "torch" or "openvino"; see `load_predictor`.
        device: "auto", "cpu" or "cuda".

    Raises:
        MissingPackageError: the extra `serve` is not installed.
        InputError: a model that puts out no density, or an address that cannot be listened on.
        WeightsError: there is no such model, see `load_predictor`.
    """
    for package in ("fastapi", "uvicorn", "python_multipart", "prometheus_client"):
        require(package, "Serving")
    predictors = _predictors(model, engine, device)
    from gazemap.serving.app import create_app
    from gazemap.serving.server import listen

    return ServerStopped(listen(create_app(predictors), host, port))


def _predictors(models: Sequence[str], engine: str, device: str) -> dict[str, Predictor]:
    """The models by their names, each opened once, to be computed on one core per call."""
    found: dict[str, Predictor] = {}
    for model in models:
        predictor = load_predictor(model, engine=engine, device=device, threads=1)
        if predictor.output != "log_density":
            raise InputError(
                f"{model} puts out a saliency, and the page and the HTTP API answer densities. Serve a model "
                "whose output is log_density."
            )
        if predictor.name in found:
            raise InputError(f"Two models to serve are named {predictor.name}. Serve one of them.")
        found[predictor.name] = predictor
    if not found:
        raise InputError("There is no model to serve. Name one or several.")
    return found
