"""Definitions: the sentence that says what a term is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answering.retrieval import retrieve_evidence
from assistant.answering.summary_sentences import key_sentences
from assistant.text.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.answer import Evidence
    from assistant.answering.question import Question
    from assistant.answering.retrieval import Reader, RetrievedEvidence
    from assistant.library import Filters, Library

# A definition reranks this many times more sentences than it returns.
_DEFINITION_CANDIDATES = 2
# Minimum probability of a sentence that defines the term.
_DEFINITION_PROBABILITY = 0.9


def define(
    question: Question,
    term: str,
    library: Library,
    limit: int,
    filters: Filters,
    reader: Reader | None,
) -> RetrievedEvidence:
    """Evidence with the sentences that define `term` first.

    If there is none, but the title of a paper begins with the term, as in `BERT: Pre-training of
    ...`, it is what that paper did.
    """

    def defining_first(retrieved: RetrievedEvidence) -> RetrievedEvidence:
        defining = _defining(retrieved.evidence, term)
        if not defining and (introduced := _introduced(retrieved.evidence, term)):
            return replace(
                retrieved,
                evidence=(introduced,),
                answerability=max(retrieved.answerability, 0.0),
                extractive=True,
            )
        known = {(source.stored.number, source.start) for source in defining}
        others = [
            source
            for source in retrieved.evidence
            if (source.stored.number, source.start) not in known
        ]
        first = [
            replace(one, score=max(one.score, _DEFINITION_PROBABILITY)) for one in defining[:1]
        ]
        return replace(retrieved, evidence=tuple([*first, *defining[1:], *others][:limit]))

    count = _DEFINITION_CANDIDATES * limit
    retrieved = retrieve_evidence(question, library, count, filters, reader)
    return retrieved.changed(defining_first)


def _defining(evidence: Sequence[Evidence], term: str) -> list[Evidence]:
    """The sentences of `evidence` that define `term`, the one to quote first.

    Of one paper it is the first of its abstract: `X is a model for ...` comes before `X is the
    best model`. Without any, it is what the first sentence about the term says of it.
    """
    found = [source for source in evidence if defines(source.text, term)]
    if not found:
        return [source for source in evidence if _first_told(source, term)][:1]
    first = _first_defining(found[0], term)
    return [first, *(source for source in found if source.sentence != first.sentence)]


def _first_defining(source: Evidence, term: str) -> Evidence:
    """The first sentence of the abstract of `source` that defines `term`."""
    abstract = source.stored.abstract
    # Not `Unlike BERT, the older models ...`.
    begins = re.compile(
        rf"\W*(?:(?:the|an?|we\s(?:introduce|propose|present|describe))\s+)*{_named(term)}",
        re.IGNORECASE,
    )
    for start, end in sentence_spans(abstract):
        sentence = abstract[start:end]
        if start < source.start and begins.match(sentence) and defines(sentence, term):
            return replace(source, sentence=sentence, start=start, end=end)
    return source


def _named(term: str) -> str:
    """A pattern for `term` or its plural."""
    return rf"{term_pattern(term)}s?(?!\w)"


# What a sentence says of a term that it explains.
_TELLING_VERBS = (
    "seeks?|aims?|allows?|enables?|describes?|consists?|combines?|uses?|learns?|represents?"
    "|measures?|provides?|extends?|models?|captures?|generali[sz]es?|estimates?|predicts?|involves?"
    "|occurs?|arises?|tests?|checks?|maps?|treats?|assigns?|searches|generates?|tries|helps?"
    "|studies|deals?|concerns?|covers?|converts?|translates?|detects?|finds?|solves?|reduces?"
)


def _first_told(source: Evidence, term: str) -> bool:
    """Whether `source` begins with `term` and a verb, and its abstract has no earlier mention."""
    told = rf"(?:the\s+|an?\s+)?{_named(term)}(?:\s+\([^)]{{1,20}}\))?\s+(?:{_TELLING_VERBS})\b"
    before = source.stored.abstract[: source.start]
    return bool(re.match(told, source.sentence.lstrip(), re.IGNORECASE)) and not re.search(
        term_pattern(term), before, re.IGNORECASE
    )


def _introduced(evidence: Sequence[Evidence], term: str) -> Evidence | None:
    """What the paper did whose title begins with `term` and a colon; None without one."""
    title = re.compile(rf"{term_pattern(term)}\s*(?::|\s[–—-])\s", re.IGNORECASE)
    for source in evidence:
        abstract = source.stored.abstract
        if title.match(source.stored.title) and (spans := key_sentences(abstract)):
            start, end = spans[0]
            score = max(source.score, _DEFINITION_PROBABILITY)
            return replace(source, sentence=abstract[start:end], start=start, end=end, score=score)
    return None


def term_pattern(term: str) -> str:
    """A regular expression for `term`, with any hyphens and spaces between its words."""
    return r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", term.strip())))


def defines(sentence: str, term: str) -> bool:
    """Whether `sentence` defines `term`: by `is`, `i.e.` or a colon, or by introducing it."""
    name = rf"(?<!\w){term_pattern(term)}s?(?!\w)"
    pattern = (
        rf"\(\s*{name}\s*\)"
        rf"|\bi\.e\.,?\s+(?:the\s+|an?\s+)?{name}"
        rf"|{name}:\s"
        rf"|{name}\s*\("
        rf"|{name},?\s+(?:is|are|was|refers|denotes|stands|means)\b"
        rf"|{name},\s+(?:an?|the)\b"
        rf"|\b(?:called|named|dubbed|termed|introduc\w+|present\w*|propos\w+|develop\w*"
        rf"|describ\w+)\b[^.]{{0,60}}?{name}"
    )
    return re.search(pattern, sentence, re.IGNORECASE) is not None
