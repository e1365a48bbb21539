"""Retrieval of evidence: the sentences of the library that may answer, and whether any does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.answering.answer import Evidence, NearestPaper
from assistant.answering.answerability import answerability
from assistant.answering.reranker import RankedSentences, rerank, reranker_weights
from assistant.library import EVERYTHING
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.answering.question import Question
    from assistant.answering.reranker import Embed
    from assistant.answering.reranker_features import Values
    from assistant.library import Filters, Hit, Library

    # Reorders a ranking and returns it with its log odds of an answer: `reader.read`.
    Reader = Callable[[Question, RankedSentences, float], tuple[RankedSentences, float]]

# Papers whose sentences are reranked.
PAPERS = 12
# The bonus for a question to one selected paper, which has no competitors to be ahead of. With it,
# as many questions are answered as in the whole library: docs/answers.md.
SELECTED_PAPER_BONUS = 0.8
# The relevance of the best paper if the library has anything on the topic, with and without
# embeddings: docs/answers.md.
_MIN_ON_TOPIC = 0.85
_MIN_OVERLAP_ON_TOPIC = 0.5
_OVERLAP_WEIGHT = 0.25
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
        on_topic: the papers that search found are about what is asked, whether they answer or not.
        refusal: what is said if the question is not answered, where more is known than that.
        note: what was left out.
        understood_as: the question that this answers, if the conversation completed it.
        read: has a model read the sentences and returns the evidence after it; None if no model
            reads them. It takes most of a second, so what is known before can be shown first.

    """

    evidence: tuple[Evidence, ...]
    nearest: tuple[NearestPaper, ...]
    answerability: float
    extractive: bool = False
    headed: bool = False
    on_topic: bool = True
    refusal: str | None = None
    note: str | None = None
    understood_as: str | None = None
    read: Callable[[], RetrievedEvidence] | None = None

    def changed(
        self, change: Callable[[RetrievedEvidence], RetrievedEvidence]
    ) -> RetrievedEvidence:
        """This evidence as `change` returns it, now and after a model has read the sentences."""
        now, read = change(self), self.read
        return now if read is None else replace(now, read=lambda: change(read()))


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


def first_answering(
    first: RetrievedEvidence, second: Callable[[], RetrievedEvidence]
) -> RetrievedEvidence:
    """`first` if it answers, else `second` if that answers, else `first`, after reading."""

    def settled(one: RetrievedEvidence) -> RetrievedEvidence:
        if one.answerability >= 0:
            return one
        other = second()
        other = other if other.read is None else other.read()
        return other if other.answerability >= 0 else one

    read = first.read
    return settled(first) if read is None else replace(first, read=lambda: settled(read()))


def understood_as_complete(found: RetrievedEvidence, text: str) -> RetrievedEvidence:
    """`found`, also after reading, as evidence for the complete question `text`."""
    return found.changed(lambda one: replace(one, understood_as=text))


def in_conversation(found: RetrievedEvidence) -> RetrievedEvidence:
    """`found` in papers of the conversation, which are on topic whatever the question's words."""
    return found.changed(lambda one: replace(one, on_topic=bool(one.evidence)))


def understood_as_about_one(found: RetrievedEvidence, question: Question) -> RetrievedEvidence:
    """`found`, which says that it is about the paper of its best sentence."""

    def told(one: RetrievedEvidence) -> RetrievedEvidence:
        if not one.evidence:
            return one
        title = sanitized(one.evidence[0].stored.shown_title)
        return replace(one, understood_as=f"{question.text} (in “{title}”)")

    return found.changed(told)


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
    on_topic = is_on_topic(ranking)

    def evidence(ranking: RankedSentences, odds: float) -> RetrievedEvidence:
        probabilities = ranking.probabilities[:limit]
        best = tuple(
            to_evidence(ranking, row)
            for row, probability in enumerate(probabilities)
            if probability * _MAX_PROBABILITY_RATIO >= probabilities[0]
        )
        return RetrievedEvidence(best, nearest_papers(hits), odds, on_topic=on_topic)

    found = evidence(ranking, odds)
    if reader is None:
        return found
    return replace(found, read=lambda: evidence(*reader(question, ranking, odds)))


def sentence_embedder(library: Library) -> Embed:
    """The function that embeds sentences; it returns None if the weights fit another embedder."""
    embedder = library.vectors.sentence_embedder
    if embedder is None or embedder.fingerprint != reranker_weights().embedder:
        return lambda texts: None
    return library.vectors.embed_words


def paper_relevance(ranking: RankedSentences) -> Values:
    """For each sentence, how close its paper is to what was searched for.

    It is the cosine of both, plus MaxSim, plus a quarter of the word overlap; without embeddings,
    the word overlap.
    """
    overlap = ranking.feature("paper_overlap")
    if not ranking.embedded:
        return overlap
    similarity = ranking.feature("paper_cosine") + ranking.feature("paper_maxsim_idf")
    relevance: Values = similarity + _OVERLAP_WEIGHT * overlap
    return relevance


def is_on_topic(ranking: RankedSentences) -> bool:
    """Whether any paper is about what was searched for."""
    if not ranking.candidates:
        return False
    minimum = _MIN_ON_TOPIC if ranking.embedded else _MIN_OVERLAP_ON_TOPIC
    return float(paper_relevance(ranking).max()) >= minimum


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
