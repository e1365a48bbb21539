"""Answers, and the events of an answer while it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from assistant.api.result import Result, notebook_html
from assistant.progress import Progress
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant import answering

Status = Literal["answered", "unsure", "not_in_library"]
Verdict = Literal["supported", "quoted", "dropped"]


class PaperName(Result):
    """Id and title of a paper; the title has a mark if the paper was retracted."""

    id: str
    title: str


class CitedPaper(PaperName):
    """The paper of a source; `year` is "" if it is not known."""

    year: str = ""


class NearPaper(PaperName):
    """A paper that search found for the question; a higher `score` is nearer."""

    score: float


class Source(Result):
    """A sentence of an abstract that answers cite as `[n]`.

    It is `abstract[start:end]` of its paper. `score`, from 0 to 1, says how well it fits the
    question. A source with a `field` is no sentence: it comes from the record of the paper, such as
    its authors.
    """

    n: int
    paper: CitedPaper
    sentence: str
    start: int
    end: int
    score: float
    field: str | None = None

    @property
    def text(self) -> str:
        """The sentence on one line."""
        return sanitized(self.sentence)


class Claim(Result):
    """A sentence of an answer, with its verdict and the numbers of the sources that it cites.

    `supported` means that the cited sources support it, `quoted` that it is a sentence of an
    abstract. `dropped` sentences are not supported, and not part of the answer's text. `heading` is
    the title of the claim's paper in an answer about several papers. `original` is the sentence
    that was verified, if `text` is its translation. `shortened` claims are sentences of an abstract
    from which rules removed words.
    """

    text: str
    verdict: Verdict
    citations: tuple[int, ...]
    heading: str = ""
    original: str = ""
    shortened: bool = False

    @property
    def shown(self) -> bool:
        """Whether the claim is part of the answer's text."""
        return self.verdict != "dropped"


class Timings(Result):
    """Seconds from the question to the evidence, its final form, the first claim, and the end."""

    evidence_s: float
    first_word_s: float | None
    total_s: float
    decided_s: float | None = None


class Answer(Result):
    """A complete answer.

    `text` has the shown claims with their citations, or says that there is no answer. `sources`
    are what an answer cites; without an answer, `passages` are the sentences that come closest.
    `refused` means that `status` is not `answered`. `understood_as` is the question that was
    answered, if a conversation completed it or a model translated it from `language`. `note` says
    what failed or was left out.
    """

    question: str
    text: str = Field(alias="answer")
    status: Status
    refused: bool
    claims: tuple[Claim, ...]
    sources: tuple[Source, ...]
    nearest: tuple[NearPaper, ...]
    model: str
    timings: Timings
    kind: str
    passages: tuple[Source, ...] = ()
    note: str | None = None
    understood_as: str | None = None
    language: str | None = None

    @classmethod
    def of(cls, answer: answering.Answer) -> Answer:
        """The answer of the pipeline."""
        return cls.model_validate(answer.as_json())

    @property
    def cited(self) -> tuple[Source, ...]:
        """The sources that the shown claims cite, in the order of their numbers."""
        numbers = {n for claim in self.claims if claim.shown for n in claim.citations}
        return tuple(source for source in self.sources if source.n in numbers)

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return notebook_html("notebook_answer.html", answer=self)


class PassagesFound(Result):
    """The best sentences by search, before the model has read them."""

    event: Literal["passages"] = "passages"
    passages: tuple[Source, ...]


class EvidenceFound(Result):
    """The evidence, before the answer is written.

    If none of it certainly answers (`status`), it is what comes closest, and no claims follow.
    `extractive` is whether the answer quotes all of it, and the model writes nothing.
    """

    event: Literal["evidence"] = "evidence"
    status: Status
    evidence: tuple[Source, ...]
    nearest: tuple[NearPaper, ...]
    extractive: bool = False
    understood_as: str | None = None


class ClaimVerified(Result):
    """A verified sentence of the answer."""

    event: Literal["claim"] = "claim"
    claim: Claim


class AnswerDone(Result):
    """The last event: the complete answer."""

    event: Literal["answer"] = "answer"
    answer: Answer


AnswerEvent = Annotated[
    PassagesFound | EvidenceFound | ClaimVerified | AnswerDone, Field(discriminator="event")
]


class AnswerStream:
    """An answer while it is written: iterate over its events, or call `result`."""

    def __init__(self, events: Iterator[answering.Event], progress: Progress) -> None:
        """Pass on `events`, which `progress` can stop."""
        self._events = events
        self._progress = progress
        self.answer: Answer | None = None

    def __iter__(self) -> Iterator[PassagesFound | EvidenceFound | ClaimVerified | AnswerDone]:
        """Yield the events; `answer` is set with the last one."""
        for event in self._events:
            found = _event(event)
            if isinstance(found, AnswerDone):
                self.answer = found.answer
            yield found

    def result(self) -> Answer:
        """Wait for the complete answer; after a stop, the answer so far."""
        for _ in self:
            pass
        if self.answer is None:
            raise RuntimeError("The events of this answer were read by something else.")
        return self.answer

    def stop(self) -> None:
        """End the answer early; any thread may call this."""
        self._progress.stop()

    @property
    def stopped(self) -> bool:
        """Whether the answer was stopped, so that it may be incomplete."""
        return self._progress.stop_requested


def _event(event: answering.Event) -> PassagesFound | EvidenceFound | ClaimVerified | AnswerDone:
    from assistant import answering

    # `event` is set explicitly, because values that are not set are left out of the JSON form.
    match event:
        case answering.PassagesFound():
            return PassagesFound(event="passages", passages=_sources(event.passages))
        case answering.EvidenceFound():
            found: dict[str, Any] = {
                "event": "evidence",
                "status": event.status,
                "evidence": _sources(event.evidence),
                "extractive": event.extractive,
                "nearest": [paper.as_json() for paper in event.nearest],
            }
            if event.understood_as is not None:
                found["understood_as"] = event.understood_as
            return EvidenceFound.model_validate(found)
        case answering.ClaimVerified():
            return ClaimVerified(event="claim", claim=Claim.model_validate(event.claim.as_json()))
        case answering.AnswerDone():
            return AnswerDone(event="answer", answer=Answer.of(event.answer))


def _sources(evidence: tuple[answering.Evidence, ...]) -> tuple[Source, ...]:
    return tuple(Source.model_validate(one.as_json(n)) for n, one in enumerate(evidence, start=1))
