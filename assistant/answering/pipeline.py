"""Question -> events: evidence at once, claims as they pass their check, then the whole answer."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from textwrap import shorten
from typing import TYPE_CHECKING

from assistant.answering.answer import (
    REFUSAL,
    REFUSAL_OF_PAPER,
    Answer,
    AnswerDone,
    ClaimVerified,
    EvidenceFound,
    Timings,
)
from assistant.answering.draft import Draft
from assistant.answering.follow_ups import refers_back
from assistant.answering.model_tasks import ModelTasks
from assistant.answering.prompting import answer_request
from assistant.answering.question import MAX_CHARACTERS, Question
from assistant.answering.question_kinds import (
    QuestionKind,
    classify_paper_question,
    classify_question,
)
from assistant.answering.retrieval import find_following
from assistant.answering.sentence_stream import SentenceStream
from assistant.answering.strategies import retrieve
from assistant.errors import ModelError, UsageError
from assistant.library import EVERYTHING, parse_query
from assistant.models.stream import cancelled_when
from assistant.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from assistant.answering.answer import Claim, Event
    from assistant.answering.follow_ups import Turn
    from assistant.answering.retrieval import RetrievedEvidence
    from assistant.library import Filters, Library
    from assistant.models.protocols import LanguageModel
    from assistant.settings import Settings

PROMPT = "answer"
# Papers that a refusal names.
_NEAREST = 5
# Characters of the question that a refusal repeats.
_LONGEST_NAMED = 200


class AnswerPipeline:
    """Answers questions from one library with one model. Thread-safe, as these are."""

    def __init__(
        self,
        library: Library,
        model: LanguageModel,
        settings: Settings,
        prompts: Path | None = None,
    ) -> None:
        """`prompts` is a folder in which the user may keep an own `answer.md`.

        Raises:
            PromptTemplateError: that prompt cannot be used.
        """
        self._library = library
        self._model = model
        self._settings = settings
        self._prompt = Prompt.load(PROMPT, prompts)
        self._able = ModelTasks(model, prompts)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        stop: threading.Event | None = None,
        filters: Filters = EVERYTHING,
    ) -> Iterator[Event]:
        """Answer `question`, which may refer to the turns before it in `history`.

        Only papers that meet `filters` are looked at, and those that the question itself has, as
        in `since:2024 author:hinton`.

        First comes EvidenceFound, before the model is asked, then a ClaimVerified for each sentence
        that may be shown, last AnswerDone: also for a refusal, and with what was checked so far
        once `stop` is set. A model that fails leaves quoted evidence and a note in the answer.

        Raises:
            UsageError: the question is empty or too long, or a filter is wrong; raised by the call
                itself.
            LibraryError: the library cannot be read; raised while iterating.
        """
        asked = Question.of(question)
        text, own = parse_query(asked.text)
        if not text.strip():
            raise UsageError(
                "There are only filters and no question. Ask something about these papers, or see "
                "them with `assistant list`."
            )
        return self._answer(asked, text, filters.also(own), history, stop or threading.Event())

    def _answer(
        self,
        asked: Question,
        text: str,
        filters: Filters,
        history: Sequence[Turn],
        stop: threading.Event,
    ) -> Iterator[Event]:
        clock = _Clock()
        of_paper = classify_paper_question(text) if filters.one_paper is not None else None
        if of_paper is not None:
            meant, follows, kind = Question.of(text), False, of_paper
        else:
            meant = Question.of(self._able.standalone(text, history, stop)[-MAX_CHARACTERS:])
            follows = refers_back(text, history)
            kind = classify_question(text if follows else meant.text)
        if follows and kind.kind in (QuestionKind.FACT, QuestionKind.DEFINITION):
            found = find_following(
                Question.of(text), meant, self._library, self._settings.evidence, filters
            )
        else:
            found = retrieve(meant, kind, self._library, self._settings.evidence, filters)
        clock.evidence_found()
        writing = _Writing(asked, meant, kind.kind.value, found, clock, filters)
        if found.odds < 0 or not found.evidence:
            yield EvidenceFound((), found.nearest[:_NEAREST])
            yield AnswerDone(self._refusal(writing))
            return
        yield EvidenceFound(found.evidence, found.nearest[:_NEAREST])
        draft = Draft(
            meant,
            found.evidence,
            headed=found.headed,
            agrees=lambda claim, cited: self._able.agrees(claim, cited, stop),
        )
        note = found.note
        try:
            if not found.whole:
                for claim in self._written(writing, draft, stop):
                    clock.claim_shown()
                    yield ClaimVerified(claim)
        except ModelError as error:
            note = f"The model failed, so evidence is quoted instead: {error}"
        if not stop.is_set():
            for claim in draft.quote_all() if found.whole else draft.quotations():
                clock.claim_shown()
                yield ClaimVerified(claim)
        between = "\n" if found.headed else " "
        yield AnswerDone(
            Answer(
                question=asked.text,
                text=between.join(claim.marked for claim in draft.shown),
                refused=False,
                claims=tuple(draft.claims),
                sources=found.evidence,
                nearest=found.nearest[:_NEAREST],
                model=self._model.name,
                timings=clock.timings(),
                note=note,
                kind=kind.kind.value,
            )
        )

    def _written(self, writing: _Writing, draft: Draft, stop: threading.Event) -> Iterator[Claim]:
        """The claims of the model's reply that may be shown; the stream is ended with it."""
        if stop.is_set():
            return
        evidence = writing.found.evidence
        request = answer_request(
            writing.meant, evidence, self._prompt, self._model, self._settings.answer_tokens
        )
        stream = self._model.generate(request)
        cutter = SentenceStream()
        with cancelled_when(stop.is_set, stream.cancel):
            for piece in stream:
                yield from _taken(draft, cutter.add(piece))
                if draft.finished:
                    return
            whole = stream.stats.finish == "stop"
            yield from _taken(draft, cutter.rest(cut=not whole))

    def _refusal(self, writing: _Writing) -> Answer:
        looked_for = shorten(writing.meant.text, _LONGEST_NAMED, placeholder=" …")
        sentence = REFUSAL if writing.filters.one_paper is None else REFUSAL_OF_PAPER
        return Answer(
            question=writing.asked.text,
            text=sentence.format(question=looked_for),
            refused=True,
            claims=(),
            sources=(),
            nearest=writing.found.nearest[:_NEAREST],
            model=self._model.name,
            timings=writing.clock.timings(),
            note=writing.found.note,
            kind=writing.kind,
        )


@dataclass
class _Writing:
    """One answer under way: what was asked, as it was meant, and what was found for it."""

    asked: Question
    meant: Question
    kind: str
    found: RetrievedEvidence
    clock: _Clock
    filters: Filters


def _taken(draft: Draft, sentences: Sequence[str]) -> Iterator[Claim]:
    """Put `sentences` into the draft; yield those that may be shown."""
    for sentence in sentences:
        claim = None if draft.finished else draft.take(sentence)
        if claim is not None and claim.shown:
            yield claim


class _Clock:
    """Measures one answer from the moment it was asked."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._evidence: float | None = None
        self._first: float | None = None

    def evidence_found(self) -> None:
        self._evidence = time.monotonic() - self._started

    def claim_shown(self) -> None:
        if self._first is None:
            self._first = time.monotonic() - self._started

    def timings(self) -> Timings:
        total = time.monotonic() - self._started
        return Timings(total if self._evidence is None else self._evidence, self._first, total)
