"""One question asked of the abstract of one paper, many at the same time: the cells of tables.

A model with the adapters reads every sentence, decides whether one answers, and writes a short
answer. A capable model gets the numbered sentences at once and cites one, or says that none
answers. Every other model rewrites the sentences that rank best by words and vectors, if these are
likely to answer. What is written is verified as in every answer; what fails is quoted instead.
Whatever the model does here waits for the questions that somebody asks meanwhile.
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answering import reader, reranker, support
from assistant.answering.abstract_reading import all_sentences, read_abstract
from assistant.answering.answerability import MIN_LOG_ODDS
from assistant.answering.generation import ModelTasks
from assistant.answering.judge import Judge
from assistant.answering.question_kinds import QuestionKind, classify_paper_question
from assistant.answering.retrieval import SELECTED_PAPER_BONUS, evidence_from_hits
from assistant.answering.single_paper import catalogue_value, summary_of
from assistant.answering.writing import PROMPT, AnswerWriter
from assistant.errors import ModelError
from assistant.library import Filters
from assistant.library.records import CellMethod, Hit
from assistant.models.batch_model import BatchModel
from assistant.models.protocols import is_capable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.answering.answer import Claim, Evidence
    from assistant.answering.question import Question
    from assistant.library import Library, StoredPaper
    from assistant.models.protocols import LanguageModel
    from assistant.progress import Progress
    from assistant.settings import Settings

# Changes whenever the code makes other answers from the same models, prompts and weights.
_VERSION = "1"
_CAPABLE_PROMPT = "cell"
_NOT_STATED = re.compile(
    r"\b(?:not|n['’]t|never)\s+(?:\w+\s+){0,2}?(?:stat|mention|specif|giv|report|provid|say\b|said\b"
    r"|describ|disclos|indicat|answer|contain|includ|clear)\w*"
    r"|^\W*none\b|\bnone\s+of\b|\bno\s+(?:\w+\s+)?(?:information|mention|sentences?|answer)\b"
    r"|\b(?:unknown|unclear|unspecified)\b",
    re.IGNORECASE,
)
# The confidence in an answer, and in a refusal, of a model that does not report one.
_SAID, _UNSAID = 0.8, 0.2
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


@dataclass(frozen=True)
class RankedSentences:
    """The sentences of a paper that rank best for a question, and the confidence in them.

    `usable` is false if they are not likely to answer.
    """

    evidence: tuple[Evidence, ...]
    confidence: float
    usable: bool


class PaperAnswers:
    """Asks papers of one library with one model. Thread-safe, as these are.

    Without a library, as on other computers, sentences have to be ranked before.
    """

    def __init__(
        self,
        library: Library | None,
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
        self._reads_at_once = is_capable(model) and not self._judge.available
        self._writer = AnswerWriter(
            batch,
            tasks,
            self._judge,
            settings.answer_tokens,
            prompts,
            prompt=_CAPABLE_PROMPT if self._reads_at_once else PROMPT,
            # The judge says less of such questions; a claim is compared with its evidence alone.
            min_relevance=-math.inf,
        )
        embedder = None if library is None else library.vectors.embedder
        self._fingerprint = _fingerprint(
            _VERSION,
            self._writer.fingerprint,
            tasks.judge_fingerprint,
            self._judge.fingerprint,
            str(self._limit),
            str(settings.answer_tokens),
            "" if embedder is None else embedder.fingerprint,
        )

    @property
    def fingerprint(self) -> str:
        """A hash of everything besides the model that shapes an answer: 12 hexadecimal digits."""
        return self._fingerprint

    def ranked(self, question: Question, stored: StoredPaper) -> RankedSentences | None:
        """What `ask` needs from the library for a model that does not read; else None.

        Raises:
            LibraryError: the library cannot be read.

        """
        if self._library is None or self._judge.available or self._reads_at_once:
            return None
        hits = self._library.search(question.text, 1, Filters(only=(stored.number,)))
        found = evidence_from_hits(
            question,
            hits or [Hit(stored, 0.0, None, None, None)],
            self._library,
            self._limit,
            bonus=SELECTED_PAPER_BONUS,
        )
        return RankedSentences(
            tuple(found.evidence),
            _probability(found.answerability + MIN_LOG_ODDS),
            found.answerability >= 0 and bool(found.evidence),
        )

    def ask(
        self,
        question: Question,
        stored: StoredPaper,
        progress: Progress,
        ranked: RankedSentences | None = None,
    ) -> PaperAnswer | None:
        """The answer of `stored` to `question`; None after a stop.

        `ranked` is the result of the method of that name, which is called if it is None.

        Raises:
            ModelError: the model failed.
            LibraryError: the library cannot be read.

        """
        about = classify_paper_question(question.text)
        if about is not None and about.kind is QuestionKind.SUMMARY:
            return _contribution(stored)
        if self._judge.available:
            answer = self._with_judge(question, stored, progress)
        elif self._reads_at_once:
            answer = self._at_once(question, stored, progress)
        else:
            ranked = ranked or self.ranked(question, stored)
            answer = self._by_rank(question, ranked, progress)
        return None if progress.stop_requested else answer

    def _with_judge(
        self, question: Question, stored: StoredPaper, progress: Progress
    ) -> PaperAnswer:
        evidence, odds = read_abstract(question, stored, self._judge, progress)
        confidence = _probability(odds)
        if odds < 0:
            return _empty(confidence)
        return self._written(question, evidence, confidence, progress)

    def _by_rank(
        self, question: Question, ranked: RankedSentences | None, progress: Progress
    ) -> PaperAnswer:
        if ranked is None:
            raise ModelError("The sentences for this model have to be ranked in the library first.")
        if not ranked.usable:
            return _empty(ranked.confidence)
        return self._written(question, ranked.evidence, ranked.confidence, progress)

    def _at_once(self, question: Question, stored: StoredPaper, progress: Progress) -> PaperAnswer:
        """The answer of a model that reads all sentences; quoted where it cites but rewords."""
        evidence = all_sentences(stored)
        draft = self._writer.draft(question, evidence, progress)
        for _ in self._writer.claims(draft, question, evidence, progress):
            pass
        if draft.shown:
            return _answer(draft.shown, evidence, _SAID)
        said = next((c for c in draft.claims if not _NOT_STATED.search(c.text)), None)
        if said is None or not said.citations:
            return _empty(_UNSAID)
        best = evidence[said.citations[0] - 1]
        return PaperAnswer(best.text, (best,), "quoted", _SAID)

    def _written(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        confidence: float,
        progress: Progress,
    ) -> PaperAnswer:
        draft = self._writer.draft(question, evidence, progress)
        for _ in self._writer.claims(draft, question, evidence, progress):
            pass
        draft.add_quotations(1)
        return _answer(draft.shown, evidence, confidence)


def _answer(shown: Sequence[Claim], evidence: Sequence[Evidence], confidence: float) -> PaperAnswer:
    cited = dict.fromkeys(n for claim in shown for n in claim.citations)
    written = all(claim.verdict == "supported" for claim in shown)
    return PaperAnswer(
        " ".join(claim.text for claim in shown),
        tuple(evidence[n - 1] for n in cited),
        "written" if written else "quoted",
        confidence,
    )


def _empty(confidence: float) -> PaperAnswer:
    return PaperAnswer("", (), "empty", confidence)


def _contribution(stored: StoredPaper) -> PaperAnswer:
    """What the paper is about: the sentence that says what was done."""
    first = summary_of(stored, ()).evidence[:1]
    return PaperAnswer(first[0].text, first, "quoted", 1.0) if first else _empty(0.0)


def catalogue_answer(question: Question, stored: StoredPaper) -> str | None:
    """The value of the catalogue that `question` asks for, such as the authors; else None."""
    about = classify_paper_question(question.text)
    if about is None or about.kind is not QuestionKind.METADATA or about.field is None:
        return None
    return catalogue_value(stored, about.field) or None


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(min(log_odds, _MAX_ODDS), -_MAX_ODDS)))


def _fingerprint(*parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode())
    for file in (reranker.FILE, reader.READER_FILE, support.SUPPORT_FILE):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
