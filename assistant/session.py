"""What one run of the program has open: the library and the models, each opened when first used.

The command line and the page both work on one `Session`. Everything heavy is imported by the part
that opens it, so making a session costs nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from assistant.errors import EmbedderUnavailable
from assistant.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.answering import Asker
    from assistant.library import KeptLines, Library
    from assistant.models.base import Embedder, LanguageModel
    from assistant.summarizing import Summarizer

T = TypeVar("T")


class _Once(Generic[T]):
    """A value made by the first thread that asks for it; a failure is raised and not kept."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: list[T] = []

    def get(self) -> T:
        """The value, made now if it is not there yet; other threads wait for it meanwhile."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def take(self) -> list[T]:
        """The value if it was made, and forget it."""
        with self._lock:
            made, self._made = self._made, []
            return made


class Session:
    """Opens the library and the models on first use, from any thread, and closes what it opened.

    Args:
        settings: what the user set.
        notify: is told one line for people when something takes long or is missing.
        embedding: False leaves the embedding model out, for work that neither imports nor
            searches.

    """

    def __init__(
        self,
        settings: Settings,
        notify: Callable[[str], None] = lambda note: None,
        *,
        embedding: bool = True,
    ) -> None:
        """Open nothing yet."""
        self.settings = settings
        self.notify = notify
        self._embedding = embedding
        self._embedder: _Once[Embedder | None] = _Once(self._open_embedder)
        self._library: _Once[Library] = _Once(self._open_library)
        self._model: _Once[LanguageModel] = _Once(self._open_model)
        self._asker: _Once[Asker] = _Once(self._make_asker)
        self._summarizer: _Once[Summarizer] = _Once(self._make_summarizer)
        self._kept_lines: _Once[KeptLines] = _Once(self._open_kept_lines)

    @property
    def prompts(self) -> Path:
        """Folder in which the user may keep own versions of the prompt templates."""
        return self.settings.library / "prompts"

    @property
    def library(self) -> Library:
        """The user's library, opened with the embedder if there is one."""
        return self._library.get()

    @property
    def embedder(self) -> Embedder | None:
        """The embedding model; None without a usable one, which `notify` was told once."""
        return self._embedder.get()

    @property
    def model(self) -> LanguageModel:
        """The language model; the first use ever may take some seconds."""
        return self._model.get()

    @property
    def asker(self) -> Asker:
        """Answers questions from the library."""
        return self._asker.get()

    @property
    def summarizer(self) -> Summarizer:
        """Writes the TL;DRs of the library."""
        return self._summarizer.get()

    @property
    def kept_lines(self) -> KeptLines:
        """The TL;DRs of papers that are in no library."""
        return self._kept_lines.get()

    def close(self) -> None:
        """Close what was opened; the session can be used again, and then opens it anew."""
        self._asker.take()
        self._summarizer.take()
        for lines in self._kept_lines.take():
            lines.close()
        for model in self._model.take():
            model.close()
        for library in self._library.take():
            library.close()
        self._embedder.take()

    def __enter__(self) -> Session:
        """Use the session in a `with` block, which closes it."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close what was opened."""
        self.close()

    def _open_embedder(self) -> Embedder | None:
        from assistant import models

        if not self._embedding:
            return None
        try:
            return models.open_embedder(self.settings, self.notify)
        except EmbedderUnavailable as error:
            self.notify(f"{error} Until then search works by full text alone.")
            return None

    def _open_library(self) -> Library:
        from assistant.library import Library

        return Library.open(self.settings.library, self.embedder, self.notify)

    def _open_model(self) -> LanguageModel:
        from assistant import models

        return models.open_language_model(self.settings, self.notify)

    def _make_asker(self) -> Asker:
        from assistant.answering import Asker

        return Asker(self.library, self.model, self.settings, self.prompts)

    def _make_summarizer(self) -> Summarizer:
        from assistant.summarizing import Summarizer

        return Summarizer(self.library, self.model, self.prompts)

    def _open_kept_lines(self) -> KeptLines:
        from assistant.library import KeptLines

        return KeptLines(self.settings.cache, self.notify)
