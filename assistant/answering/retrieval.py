"""Retrieval of evidence: the sentences of the library that may answer, and whether any does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.answering.answer import Evidence, NearestPaper
from assistant.answering.answerability import answerability
from assistant.answering.question import Question
from assistant.answering.reranker import RankedSentences, rerank, reranker_weights
from assistant.library import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.answering.reranker import Embed
    from assistant.library import Filters, Hit, Library

    # Reorders a ranking and returns it with its log odds of an answer: `reader.read`.
    Reader = Callable[[Question, RankedSentences, float], tuple[RankedSentences, float]]

# Papers whose sentences are reranked.
PAPERS = 12
# Papers that a follow-up question may refer to, and the bonus to its answerability.
_FOLLOW_UP_PAPERS = 3
_FOLLOW_UP_BONUS = 1.0
# The bonus for a question to one selected paper, which has no competitors to be ahead of. With it,
# as many questions are answered as in the whole library: docs/answers.md.
SELECTED_PAPER_BONUS = 0.8
# A sentence this many times less probable than the best one only distracts the model.
_MAX_PROBABILITY_RATIO = 50.0


@dataclass(frozen=True)
class RetrievedEvidence:
    """Evidence for a question.

    Attributes:
        evidence: the best sentences, best first.
        nearest: the papers that search found.
        answerability: log odds, above the threshold, that the evidence answers; below 0 the
            question is refused.
        extractive: the quoted evidence is the answer; the model is not used.
        headed: claims are shown with the title of their paper.
        note: what was left out, or why there is no evidence.
        read: has a model read the sentences and returns the evidence after it; None if no model
            reads them. It takes most of a second, so what is known before can be shown first.

    """

    evidence: tuple[Evidence, ...]
    nearest: tuple[NearestPaper, ...]
    answerability: float
    extractive: bool = False
    headed: bool = False
    note: str | None = None
    read: Callable[[], RetrievedEvidence] | None = None


def retrieve_evidence(
    question: Question,
    library: Library,
    limit: int,
    filters: Filters = EVERYTHING,
    reader: Reader | None = None,
) -> RetrievedEvidence:
    """The `limit` best sentences of the papers that search finds for `question`."""
    hits = library.search(question.text, PAPERS, filters)
    bonus = 0.0 if filters.one_paper is None else SELECTED_PAPER_BONUS
    return evidence_from_hits(question, hits, library, limit, reader, bonus)


def retrieve_for_follow_up(
    question: Question, standalone: Question, library: Library, limit: int, filters: Filters
) -> RetrievedEvidence:
    """Evidence for `question`, which refers to the conversation; `standalone` is its rewrite.

    Only the papers that the conversation is about are searched, so an answer is more likely.
    """
    hits = library.search(standalone.text, _FOLLOW_UP_PAPERS, filters)
    names = [name for name in standalone.names if name not in question.names]
    named = Question.parse(" ".join((question.text, *names)))
    return evidence_from_hits(named, hits, library, limit, bonus=_FOLLOW_UP_BONUS)


def evidence_from_hits(
    question: Question,
    hits: Sequence[Hit],
    library: Library,
    limit: int,
    reader: Reader | None = None,
    bonus: float = 0.0,
) -> RetrievedEvidence:
    """The `limit` best sentences of `hits`, which are in the order of a search.

    `bonus` is added to the log odds of an answer before `reader` reads.
    """
    ranking = rerank(question, hits, sentence_embedder(library))
    odds = answerability(ranking, reranker_weights()) + bonus

    def evidence(ranking: RankedSentences, odds: float) -> RetrievedEvidence:
        probabilities = ranking.probabilities[:limit]
        best = tuple(
            to_evidence(ranking, row)
            for row, probability in enumerate(probabilities)
            if probability * _MAX_PROBABILITY_RATIO >= probabilities[0]
        )
        return RetrievedEvidence(best, nearest_papers(hits), odds)

    found = evidence(ranking, odds)
    if reader is None:
        return found
    return replace(found, read=lambda: evidence(*reader(question, ranking, odds)))


def sentence_embedder(library: Library) -> Embed:
    """The function that embeds sentences; it returns None if the weights fit another embedder."""
    embedder = library.vectors.embedder
    if embedder is None or embedder.fingerprint != reranker_weights().embedder:
        return lambda texts: None
    return library.vectors.embed_words


def is_informative(sentence: str) -> bool:
    """Whether a sentence is about the work, not about where its code is."""
    return "://" not in sentence


def nearest_papers(hits: Sequence[Hit]) -> tuple[NearestPaper, ...]:
    """The papers of `hits` as part of an answer."""
    return tuple(NearestPaper(hit.stored.id, hit.stored.shown_title, hit.score) for hit in hits)


def to_evidence(ranking: RankedSentences, row: int, score: float | None = None) -> Evidence:
    """Row `row` of `ranking` as evidence; its score is its probability unless given."""
    candidate = ranking.candidates[row]
    return Evidence(
        stored=candidate.hit.stored,
        sentence=candidate.sentence,
        start=candidate.start,
        end=candidate.end,
        score=float(ranking.probabilities[row]) if score is None else score,
    )
