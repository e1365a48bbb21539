"""Checks a draft against the library: for each sentence, whether a paper supports it.

Every sentence is looked up like a question, and the best sentences of the papers found are its
evidence (`assistant.answering.evidence_check`). One paper that supports it is enough.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answering.evidence_check import (
    MAX_CLAIM,
    CheckVerdict,
    EvidenceCheck,
    closest_sentences,
)
from assistant.answering.question import Question
from assistant.answering.reranker import rerank
from assistant.answering.retrieval import PAPERS, is_on_topic, sentence_embedder, to_evidence
from assistant.errors import UsageError
from assistant.languages import _, ngettext
from assistant.library import EVERYTHING
from assistant.text.citations import without_attribution
from assistant.text.names import mentions, names
from assistant.text.prose import statements
from assistant.text.sanitizing import sanitized
from assistant.verification import supported_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from assistant.answering.answer import Evidence
    from assistant.answering.evidence_check import CheckedClaim
    from assistant.library import Filters, Library, StoredPaper
    from assistant.models.protocols import LanguageModel
    from assistant.progress import Progress

# Characters of a draft. A thesis has half as many.
MAX_DRAFT = 1_000_000
# Sentences of the library that a sentence is compared with.
_EVIDENCE = 6
# Between quoted sentences that do not follow each other.
_GAP = " … "

# What is about the work of the draft, or refers to something before it, can differ from a paper
# without contradicting it.
_OWN = re.compile(r"\b(?:we|our|ours|ourselves|my)\b|^I\b|,\sI\b", re.IGNORECASE)
_REFERRING = re.compile(
    r"^(?:[^,]{0,80},\s+|(?:[a-z]+\s+){1,2})?(?:(?:it|its|this|these|that|those|they|their|he|she"
    r"|his|her|both|such|here)\b|the\s(?:proposed|presented?|current|new|above|latter|former|same"
    r"|resulting|two)\b)",
    re.IGNORECASE,
)

NOTHING_STATED = _("The draft has no sentences that can be looked up")
_SAME_WORDS = _("The evidence says it in the same words")
_NO_PAPERS = _("The library has no paper to compare it with")
_OFF_TOPIC = _("The library has no papers about this")


@dataclass(frozen=True)
class CheckedSentence:
    """A sentence of a draft with its verdict.

    Attributes:
        sentence: the sentence, without citations and marks of formatting.
        verdict: whether a paper of the library supports it; `contradicted` if the library says
            otherwise.
        reason: what decided, one sentence without a full stop.
        evidence: the sentences of one paper that decided, or come closest, in their order.

    """

    sentence: str
    verdict: CheckVerdict
    reason: str
    evidence: tuple[Evidence, ...] = ()

    @property
    def paper(self) -> StoredPaper | None:
        """The paper that the evidence is from."""
        return self.evidence[0].stored if self.evidence else None

    @property
    def quotations(self) -> tuple[str, ...]:
        """The evidence as text; sentences that follow each other are one quotation."""
        found: list[str] = []
        end = -1
        for one in self.evidence:
            if found and not one.stored.abstract[end : one.start].strip():
                found[-1] += f" {one.text}"
            else:
                found.append(one.text)
            end = one.end
        return tuple(found)

    def as_json(self) -> dict[str, Any]:
        """The public JSON representation."""
        paper = self.paper
        return {
            "sentence": self.sentence,
            "verdict": self.verdict,
            "reason": self.reason,
            "evidence": _GAP.join(self.quotations) or None,
            "paper": paper and {"id": paper.id, "title": sanitized(paper.shown_title)},
        }


class DraftCheck:
    """Checks the sentences of a draft against a library. Thread-safe, as the model is."""

    def __init__(
        self,
        library: Library,
        model: LanguageModel,
        prompts: Path | None = None,
        filters: Filters = EVERYTHING,
    ) -> None:
        """Use the papers of `library` that match `filters`; `prompts` as for `EvidenceCheck`.

        Raises:
            PromptTemplateError: a prompt is invalid.
        """
        self._library = library
        self._filters = filters
        self._check = EvidenceCheck(model, prompts)

    def check(self, sentences: Iterable[str], progress: Progress) -> Iterator[CheckedSentence]:
        """Check `sentences` one after another, until a stop is requested.

        Raises:
            LibraryError: the library cannot be searched.
            ModelError: the model failed.
        """
        for sentence in sentences:
            checked = None if progress.stop_requested else self._checked(sentence, progress)
            if checked is None:
                return
            yield checked

    def _checked(self, sentence: str, progress: Progress) -> CheckedSentence | None:
        """The verdict on one sentence; None after a stop."""
        if len(sentence) > MAX_CLAIM:
            reason: str = _("The sentence has more than {count} characters", count=MAX_CLAIM)
            return CheckedSentence(sentence, "not_found", reason)
        claim = without_attribution(sentence)
        evidence, on_topic = self._evidence(claim)
        for one in evidence:
            if _folded(one.text) == _folded(claim):
                return CheckedSentence(sentence, "supported", _SAME_WORDS, (one,))
        found: list[tuple[CheckedClaim, list[Evidence]]] = []
        for of_paper in _by_paper(evidence):
            cited = closest_sentences(claim, of_paper)
            checked = self._check.check_sentence(claim, cited, progress)
            if checked is None or progress.stop_requested:
                return None
            if checked.supported:
                return CheckedSentence(sentence, "supported", checked.reason, tuple(cited))
            found.append((checked, cited))
        for checked, cited in found:
            if checked.verdict == "contradicted" and _is_comparable(claim, cited[0].stored):
                return CheckedSentence(sentence, "contradicted", checked.reason, tuple(cited))
        if not found:
            return CheckedSentence(sentence, "not_found", _NO_PAPERS)
        checked, cited = max(found, key=lambda one: _common(claim, one[1]))
        reason = checked.reason
        if checked.verdict == "contradicted":
            reason = _("{reason}, but the paper may mean something else", reason=reason)
        elif not on_topic:
            reason = _OFF_TOPIC
        return CheckedSentence(sentence, "not_found", reason, tuple(cited))

    def _evidence(self, claim: str) -> tuple[list[Evidence], bool]:
        """The best sentences of the library, and whether any paper is on the topic."""
        question = Question.parse(claim)
        hits = self._library.search(question.text, PAPERS, self._filters)
        ranking = rerank(question, hits, sentence_embedder(self._library))
        count = min(_EVIDENCE, len(ranking.candidates))
        return [to_evidence(ranking, row) for row in range(count)], is_on_topic(ranking)


def draft_statements(draft: str) -> list[str]:
    """The sentences of `draft` that can be looked up, in their order.

    Raises:
        UsageError: the draft is empty or too long.
    """
    if len(draft) > MAX_DRAFT:
        raise UsageError(
            f"The draft has more than {MAX_DRAFT:,} characters. Check its chapters one by one."
        )
    if not sanitized(draft):
        raise UsageError("The draft is empty. Give a text with sentences.")
    return statements(draft)


def summary(checked: Sequence[CheckedSentence]) -> str:
    """How many sentences have which verdict, one sentence without a full stop."""
    if not checked:
        return NOTHING_STATED
    counts = Counter(one.verdict for one in checked)
    supported = counts["supported"]
    return ngettext(
        "{count} of {sentences} is supported, {contradicted} contradicted, {missing} not found",
        "{count} of {sentences} are supported, {contradicted} contradicted, {missing} not found",
        supported,
        sentences=ngettext("{count} sentence", "{count} sentences", len(checked)),
        contradicted=counts["contradicted"],
        missing=counts["not_found"],
    )


def _by_paper(evidence: Iterable[Evidence]) -> list[list[Evidence]]:
    """The sentences of each paper, the paper with the best sentence first."""
    papers: dict[int, list[Evidence]] = {}
    for one in evidence:
        papers.setdefault(one.stored.number, []).append(one)
    return list(papers.values())


def _folded(text: str) -> str:
    """`text` for comparison: without differences of case, spaces and the final full stop."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip(".")


def _common(claim: str, cited: Sequence[Evidence]) -> int:
    """How many content words, numbers and names of `claim` its evidence has."""
    return len(supported_parts(claim, " ".join(one.text for one in cited)))


def _is_comparable(claim: str, stored: StoredPaper) -> bool:
    """Whether `claim` is surely about the same as the paper, so that they can contradict.

    A sentence about the draft's own work has to name what the title names; two works can use the
    same data.
    """
    if _OWN.search(claim) is None and _REFERRING.match(claim) is None:
        return True
    return any(mentions(stored.title, name) for name in names(claim))
