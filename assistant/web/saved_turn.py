"""A question that was answered at another time, as the page shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from assistant.answering import Answer, Claim
from assistant.answering.answer import NearPaper, Timings
from assistant.text.visible import visible
from assistant.web.turn import EvidenceView, TurnView

if TYPE_CHECKING:
    from assistant.library import StoredTurn

UNREADABLE = "The answer that was saved cannot be read."


class _Paper(BaseModel):
    id: str
    title: str


class _Source(BaseModel):
    n: int
    paper: _Paper
    sentence: str
    start: int
    end: int


class _Saved(BaseModel):
    """What `Answer.as_json` writes, as far as it is shown."""

    answer: str
    refused: bool
    claims: tuple[Claim, ...]
    sources: tuple[_Source, ...]
    nearest: tuple[NearPaper, ...]
    model: str
    timings: Timings
    note: str | None = None


def saved_turn(number: int, stored: StoredTurn, abstract_of: Callable[[str], str]) -> TurnView:
    """The view of a saved turn; `number` makes its places on the page.

    `abstract_of` gives the abstract of the paper with an id, "" if there is none any more: the
    evidence is shown within it where it still says the same. An answer that cannot be read is a
    turn that failed.
    """
    try:
        saved = _Saved.model_validate_json(stored.answer_json)
    except ValidationError:
        return TurnView(number, stored.question, "failed", error=UNREADABLE)
    answer = Answer(
        question=stored.question,
        text=saved.answer,
        refused=saved.refused,
        claims=saved.claims,
        sources=(),  # the view has them; their papers may have changed since
        nearest=saved.nearest,
        model=saved.model,
        timings=saved.timings,
        note=saved.note,
    )
    return TurnView(
        number,
        stored.question,
        "done",
        evidence=[_evidence(source, abstract_of(source.paper.id)) for source in saved.sources],
        claims=[claim for claim in saved.claims if claim.shown],
        answer=answer,
        note=saved.note or "",
    )


def _evidence(source: _Source, abstract: str) -> EvidenceView:
    start, end = source.start, source.end
    found = 0 <= start < end and abstract[start:end] == source.sentence
    return EvidenceView(
        n=source.n,
        id=source.paper.id,
        title=source.paper.title,
        sentence=visible(source.sentence),
        before=abstract[:start] if found else "",
        marked=source.sentence if found else "",
        after=abstract[end:] if found else "",
    )
