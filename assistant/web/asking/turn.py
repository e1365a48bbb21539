"""A question on the page with its evidence and answer so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from assistant.answering import ClaimVerified, EvidenceFound, PassagesFound
from assistant.languages import _, format_number, ngettext
from assistant.reference import has_zotero_pdf, zotero_link
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.answering import Answer, Claim, Evidence
    from assistant.answering.answer import Event

State = Literal[
    "searching", "reading", "waiting", "writing", "done", "stopped", "failed", "interrupted"
]

# Tooltips of the verdicts.
VERDICTS = {
    "supported": _("Verified: the cited evidence supports this sentence."),
    "quoted": _("Quoted word for word from the cited evidence."),
}
# What the verdicts are called in the details.
VERDICT_NAMES = {"supported": _("supported"), "quoted": _("quoted"), "dropped": _("dropped")}
_MAX_HEADING_LENGTH = 1_000
# Papers of a list that are shown at once; to fold fewer than the second number saves nothing.
_MAX_UNFOLDED, _MIN_FOLDED = 10, 2
_PROGRESS = {
    "searching": _("Searching your papers …"),
    "reading": _("Reading …"),
    "waiting": _("The model is busy with other questions …"),
    "writing": _("Writing and verifying every sentence …"),
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
    def reference(self) -> str:
        """The paper as plain text: title, year, id."""
        year = f" ({self.year})" if self.year else ""
        return f"{sanitized(self.title)}{year}. {self.id}."

    @property
    def source(self) -> str:
        """The evidence as plain text: title, year, id and sentence."""
        return f"{self.reference} “{self.sentence}”"


@dataclass
class TurnView:
    """A question with its evidence and answer; `take` applies the events of the pipeline.

    `number` counts the questions of a conversation from 1. `paper` and `scope` are number and title
    of the only paper that was asked, if any. `understood_as` is the question that was answered, if
    the conversation completed it; `as_typed` forbids that. `chat` is the number of the chat and
    `stored` the id of the turn in the library, 0 and None if they are not saved. `rating` and
    `comment` are what the user said about the answer.
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
    as_typed: bool = False
    chat: int = 0
    stored: int | None = None
    rating: int = 0
    comment: str = ""

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
            return ngettext(
                "Waiting for the model ({count} question ahead) …",
                "Waiting for the model ({count} questions ahead) …",
                self.ahead,
            )
        if self.state == "reading":
            papers = len({item.id for item in self.evidence})
            return ngettext("Reading {count} paper …", "Reading {count} papers …", papers)
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
    def checked(self) -> str:
        """What is said once about the verification of the shown sentences."""
        verdicts = {claim.verdict for claim in self.claims}
        if not verdicts or self.refused:
            return ""
        if verdicts == {"quoted"}:
            return _("Quoted word for word from your papers.")
        if "quoted" in verdicts:
            return _("Verified against the cited evidence. Quotation marks are word for word.")
        return _("Verified against the cited evidence.")

    @property
    def is_list(self) -> bool:
        """Whether the answer is a list of papers."""
        return bool(self.claims) and all(claim.heading for claim in self.claims)

    @property
    def listed(self) -> list[dict[str, Any]]:
        """The rows of a list of papers: each claim and the year of its paper."""
        years = {item.n: item.year for item in self.evidence}
        return [
            {"claim": claim, "year": next((years.get(n) or "" for n in claim.citations), "")}
            for claim in self.claims
        ]

    def is_repeated(self, item: EvidenceView) -> bool:
        """Whether the answer has the very sentence of `item`, so that it is not shown again."""
        return self.state == "done" and any(
            claim.text == item.sentence and item.n in claim.citations for claim in self.claims
        )

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
        return _("Closest passages") if self.refused else _("Evidence")

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
        figures: list[str] = [_("evidence after {seconds} s", seconds=_seconds(timings.evidence_s))]
        if timings.decided_s is not None:
            figures.append(_("decided after {seconds} s", seconds=_seconds(timings.decided_s)))
        if timings.first_word_s is not None:
            figures.append(
                _("first word after {seconds} s", seconds=_seconds(timings.first_word_s))
            )
        figures.append(_("whole answer after {seconds} s", seconds=_seconds(timings.total_s)))
        if not self.answer.refused:
            figures.append(_("model {name}", name=self.answer.model))
        return figures


def _seconds(seconds: float) -> str:
    return format_number(seconds, 2)


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
