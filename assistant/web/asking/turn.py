"""A question on the page with its evidence and answer so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from assistant.answering import ClaimVerified, EvidenceFound, PassagesFound
from assistant.html import render
from assistant.reference import has_zotero_pdf, zotero_link
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.answering import Answer, Claim, Evidence
    from assistant.answering.answer import Event

State = Literal["searching", "reading", "waiting", "writing", "done", "stopped", "failed"]

# Tooltips of the verdicts.
VERDICTS = {
    "supported": "Verified: the cited evidence supports this sentence.",
    "quoted": "Quoted word for word from the cited evidence.",
}
_MAX_HEADING_LENGTH = 1_000
# Papers of a list that are shown at once; to fold fewer than the second number saves nothing.
_MAX_UNFOLDED, _MIN_FOLDED = 10, 2
_PROGRESS = {
    "searching": "Searching for evidence …",
    "reading": "Reading what was found …",
    "waiting": "The model is busy with other questions …",
    "writing": "Writing and verifying every sentence …",
}


@dataclass(frozen=True)
class Queued:
    """The model is busy: `ahead` other questions are answered first."""

    ahead: int


# Events of a turn: those of the pipeline, and the position in the request queue.
TurnEvent: TypeAlias = "Event | Queued"


@dataclass(frozen=True)
class EvidenceView:
    """A numbered evidence sentence and its position in the abstract.

    `number` is the paper's number in the library, 0 if it was removed. `fit` is the relevance in
    percent, None if it was not saved. `zotero` selects the item in Zotero that the paper follows.
    """

    n: int
    id: str
    title: str
    sentence: str
    before: str
    marked: str
    after: str
    number: int = 0
    year: str = ""
    fit: int | None = None
    zotero: str = ""
    zotero_pdf: bool = False

    @property
    def source(self) -> str:
        """The evidence as plain text: number, title, year, id and sentence."""
        year = f" ({self.year})" if self.year else ""
        return f"[{self.n}] {sanitized(self.title)}{year}. {self.id}. “{self.sentence}”"


@dataclass
class TurnView:
    """A question with its evidence and answer; `take` applies the events of the pipeline.

    `number` counts the questions of a conversation from 1. `paper` and `scope` are number and title
    of the only paper that was asked, if any. `understood_as` is the question that was answered, if
    the conversation completed it. `stored` is the id of the turn in the library.
    """

    number: int
    question: str
    state: State = "searching"
    evidence: list[EvidenceView] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    answer: Answer | None = None
    error: str = ""
    note: str = ""
    paper: int | None = None
    scope: str = ""
    ahead: int = 0
    understood_as: str = ""
    stored: int | None = None

    def take(self, event: TurnEvent) -> None:
        """Apply one event."""
        if isinstance(event, Queued):
            self.ahead = event.ahead
            self.state = "waiting"
        elif isinstance(event, PassagesFound):
            self.evidence = [_evidence(n, item) for n, item in enumerate(event.passages, 1)]
            self.state = "reading"
        elif isinstance(event, EvidenceFound):
            self.evidence = [_evidence(n, item) for n, item in enumerate(event.evidence, 1)]
            self.state = "writing" if event.status == "answered" else "searching"
            self.understood_as = event.understood_as or ""
        elif isinstance(event, ClaimVerified):
            self.state = "writing"
            if event.claim.shown:
                self.claims.append(event.claim)
        else:
            self.answer = event.answer
            self.claims = [claim for claim in event.answer.claims if claim.shown]
            self.evidence = [_evidence(n, item) for n, item in enumerate(event.answer.sources, 1)]
            self.note = self.note or event.answer.note or ""
            self.understood_as = event.answer.understood_as or ""
            self.state = "done"

    def fail(self, error: str) -> None:
        """End with an error; evidence and claims so far stay."""
        self.error = error
        self.state = "failed"

    def stop(self) -> None:
        """End because the user stopped it."""
        self.state = "stopped"

    @property
    def heading(self) -> str:
        """The question, shortened if it is very long."""
        cut = self.question[:_MAX_HEADING_LENGTH]
        return cut if cut == self.question else cut + " …"

    @property
    def running(self) -> bool:
        """Whether the turn is still running."""
        return self.state in _PROGRESS

    @property
    def progress(self) -> str:
        """The current step."""
        if self.state == "waiting" and self.ahead:
            others = "1 question" if self.ahead == 1 else f"{self.ahead} questions"
            return f"Waiting for the model ({others} ahead) …"
        return _PROGRESS.get(self.state, "")

    @property
    def refused(self) -> bool:
        """Whether the question got no answer."""
        return self.state == "done" and self.answer is not None and self.answer.refused

    @property
    def dropped(self) -> list[Claim]:
        """Sentences of the model that failed verification."""
        return [claim for claim in self.answer.claims if not claim.shown] if self.answer else []

    @property
    def copied(self) -> str:
        """The text that "Copy with citations" copies: question, answer and the cited evidence."""
        # One line, or with headings (one per paper) a line for each sentence.
        sentences = [sanitized(claim.marked) for claim in self.claims]
        separator = "\n" if any(claim.heading for claim in self.claims) else " "
        answer = sanitized(self.text) if self.refused else separator.join(sentences)
        cited = {n for claim in self.claims for n in claim.citations}
        sources = [item.source for item in self.evidence if item.n in cited or self.refused]
        parts = [sanitized(self.question), answer, "\n".join(sources)]
        return "\n\n".join(part for part in parts if part) + "\n"

    @property
    def text(self) -> str:
        """The answer as one text."""
        return self.answer.text if self.answer else ""

    @property
    def first_folded(self) -> int | None:
        """The index of the first claim of a long list that is folded away; None if none is."""
        listed = sum(bool(claim.heading) for claim in self.claims)
        return _MAX_UNFOLDED if listed > _MAX_UNFOLDED + _MIN_FOLDED else None

    @property
    def evidence_heading(self) -> str:
        """What the sentences beside the answer are called."""
        return "Closest passages" if self.refused else "Evidence"

    @property
    def nearest(self) -> list[dict[str, str]]:
        """Title and id of the papers nearest to the question, if no passage is shown."""
        if self.answer is None or self.evidence:
            return []
        return [{"title": paper.title, "id": paper.id} for paper in self.answer.nearest]

    @property
    def figures(self) -> list[str]:
        """Timings and the name of the model."""
        if self.answer is None:
            return []
        timings = self.answer.timings
        figures = [f"evidence {timings.evidence_s:.2f} s"]
        if timings.decided_s is not None:
            figures.append(f"decided {timings.decided_s:.2f} s")
        if timings.first_word_s is not None:
            figures.append(f"first word {timings.first_word_s:.2f} s")
        figures.append(f"whole answer {timings.total_s:.2f} s")
        if not self.answer.refused:
            figures.append(self.answer.model)
        return figures


def render_turn(turn: TurnView, *, latest: bool = False) -> str:
    """A question with evidence and answer; the `latest` one offers Retry and Edit."""
    return render("turn.html", turn=turn, latest=latest, verdicts=VERDICTS)


def percent(score: float) -> int:
    """A score from 0 to 1 in percent, at least 1."""
    return max(1, min(100, round(100 * score)))


def _evidence(n: int, item: Evidence) -> EvidenceView:
    abstract = item.stored.abstract
    return EvidenceView(
        number=item.stored.number,
        year=item.stored.paper.year,
        zotero=zotero_link(item.stored.paper.reference),
        zotero_pdf=has_zotero_pdf(item.stored.paper.reference),
        fit=percent(item.score),
        n=n,
        id=item.stored.id,
        title=item.stored.shown_title,
        sentence=item.text,
        before=abstract[: item.start],
        marked=abstract[item.start : item.end],
        after=abstract[item.end :],
    )
