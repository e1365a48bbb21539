"""Errors as the API answers them: in the shape of OpenAI's, which its clients understand."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from assistant.errors import (
    AssistantError,
    LibraryBusy,
    LibraryReadOnly,
    ModelError,
    PaperNotFound,
    ReadingError,
    UsageError,
)

# Status and kind by class; the first that fits counts.
_KINDS: tuple[tuple[type[AssistantError], int, str], ...] = (
    (PaperNotFound, 404, "not_found_error"),
    (UsageError, 400, "invalid_request_error"),
    (ReadingError, 400, "invalid_request_error"),
    (LibraryReadOnly, 403, "forbidden"),
    (LibraryBusy, 503, "unavailable"),
    (ModelError, 503, "unavailable"),
)


def error_body(message: str, kind: str) -> dict[str, Any]:
    """The body of an error; `message` is for people."""
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


def explained(error: Exception) -> tuple[int, dict[str, Any]]:
    """The status and the body for an error."""
    for known, status, kind in _KINDS:
        if isinstance(error, known):
            return status, error_body(str(error), kind)
    if isinstance(error, AssistantError):
        return 500, error_body(str(error), "server_error")
    message = f"The assistant failed unexpectedly ({type(error).__name__})."
    return 500, error_body(message, "server_error")


def explain_errors(app: FastAPI) -> None:
    """Make `app` answer every error in this shape."""

    async def explain(request: Request, error: Exception) -> JSONResponse:
        status, body = explained(error)
        return JSONResponse(body, status)

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 (the handler is for these)
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or "the body"
        says = f"{place} is not valid: {first['msg']}."
        if first["type"] == "json_invalid":
            says = "The body is not valid JSON."
        return JSONResponse(error_body(says, "invalid_request_error"), 422)

    async def http_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101
        kind = "not_found_error" if error.status_code == 404 else "invalid_request_error"
        return JSONResponse(error_body(str(error.detail), kind), error.status_code)

    app.add_exception_handler(AssistantError, explain)
    app.add_exception_handler(Exception, explain)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http_error)
