"""The answer pipeline: evidence at once, then verified claims, then the complete answer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from assistant.answering.answer import (
    EMPTY_LIBRARY,
    MODEL_FAILED,
    NOT_IN_LIBRARY,
    NOTHING_MATCHES,
    UNSURE,
    Answer,
    AnswerDone,
    ClaimVerified,
    EvidenceFound,
    PassagesFound,
    Timings,
)
from assistant.answering.follow_ups import Reference, complete
from assistant.answering.foreign import NOT_IN_LIBRARY_IN, UNSURE_IN, not_in_english
from assistant.answering.generation import ModelTasks
from assistant.answering.judge import Judge
from assistant.answering.question import MAX_CHARACTERS, Question
from assistant.answering.question_kinds import (
    ParsedQuestion,
    QuestionKind,
    classify_paper_question,
    classify_question,
)
from assistant.answering.reader import read
from assistant.answering.retrieval import (
    first_answering,
    in_conversation,
    understood_as_about_one,
    understood_as_complete,
)
from assistant.answering.shared_terms import closest_passages
from assistant.answering.strategies import retrieve
from assistant.answering.translation import Translator
from assistant.answering.unsaid import unsaid
from assistant.answering.writing import AnswerWriter
from assistant.errors import ModelError, PaperNotFound, UsageError
from assistant.library import EVERYTHING, Filters, parse_query
from assistant.models.protocols import is_capable
from assistant.progress import NO_PROGRESS, Progress
from assistant.text.languages import question_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from assistant.answering.answer import Claim, Event, Evidence, Status
    from assistant.answering.follow_ups import Turn
    from assistant.answering.retrieval import RetrievedEvidence
    from assistant.library import Library
    from assistant.models.protocols import LanguageModel
    from assistant.settings import Settings

# Papers that a refusal names.
_MAX_NEAREST = 5
# Passages that are shown without an answer, and how likely each has to be relative to the best.
_MAX_PASSAGES = 3
_MIN_RELATIVE_PROBABILITY = 0.1


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
        self._tasks = ModelTasks(model, prompts)
        self._judge = Judge(model, prompts)
        self._translator = Translator(model, prompts)
        self._writer = AnswerWriter(
            model, self._tasks, self._judge, settings.answer_tokens, prompts
        )

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
        language = question_language(text) if self._translator.available else None
        english = self._translator.question(text, progress) if language else None
        standalone, kind, retrieved = self._retrieve(english or text, filters, history, progress)
        clock.evidence_found()
        if retrieved.read is not None and retrieved.evidence:
            yield PassagesFound(retrieved.evidence)
            retrieved = retrieved.read()
            clock.decided()
        context = _Context(
            question, text, standalone, kind, retrieved, clock, language if english else None
        )
        if retrieved.answerability < 0 or not retrieved.evidence:
            yield from self._without_answer(context, filters)
            return
        yield EvidenceFound(
            retrieved.evidence,
            retrieved.nearest[:_MAX_NEAREST],
            understood_as=context.understood_as,
            extractive=retrieved.extractive,
        )
        draft = self._writer.draft(
            standalone, retrieved.evidence, progress, headed=retrieved.headed
        )
        note = retrieved.note
        quotations: list[Claim] = []
        try:
            if not retrieved.extractive:
                for claim in self._writer.claims(draft, standalone, retrieved.evidence, progress):
                    shown = claim
                    if context.language:
                        shown = self._translator.claim(claim, context.language, progress)
                        draft.exchange(claim, shown)
                    clock.claim_shown()
                    yield ClaimVerified(shown)
                if not progress.stop_requested:
                    quotations = self._writer.quotations(draft, standalone, progress)
            elif not progress.stop_requested:
                quotations = draft.quote_all()
        except ModelError as error:
            note = f"{MODEL_FAILED} {error}"
            if not progress.stop_requested:
                quotations = draft.add_quotations()
        for claim in quotations:
            clock.claim_shown()
            yield ClaimVerified(claim)
        separator = "\n" if retrieved.headed else " "
        answer = separator.join(claim.marked for claim in draft.shown)
        yield self._done(context, answer, "answered", draft.claims, retrieved.evidence, note)

    def _without_answer(self, context: _Context, filters: Filters) -> Iterator[Event]:
        """Say that there is no answer, with the passages that come closest if any is on topic."""
        retrieved = context.retrieved
        # A selected paper is in the library, whatever is asked of it.
        selected = filters.one_paper is not None
        status: Status = "unsure" if retrieved.on_topic or selected else "not_in_library"
        passages = _closest(retrieved.evidence) if retrieved.on_topic else ()
        if not retrieved.nearest and not self._library.papers.count():
            text = EMPTY_LIBRARY
        elif retrieved.refusal is not None:
            text = retrieved.refusal
        elif context.language and (selected or retrieved.on_topic):
            text = UNSURE_IN[context.language]
        elif context.language and retrieved.nearest:
            text = NOT_IN_LIBRARY_IN[context.language]
        elif selected:
            text = unsaid(context.standalone.text)
        elif retrieved.on_topic:
            text = UNSURE
        else:
            text = NOT_IN_LIBRARY if retrieved.nearest else NOTHING_MATCHES
        yield EvidenceFound(
            passages, retrieved.nearest[:_MAX_NEAREST], status, context.understood_as
        )
        yield self._done(context, text, status, (), passages, retrieved.note)

    def _retrieve(
        self, text: str, filters: Filters, history: Sequence[Turn], progress: Progress
    ) -> tuple[Question, QuestionKind, RetrievedEvidence]:
        """Complete `text` from the conversation, classify it and retrieve its evidence."""
        limit = self._settings.evidence
        reader = None
        if self._judge.available:
            reader = partial(read, judge=self._judge, progress=progress)

        def evidence(
            question: Question, parsed: ParsedQuestion, papers: tuple[int, ...] | None = None
        ) -> RetrievedEvidence:
            within = filters if papers is None else filters.combine(Filters(only=papers))
            return retrieve(question, parsed, self._library, limit, within, reader)

        if (language := question_language(text)) is not None and not is_capable(self._model):
            closest = closest_passages(text, self._library, limit, filters)
            return Question.parse(text), QuestionKind.FACT, not_in_english(closest, language)
        if filters.one_paper is not None and (about := classify_paper_question(text)) is not None:
            question = Question.parse(text)
            return question, about.kind, evidence(question, about)
        follow_up = complete(text, history, self._title_of)
        rewritten = self._tasks.rewrite(text, follow_up.text, history, progress)
        question = Question.parse(rewritten[-MAX_CHARACTERS:])
        # What was asked before says nothing of the kind of this question.
        own = follow_up.within if rewritten == follow_up.text else ""
        parsed = classify_question(own or question.text)
        papers = follow_up.papers
        if not papers:
            return question, parsed.kind, evidence(question, parsed)
        if len(papers) == 1 and (about := classify_paper_question(text)) is not None:
            return question, about.kind, evidence(question, about, papers)
        certain = follow_up.reference is Reference.CERTAIN
        if not certain and parsed.kind not in (QuestionKind.FACT, QuestionKind.DEFINITION):
            return question, parsed.kind, evidence(question, parsed)
        asked = Question.parse(own) if own else question
        found = evidence(asked, classify_question(asked.text), papers)
        found = understood_as_complete(in_conversation(found), question.text)
        if follow_up.reference is Reference.POSSIBLE:
            found = understood_as_about_one(found, question)
        if not certain:
            found = first_answering(
                found, lambda: understood_as_complete(evidence(question, parsed), question.text)
            )
        return asked, parsed.kind, found

    def _title_of(self, number: int) -> str | None:
        try:
            return self._library.papers.get(f"#{number}").title
        except PaperNotFound:
            return None

    def _done(
        self,
        context: _Context,
        text: str,
        status: Status,
        claims: Sequence[Claim],
        sources: tuple[Evidence, ...],
        note: str | None,
    ) -> AnswerDone:
        """The last event."""
        return AnswerDone(
            Answer(
                question=context.question.text,
                text=text,
                status=status,
                claims=tuple(claims),
                sources=sources,
                nearest=context.retrieved.nearest[:_MAX_NEAREST],
                model=self._model.name,
                timings=context.clock.timings(),
                note=note,
                kind=context.kind.value,
                understood_as=context.understood_as,
                language=context.language,
            )
        )


def _closest(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The passages to show without an answer: the best one, and those almost as likely."""
    best = evidence[0].score if evidence else 0.0
    likely = (one for one in evidence if one.score >= _MIN_RELATIVE_PROBABILITY * best)
    return tuple(likely)[:_MAX_PASSAGES]


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
    """A question with its standalone form, its kind and its evidence.

    `text` is the question without its filters, `language` that of a question that was translated.
    """

    question: Question
    text: str
    standalone: Question
    kind: QuestionKind
    retrieved: RetrievedEvidence
    clock: _Clock
    language: str | None

    @property
    def understood_as(self) -> str | None:
        """The complete question in English, unless it is as it was asked."""
        understood = self.retrieved.understood_as or self.standalone.text
        return None if understood == " ".join(self.text.split()) else understood
