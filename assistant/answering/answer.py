"""Evidence, claims and answers, and the events that the answer pipeline yields."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.library import StoredPaper

Verdict = Literal["supported", "quoted", "dropped"]
# Whether the library answers: it does, it has passages on the topic of which none certainly
# answers, or it has nothing on the topic.
Status = Literal["answered", "unsure", "not_in_library"]

# What is said instead of an answer.
UNSURE = "I found no direct answer."
NOT_IN_LIBRARY = "The library has no papers about this."
EMPTY_LIBRARY = "The library is empty. Import papers, then ask again."
NOTHING_MATCHES = "No paper in the library matches the filters of this question."
# How the note of an answer begins that is quoted because the model failed.
MODEL_FAILED = "The model failed, so evidence is quoted instead:"


@dataclass(frozen=True)
class Evidence:
    """A sentence that may answer: `sentence == stored.abstract[start:end]`.

    Citations refer to evidence by its position, from 1. `score`, from 0 to 1, is the probability
    that this is the best of all ranked sentences, or the relevance of its paper. Evidence with a
    `field` comes from the catalogue, not from the abstract, such as the authors of the paper; its
    `start` and `end` are 0.
    """

    stored: StoredPaper
    sentence: str
    start: int
    end: int
    score: float
    field: str | None = None

    @property
    def text(self) -> str:
        """The sentence on one line and without invisible characters, for display and the model."""
        return sanitized(self.sentence)

    def as_json(self, n: int) -> dict[str, Any]:
        """The JSON form of the source that citations name `[n]`."""
        year = self.stored.paper.year
        return {
            "n": n,
            "paper": {
                "id": self.stored.id,
                "title": self.stored.shown_title,
                **({"year": year} if year else {}),
            },
            "sentence": self.sentence,
            "start": self.start,
            "end": self.end,
            "score": round(self.score, 4),
            **({"field": self.field} if self.field else {}),
        }


@dataclass(frozen=True)
class Claim:
    """A sentence of an answer, without its `[n]`, with its citations and its verdict.

    `quoted` claims are unchanged sentences of an abstract; `dropped` ones are not shown. In an
    answer about several papers, such as a list, `heading` is the title of the claim's paper. If the
    text is a translation, `original` is the sentence that was verified. `shortened` claims are
    sentences of an abstract from which rules removed words, and which were verified like those of
    the model.
    """

    text: str
    verdict: Verdict
    citations: tuple[int, ...] = ()
    heading: str = ""
    original: str = ""
    shortened: bool = False

    @property
    def shown(self) -> bool:
        """Whether the claim is part of the answer's text."""
        return self.verdict != "dropped"

    @property
    def marked(self) -> str:
        """The text followed by its citations: `It is 160 times smaller. [1][2]`."""
        text = f"{self.heading}: {self.text}" if self.heading else self.text
        return f"{text} {''.join(f'[{n}]' for n in self.citations)}".rstrip()

    def as_json(self) -> dict[str, Any]:
        """The JSON form; `heading`, `original` and `shortened` are there if they say something."""
        return {
            "text": self.text,
            "verdict": self.verdict,
            "citations": list(self.citations),
            **({"heading": self.heading} if self.heading else {}),
            **({"original": self.original} if self.original else {}),
            **({"shortened": True} if self.shortened else {}),
        }


@dataclass(frozen=True)
class NearestPaper:
    """A paper that search found for the question; a higher `score` is nearer."""

    id: str
    title: str
    score: float

    def as_json(self) -> dict[str, Any]:
        """The JSON form."""
        return {"id": self.id, "title": self.title, "score": round(self.score, 4)}


@dataclass(frozen=True)
class Timings:
    """Seconds from the question to the evidence, to the first claim shown, and to the end.

    `decided_s` is when the evidence is final, after a model has read it.
    """

    evidence_s: float
    first_word_s: float | None
    total_s: float
    decided_s: float | None = None


@dataclass(frozen=True)
class Answer:
    """A complete answer.

    Attributes:
        question: the question as it was asked.
        text: the shown sentences with their citations, or what is said instead of an answer.
        status: whether the library answers.
        claims: the sentences of the answer, also those that are not shown.
        sources: all the evidence; without an answer, the passages that come closest.
        nearest: the papers that search found.
        model: the name of the language model.
        timings: how long it took.
        note: what failed or was left out.
        kind: a value of `assistant.answering.question_kinds.QuestionKind`.
        understood_as: the question that was answered, if the conversation completed it or a model
            translated it.
        language: the language of the question, if a model translated it into English.

    """

    question: str
    text: str
    status: Status
    claims: tuple[Claim, ...]
    sources: tuple[Evidence, ...]
    nearest: tuple[NearestPaper, ...]
    model: str
    timings: Timings
    note: str | None = None
    kind: str = "fact"
    understood_as: str | None = None
    language: str | None = None

    @property
    def refused(self) -> bool:
        """Whether there is no answer."""
        return self.status != "answered"

    @property
    def model_failed(self) -> bool:
        """Whether evidence is quoted because the model failed; `note` says why."""
        return self.note is not None and self.note.startswith(MODEL_FAILED)

    def as_json(self) -> dict[str, Any]:
        """The public JSON representation.

        `passages` is there without an answer; `note`, `understood_as` and `language` if there are
        any.
        """
        sources = [source.as_json(n) for n, source in enumerate(self.sources, start=1)]
        shape: dict[str, Any] = {
            "question": self.question,
            "answer": self.text,
            "status": self.status,
            "refused": self.refused,
            "claims": [claim.as_json() for claim in self.claims],
            "sources": [] if self.refused else sources,
            "nearest": [paper.as_json() for paper in self.nearest],
            "model": self.model,
            "timings": {
                name: None if seconds is None else round(seconds, 4)
                for name, seconds in asdict(self.timings).items()
            },
            "kind": self.kind,
        }
        if self.refused:
            shape["passages"] = sources
        if self.note is not None:
            shape["note"] = self.note
        if self.understood_as is not None:
            shape["understood_as"] = self.understood_as
        if self.language is not None:
            shape["language"] = self.language
        return shape


@dataclass(frozen=True)
class PassagesFound:
    """The best sentences by search, if a model will read them to choose the evidence."""

    passages: tuple[Evidence, ...]


@dataclass(frozen=True)
class EvidenceFound:
    """The evidence, before an answer is written.

    If none of it certainly answers (`status`), it is what comes closest, and no answer follows.
    `extractive` is whether the answer quotes all of it and the model writes nothing.
    """

    evidence: tuple[Evidence, ...]
    nearest: tuple[NearestPaper, ...]
    status: Status = "answered"
    understood_as: str | None = None
    extractive: bool = False


@dataclass(frozen=True)
class ClaimVerified:
    """A supported claim or a quotation, which can be shown."""

    claim: Claim


@dataclass(frozen=True)
class AnswerDone:
    """The last event, always."""

    answer: Answer


Event = PassagesFound | EvidenceFound | ClaimVerified | AnswerDone
