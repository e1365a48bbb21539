"""What asking gives: evidence, claims and the answer made of them, and the events on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.library import StoredPaper

Verdict = Literal["supported", "quoted", "dropped"]

# The one sentence of every refusal, by the library or by the one paper that was asked; what was
# looked for comes into it.
REFUSAL = "Nothing in the library answers “{question}”."
REFUSAL_OF_PAPER = "The abstract of this paper does not answer “{question}”."


@dataclass(frozen=True)
class Evidence:
    """A sentence that could answer: `sentence == stored.abstract[start:end]`.

    Its number in citations is its position among the evidence, from 1. `score`, from 0 to 1, says
    how likely it is the best answer of all sentences that were looked at, or how well its paper
    fits. Evidence with a `field` is not from the abstract but says what the catalogue knows of the
    paper, such as its authors; `start` and `end` are 0 then.
    """

    stored: StoredPaper
    sentence: str
    start: int
    end: int
    score: float
    field: str | None = None

    @property
    def text(self) -> str:
        """The sentence as it is shown and given to the model: on one line, nothing invisible."""
        return sanitized(self.sentence)


@dataclass(frozen=True)
class Claim:
    """A sentence of an answer, without its `[n]`, with what it cites and what the check found.

    `quoted` is a sentence of an abstract as it stands; `dropped` ones are never shown as answer.
    In an answer about several papers, such as a list, `heading` is the title of the claim's paper.
    """

    text: str
    verdict: Verdict
    citations: tuple[int, ...] = ()
    heading: str = ""

    @property
    def shown(self) -> bool:
        """Whether the claim is part of the answer's text."""
        return self.verdict != "dropped"

    @property
    def marked(self) -> str:
        """The text followed by its citations: `It is 160 times smaller. [1][2]`."""
        text = f"{self.heading}: {self.text}" if self.heading else self.text
        return f"{text} {''.join(f'[{n}]' for n in self.citations)}".rstrip()


@dataclass(frozen=True)
class NearestPaper:
    """A paper that search found for the question; `score` orders such papers, larger is nearer."""

    id: str
    title: str
    score: float


@dataclass(frozen=True)
class Timings:
    """Seconds since the question came: to the evidence, to the first claim shown, to the end."""

    evidence_s: float
    first_word_s: float | None
    total_s: float


@dataclass(frozen=True)
class Answer:
    """A whole answer. `sources` is all the evidence; `note` says what went wrong or was left out.

    `kind` is the kind of the question, one of `assistant.answering.question_kinds.Kind`.
    """

    question: str
    text: str
    refused: bool
    claims: tuple[Claim, ...]
    sources: tuple[Evidence, ...]
    nearest: tuple[NearestPaper, ...]
    model: str
    timings: Timings
    note: str | None = None
    kind: str = "fact"

    def as_json(self) -> dict[str, Any]:
        """The shape that other programs rely on; `note` is only there if there is one."""
        shape: dict[str, Any] = {
            "question": self.question,
            "answer": self.text,
            "refused": self.refused,
            "claims": [
                {
                    "text": claim.text,
                    "verdict": claim.verdict,
                    "citations": list(claim.citations),
                    **({"heading": claim.heading} if claim.heading else {}),
                }
                for claim in self.claims
            ],
            "sources": [
                {
                    "n": n,
                    "paper": {"id": source.stored.id, "title": source.stored.title},
                    "sentence": source.sentence,
                    "start": source.start,
                    "end": source.end,
                    "score": round(source.score, 4),
                    **({"field": source.field} if source.field else {}),
                }
                for n, source in enumerate(self.sources, start=1)
            ],
            "nearest": [
                {"id": paper.id, "title": paper.title, "score": round(paper.score, 4)}
                for paper in self.nearest
            ],
            "model": self.model,
            "timings": {
                "evidence_s": round(self.timings.evidence_s, 4),
                "first_word_s": (
                    None
                    if self.timings.first_word_s is None
                    else round(self.timings.first_word_s, 4)
                ),
                "total_s": round(self.timings.total_s, 4),
            },
        }
        shape["kind"] = self.kind
        if self.note is not None:
            shape["note"] = self.note
        return shape


@dataclass(frozen=True)
class EvidenceFound:
    """The evidence, before the model is asked; empty when the question will be refused."""

    evidence: tuple[Evidence, ...]
    nearest: tuple[NearestPaper, ...]


@dataclass(frozen=True)
class ClaimVerified:
    """A claim that passed its check, or a quotation: it may be shown."""

    claim: Claim


@dataclass(frozen=True)
class AnswerDone:
    """The last event, always."""

    answer: Answer


Event = EvidenceFound | ClaimVerified | AnswerDone
