"""What is shown before the first question."""

from __future__ import annotations

import pytest
from web_support import MakeSession

from assistant.errors import LibraryReadOnly
from assistant.session import Session
from assistant.web.asking.first_start import FirstStart
from assistant.web.ingestion.zotero_import import ZoteroImport
from assistant.web.jobs import Jobs


def first_start(session: Session, jobs: Jobs) -> FirstStart:
    return FirstStart(session, ZoteroImport(session, jobs))


def test_an_empty_library_is_filled_with_the_sample(make_session: MakeSession, jobs: Jobs) -> None:
    session = make_session(papers=[])
    start = first_start(session, jobs)
    assert "Drop files here" in start.html()
    assert "Ask your papers" in start.add_sample()
    count = session.library.papers.count()
    assert count > 10
    start.add_sample()
    assert session.library.papers.count() == count


def test_a_library_with_papers_can_be_asked(make_session: MakeSession, jobs: Jobs) -> None:
    session = make_session()
    start = first_start(session, jobs)
    assert "Ask your papers" in start.html()
    start.add_sample()
    assert session.library.papers.count() == 2


def test_why_the_sample_was_not_added(
    make_session: MakeSession, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session(papers=[])

    def refuse(*_: object) -> None:
        raise LibraryReadOnly("The library is read-only.")

    monkeypatch.setattr(session.library, "add", refuse)
    assert "The library is read-only." in first_start(session, jobs).add_sample()
