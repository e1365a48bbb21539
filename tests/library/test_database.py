from __future__ import annotations

import gc
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import (
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryFull,
    LibraryReadOnly,
    LibraryTooNew,
)
from assistant.library import database as database_module
from assistant.library.catalog import Catalog
from assistant.library.database import Database
from assistant.library.database_errors import translate_errors
from assistant.library.schema import SCHEMA_VERSION
from assistant.paper import Paper

MakePapers = Callable[..., list[Paper]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library" / "catalog.sqlite"


def test_it_makes_its_folder_and_says_which_version_it_is(path: Path) -> None:
    Database(path).close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_newer_catalogue_is_left_alone(path: Path) -> None:
    Database(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LibraryTooNew, match=f"version {SCHEMA_VERSION + 1}.*Update"):
        Database(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"no database at all\n" * 500, b"SQLite format 3\0" * 300])
def test_a_file_that_is_no_database_is_refused(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(LibraryDamaged, match=r"catalog\.sqlite is not a readable catalogue"):
        Database(path)
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_refused(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    with pytest.raises(LibraryDamaged, match="another program"):
        Database(path)


def test_damage_that_shows_later_is_told_as_such(path: Path, make_papers: MakePapers) -> None:
    database = Database(path)
    Catalog(database).add_batch(make_papers(400))
    database.close()
    with path.open("r+b") as file:
        # The papers fill the rest; in front are the pages that are read when it is opened.
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * (path.stat().st_size // 2))
    database = Database(path)
    with pytest.raises(LibraryDamaged, match="backup"):
        list(Catalog(database).all())
    database.close()


def test_a_file_in_place_of_the_folder(path: Path) -> None:
    path.parent.write_text("I am a file")
    with pytest.raises(LibraryError, match="--library"):
        Database(path)


def test_a_folder_in_place_of_the_file(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(LibraryError):
        Database(path)


def test_waiting_for_another_writer_ends(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.library.database.BUSY_SECONDS", 0.1)
    database = Database(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryBusy, match="try again"), database.write():
        pass
    assert Catalog(database).count() == 0, "reading goes on"
    other.execute("ROLLBACK")
    other.close()
    Catalog(database).add_batch([Paper(title="x", abstract="y")])
    database.close()


def test_a_failed_transaction_leaves_nothing_and_the_next_one_works(path: Path) -> None:
    database = Database(path)
    for failure in (KeyboardInterrupt, ValueError):
        with pytest.raises(failure), database.write() as connection:
            connection.execute("INSERT INTO metadata VALUES ('a', 'b')")
            raise failure
    with database.write() as connection:
        connection.execute("INSERT INTO metadata VALUES ('a', 'c')")
    with database.read() as connection:
        assert connection.execute("SELECT value FROM metadata WHERE name = 'a'").fetchone() == (
            "c",
        )
    database.close()


def test_a_full_disk_keeps_what_was_stored(path: Path, make_papers: MakePapers) -> None:
    database = Database(path)
    catalog = Catalog(database)
    catalog.add_batch(make_papers(10))
    with database.read() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(LibraryFull, match="No space is left"):
        catalog.add_batch(make_papers(500, first=100))
    assert catalog.count() == 10
    with database.read() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    assert catalog.add_batch(make_papers(500, first=100)).added == 500
    database.close()


def test_a_disk_that_is_really_full(
    tmp_path: Path, mount: Callable[..., None], make_papers: MakePapers
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", disk)
    database = Database(disk / "catalog.sqlite")
    catalog = Catalog(database)
    with pytest.raises(LibraryFull):
        for first in range(0, 100_000, 200):
            catalog.add_batch(make_papers(200, first=first))
    kept = catalog.count()
    assert kept >= 200
    assert kept % 200 == 0
    database.close()
    filler = disk / "filler"
    with pytest.raises(OSError, match="No space"), filler.open("wb") as file:
        while True:
            file.write(bytes(4096))
            file.flush()
    database = Database(disk / "catalog.sqlite")
    assert Catalog(database).count() == kept
    with pytest.raises(LibraryFull):
        Catalog(database).add_batch(make_papers(2000, first=200_000))
    database.close()
    filler.unlink()
    database = Database(disk / "catalog.sqlite")
    assert Catalog(database).add_batch(make_papers(2, first=300_000)).added == 2
    database.close()


def test_a_read_only_folder_can_be_read(
    path: Path, tmp_path: Path, mount: Callable[..., None], make_papers: MakePapers
) -> None:
    database = Database(path)
    Catalog(database).add_batch(make_papers(5))
    database.close()
    files = sorted(path.parent.iterdir())
    point = tmp_path / "read-only"
    point.mkdir()
    mount("--bind", path.parent, point)
    mount("-o", "remount,ro,bind", point)
    database = Database(point / "catalog.sqlite")
    assert database.read_only
    assert Catalog(database).ranked("glaciers", 5)
    with pytest.raises(LibraryReadOnly, match="read-only"):
        Catalog(database).add_batch(make_papers(1, first=9))
    database.close()
    with pytest.raises(LibraryReadOnly, match="--library"):
        Database(point / "sub" / "catalog.sqlite")
    assert sorted(path.parent.iterdir()) == files


def test_a_read_only_folder_with_a_journal_that_must_be_replayed_is_not_misread(
    path: Path, tmp_path: Path, mount: Callable[..., None], make_papers: MakePapers
) -> None:
    database = Database(path)
    Catalog(database).add_batch(make_papers(5))
    point = tmp_path / "read-only"
    shutil.copytree(path.parent, point)  # as a crash leaves it
    (point / "catalog.sqlite-shm").unlink()
    database.close()
    mount("--bind", point, point)
    mount("-o", "remount,ro,bind", point)
    with pytest.raises(LibraryReadOnly, match="Make its folder writable"):
        Database(point / "catalog.sqlite")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(28, "No space left on device"), LibraryFull),
        (OSError(30, "Read-only file system"), LibraryReadOnly),
        (PermissionError(13, "Permission denied"), LibraryReadOnly),
        (OSError(5, "Input/output error"), LibraryError),
        (sqlite3.ProgrammingError("Cannot operate on a closed database."), LibraryError),
    ],
)
def test_every_error_is_one_of_ours(path: Path, error: Exception, expected: type) -> None:
    with pytest.raises(LibraryError) as caught, translate_errors(path):
        raise error
    assert type(caught.value) is expected
    assert caught.value.__cause__ is error
    assert "\n" not in str(caught.value)


def test_connections_of_ended_threads_are_closed(path: Path) -> None:
    database = Database(path)
    catalog = Catalog(database)
    for _ in range(20):
        thread = threading.Thread(target=catalog.count)
        thread.start()
        thread.join()
    gc.collect()
    assert len(database._opened) <= 2
    database.close()
    database.close()
    with pytest.raises(LibraryError, match="closed"):
        catalog.count()


def test_many_processes_may_make_the_same_library_at_once(path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from assistant.library.database import Database\n"
        "sys.stdin.readline()\n"
        "Database(pathlib.Path(sys.argv[1])).close()\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.close()
    assert [process.wait() for process in started] == [0, 0, 0, 0]
    database = Database(path)
    assert Catalog(database).count() == 0
    database.close()


def test_closing_waits_for_what_other_threads_do(path: Path) -> None:
    database = Database(path)
    begun, go_on = threading.Event(), threading.Event()
    found: list[object] = []

    def write() -> None:
        with database.write() as connection:
            begun.set()
            go_on.wait(20)
            connection.execute("INSERT INTO metadata VALUES ('a', 'kept')")
        try:
            with database.read():
                found.append("open")
        except LibraryError as error:
            found.append(str(error))

    thread = threading.Thread(target=write)
    thread.start()
    assert begun.wait(20)
    closing = threading.Thread(target=database.close)
    closing.start()
    closing.join(0.2)
    assert closing.is_alive()
    go_on.set()
    closing.join(20)
    thread.join(20)
    assert found == [f"The library {path.parent} is closed."]
    again = Database(path)
    with again.read() as connection:
        assert connection.execute("SELECT value FROM metadata WHERE name = 'a'").fetchone()
    again.close()


def test_a_connection_that_stays_in_use_is_left_to_its_thread(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_CLOSING_SECONDS", 0.0)
    database = Database(path)
    begun, go_on = threading.Event(), threading.Event()
    found: list[object] = []

    def read() -> None:
        with database.read() as connection:
            begun.set()
            go_on.wait(20)
            found.append(connection.execute("SELECT 1").fetchone())
            connection.close()

    thread = threading.Thread(target=read)
    thread.start()
    assert begun.wait(20)
    database.close()
    go_on.set()
    thread.join(20)
    assert found == [(1,)]


def test_closing_does_not_wait_for_oneself(path: Path) -> None:
    database = Database(path)
    with database.read():
        database.close()
        with pytest.raises(LibraryError, match="is closed"), database.read():
            pass


def test_a_reader_delays_the_emptying_of_the_journal_but_no_writer(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM papers").fetchone()
    with database.write() as connection:
        connection.execute("INSERT INTO metadata VALUES ('a', 'b')")
    written: list[str] = []
    sleep = time.sleep

    def write_instead(seconds: float) -> None:
        with database.write(patience_s=0) as connection:
            connection.execute("INSERT OR REPLACE INTO metadata VALUES ('c', 'd')")
        written.append("between two tries")
        sleep(seconds)

    monkeypatch.setattr(time, "sleep", write_instead)
    monkeypatch.setattr("assistant.library.database._CHECKPOINT_TRIES", 2)
    assert not database.empty_journal()
    assert written
    assert path.with_name(path.name + "-wal").stat().st_size
    other.rollback()
    assert database.empty_journal()
    assert not path.with_name(path.name + "-wal").stat().st_size
    other.close()
    database.close()
