"""Checking a draft on the page, without a browser."""

from __future__ import annotations

import pytest
from web_support import EVIL, MakeSession, Tags

from assistant.models.fake import ScriptedModel
from assistant.web.asking.drafts import Drafts
from assistant.web.jobs import Jobs

DRAFT = "Cats sleep fourteen hours a day. Elephants read many books in the evening."


def drafts_of(make_session: MakeSession, jobs: Jobs) -> Drafts:
    return Drafts(make_session(ScriptedModel(lambda request: "no")), jobs)


def test_each_sentence_gets_its_verdict_and_its_evidence(
    make_session: MakeSession, jobs: Jobs
) -> None:
    drafts = drafts_of(make_session, jobs)
    *_, last = drafts.check(DRAFT)
    assert not last.running
    assert "1 of 2 sentences is supported, 0 contradicted, 1 not found." in last.html
    supported, missing = last.sentences.split("</li>")[:2]
    assert "Supported" in supported
    assert "“Cats sleep fourteen hours a day.”" in supported
    assert 'href="/papers/1"' in supported
    assert "Not found" in missing
    assert "Elephants" in missing
    # Another window of the same user sees it, and nobody else does.
    *_, again = drafts.follow()
    assert again.sentences == last.sentences
    assert list(drafts.follow("ann")) == []


@pytest.mark.parametrize("draft", ["", "  \n", "x" * 1_000_001])
def test_what_cannot_be_checked_is_said(make_session: MakeSession, jobs: Jobs, draft: str) -> None:
    (view,) = drafts_of(make_session, jobs).check(draft)
    assert 'role="alert"' in view.html
    assert not view.running


def test_a_check_is_stopped(make_session: MakeSession, jobs: Jobs) -> None:
    drafts = drafts_of(make_session, jobs)
    views = drafts.check(" ".join(f"Cats of kind {n} sleep {n} hours." for n in range(2, 400)))
    next(views)
    drafts.stop()
    *_, last = views
    assert not last.running
    assert "Stopped after" in last.html


def test_markup_stays_text(make_session: MakeSession, jobs: Jobs) -> None:
    *_, last = drafts_of(make_session, jobs).check(f"Cats sleep {EVIL} all day long, they say.")
    assert not {"img", "script", "iframe"} & set(Tags(last.sentences).tags)
