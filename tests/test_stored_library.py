"""A library and a backup written by commit 4b43262 (catalogue version 6) open unchanged.

tests/fixtures/README.md says what it holds and how it was written.
"""

from __future__ import annotations

import json
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import LibraryReadOnly
from assistant.library import Filters, Library, restore
from assistant.library.database import Database
from assistant.library.schema import READ_ONLY_VIEWS, SCHEMA_VERSION
from assistant.prompt import Prompt
from assistant.session import Session
from assistant.settings import load_settings
from assistant.web.asking.chat import Chat
from assistant.web.jobs import Jobs

ARCHIVE = Path(__file__).parent / "fixtures" / "library_4b43262.tar.xz"
VERSION = 6
REMOVED = 11
# The fields of chats and turns at that time.
CHAT = ("chat_id", "title", "first_question", "started_at", "last_at")
TURN = ("question", "answer_json", "asked_at")


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A copy of what that commit wrote: `library/`, `library.backup` and `expected.json`."""
    folder = tmp_path / "stored"
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def expected(stored: Path) -> dict[str, Any]:
    """What that commit read from the library after it had written it."""
    found: dict[str, Any] = json.loads((stored / "expected.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def session(stored: Path, notes: list[str]) -> Iterator[Session]:
    with Session(load_settings(library=stored / "library"), notes.append) as opened:
        yield opened


@pytest.fixture
def library(session: Session) -> Library:
    return session.library


def as_stored(library: Library) -> dict[str, Any]:
    """The content of `library` in the form of `expected.json`, fields of its time only."""

    def fields(paper: Any) -> Any:
        names = ("title", "abstract", "authors", "published", "arxiv", "doi", "pmid", "url", "tags")
        return paper.model_dump(mode="json", include={*names, "source"})

    def of_its_time(stored: Any, names: tuple[str, ...]) -> dict[str, Any]:
        return {name: getattr(stored, name) for name in names}

    return {
        "papers": [
            {
                "number": paper.number,
                "id": paper.id,
                "added_at": library.papers.added_at([paper.number])[paper.number],
                "paper": fields(paper.paper),
                "sources": [
                    {"paper": fields(record.paper), "sources": list(record.sources)}
                    for record in library.papers.records(paper.number)
                ],
                "tldr": vars(tldr) if tldr else None,
            }
            for paper, tldr in library.tldrs.for_papers()
        ],
        "chats": {
            owner: [
                {
                    **of_its_time(chat, CHAT),
                    "turns": [
                        of_its_time(turn, TURN) for turn in library.chats.turns(chat.chat_id, owner)
                    ],
                }
                for chat in library.chats.all(owner)
            ]
            for owner in ("", "ann")
        },
        "metadata": {name: library.metadata.get(name) for name in ("digest", "watched:/papers")},
        "chunks": library.status().chunks,
    }


def test_the_fixture_is_the_version_that_has_to_be_migrated(stored: Path) -> None:
    with closing(sqlite3.connect(stored / "library" / "catalog.sqlite")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert VERSION < SCHEMA_VERSION


def test_papers_tldrs_chats_and_metadata_are_read_unchanged(
    library: Library, expected: dict[str, Any]
) -> None:
    del expected["settings"]
    assert as_stored(library) == expected
    first = next(library.papers.all())
    assert first.paper.tags == ("star", "Theory")
    assert [hit.number for hit in library.papers.favorites(1)] == [2]
    assert library.papers.facets("tag", 2) == [("star", 2), ("Theory", 2)]
    assert [merged.number for merged in library.papers.all(Filters(authors=("bush",)))] == [12]


def test_settings_and_own_prompts_count(
    session: Session, stored: Path, expected: dict[str, Any]
) -> None:
    assert expected["settings"] == {"evidence": 3, "answer_tokens": 150}
    assert (session.settings.evidence, session.settings.answer_tokens) == (3, 150)
    prompt = Prompt.load("answer", session.prompts)
    assert "in the manner of a librarian" in prompt.sections[0][1]


def test_search_uses_the_vectors_that_were_stored(library: Library, notes: list[str]) -> None:
    assert library.vectors.usable
    assert library.vectors.missing() == 0
    hit = library.search("How are items sorted in main memory?")[0]
    assert hit.stored.title == "Quicksort"
    assert hit.vector_rank == 1
    assert hit.bm25_rank == 1
    titles = [hit.stored.title for hit in library.search.similar("#10", 3)]
    assert "New Directions in Cryptography" in titles
    removed = library.search("ordering of events in a distributed system", limit=20)
    assert REMOVED not in [hit.stored.number for hit in removed]
    (note,) = notes
    assert "rebuilt from the catalogue (11 vectors, nothing was embedded again)" in note


def test_the_check_finds_nothing(library: Library) -> None:
    library.search("sorting")
    assert library.check() == []


def test_saved_chats_are_shown_with_their_evidence(session: Session) -> None:
    (stored,) = [one for one in session.library.chats.all() if one.chat_id == "terminal"]
    assert stored.title == "Information and sorting"
    (view,) = Chat(session, Jobs(), at_once=1).open(stored.number, "visitor")
    shown = view.past + view.current
    assert "<mark>" in shown
    assert "its unit with base 2 is the bit" in shown
    assert "about 2 n ln n" in shown


def test_work_continues_where_it_ended(library: Library) -> None:
    """Papers are merged with the stored ones, changed, removed and added again."""
    (paper,) = library.papers.all(Filters(authors=("bush",)))
    report = library.add([paper.paper.model_copy(update={"pmid": "77", "source": "new.ris"})])
    assert (report.added, report.merged) == (0, 1)
    removed = library.remove([1])
    assert library.papers.count() == 10
    (number,) = library.undo_removal(removed)
    assert number > 12, "the number of a removed paper is not used again"
    again = library.tldrs.get(number)
    assert again is not None
    assert again.method == "generated"
    library.vectors.embed_missing()
    library.purge_removed()
    assert library.search("universal machine")[0].stored.number == number
    assert library.check() == []


def test_the_backup_is_restored(stored: Path, expected: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "restored"
    backup = restore(stored / "library.backup", folder, replace=False)
    assert (backup.papers, backup.version) == (12, VERSION)
    settings = load_settings(library=folder)
    with Session(settings) as session:
        found = as_stored(session.library)
        assert REMOVED in [paper["number"] for paper in found["papers"]]
        found["papers"] = [one for one in found["papers"] if one["number"] != REMOVED]
        assert found["chunks"] == expected["chunks"] + 1
        for part in ("papers", "chats", "metadata"):
            assert found[part] == expected[part]
        assert "librarian" in Prompt.load("answer", session.prompts).sections[0][1]
        assert session.library.search("order of events")[0].stored.number == REMOVED
        assert session.library.check() == []


def test_it_replaces_a_library_of_today(stored: Path, session: Session, tmp_path: Path) -> None:
    session.library.search("sorting")
    session.close()
    folder = stored / "library"
    restore(stored / "library.backup", folder, replace=True)
    with Session(load_settings(library=folder)) as again:
        assert again.library.search("order of events")[0].stored.number == REMOVED
        assert again.library.check() == []


def test_it_is_read_where_it_cannot_be_migrated(
    session: Session,
    stored: Path,
    expected: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(database: Database) -> None:
        raise LibraryReadOnly("The disk is read-only.")

    assert VERSION in READ_ONLY_VIEWS
    before = (stored / "library" / "catalog.sqlite").read_bytes()
    del expected["settings"]
    with monkeypatch.context() as patched:
        patched.setattr(Database, "_open_for_writing", refuse)
        library = session.library
        assert library.status().read_only
        assert as_stored(library) == expected
        assert library.search("How are items sorted in main memory?")[0].vector_rank == 1
        with pytest.raises(LibraryReadOnly):
            library.papers.tag([1], ["new"])
        library.back_up(tmp_path / "read-only.backup")
    assert (stored / "library" / "catalog.sqlite").read_bytes() == before
    restore(tmp_path / "read-only.backup", tmp_path / "new", replace=False)
    with Library.open(tmp_path / "new", None) as restored:
        assert restored.papers.count() == 11
        assert restored.check() == []
