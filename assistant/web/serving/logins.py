"""Who is logged in, and how often somebody has tried in vain. Kept in memory alone."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

IDLE_S = 12 * 3600.0
TRIES = 5
TRIES_WITHIN_S = 60.0
# More than this of either means that a program makes them; the oldest are forgotten.
_MOST_SESSIONS = 10_000
_MOST_TRIED = 10_000

Clock = Callable[[], float]


@dataclass
class _Session:
    """A log-in: who, by which hash of a password, and when it was last used."""

    name: str
    proof: str
    used_at: float


class Sessions:
    """The log-ins by their tokens, each until it has been idle for `IDLE_S`. Thread-safe."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        """Nobody is logged in."""
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: OrderedDict[bytes, _Session] = OrderedDict()

    def begin(self, name: str, proof: str) -> str:
        """Log in the user `name`, whose password has the hash `proof`; a new token of 256 bits."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[_digest(token)] = _Session(name, proof, self._clock())
            while len(self._sessions) > _MOST_SESSIONS:
                self._sessions.popitem(last=False)
        return token

    def name(self, token: str, proof_of: Callable[[str], str | None]) -> str | None:
        """Whose token it is, which counts as a use; None if it is nobody's.

        `proof_of` gives the hash of a user's password as it is now: with another one, or none, the
        log-in has ended.
        """
        digest = _digest(token)
        with self._lock:
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
        """Log out; a token that is nobody's changes nothing."""
        with self._lock:
            self._sessions.pop(_digest(token), None)


class LoginAttempts:
    """Counts tries to log in: at most `TRIES` in vain within `TRIES_WITHIN_S`. Thread-safe.

    Counted are those of one address for one user, so that nobody locks out somebody elsewhere.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        """Nobody has tried."""
        self._clock = clock
        self._lock = threading.Lock()
        self._tried: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def take(self, address: str, name: str) -> bool:
        """Whether `address` may try to log in as `name` now; it counts as in vain at once.

        So many tries at the same time are no more than so many after each other.
        """
        now = self._clock()
        with self._lock:
            tried = self._tried.setdefault((address, name), deque())
            self._tried.move_to_end((address, name))
            while tried and now - tried[0] > TRIES_WITHIN_S:
                tried.popleft()
            if len(tried) >= TRIES:
                return False
            tried.append(now)
            while len(self._tried) > _MOST_TRIED:
                self._tried.popitem(last=False)
        return True

    def forget(self, address: str, name: str) -> None:
        """Begin anew: the password was right."""
        with self._lock:
            self._tried.pop((address, name), None)


def _digest(token: str) -> bytes:
    # Looking up what only its owner can compute takes as long for any guess.
    return hashlib.sha256(token.encode(errors="replace")).digest()
