"""Answers from four sentences of three papers, for the tests of evaluations."""

from __future__ import annotations

from evidence_support import four_sentences

from assistant.answering import Answer, Claim, Timings
from assistant.answering.answer import Status
from assistant.evaluating import Expected, KeyFact, Outcome, paper_name

EVIDENCE = four_sentences()
FOLDY, BEES, SAND = (EVIDENCE[n].stored for n in (0, 2, 3))
TIMINGS = Timings(evidence_s=0.1, first_word_s=0.5, total_s=1.0)


def answer(
    *claims: Claim, status: Status = "answered", passages: int = 4, timings: Timings = TIMINGS
) -> Answer:
    """An answer of `claims`, or with the first `passages` instead of one."""
    return Answer(
        question="Why?",
        text=" ".join(claim.marked for claim in claims if claim.shown) or "No direct answer.",
        status=status,
        claims=claims,
        sources=EVIDENCE[:passages],
        nearest=(),
        model="fake",
        timings=timings,
    )


def quoted(n: int, heading: str = "") -> Claim:
    """The sentence `n` of the evidence, from 1."""
    return Claim(EVIDENCE[n - 1].text, "quoted", (n,), heading)


UNSURE = answer(status="unsure")
NOT_IN_LIBRARY = answer(status="not_in_library", passages=0)


def about_foldy(*facts: str, kind: str = "fact", of: Answer) -> Outcome:
    """The outcome of a question that the first paper answers."""
    found = tuple(map(KeyFact.parse, facts))
    return Outcome(kind, Expected({FOLDY.number: paper_name(FOLDY)}, found), of)
