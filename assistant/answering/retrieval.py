"""Question -> Evidence: the sentences of the library that could answer it, and whether any does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.answering.answer import Evidence, NearestPaper
from assistant.answering.answerability import margin
from assistant.answering.question import Question
from assistant.answering.reranker import RankedSentences, rerank
from assistant.answering.reranker_weights import reranker_weights
from assistant.library import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.reranker import Embed
    from assistant.library import Filters, Hit, Library

# Papers whose sentences are looked at.
PAPERS = 12
# Papers that a question which refers back may be about, and what that adds to the odds.
_FOLLOWED = 3
_FOLLOWING = 1.0
# The same for a paper that was chosen to be asked alone, where no other shows how far ahead it is.
# With it as many questions are answered of their paper as of the whole library: docs/answers.md.
_CHOSEN = 0.8
# A sentence that is so many times less likely to answer than the best one only distracts.
_FAR_BEHIND = 50.0


@dataclass(frozen=True)
class RetrievedEvidence:
    """The best sentences, best first, and the papers that search found.

    `odds` says how likely the sentences answer at all: below 0 the question is to be refused.
    `whole` evidence is the answer as it stands, all of it, and no model is asked; `headed` claims
    name their papers. `note` says what was left out, or why there is nothing.
    """

    evidence: tuple[Evidence, ...]
    nearest: tuple[NearestPaper, ...]
    odds: float
    whole: bool = False
    headed: bool = False
    note: str | None = None


def retrieve_evidence(
    question: Question, library: Library, limit: int, filters: Filters = EVERYTHING
) -> RetrievedEvidence:
    """The `limit` best sentences of the papers that search brings up for `question`."""
    hits = library.search(question.text, PAPERS, filters)
    found = evidence_in(question, hits, library, limit)
    return found if filters.one_paper is None else replace(found, odds=found.odds + _CHOSEN)


def find_following(
    asked: Question, meant: Question, library: Library, limit: int, filters: Filters
) -> RetrievedEvidence:
    """Evidence for `asked`, which leaves out what it is about; `meant` says that too.

    It is looked for in the papers that the conversation is about, so it is likelier there.
    """
    hits = library.search(meant.text, _FOLLOWED, filters)
    about = [name for name in meant.names if name not in asked.names]
    question = Question.of(" ".join((asked.text, *about)))
    found = evidence_in(question, hits, library, limit)
    return replace(found, odds=found.odds + _FOLLOWING)


def evidence_in(
    question: Question, hits: Sequence[Hit], library: Library, limit: int
) -> RetrievedEvidence:
    """The `limit` best sentences of the papers of `hits`, which come in the order of a search."""
    ranking = rerank(question, hits, embed_for(library))
    chances = ranking.chances
    kept = [
        row for row in range(min(limit, len(chances))) if chances[row] * _FAR_BEHIND >= chances[0]
    ]
    return RetrievedEvidence(
        evidence=tuple(as_evidence(ranking, row) for row in kept),
        nearest=near_papers(hits),
        odds=margin(ranking, reranker_weights()),
    )


def embed_for(library: Library) -> Embed:
    """How the sentences of `library` are embedded: not at all if the scorer does not know how."""
    if library.embedder is None or library.embedder.fingerprint != reranker_weights().embedder:
        return lambda texts: None
    return library.embed_words


def says_something(sentence: str) -> bool:
    """Whether a sentence is about the work, not about where its code can be found."""
    return "://" not in sentence


def near_papers(hits: Sequence[Hit]) -> tuple[NearestPaper, ...]:
    """The papers of `hits` as an answer names them."""
    return tuple(NearestPaper(hit.stored.id, hit.stored.title, hit.score) for hit in hits)


def as_evidence(ranking: RankedSentences, row: int, score: float | None = None) -> Evidence:
    """Row `row` of `ranking`; its score is its chance, or the one given."""
    candidate = ranking.candidates[row]
    return Evidence(
        stored=candidate.hit.stored,
        sentence=candidate.sentence,
        start=candidate.start,
        end=candidate.end,
        score=float(ranking.chances[row]) if score is None else score,
    )
