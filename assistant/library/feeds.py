"""The feeds of a library, what is known of the last update of each, and when hosts may be asked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from assistant.errors import FeedNotFound, UsageError
from assistant.library.database import Database
from assistant.library.name_matching import fold

_COLUMNS = (
    "feed, name, address, added_at, announced, validated_url, etag, last_modified, checked_at, "
    "succeeded_at, failure"
)
# A turn further away than this was reserved before the clock was set back.
_LONGEST_QUEUE_S = 600.0
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Validators:
    """What a server said of its answer at `url`, to be asked whether that has changed since."""

    url: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class StoredFeed:
    """A feed of the library. Times are ISO 8601 in UTC, None if there was none.

    `address` is an http(s) address or that of a service, such as `arxiv:cs.CL`. `name` is also the
    source of the papers that come from it. `announced` are the hosts that the user was told about.
    `checked_at` is the time of the last update, `succeeded_at` of the last one without a failure,
    and `failure` says why the last one failed, or "".
    """

    number: int
    name: str
    address: str
    added_at: str
    announced: tuple[str, ...]
    validators: Validators
    checked_at: str | None
    succeeded_at: str | None
    failure: str


class Feeds:
    """The feeds in a database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[StoredFeed]:
        """All feeds in the order in which they were added."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM feeds ORDER BY feed")  # noqa: S608
        return [_stored(row) for row in rows]

    def get(self, key: str) -> StoredFeed:
        """The feed with the name or address `key`; case is ignored if only one feed matches.

        Raises:
            FeedNotFound: there is none.
        """
        feeds, wanted = self.all(), key.strip()
        for same in (lambda text: text == wanted, lambda text: fold(text) == fold(wanted)):
            found = [feed for feed in feeds if same(feed.name) or same(feed.address)]
            if len(found) == 1:
                return found[0]
        names = ", ".join(feed.name for feed in feeds)
        hint = f"The feeds are: {names}." if names else "Add one with `assistant feed add`."
        raise FeedNotFound(f"No feed is called {wanted!r}. {hint}")

    def add(self, name: str, address: str) -> StoredFeed:
        """Add a feed; nothing is contacted.

        Raises:
            UsageError: the name is empty or too long, or another feed has the name or address.
        """
        name = " ".join(name.split())
        if not fold(name) or len(name) > _LONGEST_NAME:
            raise UsageError(f"A feed needs a name of at most {_LONGEST_NAME} characters.")
        with self._database.write() as connection:
            for known, place in connection.execute("SELECT name, address FROM feeds"):
                if place == address:
                    raise UsageError(
                        f"{address} is a feed already, called {known}. Run `assistant feed update`."
                    )
                if fold(known) == fold(name):
                    raise UsageError(
                        f"Another feed is called {known}. Give this one another name with --name."
                    )
            connection.execute(
                "INSERT INTO feeds (name, address, added_at) VALUES (?, ?, ?)",
                (name, address, _now()),
            )
        return self.get(name)

    def remove(self, number: int) -> None:
        """Remove a feed; its papers stay."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM feeds WHERE feed = ?", (number,))

    def announced(self, number: int, host: str) -> None:
        """Record that the user was told that `host` is contacted for this feed."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE feeds SET announced = json_insert(announced, '$[#]', ?) WHERE feed = ?",
                (host, number),
            )

    def succeeded(self, number: int, at: datetime, validators: Validators) -> None:
        """Record an update without a failure at the time `at`."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE feeds SET validated_url = ?, etag = ?, last_modified = ?, checked_at = ?, "
                "succeeded_at = ?, failure = '' WHERE feed = ?",
                (
                    *(validators.url, validators.etag, validators.last_modified),
                    *(_text(at), _text(at), number),
                ),
            )

    def failed(self, number: int, at: datetime, why: str) -> None:
        """Record that an update at the time `at` failed."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE feeds SET checked_at = ?, failure = ? WHERE feed = ?",
                (_text(at), why, number),
            )

    def take_turn(self, host: str, interval_s: float, now: float) -> float:
        """Reserve the next request to `host`, and return how many seconds to wait before it.

        Two requests are at least `interval_s` apart, whichever process makes them. `now` is in
        seconds since 1970.
        """
        with self._database.write() as connection:
            row = connection.execute(
                "SELECT free_at FROM feed_hosts WHERE host = ?", (host,)
            ).fetchone()
            free_at = row[0] if row and row[0] - now <= _LONGEST_QUEUE_S else now
            turn = max(now, free_at)
            connection.execute(
                "INSERT INTO feed_hosts (host, free_at) VALUES (?, ?) "
                "ON CONFLICT DO UPDATE SET free_at = excluded.free_at",
                (host, turn + interval_s),
            )
        return float(turn - now)

    def closed_until(self, host: str) -> float:
        """Until when `host` asked not to be contacted, in seconds since 1970; 0 if it did not."""
        query = "SELECT closed_until FROM feed_hosts WHERE host = ?"
        return float(self._database.value(query, (host,)) or 0)

    def close_host(self, host: str, until: float) -> None:
        """Record that `host` asked not to be contacted before `until`."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO feed_hosts (host, closed_until) VALUES (?, ?) "
                "ON CONFLICT DO UPDATE SET closed_until = excluded.closed_until",
                (host, until),
            )


def _stored(row: Sequence[Any]) -> StoredFeed:
    number, name, address, added_at, announced, *validators, checked, succeeded, failure = row
    return StoredFeed(
        number=number,
        name=name,
        address=address,
        added_at=added_at,
        announced=tuple(json.loads(announced)),
        validators=Validators(*validators),
        checked_at=checked,
        succeeded_at=succeeded,
        failure=failure,
    )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _now() -> str:
    return _text(datetime.now(UTC))
