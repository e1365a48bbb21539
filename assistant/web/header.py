"""The head of the page: what the library holds, which model answers, and what else to know."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.web.rendering import render_header

if TYPE_CHECKING:
    from assistant.session import Session

OPENING_LIBRARY = "opening the library …"
OPENING_MODEL = "opening the model …"
NO_MODEL = "no model"
# As many notes of the library and the models as stay in sight.
_MOST_NOTES = 3


class Header:
    """Knows what the head of the page says now. Thread-safe.

    From its making it hears what the session has to tell, beside whoever was told before.
    """

    def __init__(self, session: Session) -> None:
        """Listen to `session`; nothing is opened yet."""
        self._session = session
        self._lock = threading.Lock()
        self._notes: deque[str] = deque(maxlen=_MOST_NOTES)
        self._model = OPENING_MODEL
        self._told_before = session.notify
        session.notify = self._hear

    def first(self) -> str:
        """The head before anything is known."""
        return render_header(None, OPENING_LIBRARY)

    def now(self, user: str = "") -> str:
        """The head as things are; opens the library, but waits for no model.

        `user` is who is logged in, if anybody is.
        """
        try:
            library = self._session.library
            papers = library.papers.count()
            waiting = library.vectors.missing() if library.vectors.embedder else 0
        except AssistantError as error:
            return render_header(None, NO_MODEL, [str(error)], user)
        with self._lock:
            notices = list(self._notes)
        if library.vectors.embedder is None and not notices:
            notices.append("Search is by full text alone: there is no usable embedding model.")
        if waiting:
            notices.append(
                f"{waiting:,} of {papers:,} papers can be found by words only, until their vectors "
                "are made, which goes on by itself."
            )
        opened = self._session.loaded_model
        return render_header(papers, opened.name if opened else self._model, notices, user)

    def until_ready(self, user: str = "") -> Iterator[str]:
        """The head as things are, and again when the model is open or cannot be opened."""
        yield self.now(user)
        try:
            _ = self._session.model
        except AssistantError as error:
            self._model = NO_MODEL
            self._note(str(error))
        yield self.now(user)

    def _hear(self, note: str) -> None:
        self._note(note)
        self._told_before(note)

    def _note(self, note: str) -> None:
        with self._lock:
            if note not in self._notes:
                self._notes.append(note)
