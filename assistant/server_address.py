"""The address of a model server, such as `http://gpu.lab:8000/v1#qwen3-8b`."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

_SCHEMES = ("http", "https")
_DEFAULT_PATH = "/v1"
_MAX_CHARACTERS = 2000
# Characters that names of models have, and that stay as they are in an address.
_PLAIN = "/:@+,=()"
# A host name or address; anything else could be read in two ways.
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
# Characters of a part of a host name.
_MAX_LABEL = 63
_EXAMPLE = "http://localhost:8080/v1"


@dataclass(frozen=True)
class ServerAddress:
    """Where an OpenAI-compatible server answers, and which of its models to use.

    Attributes:
        base: scheme, host, port and path without a final slash: `http://localhost:8080/v1`.
        model: name of the model, "" for the only one that the server has.

    """

    base: str
    model: str = ""

    @classmethod
    def parse(cls, text: str) -> ServerAddress:
        """The address in `text`; a missing path is `/v1`.

        Raises:
            ValueError: it is not an address of a server; the message says why.
        """
        text = text.strip()
        if len(text) > _MAX_CHARACTERS or any(ord(c) <= 32 or ord(c) == 127 for c in text):
            raise ValueError(f"it is too long or has spaces. Write it like {_EXAMPLE}.")
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError as error:
            raise ValueError(f"it is not an address ({error}). Write it like {_EXAMPLE}.") from None
        host = parts.hostname or ""
        if parts.scheme.lower() not in _SCHEMES or not _is_host(host):
            raise ValueError(f"it is not an address of a server. Write it like {_EXAMPLE}.")
        if parts.username is not None or parts.password is not None:
            raise ValueError(
                "it contains a user name or a password. Remove them and set ASSISTANT_SERVER_KEY."
            )
        if parts.query:
            raise ValueError(f"it has a part after '?'. Write it like {_EXAMPLE}#model-name.")
        shown = f"[{host}]" if ":" in host else host
        base = f"{parts.scheme.lower()}://{shown}{'' if port is None else f':{port}'}"
        return cls(base + (parts.path.rstrip("/") or _DEFAULT_PATH), unquote(parts.fragment))

    @property
    def host(self) -> str:
        """Name or IP address of the server, without a port."""
        return urlsplit(self.base).hostname or ""

    @property
    def root(self) -> str:
        """The address without the final `/v1`, where servers have functions of their own."""
        return self.base.removesuffix(_DEFAULT_PATH)

    @property
    def is_local(self) -> bool:
        """Whether the server is on this computer."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_encrypted(self) -> bool:
        """Whether what is sent is encrypted on the way."""
        return self.base.startswith("https:")

    def __str__(self) -> str:
        return f"{self.base}#{quote(self.model, safe=_PLAIN)}" if self.model else self.base


def is_server_address(text: str) -> bool:
    """Whether `text` is meant as the address of a server and not as the path of a file."""
    return text.strip().lower().startswith(tuple(f"{scheme}://" for scheme in _SCHEMES))


def _is_host(host: str) -> bool:
    """Whether `host` is an IP address or may be the name of a host."""
    if not _HOST.fullmatch(host):
        return False
    if ":" in host or re.fullmatch(r"[0-9.]+", host):
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return False
        return True
    return all(0 < len(label) <= _MAX_LABEL for label in host.removesuffix(".").split("."))
