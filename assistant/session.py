"""What one run of the program has open: the library and the models, each opened when first used.

The command line and the page both work on one `Session`. Everything heavy is imported by the part
that opens it, so making a session costs nothing.

The settings that may change while it is open, and all that is made by them, are one object
(`_InUse`), which is put in the place of the one before as a whole: whoever has an asker goes on
with it and its model, and whoever asks for one gets the new.
"""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from assistant.errors import EmbedderUnavailable, ModelError
from assistant.saved_settings import FILE, save_settings
from assistant.settings import Settings, with_changes

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.answering import AnswerPipeline
    from assistant.library import Library, TldrCache
    from assistant.models.protocols import Embedder
    from assistant.models.shared_model import SharedModel
    from assistant.summarizing import Summarizer

T = TypeVar("T")


# Another value of one of these needs the model to be opened anew.
_OPENED_WITH = ("model", "context")


class _Once(Generic[T]):
    """A value made by the first thread that asks for it; a failure is raised and not kept."""

    def __init__(self, make: Callable[[], T], *made: T) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made = list(made)
        self._made_for: object = None

    def get(self, made_for: object = None) -> T:
        """The value, made now if it is not there yet; other threads wait for it meanwhile.

        It is made anew when it was made for something else.
        """
        with self._lock:
            if not self._made or self._made_for != made_for:
                self._made = [self._make()]
                self._made_for = made_for
            return self._made[0]

    def peek(self) -> T | None:
        """The value if it was made; waits for nobody."""
        made = self._made
        return made[0] if made else None

    def take(self) -> list[T]:
        """The value if it was made, and forget it."""
        with self._lock:
            made, self._made = self._made, []
            return made


@dataclass(frozen=True)
class _InUse:
    """Settings, and what is made by them."""

    settings: Settings
    model: _Once[SharedModel]
    asker: _Once[AnswerPipeline]
    summarizer: _Once[Summarizer]


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
        self.notify = notify
        self._embedding = embedding
        self._embedder: _Once[Embedder | None] = _Once(self._open_embedder)
        self._library: _Once[Library] = _Once(self._open_library)
        self._tldr_cache: _Once[TldrCache] = _Once(self._open_tldr_cache)
        self._in_use = self._with(settings, _Once(lambda: self._open_model(settings)))
        self._changing = threading.Lock()
        self._former: list[weakref.ref[SharedModel]] = []

    @property
    def settings(self) -> Settings:
        """What the user set, as it is now."""
        return self._in_use.settings

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
    def model(self) -> SharedModel:
        """The language model; the first use ever may take some seconds."""
        return self._in_use.model.get()

    @property
    def loaded_model(self) -> SharedModel | None:
        """The language model if it is open already; waits for nothing."""
        return self._in_use.model.peek()

    @property
    def retired_models(self) -> list[str]:
        """Names of the models that were put out of use and that somebody still works with."""
        held = [model for former in self._former if (model := former())]
        if held and not any(model.busy for model in held):
            # Then it is only a failed answer, whose error refers to itself, that holds one.
            del held
            gc.collect()
            held = [model for former in self._former if (model := former())]
        return [model.name for model in held]

    @property
    def answer_pipeline(self) -> AnswerPipeline:
        """Answers questions from the library, by the prompts as they are now."""
        return self._in_use.asker.get(self._own_prompts())

    @property
    def summarizer(self) -> Summarizer:
        """Writes the TL;DRs of the library, by the prompts as they are now."""
        return self._in_use.summarizer.get(self._own_prompts())

    @property
    def tldr_cache(self) -> TldrCache:
        """The TL;DRs of papers that are in no library."""
        return self._tldr_cache.get()

    def change(self, **changes: Any) -> None:
        """Use other settings from now on, and keep them in the library's folder.

        A value of None goes back to the default. Where another model is named, or it is to be
        opened in another way, it is checked and opened first, which takes its time; whatever goes
        wrong, everything stays as it was. Answers and TL;DRs under way end with the model and the
        settings that they began with; the model before is closed when the last of them has ended.

        Raises:
            SettingsError: a value is out of bounds, or the setting was given at the start.
            ModelError: the model cannot be used, or there is no memory for it.
            LibraryError: the library's folder cannot be written.
        """
        with self._changing:
            before = self._in_use
            settings = with_changes(before.settings, **changes)
            model, opened = before.model, None
            if any(getattr(settings, x) != getattr(before.settings, x) for x in _OPENED_WITH):
                opened = self._checked_model(settings)
                model = _Once(lambda: self._open_model(settings), opened)
            try:
                save_settings(
                    settings.library, {name: getattr(settings, name) for name in settings.saved}
                )
            except BaseException:
                if opened:
                    opened.close()
                raise
            self._in_use = self._with(settings, model)
            if opened and (former := before.model.peek()):
                self._former = [held for held in self._former if held()]
                self._former.append(weakref.ref(former))

    def close(self) -> None:
        """Close what was opened; the session can be used again, and then opens it anew."""
        in_use = self._in_use
        in_use.asker.take()
        in_use.summarizer.take()
        for lines in self._tldr_cache.take():
            lines.close()
        for model in (*in_use.model.take(), *(former() for former in self._former)):
            if model:
                model.close()
        self._former = []
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

    def _open_model(self, settings: Settings) -> SharedModel:
        from assistant import models
        from assistant.models.shared_model import SharedModel

        try:
            return SharedModel(models.open_language_model(settings, self.notify))
        except ModelError as error:
            if "model" not in settings.saved:
                raise
            raise type(error)(
                f"{error} It is the model chosen in {settings.library / FILE}: delete that file to "
                "go back to the embedded one."
            ) from error

    def _checked_model(self, settings: Settings) -> SharedModel:
        from assistant import models
        from assistant.models.model_files import check_model
        from assistant.models.shared_model import SharedModel

        check_model(settings)
        return SharedModel(models.open_language_model(settings, self.notify))

    def _with(self, settings: Settings, model: _Once[SharedModel]) -> _InUse:
        """What is to be used by `settings` with `model`.

        None of it refers to the whole, so that a model is let go together with what uses it.
        """
        return _InUse(
            settings,
            model,
            _Once(lambda: self._make_asker(settings, model.get())),
            _Once(lambda: self._make_summarizer(model.get())),
        )

    def _own_prompts(self) -> object:
        from assistant.prompt import override_version

        return override_version(self.prompts)

    def _make_asker(self, settings: Settings, model: SharedModel) -> AnswerPipeline:
        from assistant.answering import AnswerPipeline

        return AnswerPipeline(self.library, model, settings, self.prompts)

    def _make_summarizer(self, model: SharedModel) -> Summarizer:
        from assistant.summarizing import Summarizer

        return Summarizer(self.library, model, self.prompts)

    def _open_tldr_cache(self) -> TldrCache:
        from assistant.library import TldrCache

        return TldrCache(self.settings.cache, self.notify)
