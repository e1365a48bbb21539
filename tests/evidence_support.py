"""Evidence for the tests of what is done with it."""

from __future__ import annotations

from assistant.answering import Evidence
from assistant.library import StoredPaper
from assistant.paper import Paper
from assistant.verification.verifier import Verification, verify_claim

PAPERS = [
    Paper(
        title="Foldy: shrinking browsers",
        abstract="Browsers need much memory. We present Foldy, which makes browsers 160times "
        "smaller on old laptops. Foldy does not slow the browser down.",
    ),
    Paper(
        title="Bees and red roofs",
        abstract="We study how bees find flowers in cities. Red roofs mislead young bees in 42% of "
        "flights, while old bees ignore them.",
    ),
    Paper(title="Maps of sand", abstract="Rivers carry sand. SandMap shows 1,200 beaches at once."),
]


def four_sentences() -> tuple[Evidence, ...]:
    """Four sentences: two of the first paper, then one of each other."""
    stored = [StoredPaper(n, paper.id, paper) for n, paper in enumerate(PAPERS, start=1)]
    spans = [
        (stored[0], "We present Foldy, which makes browsers 160times smaller on old laptops."),
        (stored[0], "Foldy does not slow the browser down."),
        (stored[1], "Red roofs mislead young bees in 42% of flights, while old bees ignore them."),
        (stored[2], "SandMap shows 1,200 beaches at once."),
    ]  # fmt: skip
    found = []
    for paper, sentence in spans:
        start = paper.abstract.index(sentence)
        found.append(Evidence(paper, sentence, start, start + len(sentence), score=0.9))
    return tuple(found)


def verified(claim: str, sentence: str, title: str = "A study of things") -> Verification:
    """What the rules say of a claim that cites the only sentence of an abstract."""
    stored = StoredPaper(1, "x", Paper(title=title, abstract=sentence, source="x"))
    return verify_claim(claim, [Evidence(stored, sentence, 0, len(sentence), 1.0)])
