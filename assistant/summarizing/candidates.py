"""Candidates for a TL;DR: the model's sentence, and shortened sentences of the abstract.

A small model sometimes combines parts of two sentences into a false claim. So its sentence must
pass the same claim verification as an answer. If it fails, the most salient sentence of the
abstract, shortened by rules, replaces it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.library import StoredPaper
from assistant.models.protocols import is_capable
from assistant.summarizing.generation import first_sentence, tldr_request, unsupported_parts
from assistant.summarizing.salience import abstract_sentences, salience, salient_text
from assistant.summarizing.shortening import (
    MOST_WORDS,
    shorten,
    states_contribution,
    without_announcement,
)
from assistant.text.sanitizing import sanitized
from assistant.text.sentences import sentence_spans
from assistant.text.shortening import refers_to_other_text
from assistant.verification import is_covered_by, supported_parts, verify_claim

if TYPE_CHECKING:
    from assistant.library.records import TldrMethod
    from assistant.models.protocols import LanguageModel
    from assistant.paper import Paper
    from assistant.prompt import Prompt

MOST_EXTRACTED = 3
# Added to the salience of a sentence, in ROUGE-1. The penalty replaces half of the sentences that
# need their context, and leaves the mean over the training papers at 38.2 (a penalty of 0.1 costs
# 0.25 points). The bonus raises the mean from 38.4 to 38.6.
_REFERENCE_PENALTY = 0.06
_CONTRIBUTION_BONUS = 0.1


@dataclass(frozen=True)
class Candidate:
    """A possible TL;DR, its source text, and the reason if it was refused."""

    text: str
    method: TldrMethod
    source: str
    refused: str | None = None


@dataclass(frozen=True)
class ScoredSentence:
    """A sentence of the abstract, its salience, and whether the model read it."""

    text: str
    salience: float
    read: bool


@dataclass(frozen=True)
class Explanation:
    """How a TL;DR was made; `source` is the sentence that supports most of it."""

    stored: StoredPaper
    sentences: tuple[ScoredSentence, ...]
    candidates: tuple[Candidate, ...]
    shown: Candidate
    source: str


@dataclass(frozen=True)
class _Sentence:
    """A sentence of a paper as evidence for claim verification."""

    stored: StoredPaper
    text: str
    start: int


def candidates(paper: Paper, reply: str, *, cut: bool, strict: bool) -> Iterator[Candidate]:
    """The candidates for the TL;DR of `paper`, best first; at least one is not refused.

    `reply` is the reply of the model; `cut` means that it reached the token limit. With `strict`,
    its sentence must pass claim verification. Otherwise only its numbers, its names and most of its
    words must be in the paper, because capable models rephrase, which claim verification rejects.
    """
    sentence = first_sentence(reply, cut=cut)
    if sentence is None:
        yield Candidate(sanitized(reply), "generated", reply, "it is not a complete sentence")
    else:
        long = len(sentence.split()) > MOST_WORDS
        sentence = shorten(sentence) if long else without_announcement(sentence)
        yield Candidate(sentence, "generated", reply, _refusal(sentence, paper, strict=strict))
    yield from _extracted(paper)[:MOST_EXTRACTED]
    # The abstract may contain no visible characters.
    yield Candidate(sanitized(paper.title), "extracted", paper.title)


def select(found: Iterable[Candidate]) -> Candidate:
    """The first candidate that is not refused."""
    return next(candidate for candidate in found if candidate.refused is None)


def extracted_tldrs(papers: Iterable[StoredPaper]) -> dict[int, str]:
    """TL;DRs made by rules, by paper number, for all `papers` with an abstract."""
    tldrs = {}
    for stored in papers:
        text = select(candidates(stored.paper, "", cut=False, strict=True)).text
        if text != sanitized(stored.title):
            tldrs[stored.number] = text
    return tldrs


def explain(stored: StoredPaper, model: LanguageModel, prompt: Prompt) -> Explanation:
    """Write the TL;DR of `stored` like a batch, without saving it.

    Raises:
        ModelError: the model failed.
    """
    paper = stored.paper
    stream = model.generate(tldr_request(paper, prompt, model))
    reply = "".join(stream)
    cut = stream.stats.finish == "length"
    found = tuple(candidates(paper, reply, cut=cut, strict=not is_capable(model)))
    sentences = abstract_sentences(paper.abstract)
    read = salient_text(paper.title, paper.abstract)
    scored = tuple(
        ScoredSentence(sentence, round(float(score), 3), sentence in read)
        for sentence, score in zip(sentences, salience(paper.title, sentences), strict=True)
    )
    shown = select(found)
    source = _source(shown.text, paper) or sanitized(paper.title)
    return Explanation(stored, scored, found, shown, source)


def _extracted(paper: Paper) -> list[Candidate]:
    """The shortened sentences of the abstract, the most salient and self-contained first."""
    found = []
    sentences = abstract_sentences(paper.abstract)
    for sentence, score in zip(sentences, salience(paper.title, sentences), strict=True):
        short = shorten(sentence)
        bonus = _CONTRIBUTION_BONUS * states_contribution(sentence)
        penalty = _REFERENCE_PENALTY * refers_to_other_text(short)
        found.append((float(score) + bonus - penalty, Candidate(short, "extracted", sentence)))
    return [candidate for _, candidate in sorted(found, key=lambda pair: -pair[0])]


def _refusal(sentence: str, paper: Paper, *, strict: bool) -> str | None:
    """Why `sentence` must not be shown; None if it may."""
    if is_covered_by(sentence, paper.title):
        return "it only repeats the title"
    missing = unsupported_parts(sentence, f"{paper.title}\n{paper.abstract}")
    if missing:
        return f"the paper does not contain: {', '.join(missing)}"
    if strict:
        verdict = verify_claim(sentence, _evidence(paper))
        if not verdict.supported:
            return f"the abstract does not support: {', '.join(verdict.missing)}"
        if _is_background(sentence, paper):
            return "it states background, not what the authors did"
    return None


def _source(text: str, paper: Paper) -> str:
    """The sentence of the abstract that supports most of `text`; "" without an abstract."""
    sentences = abstract_sentences(paper.abstract)
    return max(sentences, key=lambda sentence: len(supported_parts(text, sentence)), default="")


def _is_background(text: str, paper: Paper) -> bool:
    """Whether the source of `text` precedes the first sentence that states a contribution."""
    sentences = abstract_sentences(paper.abstract)
    first = next((n for n, one in enumerate(sentences) if states_contribution(one)), 0)
    return _source(text, paper) in sentences[:first]


def _evidence(paper: Paper) -> list[_Sentence]:
    """The title and the sentences of `paper`, in this order."""
    stored = StoredPaper(0, paper.id, paper)
    return [_Sentence(stored, f"{sanitized(paper.title)}.", -1)] + [
        _Sentence(stored, sanitized(paper.abstract[start:end]), start)
        for start, end in sentence_spans(paper.abstract)
    ]
