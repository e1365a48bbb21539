"""One question on the page: what is known of its evidence and its answer so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from assistant.answering import ClaimChecked, EvidenceFound

if TYPE_CHECKING:
    from assistant.answering import Answer, Claim, Evidence
    from assistant.answering.answer import Event

State = Literal["searching", "writing", "done", "stopped", "failed"]

_LONGEST_HEADING = 1_000
_PROGRESS = {
    "searching": "Looking for evidence …",
    "writing": "Writing, and checking every sentence against the evidence …",
}


@dataclass(frozen=True)
class EvidenceView:
    """One numbered sentence and where it stands in its abstract."""

    n: int
    id: str
    title: str
    sentence: str
    before: str
    marked: str
    after: str


@dataclass
class TurnView:
    """A question and what came of it; `take` brings it up to date with what the asker says.

    `number` counts the questions of a conversation from 1.
    """

    number: int
    question: str
    state: State = "searching"
    evidence: list[EvidenceView] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    answer: Answer | None = None
    error: str = ""
    note: str = ""

    def take(self, event: Event) -> None:
        """Take in one event of the asker."""
        if isinstance(event, EvidenceFound):
            self.evidence = [_evidence(n, item) for n, item in enumerate(event.evidence, 1)]
            self.state = "writing" if event.evidence else "searching"
        elif isinstance(event, ClaimChecked):
            if event.claim.shown:
                self.claims.append(event.claim)
        else:
            self.answer = event.answer
            self.claims = [claim for claim in event.answer.claims if claim.shown]
            self.evidence = [_evidence(n, item) for n, item in enumerate(event.answer.sources, 1)]
            self.note = self.note or event.answer.note or ""
            self.state = "done"

    def fail(self, error: str) -> None:
        """End with an error, keeping what is there."""
        self.error = error
        self.state = "failed"

    def stop(self) -> None:
        """End because the user wanted it."""
        self.state = "stopped"

    @property
    def heading(self) -> str:
        """The question, cut if somebody pasted a book."""
        cut = self.question[:_LONGEST_HEADING]
        return cut if cut == self.question else cut + " …"

    @property
    def running(self) -> bool:
        """Whether more is to come."""
        return self.state in _PROGRESS

    @property
    def progress(self) -> str:
        """What is being done now."""
        return _PROGRESS.get(self.state, "")

    @property
    def refused(self) -> bool:
        """Whether the library has no evidence for the question."""
        return self.state == "done" and self.answer is not None and self.answer.refused

    @property
    def text(self) -> str:
        """The answer as one text."""
        return self.answer.text if self.answer else ""

    @property
    def nearest(self) -> list[dict[str, str]]:
        """Title and id of the papers that come nearest to the question."""
        if self.answer is None:
            return []
        return [{"title": paper.title, "id": paper.id} for paper in self.answer.nearest]

    @property
    def figures(self) -> list[str]:
        """How long it took and who wrote it."""
        if self.answer is None:
            return []
        timings = self.answer.timings
        figures = [f"evidence {timings.evidence_s:.2f} s"]
        if timings.first_word_s is not None:
            figures.append(f"first word {timings.first_word_s:.2f} s")
        figures.append(f"whole answer {timings.total_s:.2f} s")
        if not self.answer.refused:
            figures.append(self.answer.model)
        dropped = sum(not claim.shown for claim in self.answer.claims)
        if dropped:
            noun = "sentence" if dropped == 1 else "sentences"
            figures.append(f"{dropped} unsupported {noun} left out")
        return figures


def _evidence(n: int, item: Evidence) -> EvidenceView:
    abstract = item.stored.abstract
    return EvidenceView(
        n=n,
        id=item.stored.id,
        title=item.stored.title,
        sentence=item.text,
        before=abstract[: item.start],
        marked=abstract[item.start : item.end],
        after=abstract[item.end :],
    )
