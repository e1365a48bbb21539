"""Retrieval strategies: each kind of question gets its evidence in its own way."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answering import single_paper
from assistant.answering.answer import Evidence
from assistant.answering.comparisons import compare, compare_two
from assistant.answering.definitions import define
from assistant.answering.question import Question
from assistant.answering.question_kinds import (
    ParsedQuestion,
    QuestionKind,
    asks_which_paper,
)
from assistant.answering.replies import last_question
from assistant.answering.reranker import rerank
from assistant.answering.retrieval import (
    RetrievedEvidence,
    is_informative,
    is_on_topic,
    nearest_papers,
    paper_relevance,
    retrieve_evidence,
    sentence_embedder,
    to_evidence,
)
from assistant.answering.summary_sentences import key_sentences
from assistant.library import Filters
from assistant.text.words import vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.answering.reranker import RankedSentences
    from assistant.answering.retrieval import Reader
    from assistant.library import Library

# `Summarise the study of X` means one paper, though it does not name it.
_ONE_PAPER = re.compile(r"\b(?:paper|study|article|trial|preprint|abstract)\b", re.IGNORECASE)

# Papers that a list or an overview considers, and the maximum that it quotes.
_TOPIC_CANDIDATES = 50
_MAX_LISTED = 25
_MAX_OVERVIEW = 6
# A paper is listed if its relevance is at least the first value, and at least the second value
# times that of the best paper. Chosen on the tuning half of benchmarks/questions.jsonl.
_MIN_RELEVANCE = 0.85
_MIN_RELATIVE_RELEVANCE = 0.75
# A paper that says it in other words (`ciphers` for `cryptography`) has less relevance than one
# with the words, but its vector is almost as close.
_MIN_RELEVANCE_IN_OTHER_WORDS = 1.0
_MIN_COSINE = 0.5
_MIN_RELATIVE_COSINE = 0.85
_MIN_OVERLAP = 0.75  # without embeddings, when the overlap is the relevance


def retrieve(
    question: Question,
    parsed: ParsedQuestion,
    library: Library,
    limit: int,
    filters: Filters,
    reader: Reader | None = None,
) -> RetrievedEvidence:
    """The evidence for `question`, which was classified as `parsed`.

    `limit` is the maximum number of sentences for a question that one sentence can answer; `reader`
    reads these.
    """
    topic = Question.parse(parsed.topic)
    if parsed.kind is QuestionKind.LIST:
        return _papers_on(topic, library, filters, _MAX_LISTED)
    if parsed.kind is QuestionKind.OVERVIEW:
        return _papers_on(topic, library, filters, _MAX_OVERVIEW)
    if parsed.kind is QuestionKind.COMPARISON:
        if not parsed.sides:
            return compare_two(question, library, limit, filters)
        return compare(question, parsed.sides, library, limit, filters, reader)
    if parsed.kind is QuestionKind.METADATA and parsed.field is not None:
        return single_paper.record(question, topic, parsed.field, library, filters)
    if parsed.kind is QuestionKind.SUMMARY:
        summary = single_paper.summary(topic, library, filters)
        if summary.evidence:
            return summary
        overview = _papers_on(topic, library, filters, _MAX_OVERVIEW)
        # `Summarise the work on X` names no paper, so it asks for an overview.
        if overview.evidence and _ONE_PAPER.search(question.text):
            return single_paper.summary_of(overview.evidence[0].stored, ())
        return overview
    if parsed.kind is QuestionKind.DEFINITION:
        return define(question, parsed.topic, library, limit, filters, reader)
    found = retrieve_evidence(question, library, limit, filters, reader)
    names_paper = asks_which_paper(last_question(question.text))
    return found.changed(_naming_the_paper) if names_paper else found


def _naming_the_paper(found: RetrievedEvidence) -> RetrievedEvidence:
    """`found` with one sentence, which is quoted with the title of its paper."""
    return replace(found, evidence=found.evidence[:1], extractive=True, headed=True)


def _papers_on(
    topic: Question, library: Library, filters: Filters, maximum: int
) -> RetrievedEvidence:
    """The papers on `topic`, each with its best sentence.

    The answer is extractive, so that only the choice of papers can be wrong.
    """
    hits = library.search(topic.text, _TOPIC_CANDIDATES, filters)
    ranking = rerank(topic, hits, sentence_embedder(library), every_paper=True)
    rows = range(len(ranking.candidates))
    best: dict[int, int] = {}
    for row in sorted(rows, key=lambda row: not is_informative(ranking.candidates[row].sentence)):
        best.setdefault(ranking.candidates[row].hit.stored.number, row)
    # With filters alone, such as `author:hinton`, every paper is on topic.
    relevance = _relevant(ranking, best) if topic.words else dict.fromkeys(best, 1.0)
    chosen = sorted(relevance, key=lambda number: -relevance[number])
    return RetrievedEvidence(
        evidence=tuple(
            _telling(topic, to_evidence(ranking, best[number], min(1.0, relevance[number])))
            for number in chosen[:maximum]
        ),
        nearest=nearest_papers(hits),
        answerability=math.inf if chosen else -math.inf,
        extractive=True,
        headed=True,
        on_topic=is_on_topic(ranking),
        note=_count_note(len(chosen), maximum) if chosen else None,
    )


def _telling(topic: Question, source: Evidence) -> Evidence:
    """`source`, or a sentence about what its paper did or found with as many words of the topic.

    A sentence from the middle of an abstract is hard to understand alone.
    """

    def shared(text: str) -> int:
        return len(vocabulary(text).intersection(topic.words))

    abstract = source.stored.abstract
    needed = shared(source.sentence)
    for start, end in key_sentences(abstract):
        sentence = abstract[start:end]
        if is_informative(sentence) and shared(sentence) >= needed:
            return replace(source, sentence=sentence, start=start, end=end)
    return source


def _count_note(found: int, maximum: int) -> str:
    """How many papers match, and how many of them are left out."""
    match = "1 paper matches." if found == 1 else f"{found} papers match."
    if found <= maximum:
        return match
    return f"{match} The {maximum} best are shown."


def _relevant(ranking: RankedSentences, rows: Mapping[int, int]) -> dict[int, float]:
    """The relevance of the papers on topic, by number; `rows` are their sentences in `ranking`."""
    by_row = paper_relevance(ranking)
    relevance = {number: float(by_row[row]) for number, row in rows.items()}
    minimum = _MIN_RELEVANCE if ranking.embedded else _MIN_OVERLAP
    best = max(relevance.values(), default=0.0)
    close = _close(ranking, rows)
    return {
        number: value
        for number, value in relevance.items()
        if value >= max(minimum, _MIN_RELATIVE_RELEVANCE * best)
        or (number in close and value >= _MIN_RELEVANCE_IN_OTHER_WORDS)
    }


def _close(ranking: RankedSentences, rows: Mapping[int, int]) -> set[int]:
    """The papers whose vectors are almost as close to the topic as the closest one."""
    if not ranking.embedded:
        return set()
    cosines = ranking.feature("paper_cosine")
    cosine = {number: float(cosines[row]) for number, row in rows.items()}
    least = max(_MIN_COSINE, _MIN_RELATIVE_COSINE * max(cosine.values(), default=0.0))
    return {number for number, value in cosine.items() if value >= least}
