"""The header of the page: papers, whether there is a model, what is sent, and problems."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.destinations import destinations, is_confirmed
from assistant.errors import AssistantError, ServerNotConfirmed
from assistant.languages import _, ngettext
from assistant.server_address import ServerAddress
from assistant.web.rendering import explained, render_header

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.session import Session
    from assistant.web.jobs import Jobs

OPENING_LIBRARY = _("opening the library …")
OPENING_MODEL = _("opening the model …")
NO_MODEL = _("no model")
# The latest notes of the library and the models that the header shows.
_MOST_NOTES = 3


class Header:
    """What the header of the page shows. Thread-safe.

    It shows the notes of the session, which still reach whoever was notified before.
    """

    def __init__(self, session: Session, jobs: Jobs) -> None:
        """Listen to `session`; open nothing yet. Problems of `jobs` are shown."""
        self._session = session
        self._jobs = jobs
        self._lock = threading.Lock()
        self._notes: deque[str] = deque(maxlen=_MOST_NOTES)
        self._model = OPENING_MODEL
        # State of the library, its papers, and those without vectors, as counted last.
        self._counted: tuple[tuple[int, ...], int, int] | None = None
        self._notify_before = session.notify
        session.notify = self._notify

    def first(self) -> str:
        """The header before anything is known."""
        return render_header(None, OPENING_LIBRARY, sent=self._sent())

    def now(self, user: str = "") -> str:
        """The header now; opens the library, but waits for no model.

        `user` is the name of the logged-in user, "" where nobody logs in.
        """
        try:
            library = self._session.library
            papers, waiting = self._counts(library)
        except AssistantError as error:
            return render_header(None, NO_MODEL, [str(error)], user, self._sent())
        with self._lock:
            notices = [*self._jobs.problems, *self._notes]
        if library.vectors.embedder is None and not notices:
            notices.append(_("Search uses full text only: there is no usable embedding model."))
        if waiting:
            notices.append(
                ngettext(
                    "{waiting} of {count} paper can be found by words only until "
                    "their vectors are made in the background.",
                    "{waiting} of {count} papers can be found by words only until "
                    "their vectors are made in the background.",
                    papers,
                    waiting=waiting,
                )
            )
        settings = self._session.settings
        # Without the embedder, answers are found by words.
        unconfirmed = {
            one.base
            for one in (settings.model, settings.chroma)
            if isinstance(one, ServerAddress) and not is_confirmed(settings, one)
        }
        if unconfirmed:
            notices.append(
                _(
                    "Questions cannot be answered until you allow in Settings that data is sent "
                    "to {servers}.",
                    servers=", ".join(sorted(unconfirmed)),
                )
            )
        # The name of an open model is in the settings.
        model = "" if self._session.loaded_model else self._model
        return render_header(papers, model, notices, user, self._sent())

    def until_ready(self, user: str = "") -> Iterator[str]:
        """The header now, and again when the model is open or cannot be opened."""
        yield self.now(user)
        try:
            _ = self._session.model
        except ServerNotConfirmed:
            self._model = NO_MODEL  # `now` says so until it is confirmed
        except Exception as error:
            self._model = NO_MODEL
            self._note(explained(error, "The model could not be opened"))
        yield self.now(user)

    def _sent(self) -> list[str]:
        """What is sent to model servers; the settings can change."""
        return [one.report for one in destinations(self._session.settings)]

    def _counts(self, library: Library) -> tuple[int, int]:
        """The number of papers, and of those that still have to be embedded."""
        stamp, counted = library.stamp(), self._counted
        if counted is None or counted[0] != stamp:
            waiting = library.vectors.missing() if library.vectors.embedder else 0
            self._counted = counted = stamp, library.papers.count(), waiting
        return counted[1], counted[2]

    def _notify(self, note: str) -> None:
        self._note(note)
        self._notify_before(note)

    def _note(self, note: str) -> None:
        with self._lock:
            if note not in self._notes:
                self._notes.append(note)
