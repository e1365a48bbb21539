"""A turn as plain text for the clipboard: question, answer with its citations, what they cite."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.web.asking.turn import EvidenceView, TurnView


def turn_text(turn: TurnView) -> str:
    """What the button "Copy" copies; only evidence that is cited comes with it."""
    answer = sanitized(turn.text) if turn.refused else "\n".join(_sentences(turn))
    cited = {n for claim in turn.claims for n in claim.citations}
    sources = [_source(item) for item in turn.evidence if item.n in cited]
    parts = [sanitized(turn.question), answer, "\n".join(sources)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _sentences(turn: TurnView) -> Iterator[str]:
    """The sentences of the answer in one line, or in a line each under the paper they are of."""
    marked = [sanitized(claim.marked) for claim in turn.claims]
    if any(claim.heading for claim in turn.claims):
        yield from marked
    else:
        yield " ".join(marked)


def _source(item: EvidenceView) -> str:
    year = f" ({item.year})" if item.year else ""
    return f"[{item.n}] {sanitized(item.title)}{year}. {item.id}. “{item.sentence}”"
