"""Suggested questions, shown before the first question is asked."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.sample import SAMPLE_NAME

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.session import Session

_log = logging.getLogger(__name__)

COUNT = 4
# Each is answered by the sample library.
OF_SAMPLE = (
    "How many parameters does AlexNet have?",
    "What does a Transformer use instead of recurrence?",
    "What did Codd propose for large data banks?",
    "Why are redundant arrays of inexpensive disks better than one large disk?",
)


class Examples:
    """Suggested questions for a session's library, cached until it changes. Thread-safe."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._version: object = None
        self._questions: tuple[str, ...] = ()

    def now(self) -> tuple[str, ...]:
        """At most `COUNT` questions; none for an empty or unreadable library."""
        from assistant.answering.examples import example_questions

        try:
            library = self._session.library
            with self._lock:
                papers = library.version()[0], library.papers.count()
                if papers != self._version:
                    own = not _is_sample(library)
                    self._questions = tuple(example_questions(library, COUNT)) if own else OF_SAMPLE
                    self._version = papers
                return self._questions
        except AssistantError as error:
            # The page header shows what is wrong with the library.
            _log.debug("No examples: %s", error)
            return ()


def _is_sample(library: Library) -> bool:
    """Whether the sample papers were added last; own papers take precedence."""
    latest = next(library.papers.sorted_by("added", limit=1), None)
    return latest is not None and latest.paper.source == SAMPLE_NAME
