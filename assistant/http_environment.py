"""How the environment says that servers are reached: proxies and certificate authorities."""

from __future__ import annotations

import os
import socket
import ssl
from textwrap import shorten
from urllib.request import getproxies, proxy_bypass

import httpx

from assistant.server_address import ServerAddress
from assistant.text.sanitizing import sanitized

_REASON_CHARACTERS = 200
# What `httpx` raises when a client is made with what the environment names.
UNUSABLE = (ImportError, ValueError, OSError, httpx.InvalidURL)


def proxy_for(address: ServerAddress) -> str | None:
    """The proxy of the environment for `address`; none for this computer."""
    if address.is_local or proxy_bypass(address.host):
        return None
    proxy = getproxies().get(address.base.partition(":")[0])
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def certificates() -> ssl.SSLContext:
    """The certificate authorities of the system and of `certifi`."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def environment_problem(error: Exception) -> str:
    """Why no client can be made, from one of `UNUSABLE`."""
    return (
        "the proxy or the certificates that the environment names cannot be used "
        f"({_short(str(error))})"
    )


def connection_problem(error: Exception) -> str:
    """Why there is no connection, in a few words, from what `httpx` raised."""
    cause: BaseException = error
    while cause.__cause__ is not None or cause.__context__ is not None:
        cause = cause.__cause__ or cause.__context__ or cause
    if isinstance(cause, ssl.SSLCertVerificationError):  # its errno is not one of the system
        return f"its certificate is not trusted: {_short(cause.verify_message)}; see SSL_CERT_FILE"
    if isinstance(cause, ssl.SSLError):
        return "the server does not speak TLS there; try http:// instead of https://"
    if isinstance(cause, socket.gaierror):
        return "no computer of this name is known"
    if isinstance(cause, OSError) and cause.errno:
        return os.strerror(cause.errno).lower()
    return _short(str(error) or type(error).__name__)


def _short(text: str) -> str:
    return shorten(sanitized(text), _REASON_CHARACTERS, placeholder=" …").rstrip(".")
