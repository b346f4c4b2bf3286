"""`gazemap mcp`: the tools of agents over the Model Context Protocol, on the standard streams."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from gazemap.errors import GazemapError, InputError
from gazemap.serving.limits import checked_limits
from gazemap.serving.models import DEFAULT_MODELS, open_models
from gazemap.system.extras import require
from gazemap.system.fingerprint import version
from gazemap.system.plain import plain
from gazemap.system.progress import say

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from gazemap.serving.agent_tools import AgentTools

_P = ParamSpec("_P")
_Answer = TypeVar("_Answer")

_INSTRUCTIONS = (
    "gazemap predicts where people look in images. Numbers are predictions of a model for people who look "
    "freely, without a task; notes in the answers say what to mind, and must not be left out. Paths are in "
    "{root}. Images have up to {megabytes} MB and {megapixels} megapixels. Models: {models}."
)


@dataclass(frozen=True)
class ToolsServed:
    """What `serve_mcp` returns when its client has closed the connection.

    Attributes:
        root: the folder whose files could be read.
        models: the names of the models that could be asked for.
    """

    root: Path
    models: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """The folder and the models."""
        values: dict[str, Any] = plain({"root": self.root, "models": self.models})
        return values


def serve_mcp(
    *,
    root: str | Path = ".",
    model: Sequence[str] = DEFAULT_MODELS,
    engine: str = "auto",
    device: str = "auto",
    max_megabytes: int = 64,
    max_megapixels: int = 64,
) -> ToolsServed:
    """Answer an agent's client on the standard input and output, until it closes them.

    Args:
        root: the folder whose files may be read; links that lead out of it are refused.
        model: names of models, run folders, or weights or ONNX files; the first is the default.
        engine: "auto" or one of `ENGINES`; see `load_predictor`.
        device: "auto", "cpu" or "cuda".
        max_megabytes: of an image's file.
        max_megapixels: of an image.

    Raises:
        MissingPackageError: the extra `mcp` is not installed.
        InputError: no such folder, a model that puts out no density, or a limit below 1.
        WeightsError: there is no such model, see `load_predictor`.
    """
    require("mcp", "Serving tools to agents")
    limits = checked_limits(max_megabytes=max_megabytes, max_megapixels=max_megapixels)
    folder = Path(root).resolve()
    if not folder.is_dir():
        raise InputError(f"The root must be the folder of the images, and {root} is none.")
    predictors = open_models(model, engine=engine, device=device)
    from gazemap.serving.agent_files import AgentFiles
    from gazemap.serving.agent_tools import AgentTools

    about = _INSTRUCTIONS.format(
        root=folder, megabytes=max_megabytes, megapixels=max_megapixels, models=", ".join(predictors)
    )
    server = mcp_server(AgentTools(AgentFiles(folder, limits), predictors), about)
    say(
        f"Serving tools about the images in {folder} on the standard streams, until they close.",
        progress=True,
    )
    with redirect_stdout(sys.__stdout__ or sys.stdout):  # which commands turn to the standard error
        server.run("stdio")
    return ToolsServed(folder, [*predictors])


def mcp_server(tools: AgentTools, about: str) -> MCPServer:
    """The server of the official SDK with these tools.

    Args:
        tools: what can be asked for.
        about: what an agent is told before it asks.
    """
    from mcp.server import MCPServer
    from mcp.server.mcpserver import Image
    from mcp.types import ToolAnnotations

    server = MCPServer("gazemap", instructions=about, version=version("gazemap"), log_level="WARNING")
    reads = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

    def with_picture(predict: Callable[_P, tuple[bytes | None, str]]) -> Callable[_P, list[Any]]:
        @wraps(predict)
        def content(*args: _P.args, **kwargs: _P.kwargs) -> list[Any]:
            picture, numbers = predict(*args, **kwargs)
            return [*([Image(data=picture, format="jpeg")] if picture else []), numbers]

        return content

    def add(tool: Callable[..., Any], called: Callable[..., Any], *, is_structured: bool = True) -> None:
        text = (inspect.getdoc(tool) or "").partition("\n\nReturns:")[0]
        server.tool(tool.__name__, description=text, annotations=reads, structured_output=is_structured)(
            called
        )

    add(tools.predict, with_picture(_plainly(tools.in_turn(tools.predict))), is_structured=False)
    for tool in (tools.areas, tools.check, tools.compare):
        add(tool, _plainly(tools.in_turn(tool)))
    return server


def _plainly(tool: Callable[_P, _Answer]) -> Callable[_P, _Answer]:
    """A tool whose own errors reach the agent in words; others are only logged."""
    from mcp.server.mcpserver.exceptions import ToolError

    @wraps(tool)
    def answer(*args: _P.args, **kwargs: _P.kwargs) -> _Answer:
        try:
            return tool(*args, **kwargs)
        except GazemapError as error:
            raise ToolError(str(error)) from error

    return answer
