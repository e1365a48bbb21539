"""Fetches addresses of feeds: announced, at the pace that hosts allow, bounded in every way."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urljoin, urlsplit

import httpx

from assistant.errors import FeedError, FeedUnreachable, FeedUnusable, UsageError
from assistant.feeds.address import host_of, is_local, web_address
from assistant.feeds.content import ENCODINGS, content, reason
from assistant.feeds.services import PROGRAM, interval_s
from assistant.http_environment import UNUSABLE, environment_problem
from assistant.library import Validators
from assistant.progress import Progress
from assistant.text.formatting import format_count
from assistant.text.sanitizing import sanitized

# Seconds to connect, between two pieces of an answer, and for all of it.
_CONNECT_S, _SILENCE_S, _WHOLE_S = 15.0, 30.0, 180.0
_MOST_REDIRECTS = 5
# A longer pause is not waited for; the host is left alone until it is over.
_LONGEST_WAIT_S = 60.0
_LONGEST_PAUSE_S = 7 * 86_400.0
# A pause whose length the host does not say.
_USUAL_PAUSE_S = 60.0
_MOST_TRIES = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (429, 503)
# Answers that may be others tomorrow.
_TEMPORARY = (408, 425, 500, 502, 504, 520, 521, 522, 523, 524)
_ACCEPTED = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml, "
    "application/json;q=0.9, */*;q=0.5"
)


# Called before a request with its host, its address, and the host that redirects there ("": none).
Announce = Callable[[str, str, str], None]


class Stopped(Exception):
    """The update was stopped while it waited or loaded."""


class Hosts(Protocol):
    """When hosts may be asked, for all processes; `library.Feeds` is it."""

    def take_turn(self, host: str, interval_s: float, now: float, /) -> float:
        """Reserve the next request; return the seconds to wait."""
        ...

    def closed_until(self, host: str, /) -> float:
        """Until when a host asked not to be contacted."""
        ...

    def close_host(self, host: str, until: float, /) -> None:
        """Record a pause that a host asked for."""
        ...


@dataclass(frozen=True)
class Fetched:
    """An answer: its `body`, None if it has not changed, and what the server says of it."""

    body: bytes | None
    validators: Validators


class Fetcher:
    """Fetches one address after another; a `with` block closes its connections.

    Args:
        hosts: when each host may be asked.
        notify: gets one line when a host asks for a pause.
        progress: its stop ends a wait or a download.
        clock: seconds since 1970.
        wait: waits for some seconds; True if a stop was requested. Default: that of `progress`.
        transport: makes the connections. Default: httpx's own, which also uses the proxies of the
            environment.

    Raises:
        FeedUnreachable: the proxy or the certificates of the environment cannot be used.

    """

    def __init__(
        self,
        hosts: Hosts,
        notify: Callable[[str], None],
        progress: Progress,
        *,
        clock: Callable[[], float] = time.time,
        wait: Callable[[float], bool] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._hosts = hosts
        self._notify = notify
        self._progress = progress
        self._clock = clock
        self._wait = wait or progress.wait
        self._client = _client(transport)

    def __enter__(self) -> Self:
        """Return the fetcher itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, url: str, known: Validators, announce: Announce) -> Fetched:
        """What is at `url`, or after redirects from there.

        With `known`, what the server said of the answer last time, it only sends the answer if it
        has changed.

        Raises:
            FeedUnreachable: there is no answer now.
            FeedUnusable: the address is wrong or refused, or the answer is too large.
            Stopped: a stop was requested.
        """
        self._client.cookies.clear()
        came_from = ""
        for _ in range(_MOST_REDIRECTS + 1):
            announce(host_of(url), url, came_from)
            found = self._answer(url, known)
            if isinstance(found, Fetched):
                return found
            came_from, url = host_of(url), _redirected(url, found)
        raise FeedUnusable(
            f"{host_of(url)} redirects more than {_MOST_REDIRECTS} times, perhaps in a circle. "
            "Check the address."
        )

    def _answer(self, url: str, known: Validators) -> Fetched | str:
        """The answer at `url`, or where it redirects to."""
        host = host_of(url)
        for last_try in (*[False] * (_MOST_TRIES - 1), True):
            self._take_turn(host)
            try:
                with self._client.stream("GET", url, headers=_conditions(url, known)) as response:
                    if response.status_code not in _BUSY:
                        return self._read(response, url, known)
                    pause = _pause_s(response.headers.get("Retry-After"), self._clock())
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                raise _translated(error, host) from error
            self._hosts.close_host(host, self._clock() + pause)
            if last_try or pause > _LONGEST_WAIT_S:
                raise _closed(host, self._clock() + pause)
            self._notify(f"{host} asks for a pause of {format_count(round(pause), 'second')}.")
        raise AssertionError("the last try returns or raises")

    def _take_turn(self, host: str) -> None:
        """Wait until `host` may be asked.

        Raises:
            FeedUnreachable: it asked for a longer pause.
        """
        now = self._clock()
        closed_until = self._hosts.closed_until(host)
        if now < closed_until <= now + _LONGEST_WAIT_S:
            self._sleep(closed_until - now)
        elif closed_until > now:
            raise _closed(host, closed_until)
        self._sleep(self._hosts.take_turn(host, interval_s(host), self._clock()))

    def _sleep(self, seconds: float) -> None:
        if self._progress.stop_requested or (seconds > 0 and self._wait(seconds)):
            raise Stopped

    def _read(self, response: httpx.Response, url: str, known: Validators) -> Fetched | str:
        host, status = host_of(url), response.status_code
        if status in _REDIRECTS and "Location" in response.headers:
            return str(response.headers["Location"])
        if status == httpx.codes.NOT_MODIFIED and _conditions(url, known):
            return Fetched(None, known)
        deadline = self._clock() + _WHOLE_S

        def check() -> None:
            if self._progress.stop_requested:
                raise Stopped
            if self._clock() > deadline:
                raise FeedUnreachable(
                    f"{host} is too slow: its answer was not complete after {_WHOLE_S:.0f} s. "
                    "Try again later."
                )

        body = content(
            response.iter_raw(), response.headers.get("Content-Encoding", ""), host, check
        )
        if status != httpx.codes.OK:
            raise _refused(host, status, reason(body) or response.reason_phrase)
        validators = Validators(
            url, response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
        )
        return Fetched(body, validators)


def _client(transport: httpx.BaseTransport | None) -> httpx.Client:
    try:
        return httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(_SILENCE_S, connect=_CONNECT_S),
            headers={"User-Agent": PROGRAM, "Accept": _ACCEPTED, "Accept-Encoding": ENCODINGS},
            follow_redirects=False,
        )
    except UNUSABLE as error:
        raise FeedUnreachable(
            f"Feeds cannot be updated: {environment_problem(error)}. Check HTTP_PROXY, "
            "HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR."
        ) from error


def _conditions(url: str, known: Validators) -> dict[str, str]:
    """The headers that ask for an answer only if it has changed; {} for another address."""
    if known.url != url:
        return {}
    pairs = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in pairs.items() if value and value.isascii()}


def _redirected(url: str, location: str) -> str:
    """The address that `url` redirects to.

    Raises:
        FeedUnusable: it is not one that may be followed.
    """
    host = host_of(url)
    try:
        target = web_address(urljoin(url, location.strip()))
    except (UsageError, ValueError) as error:
        raise FeedUnusable(
            f"{host} redirects to {sanitized(location)[:200]!r}, which is not followed. "
            "Check the address."
        ) from error
    if is_local(target) and not is_local(url):
        raise FeedUnusable(
            f"{host} redirects to {host_of(target)}, an address of this computer or its network, "
            "which is not followed."
        )
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme == "http":
        raise FeedUnusable(
            f"{host} redirects to {target[:200]}, which is not encrypted and is not followed. "
            "Add that address if you trust it."
        )
    return target


def _pause_s(header: str | None, now: float) -> float:
    """The seconds of a Retry-After header: a number, or a date."""
    text = (header or "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:9]), _LONGEST_PAUSE_S)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return _USUAL_PAUSE_S
    # Without a zone it is meant in UTC, as the others are.
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, moment.timestamp() - now), _LONGEST_PAUSE_S)


def _closed(host: str, until: float) -> FeedUnreachable:
    moment = datetime.fromtimestamp(until).astimezone()
    return FeedUnreachable(
        f"{host} asked not to be contacted before {moment:%Y-%m-%d %H:%M:%S}. Update again then."
    )


def _refused(host: str, status: int, why: str) -> FeedError:
    answer = sanitized(f"{status} {why}")[:300].rstrip(".")
    if status in _TEMPORARY:
        return FeedUnreachable(f"{host} answered {answer!r}. Try again later.")
    if status in (401, 403):
        return FeedUnusable(f"{host} answered {answer!r}: it does not give the feed to everyone.")
    if status in (404, 410):
        return FeedUnusable(f"{host} answered {answer!r}: there is no feed at this address.")
    return FeedUnusable(f"{host} answered {answer!r}. Check the address.")


def _translated(error: httpx.HTTPError | httpx.InvalidURL | UnicodeError, host: str) -> FeedError:
    why = sanitized(str(error)).rstrip(".")[:200]
    match error:
        case httpx.TimeoutException():
            return FeedUnreachable(
                f"{host} did not answer in time. Check the network, or try again later."
            )
        case httpx.ConnectError() | httpx.ProxyError():
            return FeedUnreachable(f"{host} cannot be reached ({why}). Check the network.")
        case httpx.InvalidURL() | httpx.UnsupportedProtocol() | UnicodeError():
            return FeedUnusable(f"{host} leads to an invalid address ({why}). Check the address.")
        case _:
            return FeedUnreachable(
                f"The connection to {host} broke ({why or type(error).__name__}). Try again later."
            )
