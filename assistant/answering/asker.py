"""The asker: a question in, its evidence at once, then checked claims, then the whole answer."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.answering.answer import (
    REFUSAL,
    Answer,
    AnswerDone,
    Claim,
    ClaimChecked,
    Event,
    Evidence,
    EvidenceFound,
    Timings,
)
from assistant.answering.conversation import Turn, standalone
from assistant.answering.evidence import find_evidence
from assistant.answering.question import MAX_CHARACTERS, Question
from assistant.answering.writing import Writing, quotation
from assistant.errors import ModelError
from assistant.prompt import Prompt

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.models.base import LanguageModel, TextStream
    from assistant.settings import Settings

PROMPT = "answer"
# How often a running answer looks whether it is to stop, in seconds.
_LOOK_EVERY = 0.05


class Asker:
    """Answers questions from one library with one language model. Thread-safe."""

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

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        stop: threading.Event | None = None,
    ) -> Iterator[Event]:
        """Yield EvidenceFound, a ClaimChecked for every claim that may be shown, and AnswerDone.

        `history` are the turns before, the oldest first. Once `stop` is set, nothing more is
        written, and AnswerDone comes with what was checked until then.

        Raises:
            UsageError: the question is empty or too long.
            LibraryError: the library cannot be searched.
        """
        begun = time.monotonic()
        asked = Question.of(question)
        meant = Question.of(standalone(asked.text, history)[-MAX_CHARACTERS:])
        found = find_evidence(meant, self._library, self._settings.evidence)
        evidence = found.evidence if found.fits else ()
        evidence_s = time.monotonic() - begun
        yield EvidenceFound(evidence, found.nearest)

        claims: list[Claim] = []
        notes: list[str] = []
        first_word_s = None
        if evidence:
            for claim in self._claims(meant, evidence, stop or threading.Event(), notes):
                claims.append(claim)
                if claim.shown:
                    first_word_s = first_word_s or time.monotonic() - begun
                    yield ClaimChecked(claim)
            text = " ".join(claim.marked for claim in claims if claim.shown)
        else:
            text = REFUSAL.format(subject=_subject(meant.text))
        yield AnswerDone(
            Answer(
                question=asked.text,
                text=text,
                refused=not evidence,
                claims=tuple(claims),
                sources=evidence,
                nearest=found.nearest,
                model=self._model.name,
                timings=Timings(evidence_s, first_word_s, time.monotonic() - begun),
                note=" ".join(notes) or None,
            )
        )

    def _claims(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        stop: threading.Event,
        notes: list[str],
    ) -> Iterator[Claim]:
        """Claims as they are checked; quotations where the model gives nothing that holds."""
        writing = Writing(question, evidence)
        try:
            yield from self._written(writing, stop, notes)
        except ModelError as error:
            notes.append(f"The language model failed, so the evidence is quoted: {error}")
        if not stop.is_set():
            yield from quotation(writing)

    def _written(
        self, writing: Writing, stop: threading.Event, notes: list[str]
    ) -> Iterator[Claim]:
        request, left_out = writing.request(self._prompt, self._model, self._settings.answer_tokens)
        if left_out:
            notes.append(
                f"{left_out} of {len(writing.evidence)} sentences did not fit the language "
                "model's context and were not given to it."
            )
        if request is None:
            return
        stream = self._model.generate(request)
        with _cancelling(stream, stop):
            for piece in stream:
                yield from writing.take(piece)
                if writing.enough or stop.is_set():
                    stream.cancel()
                    return
        if not stop.is_set():
            yield from writing.end(cut=stream.stats.finish == "length")


@contextlib.contextmanager
def _cancelling(stream: TextStream, stop: threading.Event) -> Iterator[None]:
    """Cancel `stream` as soon as `stop` is set, also while its reader waits for the next piece."""
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if stop.wait(_LOOK_EVERY):
                stream.cancel()
                return

    watcher = threading.Thread(target=watch, name="stop", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        stream.cancel()
        watcher.join()


def _subject(question: str) -> str:
    shortened = question if len(question) <= 120 else f"{question[:117].rstrip()}..."
    return f"“{shortened.rstrip('?!. ')}”"
