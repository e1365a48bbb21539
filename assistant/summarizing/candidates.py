"""Which line about a paper is shown: the model's own if it is supported, else the abstract's.

A small model joins halves of sentences into something that nobody said. So every line of it has to
pass the check that every claim of an answer passes; what fails is replaced by the sentence of the
abstract that says most of the paper, shortened by rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.library import StoredPaper
from assistant.summarizing.line import missing_in, one_line
from assistant.summarizing.salience import lines_of, salience
from assistant.summarizing.shortening import (
    MOST_WORDS,
    plain_beginning,
    points_elsewhere,
    shortened,
    speaks_of_own,
)
from assistant.text.sanitizing import sanitized
from assistant.text.sentences import sentence_spans
from assistant.verification import is_covered_by, supported_parts, verify_claim

if TYPE_CHECKING:
    from assistant.library.records import TldrMethod
    from assistant.paper import Paper

MOST_EXTRACTED = 3
# What a sentence loses that only its neighbours explain. Half of such lines give way to others, and
# ROUGE-1 on the training papers stays (38.2); with 0.1 it falls by 0.25 points.
_POINTING = 0.06
# What a sentence gains in which the authors speak of what they did (38.4 becomes 38.6 there).
_OWN = 0.1


@dataclass(frozen=True)
class Candidate:
    """A line that might be shown, the text it was made from, and why it is not shown if so."""

    text: str
    method: TldrMethod
    source: str
    refused: str | None = None


@dataclass(frozen=True)
class _Sentence:
    """A sentence of a paper, as the check of claims wants it."""

    stored: StoredPaper
    text: str
    start: int


def candidates(paper: Paper, reply: str, *, cut: bool, strict: bool) -> Iterator[Candidate]:
    """The lines about `paper`, the best first; the first that is not refused is to be shown.

    There is always one. `reply` is the model's, which may have been `cut` by its limit. Unless it
    is `strict`, numbers, names and most words are all that a line of the model must have from its
    paper: able models say things in their own words, which the strict check turns down.
    """
    line = one_line(reply, cut=cut)
    if line is None:
        yield Candidate(
            sanitized(reply), "generated", reply, refused="it is not one whole sentence"
        )
    else:
        line = shortened(line) if len(line.split()) > MOST_WORDS else plain_beginning(line)
        yield Candidate(line, "generated", reply, _fault(line, paper, strict=strict))
    yield from _extracted(paper)[:MOST_EXTRACTED]
    # Where nothing can be seen of the abstract, the title has to do.
    yield Candidate(sanitized(paper.title), "extracted", paper.title)


def _extracted(paper: Paper) -> list[Candidate]:
    """The sentences of the abstract, shortened; those come first that say most and stand alone."""
    sentences = lines_of(paper.abstract)
    weights = salience(paper.title, sentences)
    found = []
    for sentence, weight in zip(sentences, weights, strict=True):
        line = shortened(sentence)
        worth = float(weight)
        worth += _OWN * speaks_of_own(sentence) - _POINTING * points_elsewhere(line)
        found.append((worth, Candidate(line, "extracted", sentence)))
    return [one for _, one in sorted(found, key=lambda pair: -pair[0])]


def chosen(found: Iterable[Candidate]) -> Candidate:
    """The candidate that is shown."""
    return next(one for one in found if one.refused is None)


def _fault(line: str, paper: Paper, *, strict: bool) -> str | None:
    """Why `line` may not be shown; None if it may."""
    if is_covered_by(line, paper.title):
        return "it only repeats the title"
    missing = missing_in(f"{paper.title}\n{paper.abstract}", line)
    if missing:
        return f"the paper does not say: {', '.join(missing)}"
    if strict:
        found = verify_claim(line, _sentences(paper))
        if not found.supported:
            return f"the abstract does not bear out: {', '.join(found.missing)}"
        if _is_background(line, paper):
            return "it says what was known before, not what this paper did"
    return None


def source_of(line: str, paper: Paper) -> str:
    """The sentence of the abstract that has most of what `line` says; empty without an abstract."""
    lines = lines_of(paper.abstract)
    return max(lines, key=lambda sentence: len(supported_parts(line, sentence)), default="")


def _is_background(line: str, paper: Paper) -> bool:
    """Whether `line` rests on a sentence before the first about what the authors did."""
    lines = lines_of(paper.abstract)
    first = next((n for n, sentence in enumerate(lines) if speaks_of_own(sentence)), 0)
    return source_of(line, paper) in lines[:first]


def _sentences(paper: Paper) -> list[_Sentence]:
    """Title and sentences of `paper`, in this order."""
    stored = StoredPaper(0, paper.id, paper)
    return [_Sentence(stored, f"{sanitized(paper.title)}.", -1)] + [
        _Sentence(stored, sanitized(paper.abstract[start:end]), start)
        for start, end in sentence_spans(paper.abstract)
    ]
