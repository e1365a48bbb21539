"""The questions that the page offers."""

from __future__ import annotations

import pytest
from web_support import PAPERS, MakeSession

from assistant.errors import LibraryDamaged
from assistant.sample import sample_papers
from assistant.session import Session
from assistant.web.asking.examples import OF_SAMPLE, Examples


def test_the_sample_has_its_own_questions(make_session: MakeSession) -> None:
    session = make_session(papers=sample_papers())
    examples = Examples(session)
    assert examples.now() == OF_SAMPLE
    # Papers of one's own are asked, once they are there.
    session.library.add(PAPERS)
    assert any("sleep" in question for question in examples.now())


def test_an_empty_library_offers_nothing(make_session: MakeSession) -> None:
    assert Examples(make_session(papers=[])).now() == ()


def test_a_library_that_cannot_be_read_offers_nothing(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session()

    def refuse(_: Session) -> None:
        raise LibraryDamaged("catalog.sqlite is damaged.")

    monkeypatch.setattr(Session, "library", property(refuse))
    assert Examples(session).now() == ()
