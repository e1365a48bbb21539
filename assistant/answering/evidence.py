"""Question -> Evidence: the sentences of the library that could answer it, and whether any does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answering.answer import Evidence, NearPaper
from assistant.text.names import bears
from assistant.text.numbers import numbers
from assistant.text.sentences import sentence_spans
from assistant.text.words import vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.question import Question
    from assistant.library import Hit, Library

# Weights and thresholds were chosen on the questions of benchmarks/questions.jsonl.
PAPERS = 8
# Sentences that are embedded: the best by everything else. More of them changed no choice.
_EMBEDDED = 32

_COSINE = 1.0  # of question and sentence
_WORDS = 0.6  # share of the question's words in the sentence, rare words weighing more
_WORDS_WITH_TITLE = 0.4  # the same with the paper's title
_PAPER_COSINE = 0.3  # of question and paper
_PAPER_RANK = 0.2  # fused rank score, 1 for the first paper
_NUMBER = 0.2  # the question asks for a quantity and the sentence has a number
_FOREIGN_NAMES = 0.45  # share of the question's names that the paper does not bear; subtracted

# Evidence fits when its best sentence scores this much.
FITS = 0.98
FITS_WITHOUT_VECTORS = 0.62
# Weaker sentences than this share of the best one only distract.
_OF_BEST = 0.55


@dataclass(frozen=True)
class Found:
    """The best sentences, best first, and the papers that search found; `fits`: is it enough."""

    evidence: tuple[Evidence, ...]
    nearest: tuple[NearPaper, ...]
    fits: bool


@dataclass
class _Candidate:
    hit: Hit
    start: int
    end: int
    words: frozenset[str]
    score: float = 0.0

    @property
    def sentence(self) -> str:
        return self.hit.stored.abstract[self.start : self.end]


def find_evidence(question: Question, library: Library, limit: int) -> Found:
    """The `limit` best sentences of the papers that search brings up for `question`."""
    hits = library.search(question.text, limit=PAPERS)
    nearest = tuple(NearPaper(hit.stored.id, hit.stored.title, hit.score) for hit in hits)
    candidates = _candidates(hits)
    _score_without_vectors(question, hits, candidates)
    candidates.sort(key=lambda candidate: -candidate.score)
    with_vectors = _add_cosines(question, candidates[:_EMBEDDED], library)
    if with_vectors:
        candidates = sorted(candidates[:_EMBEDDED], key=lambda candidate: -candidate.score)
    evidence = tuple(
        Evidence(
            stored=candidate.hit.stored,
            sentence=candidate.sentence,
            start=candidate.start,
            end=candidate.end,
            score=candidate.score,
        )
        for candidate in candidates[:limit]
        if candidate.score >= _OF_BEST * candidates[0].score
    )
    return Found(evidence, nearest, fits(evidence, with_vectors=with_vectors))


def fits(evidence: Sequence[Evidence], *, with_vectors: bool) -> bool:
    """Whether the best of `evidence` is close enough to the question to answer from it."""
    least = FITS if with_vectors else FITS_WITHOUT_VECTORS
    return bool(evidence) and evidence[0].score >= least


def _candidates(hits: Sequence[Hit]) -> list[_Candidate]:
    return [
        _Candidate(hit, start, end, vocabulary(hit.stored.abstract[start:end]))
        for hit in hits
        for start, end in sentence_spans(hit.stored.abstract)
    ]


def _score_without_vectors(
    question: Question, hits: Sequence[Hit], candidates: Sequence[_Candidate]
) -> None:
    weights = _weights(question.words, candidates)
    titles = {hit.stored.number: vocabulary(hit.stored.title) for hit in hits}
    papers = {
        hit.stored.number: _PAPER_RANK * hit.score / hits[0].score
        + _PAPER_COSINE * (hit.similarity or 0.0)
        - _FOREIGN_NAMES * _foreign_names(question, hit)
        for hit in hits
    }
    for candidate in candidates:
        number = candidate.hit.stored.number
        candidate.score = (
            papers[number]
            + _WORDS * _share(weights, candidate.words)
            + _WORDS_WITH_TITLE * _share(weights, candidate.words | titles[number])
        )
        if question.asks_quantity and numbers(candidate.sentence):
            candidate.score += _NUMBER


def _weights(words: Sequence[str], candidates: Sequence[_Candidate]) -> dict[str, float]:
    """Weight of each word: the rarer among the candidates, the heavier."""
    return {
        word: math.log(
            1 + len(candidates) / (1 + sum(word in candidate.words for candidate in candidates))
        )
        for word in words
    }


def _share(weights: dict[str, float], words: frozenset[str]) -> float:
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in words) / total if total else 0


def _foreign_names(question: Question, hit: Hit) -> float:
    if not question.names:
        return 0.0
    text = f"{hit.stored.title}. {hit.stored.abstract}"
    return sum(not bears(text, name) for name in question.names) / len(question.names)


def _add_cosines(question: Question, candidates: Sequence[_Candidate], library: Library) -> bool:
    """Add the cosine of question and sentence to each score; False without an embedder."""
    if not candidates:
        return False
    vectors = library.embed_texts([question.text, *(one.sentence for one in candidates)])
    if vectors is None:
        return False
    cosines = vectors[1:] @ vectors[0]
    for candidate, cosine in zip(candidates, cosines.tolist(), strict=True):
        candidate.score += _COSINE * cosine
    return True
