"""One question asked of the abstract of one paper, many at the same time: the cells of tables.

It is the answer that a selected paper gives, without search, conversation and events: the sentences
are ranked, the judge reads the best ones and decides whether they answer, the model writes a short
answer, which is verified, and if it fails, a sentence is quoted. Whatever the model does here waits
for the questions that somebody asks meanwhile.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from assistant.answering import answerability, reader, reranker, support
from assistant.answering.generation import ModelTasks
from assistant.answering.judge import Judge
from assistant.answering.question_kinds import QuestionKind, classify_paper_question
from assistant.answering.retrieval import (
    SELECTED_PAPER_BONUS,
    evidence_from_hits,
)
from assistant.answering.single_paper import catalogue_value, summary_of
from assistant.answering.writing import AnswerWriter
from assistant.library import Filters
from assistant.library.records import CellMethod, Hit
from assistant.models.batch_model import BatchModel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.answering.answer import Evidence
    from assistant.answering.question import Question
    from assistant.answering.reranker import RankedSentences
    from assistant.answering.retrieval import RetrievedEvidence
    from assistant.library import Library, StoredPaper
    from assistant.models.protocols import LanguageModel
    from assistant.progress import Progress
    from assistant.settings import Settings

# Changes whenever the code here makes other answers from the same models, prompts and weights.
_VERSION = "1"
# Without embeddings the linear score may be minus infinity.
_MIN_ODDS = -6.0
# Where a probability is 0 or 1 for every purpose.
_MAX_ODDS = 30.0


@dataclass(frozen=True)
class PaperAnswer:
    """What the abstract of a paper answers.

    Attributes:
        text: the answer on one line, without citations; "" if the abstract does not say.
        evidence: the sentences that support it.
        method: written by the model, quoted, or empty.
        confidence: the probability that the abstract answers, from 0 to 1.

    """

    text: str
    evidence: tuple[Evidence, ...]
    method: CellMethod
    confidence: float


class PaperAnswers:
    """Asks papers of one library with one model. Thread-safe, as these are."""

    def __init__(
        self,
        library: Library,
        model: LanguageModel,
        settings: Settings,
        prompts: Path | None = None,
    ) -> None:
        """Load the prompts; `prompts` is the folder of the user's own versions.

        Raises:
            PromptTemplateError: a prompt is invalid.
        """
        self._library = library
        self._limit = settings.evidence
        batch = BatchModel(model)
        tasks = ModelTasks(batch, prompts)
        self._judge = Judge(batch, prompts)
        self._writer = AnswerWriter(batch, tasks, self._judge, settings.answer_tokens, prompts)
        self._threshold = (
            reader.reader_weights().threshold
            if self._judge.available
            else answerability.MIN_LOG_ODDS
        )
        self._fingerprint = _fingerprint(
            _VERSION,
            self._writer.fingerprint,
            tasks.judge_fingerprint,
            self._judge.fingerprint,
            str(self._limit),
            str(settings.answer_tokens),
            "" if library.vectors.embedder is None else library.vectors.embedder.fingerprint,
        )

    @property
    def fingerprint(self) -> str:
        """A hash of everything besides the model that shapes an answer: 12 hexadecimal digits."""
        return self._fingerprint

    def ask(
        self, question: Question, stored: StoredPaper, progress: Progress
    ) -> PaperAnswer | None:
        """The answer of `stored` to `question`; None after a stop.

        Raises:
            ModelError: the model failed.
            LibraryError: the library cannot be read.

        """
        about = classify_paper_question(question.text)
        if about is not None and about.kind is QuestionKind.SUMMARY:
            return _contribution(stored)
        found = self._evidence(question, stored, progress)
        absolute = found.answerability + self._threshold
        confidence = 1 / (1 + math.exp(-max(min(absolute, _MAX_ODDS), -_MAX_ODDS)))
        answer = PaperAnswer("", (), "empty", confidence)
        if found.answerability >= 0 and found.evidence:
            answer = self._answer(question, found.evidence, confidence, progress)
        return None if progress.stop_requested else answer

    def _evidence(
        self, question: Question, stored: StoredPaper, progress: Progress
    ) -> RetrievedEvidence:
        hits = self._library.search(question.text, 1, Filters(only=(stored.number,)))
        found = evidence_from_hits(
            question,
            hits or [Hit(stored, 0.0, None, None, None)],
            self._library,
            self._limit,
            bonus=SELECTED_PAPER_BONUS,
            reader=partial(self._read, progress=progress) if self._judge.available else None,
        )
        return found if found.read is None else found.read()

    def _answer(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        confidence: float,
        progress: Progress,
    ) -> PaperAnswer:
        draft = self._writer.draft(question, evidence, progress)
        for _ in self._writer.claims(draft, question, evidence, progress):
            pass
        draft.add_quotations()
        shown = draft.shown
        cited = dict.fromkeys(n for claim in shown for n in claim.citations)
        written = all(claim.verdict == "supported" for claim in shown)
        return PaperAnswer(
            " ".join(claim.text for claim in shown),
            tuple(evidence[n - 1] for n in cited),
            "written" if written else "quoted",
            confidence,
        )

    def _read(
        self, question: Question, ranking: RankedSentences, odds: float, progress: Progress
    ) -> tuple[RankedSentences, float]:
        return reader.read_or_fail(question, ranking, max(odds, _MIN_ODDS), self._judge, progress)


def _contribution(stored: StoredPaper) -> PaperAnswer:
    """What the paper is about: the sentence that says what was done."""
    first = summary_of(stored, ()).evidence[:1]
    if not first:
        return PaperAnswer("", (), "empty", 0.0)
    return PaperAnswer(first[0].text, first, "quoted", 1.0)


def catalogue_answer(question: Question, stored: StoredPaper) -> str | None:
    """The value of the catalogue that `question` asks for, such as the authors; else None."""
    about = classify_paper_question(question.text)
    if about is None or about.kind is not QuestionKind.METADATA or about.field is None:
        return None
    return catalogue_value(stored, about.field) or None


def _fingerprint(*parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode())
    for file in (reranker.FILE, reader.READER_FILE, support.SUPPORT_FILE):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
