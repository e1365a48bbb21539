"""Vectors that the page makes in the background, while nobody waits for anything."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from assistant.errors import AssistantError, LibraryBusy

if TYPE_CHECKING:
    from assistant.session import Session
    from assistant.web.work import RunningWork

_log = logging.getLogger(__name__)

# Seconds between two looks at the library, in which another program may have put papers.
_LOOK_S = 2.0


class BackgroundEmbedding:
    """Makes missing vectors until it is told to end; rests while the page has other work."""

    def __init__(self, session: Session, under_way: RunningWork, ended: threading.Event) -> None:
        """Look after the library of `session` until `ended` is set."""
        self._session = session
        self._under_way = under_way
        self._ended = ended

    def run(self) -> None:
        """Make what is missing, then wait for more; for a thread of its own."""
        seen: object = None
        try:
            library = self._session.library
            while not self._ended.wait(_LOOK_S):
                version = library.version()
                if version == seen or self._busy():
                    continue
                try:
                    library.vectors.embed_missing(should_stop=self._should_rest)
                except LibraryBusy as error:
                    # Another program writes just now: gone on with at the next look.
                    _log.debug("Vectors in the background: %s", error)
                    continue
                # Stopped half-way it is not seen, and gone on with at the next look.
                seen = None if self._busy() else version
        except AssistantError as error:
            # The page says what is wrong with the library; an import makes vectors as well.
            _log.debug("Vectors in the background: %s", error)

    def _busy(self) -> bool:
        return self._under_way.running

    def _should_rest(self) -> bool:
        return self._ended.is_set() or self._busy()
