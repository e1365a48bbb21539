"""Comparisons: a block of sentences for each of two things."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answering import single_paper
from assistant.answering.answer import Evidence
from assistant.answering.definitions import term_pattern
from assistant.answering.question import Question
from assistant.answering.question_kinds import compared_in_general
from assistant.answering.reranker import rerank
from assistant.answering.retrieval import (
    RetrievedEvidence,
    is_informative,
    is_on_topic,
    nearest_papers,
    paper_relevance,
    retrieve_evidence,
    sentence_embedder,
)
from assistant.answering.summary_sentences import contribution_and_result
from assistant.library import Filters
from assistant.text.names import mentions, names
from assistant.text.sanitizing import sanitized
from assistant.text.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.retrieval import Reader
    from assistant.library import Library, StoredPaper

# Papers among which the two of a comparison are searched.
_CANDIDATES = 50


def compare(
    question: Question,
    sides: Sequence[str],
    library: Library,
    limit: int,
    filters: Filters,
    reader: Reader | None,
) -> RetrievedEvidence:
    """Evidence for each of `sides` in turn: the best sentences of the paper that it names.

    Sides without a paper are told. If none has one, or both have the same, the question is one for
    a fact.
    """
    together = retrieve_evidence(question, library, limit, filters)
    blocks: list[Evidence] = []
    missing = []
    for side in sides:
        parsed = replace(Question.parse(side), names=tuple(names(f"the {side}")))
        block = _side(parsed, question, library, limit, filters)
        if block:
            blocks += [source for source in block if source not in blocks]
        else:
            missing.append(sanitized(side))
    if not blocks:
        return together
    numbers = {source.stored.number for source in blocks}
    if len(numbers) == 1 and not missing:
        about_each = _about_each(sides, blocks[0])
        if about_each:
            return replace(
                together, evidence=about_each, answerability=math.inf, extractive=True, read=None
            )
        only = filters.combine(Filters(only=tuple(numbers)))
        return retrieve_evidence(question, library, limit, only, reader)
    return RetrievedEvidence(
        evidence=tuple(blocks),
        nearest=together.nearest,
        answerability=math.inf,
        extractive=True,
        headed=True,
        note=f"The library has no paper about “{missing[0]}”." if missing else None,
    )


def _about_each(sides: Sequence[str], source: Evidence) -> tuple[Evidence, ...]:
    """What the abstract of `source` says of each of `sides`, which are names in it.

    There is nothing if it says nothing of one of them alone.
    """
    abstract = source.stored.abstract
    spans = sentence_spans(abstract)
    found = []
    for side, other in (sides, tuple(reversed(sides))):
        alone = [
            (start, end)
            for start, end in spans
            if _mentions(abstract[start:end], side) and not _mentions(abstract[start:end], other)
        ]
        begins = [
            span for span in alone if _mentions(" ".join(abstract[slice(*span)].split()[:8]), side)
        ]
        if not alone:
            return ()
        start, end = (begins or alone)[0]
        found.append(replace(source, sentence=abstract[start:end], start=start, end=end, score=1.0))
    return tuple(sorted(found, key=lambda one: one.start))


def _mentions(text: str, term: str) -> bool:
    return re.search(rf"(?<!\w){term_pattern(term)}(?![\w-])", text, re.IGNORECASE) is not None


def _side(
    side: Question, question: Question, library: Library, limit: int, filters: Filters
) -> list[Evidence]:
    """The best sentences of the paper that `side` of a comparison names; none without a paper."""
    paper, _ = single_paper.find_named_paper(side, library, filters)
    if paper is None:
        half = retrieve_evidence(side, library, 2 * limit, filters)
        if half.answerability < 0 or not _has_names(half, side):
            return []
        paper = half.evidence[0].stored
    only = filters.combine(Filters(only=(paper.number,)))
    within = retrieve_evidence(question, library, limit, only)
    return _block(paper, within, question, max(1, limit // 2))


def _has_names(half: RetrievedEvidence, side: Question) -> bool:
    """Whether the best paper of `half` mentions what `side` names."""
    if not half.evidence:
        return False
    stored = half.evidence[0].stored
    text = f"{stored.title}. {stored.abstract}"
    return all(mentions(text, name) for name in side.names)


def compare_two(
    question: Question, library: Library, limit: int, filters: Filters
) -> RetrievedEvidence:
    """Evidence for a comparison of `the two studies of ...`: from the two best papers, in turn."""
    hits = library.search(question.text, _CANDIDATES, filters)
    ranking = rerank(question, hits, sentence_embedder(library), every_paper=True)
    # All sentences of a paper have its relevance.
    numbers = (candidate.hit.stored.number for candidate in ranking.candidates)
    relevance = dict(zip(numbers, paper_relevance(ranking).tolist(), strict=True))
    blocks: list[Evidence] = []
    for number in sorted(relevance, key=lambda number: -relevance[number])[:2]:
        only = filters.combine(Filters(only=(number,)))
        within = retrieve_evidence(question, library, limit, only)
        if within.evidence:
            paper = within.evidence[0].stored
            blocks += _block(paper, within, question, max(1, limit // 2))
    return RetrievedEvidence(
        evidence=tuple(blocks),
        nearest=nearest_papers(hits),
        answerability=math.inf if blocks and is_on_topic(ranking) else -math.inf,
        extractive=True,
        headed=True,
        on_topic=is_on_topic(ranking),
    )


def _block(
    paper: StoredPaper, within: RetrievedEvidence, question: Question, count: int
) -> list[Evidence]:
    """At most `count` sentences of one side of a comparison.

    If nothing is asked but the difference, these are what the paper did and found.
    """
    if compared_in_general(question.text):
        abstract = paper.abstract
        spans = contribution_and_result(abstract)[:count]
        if spans:
            return [Evidence(paper, abstract[start:end], start, end, 1.0) for start, end in spans]
    return _best_sentences(within, count)


def _best_sentences(half: RetrievedEvidence, count: int) -> list[Evidence]:
    """At most `count` sentences of `half`, informative ones first."""
    return sorted(half.evidence, key=lambda source: not is_informative(source.sentence))[:count]
