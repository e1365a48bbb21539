"""The address of a feed as the user writes it: a web address, or a service and what to look for."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from assistant.errors import UsageError
from assistant.text.sanitizing import sanitized

WEB = "web"
SERVICES = ("arxiv", "pubmed", "biorxiv", "medrxiv", "s2")
_LONGEST = 1_500
_SERVICE = re.compile(rf"({'|'.join(SERVICES)}):(?!//)\s*(.*)", re.IGNORECASE | re.DOTALL)
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_EXAMPLES = (
    "https://example.org/feed.xml, arxiv:cs.CL, pubmed:QUERY, biorxiv:neuroscience, s2:QUERY"
)


@dataclass(frozen=True)
class FeedAddress:
    """Where new papers are fetched from.

    `service` is one of SERVICES, and `query` what it is asked for; or `service` is WEB and `query`
    an http(s) address.
    """

    service: str
    query: str

    @property
    def text(self) -> str:
        """The address as the user writes it, always in the same way."""
        return self.query if self.service == WEB else f"{self.service}:{self.query}"

    @property
    def name(self) -> str:
        """What the feed is called if the user gives it no name.

        That of a web address is its host and path: what follows may be a secret.
        """
        if self.service != WEB:
            return self.text
        parts = urlsplit(self.query)
        return f"{parts.hostname}{parts.path.rstrip('/')}"


def parse_address(given: str) -> FeedAddress:
    """What `given` means.

    Raises:
        UsageError: it is neither a web address nor a known service with a query.
    """
    text = sanitized(given)
    if len(text) > _LONGEST:
        raise UsageError(f"The address of a feed has at most {_LONGEST:,} characters.")
    if match := _SERVICE.fullmatch(text):
        service, query = match[1].lower(), match[2].strip()
        if not query:
            raise UsageError(f"{text} does not say what to look for. Examples: {_EXAMPLES}.")
        return FeedAddress(service, query)
    if not _SCHEME.match(text):
        raise UsageError(
            f"{text or 'An empty text'} is not the address of a feed. Examples: {_EXAMPLES}."
        )
    return FeedAddress(WEB, web_address(text))


def web_address(text: str) -> str:
    """An http(s) address without what follows `#`, its host in small letters.

    Raises:
        UsageError: it is no such address, or has a user name or password in it.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme.lower() not in ("http", "https") or not host or " " in text:
        raise UsageError(f"{text} is not a web address that begins with http:// or https://.")
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            "The address has a user name or password before the @, which would be stored in the "
            "library. Use an address without."
        )
    shown = f"[{host}]" if ":" in host else host
    place = shown if port is None else f"{shown}:{port}"
    return parts._replace(scheme=parts.scheme.lower(), netloc=place, fragment="").geturl()


def host_of(url: str) -> str:
    """The host of a web address, with its port if it has one."""
    return urlsplit(url).netloc


def is_local(url: str) -> bool:
    """Whether a web address names this computer, or one of its own network, by name or number."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host.endswith((".localhost", ".local", ".lan", ".internal", ".home.arpa")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    try:
        # Other ways to write a number: 127.1, 0x7f000001.
        return not ipaddress.ip_address(socket.inet_aton(host)).is_global
    except (OSError, UnicodeError):
        return "." not in host
