"""Whether given evidence supports a claim, with the reason in words: rules and model together.

A claim is contradicted only where a rule proves it (`assistant.verification.differences`): the
evidence makes the same statement, but with another number, unit or direction, or denies it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from assistant.answering.generation import ModelTasks
from assistant.answering.support import MAX_EVIDENCE, SupportJudge, support_thresholds
from assistant.errors import UsageError
from assistant.languages import _, joined
from assistant.library import StoredPaper
from assistant.paper import Paper
from assistant.text.names import mentions, names
from assistant.text.numbers import Number, number_spans, numbers
from assistant.text.sanitizing import sanitized
from assistant.text.sentences import sentence_spans
from assistant.verification import supported_parts, verify_claim
from assistant.verification.differences import Difference, find_difference
from assistant.verification.violations import VETOES, Violation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.models.protocols import LanguageModel
    from assistant.progress import Progress
    from assistant.verification import CitedSentence, Verification

_Cited = TypeVar("_Cited", bound="CitedSentence")
CheckVerdict = Literal["supported", "not_found", "contradicted"]

# Characters of a claim, of its evidence and of a title.
MAX_CLAIM, MAX_TEXT, MAX_TITLE = 2_000, 100_000, 1_000
# Sentences of a claim.
MAX_SENTENCES = 20
# Sentences of the evidence that are compared with the claim: those with most in common.
_MAX_SENTENCES = 3
# Longer sentences are cut: they are tables or lists.
_MAX_SENTENCE = 2_000
# Words that a reason lists.
_MAX_LISTED = 5
# For the model, which was trained with a title in every prompt.
_NO_TITLE = "Untitled"
_ONE = Number("1")
# Violations in words.
_REASONS = {
    Violation.DESCRIBED: _("The evidence says this of something else"),
    Violation.QUANTITY: _("The evidence has another p-value, range or unit"),
    Violation.NUMBERED: _("The evidence has the numbers, but not for the same thing"),
    Violation.NEGATION: _("One of claim and evidence has a negation that the other does not have"),
    Violation.DIRECTION: _("The comparison is the other way round in the evidence"),
    Violation.SPLICED: _("The claim joins parts of different statements of the evidence"),
    Violation.WORD_ORDER: _("The evidence has the words, but not as one statement"),
}


@dataclass(frozen=True)
class CheckedClaim:
    """The verdict on a claim and the reason for it, one sentence without a full stop."""

    claim: str
    verdict: CheckVerdict
    reason: str

    @property
    def supported(self) -> bool:
        """Whether the evidence supports the claim."""
        return self.verdict == "supported"

    def as_json(self) -> dict[str, str | bool]:
        """The public JSON representation."""
        return {
            "claim": self.claim,
            "supported": self.supported,
            "verdict": self.verdict,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class _Sentence:
    """A sentence of the evidence."""

    text: str
    start: int
    stored: StoredPaper


class EvidenceCheck:
    """Checks claims against evidence with the rules and one model. Thread-safe, as that is."""

    def __init__(self, model: LanguageModel, prompts: Path | None = None) -> None:
        """Load the prompts; `prompts` is the folder of the user's own versions.

        Raises:
            PromptTemplateError: a prompt is invalid.
        """
        self._tasks = ModelTasks(model, prompts)
        self._judge = SupportJudge(model, prompts)

    def check(
        self, claim: str, evidence: str, title: str, progress: Progress
    ) -> CheckedClaim | None:
        """Check `claim` against `evidence`, a text of the paper with `title`; None after a stop.

        Every sentence of a claim has to be supported; the reason is about the first that is not.

        Raises:
            UsageError: claim or evidence is empty, or a text is too long.
            ModelError: the model failed.

        """
        for name, text, limit in (
            ("claim", claim, MAX_CLAIM),
            ("evidence", evidence, MAX_TEXT),
            ("title", title, MAX_TITLE),
        ):
            if len(text) > limit:
                raise UsageError(
                    f"The {name} has {len(text):,} characters; at most {limit:,} are possible. "
                    "Shorten it."
                )
        clean, evidence = sanitized(claim), sanitized(evidence)
        for name, text in (("claim", clean), ("evidence", evidence)):
            if not any(character.isalnum() for character in text):
                raise UsageError(f"The {name} has no words. Write a sentence.")
        sentences = _sentences(evidence, sanitized(title))
        parts = [clean[start:end] for start, end in sentence_spans(clean)]
        parts = [part for part in parts if any(character.isalnum() for character in part)]
        if len(parts) > MAX_SENTENCES:
            raise UsageError(
                f"The claim has {len(parts)} sentences; at most {MAX_SENTENCES} are possible. "
                "Split it."
            )
        checked = []
        for part in parts:
            one = self.check_sentence(part, closest_sentences(part, sentences), progress)
            if one is None:
                return None
            checked.append(one)
        order = ("contradicted", "not_found", "supported")
        worst = min(checked, key=lambda one: order.index(one.verdict))
        about = f"“{worst.claim}”: " if len(parts) > 1 and not worst.supported else ""
        return CheckedClaim(clean, worst.verdict, joined([about, worst.reason], ""))

    def check_sentence(
        self, claim: str, cited: Sequence[CitedSentence], progress: Progress
    ) -> CheckedClaim | None:
        """Check a `claim` of one sentence against `cited`, one to three sentences of one paper.

        Returns None after a stop.

        Raises:
            ModelError: the model failed.

        """
        found = verify_claim(claim, cited)
        difference = None if found.supported else find_difference(claim, cited)
        if not self._judge.available:
            return self._by_rules(claim, cited, found, difference, progress)
        text = " ".join(one.text for one in cited)
        repaired = difference.repaired if difference else None
        claims = [claim] if repaired is None else [claim, repaired]
        odds = self._judge.log_odds(cited[0].stored.title, text, claims, progress)
        if len(odds) < len(claims):
            return None
        thresholds = support_thresholds()
        if difference:
            # The judge has to agree that the evidence makes the statement, but for the difference.
            if repaired is None or odds[-1] >= thresholds.objection:
                return CheckedClaim(claim, "contradicted", _contradiction(difference))
            return CheckedClaim(claim, "not_found", _missing(claim, cited, found, odds[-1]))
        accepted = thresholds.accepts(odds[0], rules=found.supported, contradicts=found.contradicts)
        if accepted:
            return CheckedClaim(claim, "supported", _support(found, odds[0]))
        return CheckedClaim(claim, "not_found", _missing(claim, cited, found, odds[0]))

    def _by_rules(
        self,
        claim: str,
        cited: Sequence[CitedSentence],
        found: Verification,
        difference: Difference | None,
        progress: Progress,
    ) -> CheckedClaim | None:
        """The verdict without the judge; a capable model can object to what the rules accept."""
        if difference:
            return CheckedClaim(claim, "contradicted", _contradiction(difference))
        if not found.supported:
            return CheckedClaim(claim, "not_found", _missing(claim, cited, found, None))
        text = " ".join(one.text for one in cited)
        confirmed = self._tasks.confirms(claim, text, progress)
        if progress.stop_requested:
            return None
        if not confirmed:
            reason = _(
                "The words are in the evidence, but the model says that it does not support it"
            )
            return CheckedClaim(claim, "not_found", reason)
        return CheckedClaim(claim, "supported", _support(found, None))


def _sentences(evidence: str, title: str) -> list[_Sentence]:
    stored = StoredPaper(1, "evidence", Paper(title=title or _NO_TITLE, abstract=evidence))
    return [
        _Sentence(evidence[start:end][:_MAX_SENTENCE], start, stored)
        for start, end in sentence_spans(evidence)
    ]


def closest_sentences(claim: str, sentences: Sequence[_Cited]) -> list[_Cited]:
    """The sentences with most of `claim`, as many as the judge can read, in their order."""
    parts = {one.start: supported_parts(claim, one.text) for one in sentences}
    ranked = sorted(sentences, key=lambda one: (-len(parts[one.start]), one.start))
    chosen = ranked[:1]
    known = parts[chosen[0].start]
    for one in ranked[1:]:
        size = sum(len(other.text) + 1 for other in chosen) + len(one.text)
        # A sentence without anything new of the claim only distracts.
        if parts[one.start] - known and size <= MAX_EVIDENCE and len(chosen) < _MAX_SENTENCES:
            chosen.append(one)
            known |= parts[one.start]
    return sorted(chosen, key=lambda one: one.start)


def _support(found: Verification, odds: float | None) -> str:
    if odds is None:
        return _("The evidence has every part of the claim")
    if found.supported:
        return _(
            "The evidence has every part of the claim, and the model agrees (log odds {odds})",
            odds=f"{odds:.1f}",
        )
    return _(
        "The model reads it in the evidence (log odds {odds}); no number, unit or name differs",
        odds=f"{odds:.1f}",
    )


def _contradiction(difference: Difference) -> str:
    if difference.kind == "negation":
        if difference.stated == "claim":
            return _("The claim denies what the evidence states")
        return _("The evidence denies what the claim states")
    if difference.kind == "comparison":
        return _("The evidence compares the other way round")
    return _(
        "The evidence says {stated}, the claim {claimed}",
        stated=difference.stated,
        claimed=difference.claimed,
    )


def _missing(
    claim: str, cited: Sequence[CitedSentence], found: Verification, odds: float | None
) -> str:
    """Why `claim` is not found in the `cited` sentences."""
    text = ". ".join((cited[0].stored.title, *(one.text for one in cited)))
    given = numbers(text)
    for start, end, number in number_spans(claim):
        if number != _ONE and not any(number.stated_by(other) for other in given):
            return _("The evidence has no number {number}", number=claim[start:end].strip())
    for name in names(claim):
        if name in found.missing and not mentions(text, name):
            return _("The evidence does not mention {name}", name=name)
    for kind, reason in _REASONS.items():
        if kind in found.missing and (odds is None or kind in VETOES):
            return reason
    if odds is not None:
        if odds >= 0:
            return _(
                "The model is not sure enough that the evidence says it (log odds {odds})",
                odds=f"{odds:.1f}",
            )
        return _("The model finds no support (log odds {odds})", odds=f"{odds:.1f}")
    words = ", ".join(f"“{word}”" for word in found.missing[:_MAX_LISTED])
    more = ", …" if len(found.missing) > _MAX_LISTED else ""
    return _("The evidence does not say {words}", words=words + more)
