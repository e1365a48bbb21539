"""Asks a question with the conversation before it, also without a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answering import AnswerDone, AnswerPipeline, Turn
from assistant.library import EVERYTHING, Filters
from assistant.models.fake import ScriptedModel
from assistant.progress import NO_PROGRESS, Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering import Answer
    from assistant.library import Library
    from assistant.settings import Settings

_NO_MODEL = "quotations"


def ask(
    pipeline: AnswerPipeline,
    question: str,
    history: Sequence[str] = (),
    progress: Progress = NO_PROGRESS,
    filters: Filters = EVERYTHING,
) -> Answer | None:
    """The answer to `question` after the questions of `history`; None after a stop.

    Raises:
        UsageError: a question is empty or too long, or a filter is invalid.
        LibraryError: the library cannot be read.
    """
    turns: list[Turn] = []
    answer: Answer | None = None
    for asked in (*history, question):
        for event in pipeline.ask(asked, turns, progress, filters):
            if isinstance(event, AnswerDone):
                answer = event.answer
        if answer is None or progress.stop_requested:
            return None
        turns.append(Turn.of(asked, answer))
    return answer


def quoting_pipeline(library: Library, settings: Settings) -> AnswerPipeline:
    """A pipeline without a model: every answer is a quotation."""
    silent = ScriptedModel(lambda request: "", context_tokens=100_000, name=_NO_MODEL)
    return AnswerPipeline(library, silent, settings)
