"""Who is logged in, and how many attempts to log in have failed.

All of it is kept in memory only, and used by the event loop's thread only.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

IDLE_S = 12 * 3600.0
# Sessions of one user. A program that logs in again and again ends its own sessions only.
MAX_SESSIONS = 100

# Failed attempts for one name from one address or known browser.
SOURCE_ATTEMPTS, SOURCE_PERIOD_S = 5, 60.0
# Failed attempts for one name from all addresses together. An attacker with many addresses gets
# 720 passwords a day.
NAME_ATTEMPTS, NAME_PERIOD_S = 30, 3600.0

Clock = Callable[[], float]


@dataclass
class _Session:
    """A log-in: its user, the hash of the password it was made with, and its last use."""

    name: str
    proof: str
    used_at: float


class LoginSessions:
    """Sessions by token; a session ends after `IDLE_S` without use."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._sessions: OrderedDict[bytes, _Session] = OrderedDict()

    def start(self, name: str, proof: str) -> str:
        """Log in the user `name`, whose password has the hash `proof`; return a 256-bit token.

        The user's least recently used sessions end when there are more than `MAX_SESSIONS`.
        """
        own = [digest for digest, session in self._sessions.items() if session.name == name]
        for digest in own[: max(0, len(own) - MAX_SESSIONS + 1)]:
            del self._sessions[digest]
        token = secrets.token_urlsafe(32)
        self._sessions[_digest(token)] = _Session(name, proof, self._clock())
        return token

    def user(self, token: str, proof_of: Callable[[str], str | None]) -> str | None:
        """Return the user of the session `token` and count this as a use; None if there is none.

        `proof_of` returns the current hash of a user's password. When it is not the one the
        session was started with, the session ends.
        """
        digest = _digest(token)
        session = self._sessions.get(digest)
        if session is None:
            return None
        now = self._clock()
        if now - session.used_at > IDLE_S or proof_of(session.name) != session.proof:
            del self._sessions[digest]
            return None
        session.used_at = now
        self._sessions.move_to_end(digest)
        return session.name

    def end(self, token: str) -> None:
        """Log out; an unknown token changes nothing."""
        self._sessions.pop(_digest(token), None)


class Attempt(NamedTuple):
    """An attempt to log in as `name`.

    `source` is the address it comes from, or the id of a browser in which the user has logged in
    before; `known` says which.
    """

    source: str
    name: str
    known: bool = False


class LoginAttempts:
    """Limits failed attempts: per source and name, and more slowly per name.

    The limit per name stops attackers with many addresses. It does not apply to known browsers, so
    that nobody can lock a user out of these.

    An attempt counts as failed from its start until it is withdrawn, so parallel attempts count
    like consecutive ones. Only time and a withdrawal by the caller lower a count, never other
    attempts. Callers count attempts just before they check a password: that takes a quarter of a
    second, which bounds the number of counts kept here.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._by_source = _Limit(SOURCE_ATTEMPTS, SOURCE_PERIOD_S, clock)
        self._by_name = _Limit(NAME_ATTEMPTS, NAME_PERIOD_S, clock)

    def start(self, attempt: Attempt) -> float:
        """Count `attempt` and return 0, or return the seconds to wait without counting it."""
        limits = self._limits(attempt)
        wait = max(limit.wait_s(key) for limit, key in limits)
        if not wait:
            for limit, key in limits:
                limit.add(key)
        return wait

    def withdraw(self, attempt: Attempt) -> None:
        """Stop counting `attempt`: its password was right, or could not be checked."""
        for limit, key in self._limits(attempt):
            limit.remove(key)

    def _limits(self, attempt: Attempt) -> list[tuple[_Limit, tuple[str, ...]]]:
        by_source = (self._by_source, (attempt.source, attempt.name))
        return [by_source] if attempt.known else [by_source, (self._by_name, (attempt.name,))]


class _Limit:
    """At most `most` events of a key within `period_s` seconds (sliding window)."""

    def __init__(self, most: int, period_s: float, clock: Clock) -> None:
        self._most = most
        self._period_s = period_s
        self._clock = clock
        # The key with the latest event is last.
        self._times: OrderedDict[tuple[str, ...], deque[float]] = OrderedDict()

    def wait_s(self, key: tuple[str, ...]) -> float:
        """Seconds until an event of `key` is allowed."""
        oldest = self._clock() - self._period_s
        while self._times and next(iter(self._times.values()))[-1] <= oldest:
            self._times.popitem(last=False)
        times = self._times.get(key)
        while times and times[0] <= oldest:
            times.popleft()
        if not times:
            self._times.pop(key, None)
            return 0.0
        return times[0] - oldest if len(times) >= self._most else 0.0

    def add(self, key: tuple[str, ...]) -> None:
        self._times.setdefault(key, deque()).append(self._clock())
        self._times.move_to_end(key)

    def remove(self, key: tuple[str, ...]) -> None:
        """Remove the latest event of `key`, if any."""
        times = self._times.get(key)
        if times:
            times.pop()
            if not times:
                del self._times[key]


def browser_token(name: str, proof: str) -> str:
    """A token for a browser in which the user `name`, with the password hash `proof`, logs in.

    It lets nobody in. It proves that the browser is known, also after a restart of the server, and
    until the user's password changes (a "device cookie" in OWASP's guide to slowing down guessing).
    """
    browser = secrets.token_urlsafe(16)
    return f"{browser}.{_signature(browser, name, proof)}"


def known_browser(token: str, name: str, proof: str | None) -> str | None:
    """The id of the browser if `token` is one that `browser_token` made for this user."""
    browser, _, signature = token.partition(".")
    if proof is None or not hmac.compare_digest(
        signature.encode(errors="replace"), _signature(browser, name, proof).encode()
    ):
        return None
    return browser


def _signature(browser: str, name: str, proof: str) -> str:
    message = f"known browser\n{browser}\n{name}".encode(errors="replace")
    return hmac.new(proof.encode(), message, hashlib.sha256).hexdigest()


def _digest(token: str) -> bytes:
    # Looking up a digest takes the same time for every guess.
    return hashlib.sha256(token.encode(errors="replace")).digest()
