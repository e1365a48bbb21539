"""Feeds in the catalogue: added, found, removed, and what is kept of their updates."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from assistant.errors import FeedNotFound, LibraryReadOnly, UsageError
from assistant.library import Library, Validators, restore
from assistant.library.database import Database
from assistant.library.schema import MIGRATIONS

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


def test_what_is_kept_of_updates_survives_closing(folder: Path) -> None:
    with Library.open(folder, None) as library:
        feed = library.feeds.add(" sleep  research ", "https://example.org/feed")
        assert (feed.name, feed.validators, feed.checked_at) == (
            "sleep research", Validators(), None
        )  # fmt: skip
        for host in ("a.example", "b.example"):
            library.feeds.announced(feed.number, host)
        known = Validators("https://b.example/feed", '"1"', "Mon")
        library.feeds.succeeded(feed.number, NOW, known)
        at = NOW.astimezone(timezone(timedelta(hours=5))) + timedelta(hours=1)
        library.feeds.failed(feed.number, at, "It failed.")
    with Library.open(folder, None) as library:
        (feed,) = library.feeds.all()
    assert feed.announced == ("a.example", "b.example")
    assert feed.validators == known
    assert feed.succeeded_at == "2026-03-02T08:00:00.000+00:00"
    assert feed.checked_at == "2026-03-02T09:00:00.000+00:00"
    assert feed.failure == "It failed."


def test_a_feed_is_found_by_name_or_address(folder: Path) -> None:
    with Library.open(folder, None) as library:
        library.feeds.add("One", "arxiv:cs.CL")
        library.feeds.add("two", "https://example.org/One")
        assert library.feeds.get(" one ").name == "One"
        assert library.feeds.get("ARXIV:cs.cl").name == "One"
        assert library.feeds.get("https://example.org/One").name == "two"
        with pytest.raises(FeedNotFound, match="The feeds are: One, two"):
            library.feeds.get("three")


def test_names_and_addresses_are_unique(folder: Path) -> None:
    with Library.open(folder, None) as library:
        feed = library.feeds.add("One", "arxiv:cs.CL")
        with pytest.raises(UsageError, match="is a feed already, called One"):
            library.feeds.add("two", "arxiv:cs.CL")
        with pytest.raises(UsageError, match="Another feed is called One"):
            library.feeds.add("ONE", "arxiv:cs.LG")
        for name in ("", " ", "x" * 101):
            with pytest.raises(UsageError, match="needs a name"):
                library.feeds.add(name, "arxiv:cs.LG")
        library.feeds.remove(feed.number)
        assert library.feeds.all() == []
        library.feeds.add("One", "arxiv:cs.CL")


def test_a_backup_has_the_feeds(folder: Path, tmp_path: Path) -> None:
    with Library.open(folder, None) as library:
        library.feeds.add("One", "arxiv:cs.CL")
        library.back_up(tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "again", replace=False)
    with Library.open(tmp_path / "again", None) as library:
        assert [feed.name for feed in library.feeds.all()] == ["One"]


def test_an_older_catalogue_that_cannot_be_written_has_no_feeds(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library.open(folder, None):
        pass
    version = next(n for n, lines in enumerate(MIGRATIONS) if "CREATE TABLE feeds" in str(lines))
    connection = sqlite3.connect(folder / "catalog.sqlite")
    connection.execute("DROP TABLE feeds")
    connection.execute("DROP TABLE feed_hosts")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()

    def refuse(database: Database) -> None:
        raise LibraryReadOnly("The disk is read-only.")

    monkeypatch.setattr(Database, "_open_for_writing", refuse)
    with Library.open(folder, None) as library:
        assert library.status().read_only
        assert library.feeds.all() == []
        with pytest.raises(FeedNotFound, match="feed add"):
            library.feeds.get("One")
        with pytest.raises(LibraryReadOnly):
            library.feeds.add("One", "arxiv:cs.CL")
