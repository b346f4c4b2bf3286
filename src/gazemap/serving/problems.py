"""Errors as answers: problem+json (RFC 9457), in plain sentences, with nothing of this machine in them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from gazemap.errors import InputError, MissingPackageError, WeightsError

PROBLEM = "application/problem+json"
_OWN_FAULT = "The server failed, and not by your request's fault. Its log says why."
_log = logging.getLogger("gazemap.serving")


class Problem(Exception):  # noqa: N818 - the name of RFC 9457
    """A request that is refused.

    Args:
        status: the HTTP status.
        detail: a sentence: what came, what is accepted, what to do.
        headers: of the answer.
    """

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers


class ProblemAnswer(BaseModel):
    """What a refused request is answered with."""

    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What came, what is accepted, what to do.")


def answer(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer that says what is wrong."""
    content = ProblemAnswer(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(content.model_dump(), status, headers, PROBLEM)


def answer_errors(app: FastAPI) -> None:
    """Make every error of an app a problem+json."""
    app.add_exception_handler(Problem, _of_problem)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_options)
    app.add_exception_handler(InputError, _of_input)
    app.add_exception_handler(WeightsError, _of_weights)
    app.add_exception_handler(MissingPackageError, _of_missing_package)
    app.add_exception_handler(MemoryError, _of_memory)
    app.add_exception_handler(ClientDisconnect, _of_gone)
    app.add_exception_handler(Exception, _of_own_fault)


def _of_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return answer(error.status, error.detail, error.headers)


def _of_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    details = {
        404: "There is nothing at this address. /openapi.json lists what there is.",
        405: f"{request.method} is not answered at this address. /openapi.json says what is.",
    }
    return answer(error.status_code, details.get(error.status_code, str(error.detail)), error.headers)


def _of_options(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return answer(422, " ".join(_wrong_option(found) for found in error.errors()))


def _wrong_option(found: Mapping[str, Any]) -> str:
    name = ".".join(str(part) for part in found["loc"][1:])
    if found["type"] == "extra_forbidden":
        return f"There is no option {name} here. /openapi.json lists those that there are."
    return f"The option {name}: {found['msg']}."


def _of_input(_: Request, error: Exception) -> JSONResponse:
    return answer(422, str(error))


def _of_missing_package(_: Request, error: Exception) -> JSONResponse:
    return answer(501, str(error))


def _of_memory(_: Request, error: Exception) -> JSONResponse:
    return answer(503, "It needs more memory than the server has. Send a smaller image, or try again later.")


def _of_gone(_: Request, error: Exception) -> JSONResponse:
    return answer(400, "The request ended before its body did. Send it again.")


def _of_weights(_: Request, error: Exception) -> JSONResponse:
    _log.error("The model failed: %s", error)  # which may name a file
    return answer(500, _OWN_FAULT)


def _of_own_fault(_: Request, error: Exception) -> JSONResponse:
    return answer(500, _OWN_FAULT)  # the gate logs it
