"""The address of a model server, as in `http://gpu.lab:8000/v1#qwen3-8b`, or a Chroma server."""

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
# What stands before the host: user name and password.
_CREDENTIALS = re.compile(r"(//)[^/?#]*@")
_EXAMPLE = "http://localhost:8080/v1"
# The same for a Chroma server, and what its collections can be called.
_CHROMA_PATH = "/api/v2"
_CHROMA_EXAMPLE = "http://localhost:8000"
_COLLECTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,100}[A-Za-z0-9]")


@dataclass(frozen=True)
class ServerAddress:
    """Where a server answers, and which of its models or collections to use.

    Attributes:
        base: scheme, host, port and path without a final slash: `http://localhost:8080/v1`.
        model: name of the model, "" for the only one that the server has; of a Chroma server, name
            of the collection, "" for the library's own.

    """

    base: str
    model: str = ""

    @classmethod
    def parse(cls, text: str) -> ServerAddress:
        """The address in `text` of an OpenAI-compatible server; a missing path is `/v1`.

        Raises:
            ValueError: it is not an address of a server; the message says why.
        """
        base, name = _parts(text, _EXAMPLE, "#model-name", "ASSISTANT_SERVER_KEY")
        return cls(base if urlsplit(base).path else base + _DEFAULT_PATH, name)

    @classmethod
    def parse_chroma(cls, text: str) -> ServerAddress:
        """The address in `text` of a Chroma server; it ends with `/api/v2`, which may be left out.

        Raises:
            ValueError: it is not an address of a server; the message says why.
        """
        base, name = _parts(text, _CHROMA_EXAMPLE, "#collection", "ASSISTANT_CHROMA_TOKEN")
        if name and not _COLLECTION.fullmatch(name):
            raise ValueError(
                f"{name!r} cannot be the name of a collection. Use 3 to 102 letters, digits, '.', "
                "'_' and '-', with a letter or digit at both ends."
            )
        return cls(base if base.endswith(_CHROMA_PATH) else base + _CHROMA_PATH, name)

    @classmethod
    def parse_like(cls, other: ServerAddress, text: str) -> ServerAddress:
        """The address in `text`, of a server of the same kind as `other`.

        Raises:
            ValueError: it is not an address of a server; the message says why.
        """
        chroma = other.base.endswith(_CHROMA_PATH)
        return cls.parse_chroma(text) if chroma else cls.parse(text)

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


def without_password(text: str) -> str:
    """`text` as errors show it: of an address, the user name and the password are hidden."""
    return _CREDENTIALS.sub(r"\1***@", text.strip())


def _parts(text: str, example: str, name: str, variable: str) -> tuple[str, str]:
    """The base of an address without a final slash, and what follows '#'.

    `example`, `name` and `variable` say in errors what an address looks like, and where a key goes.
    """
    text = text.strip()
    if len(text) > _MAX_CHARACTERS or any(ord(c) <= 32 or ord(c) == 127 for c in text):
        raise ValueError(f"it is too long or has spaces. Write it like {example}.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"it is not an address ({error}). Write it like {example}.") from None
    host = parts.hostname or ""
    if parts.scheme.lower() not in _SCHEMES or not _is_host(host):
        raise ValueError(f"it is not an address of a server. Write it like {example}.")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"it contains a user name or a password. Remove them and set {variable}.")
    if parts.query:
        raise ValueError(f"it has a part after '?'. Write it like {example}{name}.")
    shown = f"[{host}]" if ":" in host else host
    base = f"{parts.scheme.lower()}://{shown}{'' if port is None else f':{port}'}"
    return base + parts.path.rstrip("/"), unquote(parts.fragment)


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
