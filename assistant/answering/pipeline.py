"""The answer pipeline: evidence at once, then verified claims, then the complete answer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from textwrap import shorten
from typing import TYPE_CHECKING

from assistant.answering.answer import (
    REFUSAL,
    REFUSAL_OF_PAPER,
    Answer,
    AnswerDone,
    ClaimVerified,
    EvidenceFound,
    PassagesFound,
    Timings,
)
from assistant.answering.claim_check import ClaimCheck
from assistant.answering.draft import Draft
from assistant.answering.generation import ModelTasks, SentenceStream, answer_request
from assistant.answering.judge import Judge
from assistant.answering.question import MAX_CHARACTERS, Question, is_follow_up
from assistant.answering.question_kinds import (
    QuestionKind,
    classify_paper_question,
    classify_question,
)
from assistant.answering.reader import read
from assistant.answering.retrieval import retrieve_for_follow_up
from assistant.answering.short_answer import ShortAnswers
from assistant.answering.strategies import retrieve
from assistant.errors import ModelError, UsageError
from assistant.library import EVERYTHING, parse_query
from assistant.models.stream import cancelled_on_stop
from assistant.progress import NO_PROGRESS, Progress
from assistant.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from assistant.answering.answer import Claim, Event
    from assistant.answering.question import Turn
    from assistant.answering.retrieval import RetrievedEvidence
    from assistant.library import Filters, Library
    from assistant.models.protocols import LanguageModel
    from assistant.settings import Settings

PROMPT = "answer"
# Papers that a refusal names.
_MAX_NEAREST = 5
# Characters of the question that a refusal repeats.
_MAX_REPEATED = 200


class AnswerPipeline:
    """Answers questions from one library with one model. Thread-safe, as these are."""

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
        self._model = model
        self._settings = settings
        self._prompt = Prompt.load(PROMPT, prompts)
        self._tasks = ModelTasks(model, prompts)
        self._judge = Judge(model, prompts)
        self._check = ClaimCheck(model, self._tasks, self._judge, prompts)
        self._short_answers = ShortAnswers(model, prompts)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        progress: Progress = NO_PROGRESS,
        filters: Filters = EVERYTHING,
    ) -> Iterator[Event]:
        """Answer `question`.

        Yields PassagesFound if the model reads what search found, EvidenceFound before an answer is
        written, then a ClaimVerified for each sentence that can be shown, and AnswerDone last: also
        for a refusal, and with the claims so far after a stop. If the model fails, the answer
        quotes evidence and has a note.

        Args:
            question: the question, which can contain filters such as `since:2024 author:hinton`.
            history: the conversation so far, to which the question can refer.
            progress: a stop ends the answer early.
            filters: restrict the search, in addition to those in the question.

        Raises:
            UsageError: the question is empty or too long, or a filter is invalid; raised by the
                call itself.
            LibraryError: the library cannot be read; raised during iteration.

        """
        parsed = Question.parse(question)
        text, own_filters = parse_query(parsed.text)
        if not text.strip():
            raise UsageError(
                "There are only filters and no question. Ask something about these papers, or list "
                "them: with `list` on the command line, or in the Library of the page."
            )
        return self._answer(parsed, text, filters.combine(own_filters), history, progress)

    def _answer(
        self,
        question: Question,
        text: str,
        filters: Filters,
        history: Sequence[Turn],
        progress: Progress,
    ) -> Iterator[Event]:
        """Answer `question`, which is `text` without its filters."""
        clock = _Clock()
        standalone, kind, retrieved = self._retrieve(text, filters, history, progress)
        clock.evidence_found()
        if retrieved.read is not None and retrieved.evidence:
            yield PassagesFound(retrieved.evidence)
            retrieved = retrieved.read()
            clock.decided()
        context = _Context(question, standalone, kind, retrieved, clock)
        if retrieved.answerability < 0 or not retrieved.evidence:
            yield EvidenceFound((), retrieved.nearest[:_MAX_NEAREST])
            sentence = REFUSAL if filters.one_paper is None else REFUSAL_OF_PAPER
            repeated = shorten(standalone.text, _MAX_REPEATED, placeholder=" …")
            yield self._done(context, sentence.format(question=repeated), None, retrieved.note)
            return
        yield EvidenceFound(retrieved.evidence, retrieved.nearest[:_MAX_NEAREST])
        draft = Draft(
            standalone,
            retrieved.evidence,
            headed=retrieved.headed,
            check=lambda claim, cited: self._check.checked(claim, cited, standalone, progress),
        )
        note = retrieved.note
        try:
            if not retrieved.extractive:
                for claim in self._generate(context, draft, progress):
                    clock.claim_shown()
                    yield ClaimVerified(claim)
        except ModelError as error:
            note = f"The model failed, so evidence is quoted instead: {error}"
        if not progress.stop_requested:
            for claim in draft.quote_all() if retrieved.extractive else draft.add_quotations():
                clock.claim_shown()
                yield ClaimVerified(claim)
        separator = "\n" if retrieved.headed else " "
        answer = separator.join(claim.marked for claim in draft.shown)
        yield self._done(context, answer, draft, note)

    def _retrieve(
        self, text: str, filters: Filters, history: Sequence[Turn], progress: Progress
    ) -> tuple[Question, QuestionKind, RetrievedEvidence]:
        """Rewrite `text` as a standalone question, classify it and retrieve its evidence."""
        limit = self._settings.evidence
        parsed = classify_paper_question(text) if filters.one_paper is not None else None
        if parsed is not None:
            standalone, follow_up = Question.parse(text), False
        else:
            rewritten = self._tasks.rewrite(text, history, progress)
            standalone = Question.parse(rewritten[-MAX_CHARACTERS:])
            follow_up = is_follow_up(text, history)
            parsed = classify_question(text if follow_up else standalone.text)
        if follow_up and parsed.kind in (QuestionKind.FACT, QuestionKind.DEFINITION):
            retrieved = retrieve_for_follow_up(
                Question.parse(text), standalone, self._library, limit, filters
            )
        else:
            reader = None
            if self._judge.available:
                reader = partial(read, judge=self._judge, progress=progress)
            retrieved = retrieve(standalone, parsed, self._library, limit, filters, reader)
        return standalone, parsed.kind, retrieved

    def _generate(self, context: _Context, draft: Draft, progress: Progress) -> Iterator[Claim]:
        """Add the model's reply to `draft`; yield the claims that can be shown."""
        if progress.stop_requested:
            return
        evidence = context.retrieved.evidence
        given: tuple[int, ...] = ()
        if self._short_answers.available:
            request, given = self._short_answers.request(context.standalone, evidence)
        else:
            request = answer_request(
                context.standalone,
                evidence,
                self._prompt,
                self._model,
                self._settings.answer_tokens,
            )
        stream = self._model.generate(request)
        sentences = SentenceStream()
        with cancelled_on_stop(progress, stream.cancel):
            for piece in stream:
                yield from _add_sentences(draft, sentences.add(piece), given)
                if draft.finished:
                    return
            truncated = stream.stats.finish != "stop"
            yield from _add_sentences(draft, sentences.finish(truncated=truncated), given)

    def _done(
        self, context: _Context, text: str, draft: Draft | None, note: str | None
    ) -> AnswerDone:
        """The last event; without a `draft` it is a refusal."""
        return AnswerDone(
            Answer(
                question=context.question.text,
                text=text,
                refused=draft is None,
                claims=() if draft is None else tuple(draft.claims),
                sources=() if draft is None else context.retrieved.evidence,
                nearest=context.retrieved.nearest[:_MAX_NEAREST],
                model=self._model.name,
                timings=context.clock.timings(),
                note=note,
                kind=context.kind.value,
            )
        )


def _add_sentences(
    draft: Draft, sentences: Sequence[str], given: tuple[int, ...]
) -> Iterator[Claim]:
    """Add `sentences`, written from the evidence `given`; yield the claims that can be shown."""
    for sentence in sentences:
        claim = None if draft.finished else draft.add(sentence, given)
        if claim is not None and claim.shown:
            yield claim


class _Clock:
    """Measures one answer from the moment of the question."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._evidence: float | None = None
        self._decided: float | None = None
        self._first_claim: float | None = None

    def evidence_found(self) -> None:
        self._evidence = time.monotonic() - self._start

    def decided(self) -> None:
        self._decided = time.monotonic() - self._start

    def claim_shown(self) -> None:
        if self._first_claim is None:
            self._first_claim = time.monotonic() - self._start

    def timings(self) -> Timings:
        total = time.monotonic() - self._start
        evidence = total if self._evidence is None else self._evidence
        return Timings(evidence, self._first_claim, total, self._decided)


@dataclass(frozen=True)
class _Context:
    """A question with its standalone form, its kind and its evidence."""

    question: Question
    standalone: Question
    kind: QuestionKind
    retrieved: RetrievedEvidence
    clock: _Clock
