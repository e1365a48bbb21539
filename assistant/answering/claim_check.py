"""Whether the cited sentences support a claim: rules, and a judge that reads both.

The rules (`assistant.verification`) compare words, numbers and names. They accept what is close to
its evidence; a paraphrase is not. With its adapter, the bundled model reads claim and evidence: it
can accept what the rules do not, unless they find another number, unit or name, and it can object
to what they accept. `python -m training.reading.fit_support` sets both thresholds. A claim can be
true and still leave out what was asked, so the judge of relevance compares it with its evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answering.quotation_forms import shorter_forms
from assistant.answering.replies import (
    asks_yes_or_no,
    is_doubtful,
    leaves_out_a_part,
    with_both_replies,
    with_question,
    without_needless_reply,
    without_reply,
)
from assistant.answering.support import SupportJudge, support_thresholds
from assistant.verification import verify_claim

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.answering.answer import Evidence
    from assistant.answering.generation import ModelTasks
    from assistant.answering.judge import Judge
    from assistant.answering.question import Question
    from assistant.models.protocols import LanguageModel
    from assistant.progress import Progress

_REPLIES = 2
# How much more likely one reply has to be than the other, in log odds.
_MIN_MARGIN = 2.0

# Log odds of relevance that a claim needs, and that it may lose against its evidence. A seventh of
# the annotators' answers fall below, and are quoted; sentences that leave out what was asked lose 2
# to 4.
MIN_RELEVANCE = 0.0
_MAX_LOSS = 1.0
# The same for shortened quotations, which lose nothing else.
_MAX_LOSS_SHORTENED = 0.5


class ClaimCheck:
    """Checks claims with the rules and one model. Thread-safe, as the model is."""

    def __init__(
        self,
        model: LanguageModel,
        tasks: ModelTasks,
        relevance: Judge,
        prompts: Path | None,
        min_relevance: float = MIN_RELEVANCE,
    ) -> None:
        """Load the prompt; `prompts` is the folder of the user's own versions.

        `min_relevance` are the log odds of relevance that a claim needs.

        Raises:
            PromptTemplateError: the prompt is invalid.
        """
        self._tasks = tasks
        self._judge = SupportJudge(model, prompts)
        self._relevance = relevance
        self._min_relevance = min_relevance

    @property
    def fingerprint(self) -> str:
        """A hash of the prompt of the judge."""
        return self._judge.fingerprint

    def checked(
        self, claim: str, cited: Sequence[Evidence], question: Question, progress: Progress
    ) -> str | None:
        """`claim`, a sentence of an answer to `question`, if `cited` supports it; else None.

        If the claim replies yes or no, the judge compares both replies, and the one that the
        evidence supports is returned. None also after a stop.

        Raises:
            ModelError: the model failed.

        """
        claim = without_needless_reply(claim, question.text)
        if leaves_out_a_part(claim, question.text, " ".join(source.text for source in cited)):
            return None
        papers = {source.stored.number for source in cited}
        if not self._judge.available or len(papers) != 1:
            text = " ".join(source.text for source in cited)
            found = verify_claim(claim, cited, question.text)
            return (
                claim if found.supported and self._tasks.confirms(claim, text, progress) else None
            )
        found = verify_claim(without_reply(claim), cited, question.text)
        if found.contradicts:
            return None
        claims = with_both_replies(claim)
        if len(claims) == 1 and asks_yes_or_no(question.text):
            claims = (claim, f"Yes. {claim}", f"No. {claim}")
        odds = self._odds(claims, cited, question, progress)
        if len(odds) < len(claims):
            return None
        best = _best(odds)
        accepted = support_thresholds().accepts(
            odds[best], rules=found.supported, contradicts=found.contradicts
        )
        if not accepted or not self._answers(claims[best], cited, question, progress):
            return None
        shown = claims[best]
        return without_reply(shown) if is_doubtful(shown, question.text) else shown

    def reply(
        self, cited: Sequence[Evidence], question: Question, progress: Progress
    ) -> str | None:
        """`Yes.` or `No.` if `question` asks for it and the quoted `cited` supports it; else None.

        None also after a stop, and if the model has not learned to judge.

        Raises:
            ModelError: the model failed.

        """
        if not self._judge.available or not asks_yes_or_no(question.text):
            return None
        replies = ("Yes.", "No.")
        odds = self._odds(replies, cited, question, progress)
        if not _is_clear(odds):
            return None
        reply = replies[int(odds[1] > odds[0])]
        quoted = " ".join(source.text for source in cited)
        return None if is_doubtful(f"{reply} {quoted}", question.text) else reply

    def shortened(self, source: Evidence, question: Question, progress: Progress) -> str | None:
        """The shortest form of `source` that answers as well; None if it has to be shown whole.

        None also after a stop, and if the model has not learned to judge.

        Raises:
            ModelError: the model failed.

        """
        if not (self._judge.available and self._relevance.available):
            return None
        forms = [
            form
            for form in shorter_forms(source.text, question)
            if verify_claim(form, [source], question.text).supported
            and not leaves_out_a_part(form, question.text, source.text)
        ]
        if not forms:
            return None
        texts = [(source.stored.title, text) for text in (source.text, *forms)]
        relevance = self._relevance.log_odds(question.text, texts, progress)
        support = self._odds(forms, [source], question, progress)
        for form, relevant, supported in zip(forms, relevance[1:], support, strict=False):
            accepted = support_thresholds().accepts(supported, rules=True, contradicts=False)
            if accepted and relevant >= relevance[0] - _MAX_LOSS_SHORTENED:
                return form
        return None

    def _odds(
        self,
        claims: Sequence[str],
        cited: Sequence[Evidence],
        question: Question,
        progress: Progress,
    ) -> list[float]:
        """Log odds that `cited` supports each of `claims`; fewer after a stop."""
        ordered = sorted(cited, key=lambda source: source.start)
        return self._judge.log_odds(
            cited[0].stored.title,
            " ".join(source.text for source in ordered),
            [with_question(one, question.text) for one in claims],
            progress,
        )

    def _answers(
        self, claim: str, cited: Sequence[Evidence], question: Question, progress: Progress
    ) -> bool:
        """Whether `claim` answers about as well as the sentences it is from; no after a stop."""
        if not self._relevance.available:
            return True
        title = cited[0].stored.title
        texts = [claim, *(source.text for source in cited)]
        odds = self._relevance.log_odds(question.text, [(title, text) for text in texts], progress)
        needed = max(self._min_relevance, max(odds[1:], default=0.0) - _MAX_LOSS)
        return len(odds) == len(texts) and odds[0] >= needed


def _best(odds: Sequence[float]) -> int:
    """The index of the claim to show: of both replies, or of a claim with and without a reply."""
    if len(odds) <= _REPLIES:
        return max(range(len(odds)), key=lambda index: odds[index])
    return 1 + int(odds[2] > odds[1]) if _is_clear(odds[1:]) else 0


def _is_clear(odds: Sequence[float]) -> bool:
    """Whether the evidence supports one of two replies, and clearly not the other."""
    return (
        len(odds) == _REPLIES
        and abs(odds[0] - odds[1]) >= _MIN_MARGIN
        and support_thresholds().accepts(max(odds), rules=False, contradicts=False)
    )
