"""The text that Copy copies: a question, its answer, and what it cites, numbered without gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from assistant.errors import PaperNotFound
from assistant.languages import _
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.web.asking.turn import EvidenceView, TurnView

QUOTATIONS = "quotations"
# What the references of a copied answer can be: with the cited sentences, or in a citation style.
STYLES: Mapping[str, str] = MappingProxyType(
    {
        QUOTATIONS: _("cited sentences"),
        "apa": "APA",
        "chicago": "Chicago",
        "ieee": "IEEE",
        "vancouver": "Vancouver",
    }
)


def copied_text(turn: TurnView, references: Mapping[str, str] | None = None) -> str:
    """The question, the answer and what it cites.

    Citations are numbered from 1 in the order of the answer. `references` has the formatted
    reference of a paper by its id, and then each paper has one number; otherwise each cited
    sentence has one, and is quoted.
    """
    numbers: dict[str, int] = {}
    sources: dict[str, EvidenceView] = {}
    by_n = {item.n: item for item in turn.evidence}

    def number(item: EvidenceView) -> int:
        key = item.id if references is not None else str(item.n)
        sources.setdefault(key, item)
        return numbers.setdefault(key, len(numbers) + 1)

    sentences = []
    for claim in turn.claims:
        cited = dict.fromkeys(number(by_n[n]) for n in claim.citations if n in by_n)
        sentences.append(sanitized(replace(claim, citations=tuple(cited)).marked))
    if turn.refused:
        for item in turn.evidence:
            number(item)
    # One line, or with headings (one per paper) a line for each sentence.
    separator = "\n" if any(claim.heading for claim in turn.claims) else " "
    answer = sanitized(turn.text) if turn.refused else separator.join(sentences)
    listed = "\n".join(_reference(n, sources[key], references) for key, n in numbers.items())
    parts = [sanitized(turn.question), answer, listed]
    return "\n\n".join(part for part in parts if part) + "\n"


def copied_answer(turn: TurnView, style: str, library: Library) -> str:
    """The same with references in `style`, a key of `STYLES`."""
    if style == QUOTATIONS or style not in STYLES:
        return copied_text(turn)
    from assistant.exporting import ExportRecord
    from assistant.exporting.citation_styles import formatted_reference

    references = {}
    for item in turn.evidence:
        if item.id not in references:
            try:
                stored = library.papers.get(item.id)
            except PaperNotFound:
                continue
            record = ExportRecord.from_paper(stored.paper, stored.id)
            references[item.id] = formatted_reference(record, style)
    return copied_text(turn, references)


def _reference(number: int, item: EvidenceView, references: Mapping[str, str] | None) -> str:
    if references is None:
        return f"[{number}] {item.source}"
    # A paper that was removed from the library has no record.
    return f"[{number}] {references.get(item.id) or item.reference}"
