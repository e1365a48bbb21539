"""What can go wrong with a model server, in words, and whether trying again can help."""

from __future__ import annotations

import json
import math
import random
import time
from email.utils import parsedate_to_datetime
from textwrap import shorten

import httpx

from assistant.errors import ModelServerError
from assistant.http_environment import connection_problem
from assistant.models.server_keys import ServerKey
from assistant.server_address import ServerAddress
from assistant.text.sanitizing import sanitized

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _BUSY = 401, 403, 404, 429
_TEMPORARY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_MAX_MESSAGE = 300
_V1 = "The address of a model server usually ends in /v1."

# Seconds before the first retry, which double; jitter as a share of them.
_FIRST_RETRY_S = 0.5
_JITTER = 0.5


class ServerFailure(ModelServerError):
    """A failed request.

    Attributes:
        temporary: whether the same request may succeed later.
        status: the HTTP status of the reply, None without one.
        retry_after: seconds after which the server wants to be asked again.

    """

    def __init__(
        self,
        message: str,
        *,
        temporary: bool = False,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.temporary = temporary
        self.status = status
        self.retry_after = retry_after

    def delay(self, failures: int) -> float:
        """Seconds to wait after the `failures`-th failure in a row (from 1)."""
        if self.retry_after is not None:
            return self.retry_after
        spread = random.uniform(1, 1 + _JITTER)  # noqa: S311
        return float(_FIRST_RETRY_S * 2.0 ** (failures - 1) * spread)


def transport_failure(
    error: httpx.HTTPError, address: ServerAddress, wait_s: float
) -> ServerFailure:
    """The failure of a request that got no complete reply."""
    base = address.base
    if isinstance(error, httpx.ConnectTimeout):
        return ServerFailure(
            f"{base}: no computer answers at this address. Check it and your connection.",
            temporary=True,
        )
    if isinstance(error, httpx.TimeoutException):
        return timeout_failure(address, wait_s)
    if isinstance(error, httpx.ConnectError):
        return ServerFailure(
            f"{base}: cannot connect ({connection_problem(error)}). Start the server, or "
            "check the address.",
            temporary=True,
        )
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError):
        return cut_off(address)
    return ServerFailure(
        f"{base}: the request failed ({connection_problem(error)}). Check the address."
    )


def timeout_failure(address: ServerAddress, wait_s: float) -> ServerFailure:
    """Nothing came for too long."""
    return ServerFailure(
        f"{address.base}: no reply within {wait_s:g} s. The server may be busy or loading a model. "
        "Try again, or raise ASSISTANT_SERVER_TIMEOUT."
    )


def cut_off(address: ServerAddress) -> ServerFailure:
    """The reply is not complete."""
    return ServerFailure(
        f"{address.base}: the reply was cut off. The server may have stopped, or serve only one "
        "request at a time. Try again.",
        temporary=True,
    )


def invalid_reply(address: ServerAddress, what: str) -> ServerFailure:
    """The reply cannot be understood; `what` it is follows "the server sent"."""
    return ServerFailure(f"{address.base}: the server sent {what}. {_V1}")


def status_failure(
    response: httpx.Response, body: bytes, address: ServerAddress, key: ServerKey
) -> ServerFailure:
    """The failure that a reply with an error status reports; `body` is its start."""
    status, base = response.status_code, address.base
    said = _message(body)
    if response.has_redirect_location:
        target = sanitized(response.headers.get("location", ""))[:_MAX_MESSAGE]
        return ServerFailure(
            f"{base}: the server redirects to {target}. Nothing was sent there; give the address "
            "that you want to use.",
            status=status,
        )
    if status in (_UNAUTHORIZED, _FORBIDDEN):
        if key.secret:
            text = f"the server rejects the key from {key.origin}"
            fix = "Check the key."
        else:
            text = "the server asks for a key"
            fix = "Set ASSISTANT_SERVER_KEY, or see docs/models.md."
        return ServerFailure(f"{base}: {text} ({status}{said}). {fix}", status=status)
    if status == _NOT_FOUND:
        return ServerFailure(f"{base}: not found ({status}{said}). {_V1}", status=status)
    after = _retry_after(response)
    if status == _BUSY:
        wait = "" if after is None else f" for {after:,.0f} s"
        text, fix = "the server refuses more requests", f"Wait{wait}, and try again."
    elif status in _TEMPORARY:
        text, fix = "the server failed", "Try again, or read the server's log."
    else:
        text, fix = "the server refuses the request", "The server's log may say more."
    return ServerFailure(
        f"{base}: {text} ({status}{said}). {fix}",
        temporary=status in _TEMPORARY,
        status=status,
        retry_after=after,
    )


def error_in_reply(error: object, address: ServerAddress) -> ServerFailure:
    """The failure that a server reports within a reply that began well."""
    said = _message(json.dumps({"error": error}).encode())
    return ServerFailure(
        f"{address.base}: the server failed while it was writing{said.replace(':', ' (', 1)}"
        f"{')' if said else ''}. Try again, or read the server's log.",
        temporary=True,
    )


def _message(body: bytes) -> str:
    """What a server says about an error, after a colon; "" if it says nothing readable."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    for name in ("error", "message", "detail"):
        if isinstance(value, dict) and name in value:
            value = value[name]
    if not isinstance(value, str) or not value.strip():
        return ""
    return f": {shorten(sanitized(value), _MAX_MESSAGE, placeholder=' …').rstrip('.')}"


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds of the header `Retry-After`, which is a number or a date."""
    text = response.headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
