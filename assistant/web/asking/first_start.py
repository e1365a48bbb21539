"""What is shown before the first question: how to add papers, or what can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.html import render
from assistant.sample import sample_papers
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.session import Session
    from assistant.web.ingestion.zotero_import import ZoteroImport


class FirstStart:
    """The welcome of a session's page: another one while its library is empty. Thread-safe."""

    def __init__(self, session: Session, zotero: ZoteroImport) -> None:
        """Offer to connect `zotero` where it is found."""
        self._session = session
        self.zotero = zotero

    @property
    def is_empty(self) -> bool:
        """Whether the library has no papers; False if it cannot be opened."""
        try:
            return not self._session.library.papers.count()
        except AssistantError:
            # The header of the page shows what is wrong.
            return False

    def html(self) -> str:
        """The welcome now."""
        line = self.zotero.line()
        if not self.is_empty:
            return line + render("welcome.html")
        # What is not complete has its own buttons.
        zotero = not line and self.zotero.is_offered
        return line + render("first_start.html", sample=len(sample_papers()), zotero=zotero)

    def add_sample(self) -> str:
        """Add the sample papers to an empty library. Returns the welcome, or why not."""
        try:
            if self.is_empty:
                # They get their vectors in the background, and are found by their words until then.
                self._session.library.add(sample_papers())
        except AssistantError as error:
            return self.html() + render_job(error=str(error))
        return self.html()
