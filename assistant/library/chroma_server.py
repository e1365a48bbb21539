"""A Chroma server: its address and token, requests with time limits, and its failures in words."""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import httpx

from assistant.errors import ChromaServerError
from assistant.http_environment import (
    UNUSABLE,
    certificates,
    connection_problem,
    environment_problem,
    proxy_for,
)
from assistant.library.chroma_collection import CONFIGURATION, ChromaVectors
from assistant.server_address import ServerAddress
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from chromadb.api.fastapi import FastAPI
    from chromadb.types import Collection as CollectionModel

# Longest wait for a connection, in seconds; the time limit of the server can only shorten it.
_CONNECT_S = 10.0
# Tries of a request that failed, and seconds before the second one, which double.
_TRIES = 3
_FIRST_RETRY_S = 0.5
# The version of Chroma's interface that is spoken here.
_VERSION = "1."
# Vectors that are sent at once: proxies often refuse more than 1 MB. The server may allow fewer.
_MOST_AT_ONCE = 100
_REFUSED = (401, 403)
_NOT_FOUND = 404
# Chroma also replies with 500 to a search of a collection that is being filled for the first time.
_TEMPORARY = frozenset({429, 500, 502, 503, 504})
_REASON_CHARACTERS = 200


@dataclass(frozen=True)
class ChromaServer:
    """Where a Chroma server is, and how it is asked.

    Attributes:
        address: the server, and the collection if another one than the library's own is wanted.
        token: sent with every request, "" for none; `origin` says where it comes from.
        timeout_s: seconds to wait for a reply, and between two parts of it.

    """

    address: ServerAddress
    token: str = field(default="", repr=False)
    origin: str = ""
    timeout_s: float = 30.0


class CollectionGone(ChromaServerError):
    """The collection is not on the server any more."""


class CollectionMismatch(ChromaServerError):
    """The collection has vectors of another length."""


class ServerCollection(ChromaVectors):
    """A collection on a server, with the values that are stored with it.

    Raises:
        ChromaServerError: in every method; CollectionGone if it was deleted.
    """

    def __init__(self, server: ChromaConnection, model: CollectionModel) -> None:
        from chromadb.api.models.Collection import Collection

        chroma = Collection(client=server.api, model=model, embedding_function=None)
        super().__init__(chroma, server.failures)
        self.name = model.name
        self.values: Mapping[str, Any] = dict(model.metadata or {})

    def store(self, values: Mapping[str, str]) -> None:
        """Store `values` with the collection."""
        with self._failures():
            self._chroma.modify(metadata=dict(values))
        self.values = dict(values)


class ChromaConnection:
    """Sends requests to one Chroma server. Thread-safe.

    Redirects are not followed, so nothing is sent to any other address, and Chroma's own reports
    about its use are off. A proxy of the environment is used, except for this computer.

    Raises:
        ChromaServerError: here and in every method.
    """

    def __init__(self, server: ChromaServer) -> None:
        """Ask the server for its version."""
        try:
            from chromadb.api.fastapi import FastAPI
            from chromadb.config import Settings, System
        except Exception as error:  # its parts raise all kinds of errors when they do not fit
            raise ChromaServerError(
                f"The package chromadb cannot be loaded ({_short(error)}). Install this program "
                "again, or set no Chroma server to search without one."
            ) from error
        self.server = server
        self.base = server.address.base
        # Given by name, so that neither ./.env nor the environment can say otherwise.
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # a pydantic-settings argument
            anonymized_telemetry=False,
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_otel_collection_endpoint="",
            chroma_server_host=self.base,
            chroma_server_http_port=0,
            chroma_server_headers={},
            chroma_client_auth_provider=None,
            chroma_server_ssl_verify=False,  # for the session that is replaced at once
        )
        # What `chromadb.HttpClient` is made of. The client itself waits for ever for a reply, and
        # its first requests are made before that can be changed.
        try:
            self.api: FastAPI = FastAPI(System(settings))
            self.api._session.close()
            self.api._session = self._session(self.api._session.headers)
        except UNUSABLE as error:
            raise ChromaServerError(
                f"{self.base}: {environment_problem(error)}. Check HTTPS_PROXY, HTTP_PROXY and "
                "SSL_CERT_FILE."
            ) from error
        try:
            self._check_version()
        except BaseException:
            self.close()
            raise

    @cached_property
    def most_at_once(self) -> int:
        """How many vectors a request may have."""
        with self.failures():
            limit = self.api.get_max_batch_size()
        return min(_MOST_AT_ONCE, limit) if limit > 0 else _MOST_AT_ONCE

    def find(self, name: str) -> ServerCollection | None:
        """The collection `name`, if the server has it."""
        try:
            with self.failures():
                model = self.api.get_collection(name)
        except CollectionGone:
            return None
        return ServerCollection(self, model)

    def create(self, name: str, values: Mapping[str, str]) -> ServerCollection:
        """Create the collection `name` with `values`."""
        with self.failures():
            model = self.api.create_collection(
                name, configuration=CONFIGURATION, metadata=dict(values), get_or_create=True
            )
        return ServerCollection(self, model)

    def delete(self, name: str) -> None:
        """Delete the collection `name`, if there is one."""
        with contextlib.suppress(CollectionGone), self.failures():
            self.api.delete_collection(name)

    def close(self) -> None:
        """End the connection; no effect when repeated."""
        self.api._session.close()

    @contextlib.contextmanager
    def failures(self) -> Iterator[None]:
        """Turn whatever a request raises into a ChromaServerError."""
        from chromadb.errors import NotFoundError

        try:
            yield
        except ChromaServerError:
            raise
        except httpx.HTTPError as error:
            raise self._no_reply(error) from error
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise self._error("the server sent something else than Chroma does") from error
        except Exception as error:
            reason = _short(error)
            if isinstance(error, NotFoundError):
                raise CollectionGone(
                    f"{self.base}: the collection was deleted on the server. Try again; it is "
                    "filled from the catalogue."
                ) from error
            if "dimension" in reason:
                raise CollectionMismatch(f"{self.base}: {reason}.") from error
            raise self._error(f"the server refuses the request ({reason})") from error

    def _check_version(self) -> None:
        with self.failures():
            version = self.api.get_version()
        if not isinstance(version, str) or not version[:1].isdigit():
            raise self._error("there is no Chroma server at this address")
        if not version.startswith(_VERSION):
            raise ChromaServerError(
                f"{self.base}: the Chroma server has version {sanitized(version)[:20]}, but "
                f"version {_VERSION}x is needed. Update the server."
            )

    def _session(self, headers: Mapping[str, str]) -> httpx.Client:
        address, timeout_s = self.server.address, self.server.timeout_s
        kept = {name: headers[name] for name in ("content-type", "user-agent")}
        if self.server.token:
            kept["Authorization"] = f"Bearer {self.server.token}"
        return httpx.Client(
            headers=kept,
            timeout=httpx.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s), pool=None),
            follow_redirects=False,
            trust_env=False,
            event_hooks={"response": [self._check_reply]},
            transport=_Repeating(
                verify=certificates() if address.is_encrypted else False,
                proxy=proxy_for(address),
                trust_env=False,
            ),
        )

    def _check_reply(self, response: httpx.Response) -> None:
        """Refuse replies that are not Chroma's."""
        status = response.status_code
        if response.has_redirect_location:
            target = sanitized(response.headers.get("location", ""))[:_REASON_CHARACTERS]
            raise ChromaServerError(
                f"{self.base}: the server redirects to {target}. Nothing was sent there; give the "
                "address that you want to use."
            )
        if status in _REFUSED:
            if self.server.token:
                text = f"the server rejects the token from {self.server.origin} ({status})"
                fix = "Check the token."
            else:
                text, fix = f"the server asks for a token ({status})", "Set ASSISTANT_CHROMA_TOKEN."
            raise ChromaServerError(f"{self.base}: {text}. {fix}")
        if response.is_success:
            return
        response.read()
        said = _chroma_error(response)
        if status == _NOT_FOUND and said is None:
            raise self._error(f"there is no Chroma server of version {_VERSION}x at this address")
        if said is None or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise ChromaServerError(
                f"{self.base}: the server failed ({status}{f': {said}' if said else ''}). Try "
                "again, or read the server's log."
            )

    def _no_reply(self, error: httpx.HTTPError) -> ChromaServerError:
        if isinstance(error, httpx.ConnectTimeout):
            return self._error("no computer answers at this address")
        if isinstance(error, httpx.TimeoutException):
            return ChromaServerError(
                f"{self.base}: no reply within {self.server.timeout_s:g} s. The server may be "
                "busy. Try again, or raise ASSISTANT_CHROMA_TIMEOUT."
            )
        if isinstance(error, httpx.ConnectError):
            return ChromaServerError(
                f"{self.base}: cannot connect ({connection_problem(error)}). Start the "
                "Chroma server, or check the address. The vectors are safe in the catalogue."
            )
        return ChromaServerError(
            f"{self.base}: the connection was cut off ({connection_problem(error)}). The server "
            "may have stopped. Try again."
        )

    def _error(self, what: str) -> ChromaServerError:
        return ChromaServerError(f"{self.base}: {what}. Check the address after --chroma.")


class _Repeating(httpx.HTTPTransport):
    """Repeats requests after failures that may be over in a second; all may be repeated."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`, and again if the server was just restarted or is not ready yet."""
        for failures in range(1, _TRIES):
            try:
                response = super().handle_request(request)
            except (
                httpx.ConnectError,
                httpx.RemoteProtocolError,
                httpx.ReadError,
                httpx.WriteError,
            ):
                pass
            else:
                if response.status_code not in _TEMPORARY:
                    return response
                response.close()
            jitter = random.uniform(1, 1.5)  # noqa: S311
            time.sleep(_FIRST_RETRY_S * 2.0 ** (failures - 1) * jitter)
        return super().handle_request(request)


def _chroma_error(response: httpx.Response) -> str | None:
    """What Chroma says about an error; None if this is not Chroma's way to report one."""
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or "error" not in value:
        return None
    return shorten(sanitized(str(value.get("message", ""))), _REASON_CHARACTERS, placeholder=" …")


def _short(error: Exception) -> str:
    text = sanitized(str(error) or type(error).__name__)
    return shorten(text, _REASON_CHARACTERS, placeholder=" …").rstrip(".")
