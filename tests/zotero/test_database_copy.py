"""Copies of a database that is locked, has a journal, or is being written."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assistant.errors import ZoteroUnreadable
from assistant.zotero.database_copy import consistent_copy


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with ten rows."""
    path = tmp_path / "zotero.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE words (word TEXT)")
        connection.executemany("INSERT INTO words VALUES (?)", [(str(n),) for n in range(10)])
    return path


def never(_: float) -> None:
    raise AssertionError("nothing to wait for")


def rows(copy: Path) -> int:
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(connection.execute("SELECT count(*) FROM words").fetchone()[0])


def test_the_copy_is_deleted(database: Path) -> None:
    with consistent_copy(database, never) as copy:
        assert rows(copy) == 10
    assert not copy.exists()
    assert not copy.parent.exists()
    assert [file.name for file in database.parent.iterdir()] == [database.name]


def test_a_database_that_is_locked_exclusively(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as zotero:
        zotero.execute("PRAGMA locking_mode = EXCLUSIVE")
        zotero.execute("BEGIN EXCLUSIVE")
        zotero.execute("INSERT INTO words VALUES ('kept')")
        zotero.execute("COMMIT")
        with (
            closing(sqlite3.connect(database, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("SELECT * FROM words")
        with consistent_copy(database, never) as copy:
            assert rows(copy) == 11


def test_a_transaction_under_way_is_not_part_of_the_copy(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as zotero:
        zotero.execute("PRAGMA cache_size = 1")
        zotero.execute("PRAGMA cache_spill = 1")
        zotero.execute("BEGIN EXCLUSIVE")
        zotero.executemany("INSERT INTO words VALUES (?)", [("x" * 1_000,) for _ in range(500)])
        assert database.with_name(f"{database.name}-journal").stat().st_size
        assert database.stat().st_size > 100_000  # half of it is in the file already
        with consistent_copy(database, never) as copy:
            assert rows(copy) == 10
        zotero.execute("ROLLBACK")


def test_the_write_ahead_log_is_part_of_the_copy(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as zotero:
        zotero.execute("PRAGMA journal_mode = WAL")
        zotero.execute("PRAGMA locking_mode = EXCLUSIVE")
        zotero.execute("PRAGMA wal_autocheckpoint = 0")
        zotero.execute("INSERT INTO words VALUES ('in the log')")
        assert database.with_name(f"{database.name}-wal").stat().st_size
        names = sorted(file.name for file in database.parent.iterdir())
        with consistent_copy(database, never) as copy:
            assert rows(copy) == 11
        assert sorted(file.name for file in database.parent.iterdir()) == names


def test_a_change_during_the_copy_makes_it_start_again(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = 0
    copy_file = shutil.copyfile

    def copying(source: Path, target: Path) -> None:
        nonlocal copies
        copies += 1
        copy_file(source, target)
        if copies == 1:
            with closing(sqlite3.connect(database)) as connection, connection:
                connection.execute("INSERT INTO words VALUES ('late')")

    monkeypatch.setattr(shutil, "copyfile", copying)
    pauses: list[float] = []
    with consistent_copy(database, pauses.append) as copy:
        assert rows(copy) == 11
    assert len(pauses) == 1


def test_a_database_that_never_rests(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_file = shutil.copyfile

    def copying(source: Path, target: Path) -> None:
        copy_file(source, target)
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("INSERT INTO words VALUES ('again')")

    monkeypatch.setattr(shutil, "copyfile", copying)
    with (
        pytest.raises(ZoteroUnreadable, match="Zotero is busy"),
        consistent_copy(database, lambda _: None),
    ):
        pass


def test_a_journal_over_several_databases_is_never_recovered_from(
    database: Path, tmp_path: Path
) -> None:
    end = bytes.fromhex("d9d505f920a163d7")
    journal = database.with_name(f"{database.name}-journal")
    journal.write_bytes(end + bytes(500) + b"/home/ada/Zotero/zotero.sqlite-mj123" + end)
    with (
        pytest.raises(ZoteroUnreadable, match="crash"),
        consistent_copy(database, lambda _: None),
    ):
        pass
    # Where the transaction has ended, Zotero zeroes the beginning of the journal.
    journal.write_bytes(bytes(508) + end)
    with consistent_copy(database, never) as copy:
        assert rows(copy) == 10


def test_a_file_without_permission(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(shutil, "copyfile", denied)
    with (
        pytest.raises(ZoteroUnreadable, match=r"Permission denied.*--api"),
        consistent_copy(database, never),
    ):
        pass
