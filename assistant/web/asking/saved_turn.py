"""Saved turns of a chat, as the page shows them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ValidationError

from assistant.answering import Answer, Claim, Turn
from assistant.answering.answer import NearestPaper, Status, Timings
from assistant.errors import PaperNotFound
from assistant.languages import _
from assistant.reference import has_zotero_pdf, zotero_link
from assistant.text.sanitizing import sanitized
from assistant.web.asking.turn import EvidenceView, TurnView, percent

if TYPE_CHECKING:
    from assistant.library import Library, StoredPaper, StoredTurn

UNREADABLE = _("The saved answer cannot be read.")


class _Paper(BaseModel):
    id: str
    title: str


class _Source(BaseModel):
    n: int
    paper: _Paper
    sentence: str
    start: int
    end: int
    score: float | None = None


class _AskedOf(BaseModel):
    """The only paper that was asked: its number in the library, and its title."""

    paper: int
    title: str


class _Unanswered(BaseModel):
    """A question without an answer: as it was asked, or what became of it."""

    state: Literal["asked", "stopped", "failed"]
    error: str = ""
    asked_of: _AskedOf | None = None


class _Saved(BaseModel):
    """The shown part of what `answered_json` writes."""

    answer: str
    refused: bool
    # Answers saved by older versions have neither a status nor passages.
    status: Status | None = None
    claims: tuple[Claim, ...]
    sources: tuple[_Source, ...]
    passages: tuple[_Source, ...] = ()
    nearest: tuple[NearestPaper, ...]
    model: str
    timings: Timings
    note: str | None = None
    understood_as: str | None = None
    asked_of: _AskedOf | None = None


def answered_json(turn: TurnView, answer: Answer) -> str:
    """What is saved of an answered turn: the answer, and the only paper that was asked."""
    return json.dumps({**answer.as_json(), **_asked_of(turn)}, ensure_ascii=False)


def unanswered_json(
    turn: TurnView, state: Literal["asked", "stopped", "failed"] = "asked", error: str = ""
) -> str:
    """What is saved of a turn without an answer: that it was asked, or what became of it."""
    shape = {"answer": "", "state": state, "error": error, **_asked_of(turn)}
    return json.dumps(shape, ensure_ascii=False)


def _asked_of(turn: TurnView) -> dict[str, Any]:
    if turn.paper is None:
        return {}
    return {"asked_of": {"paper": turn.paper, "title": turn.scope}}


def saved_turns(library: Library, chat_id: str, owner: str, first: int) -> list[TurnView]:
    """The turns of a chat of `owner`, numbered from `first`; empty if there is no such chat."""
    paper_of = cache(lambda paper_id: _paper(library, paper_id))
    stored = library.chats.turns(chat_id, owner)
    return [saved_turn(number, turn, paper_of) for number, turn in enumerate(stored, first)]


def later_turn(view: TurnView) -> Turn | None:
    """The history entry for follow-up questions; None for a turn without an answer."""
    if view.answer is None:
        return None
    cited = [n for claim in view.claims for n in claim.citations] or [
        item.n for item in view.evidence
    ]
    papers = dict.fromkeys(item.number for n in cited for item in view.evidence if item.n == n)
    return Turn(view.question, view.text, view.refused, tuple(filter(None, papers)))


def saved_turn(
    number: int, stored: StoredTurn, paper_of: Callable[[str], StoredPaper | None]
) -> TurnView:
    """The view of a saved turn; `number` makes its ids unique within the page.

    `paper_of` returns the paper with an id, or None if it was removed. The evidence is shown in its
    abstract if that is unchanged. A question that was not answered is `interrupted`, stopped or
    failed; an unreadable answer becomes a failed turn.
    """
    view = TurnView(
        number,
        stored.question,
        stored=stored.turn,
        rating=stored.rating,
        comment=stored.comment,
    )
    try:
        unanswered = _Unanswered.model_validate_json(stored.answer_json)
    except ValidationError:
        pass
    else:
        view.error = unanswered.error
        view.state = "interrupted" if unanswered.state == "asked" else unanswered.state
        _set_paper(view, unanswered.asked_of)
        return view
    try:
        saved = _Saved.model_validate_json(stored.answer_json)
    except ValidationError:
        view.fail(UNREADABLE)
        return view
    view.answer = Answer(
        question=stored.question,
        text=saved.answer,
        status=saved.status or ("not_in_library" if saved.refused else "answered"),
        claims=saved.claims,
        sources=(),  # the view has them; the papers may have changed since
        nearest=saved.nearest,
        model=saved.model,
        timings=saved.timings,
        note=saved.note,
        understood_as=saved.understood_as,
    )
    shown = saved.passages if saved.refused else saved.sources
    view.state = "done"
    view.evidence = [_evidence(source, paper_of(source.paper.id)) for source in shown]
    view.claims = [claim for claim in saved.claims if claim.shown]
    view.note = saved.note or ""
    view.understood_as = saved.understood_as or ""
    _set_paper(view, saved.asked_of)
    return view


def _set_paper(view: TurnView, asked_of: _AskedOf | None) -> None:
    if asked_of is not None:
        view.paper, view.scope = asked_of.paper, asked_of.title


def _evidence(source: _Source, stored: StoredPaper | None) -> EvidenceView:
    abstract = stored.abstract if stored else ""
    start, end = source.start, source.end
    is_there = 0 <= start < end and abstract[start:end] == source.sentence
    return EvidenceView(
        n=source.n,
        id=source.paper.id,
        title=stored.shown_title if stored else source.paper.title,
        sentence=sanitized(source.sentence),
        before=abstract[:start] if is_there else "",
        marked=source.sentence if is_there else "",
        after=abstract[end:] if is_there else "",
        number=stored.number if stored else 0,
        year=stored.paper.year if stored else "",
        zotero=zotero_link(stored.paper.reference) if stored else "",
        zotero_pdf=bool(stored and has_zotero_pdf(stored.paper.reference)),
        fit=None if source.score is None else percent(source.score),
    )


def _paper(library: Library, paper_id: str) -> StoredPaper | None:
    try:
        return library.papers.get(paper_id)
    except PaperNotFound:
        return None
