"""Zotero as the source of the first papers: found, confirmed, read, and continued."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from patience import PATIENCE_S
from web_support import MakeSession, Tags
from zotero_support import ZoteroFolder

from assistant.session import Session
from assistant.web.asking.first_start import FirstStart
from assistant.web.ingestion import zotero_import as zotero_module
from assistant.web.ingestion.zotero_import import ZoteroImport
from assistant.web.jobs import Jobs
from assistant.zotero import Places, last_sync


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home-of-zotero"


@pytest.fixture
def zotero(home: Path) -> ZoteroFolder:
    folder = ZoteroFolder(home / "Zotero")
    bats = folder.add("On the sleep of bats", abstractNote="Bats hang.", tags=("night",))
    folder.add("On the sleep of owls", abstractNote="Owls sleep by day.")
    folder.collection("Thesis", bats)
    return folder


def connected(session: Session, jobs: Jobs, home: Path, *, group: bool = False) -> ZoteroImport:
    return ZoteroImport(session, jobs, group=group, places=Places(home, "linux", {}))


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def text(line: str) -> str:
    return " ".join(Tags(line).text.split())


def test_it_is_offered_only_where_there_is_one(
    make_session: MakeSession, jobs: Jobs, home: Path
) -> None:
    session = make_session(papers=[])
    found = connected(session, jobs, home)
    assert "Connect Zotero" not in FirstStart(session, found).html()
    assert found.question() == ""
    ZoteroFolder(home / "Zotero")
    assert "Connect Zotero" in FirstStart(session, found).html()
    assert str(home / "Zotero") in found.question()
    # The files of whoever runs the server are nothing that others may read.
    shared = connected(session, jobs, home, group=True)
    assert "Connect Zotero" not in FirstStart(session, shared).html()
    assert shared.question() == ""
    shared.start()
    assert shared.line() == ""
    assert session.library.papers.count() == 0


def test_it_is_read_and_nothing_is_written_to_it(
    make_session: MakeSession, jobs: Jobs, home: Path, zotero: ZoteroFolder
) -> None:
    session = make_session(papers=[])
    found = connected(session, jobs, home)
    before = {path: path.read_bytes() for path in zotero.folder.rglob("*")}
    found.start()
    until(lambda: not jobs.running)
    assert text(found.line()) == "Zotero: 2 items in Zotero; 2 new."
    assert {path: path.read_bytes() for path in zotero.folder.rglob("*")} == before
    papers = {stored.paper.title: stored.paper for stored in session.library.papers.all()}
    assert papers["On the sleep of bats"].tags == ("night", "Thesis")
    assert last_sync(session.library)["database"] == str(zotero.database)
    assert "Ask your papers" in FirstStart(session, found).html()


def test_the_result_is_shown_for_a_while(
    make_session: MakeSession,
    jobs: Jobs,
    home: Path,
    zotero: ZoteroFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = connected(make_session(papers=[]), jobs, home)
    monkeypatch.setattr(zotero_module, "_RESULT_S", 0.0)
    found.start()
    until(lambda: not jobs.running)
    assert found.line() == ""


def test_what_was_interrupted_is_resumed_or_discarded(
    make_session: MakeSession,
    jobs: Jobs,
    home: Path,
    zotero: ZoteroFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = make_session(papers=[])
    found = connected(session, jobs, home)
    begun, stopping = threading.Event(), threading.Event()
    update = session.library.linked.update

    def slow(*given: object) -> object:
        begun.set()
        assert stopping.wait(PATIENCE_S)
        return update(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(session.library.linked, "update", slow)
        found.start()
        assert begun.wait(PATIENCE_S)
        assert 'data-press="stop-zotero"' in found.line()
        jobs.stop()
        stopping.set()
        until(lambda: not jobs.running)

    # After a restart of the server.
    again = connected(session, after := Jobs(), home)
    line = again.line()
    assert "The import from Zotero is not complete." in text(line)
    assert 'data-press="start-zotero"' in line
    again.start()
    until(lambda: not after.running)
    assert session.library.papers.count() == 2
    assert "is not complete" not in again.line()


def test_a_damaged_database_is_one_line(make_session: MakeSession, jobs: Jobs, home: Path) -> None:
    (home / "Zotero").mkdir(parents=True)
    (home / "Zotero" / "zotero.sqlite").write_bytes(b"no database" * 100)
    session = make_session(papers=[])
    found = connected(session, jobs, home)
    found.start()
    until(lambda: not jobs.running)
    line = text(found.line())
    assert line.startswith("The import from Zotero is not complete: ")
    assert "zotero.sqlite" in line
    assert "Traceback" not in line
    found.discard()
    assert found.line() == ""
    assert connected(session, Jobs(), home).line() == ""
