"""Saved turns of a chat, as the page shows them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from assistant.answering import Answer, Claim, Turn
from assistant.answering.answer import NearestPaper, Status, Timings
from assistant.errors import PaperNotFound
from assistant.reference import has_zotero_pdf, zotero_link
from assistant.text.sanitizing import sanitized
from assistant.web.asking.turn import EvidenceView, TurnView, percent

if TYPE_CHECKING:
    from assistant.library import Library, StoredPaper, StoredTurn

UNREADABLE = "The saved answer cannot be read."


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


class _Saved(BaseModel):
    """The shown part of what `Answer.as_json` writes."""

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
    abstract if that is unchanged. An unreadable answer becomes a failed turn.
    """
    try:
        saved = _Saved.model_validate_json(stored.answer_json)
    except ValidationError:
        return TurnView(number, stored.question, "failed", error=UNREADABLE, stored=stored.turn)
    answer = Answer(
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
    return TurnView(
        number,
        stored.question,
        "done",
        evidence=[_evidence(source, paper_of(source.paper.id)) for source in shown],
        claims=[claim for claim in saved.claims if claim.shown],
        answer=answer,
        note=saved.note or "",
        understood_as=saved.understood_as or "",
        stored=stored.turn,
    )


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
