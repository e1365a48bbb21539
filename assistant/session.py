"""The objects that one run of the program shares: library, models and what is built on them.

The command line and the page both work on a `Session`, which opens each part on first use. Heavy
imports happen then, so creating a session costs nothing.

The settings that can change and everything built from them form one `_Configuration`, which
`change` replaces as a whole. Work in progress continues with the old one.
"""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from assistant.errors import EmbedderUnavailable, ModelError
from assistant.saved_settings import FILE, save_settings
from assistant.settings import Settings, with_changes

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.answering import AnswerPipeline
    from assistant.embedder import Embedder
    from assistant.library import Library, TldrCache
    from assistant.library.chroma_server import ChromaServer
    from assistant.models.shared_model import SharedModel
    from assistant.server_address import ServerAddress
    from assistant.summarizing import Summarizer
    from assistant.tabulating import Tabulator

T = TypeVar("T")

# Settings whose change requires the model to be opened again.
_MODEL_SETTINGS = ("model", "context", "gpu_layers")


class Lazy(Generic[T]):
    """A value created by the first thread that needs it. An error is raised, not stored."""

    def __init__(self, create: Callable[[], T], *created: T) -> None:
        """Call `create` on first use, unless the value is already `created`."""
        self._create = create
        self._lock = threading.Lock()
        self._value = list(created)
        self._version: object = None

    def get(self, version: object = None) -> T:
        """The value, created first if it does not exist or has another `version`.

        Other threads wait meanwhile.
        """
        with self._lock:
            if not self._value or self._version != version:
                self._value = [self._create()]
                self._version = version
            return self._value[0]

    def get_if_created(self) -> T | None:
        """The value if it exists; never waits."""
        value = self._value
        return value[0] if value else None

    def pop(self) -> T | None:
        """Forget the value and return it, or None if it does not exist."""
        with self._lock:
            value, self._value = self._value, []
            return value[0] if value else None


@dataclass(frozen=True)
class _Configuration:
    """Settings and what is built from them."""

    settings: Settings
    model: Lazy[SharedModel]
    answer_pipeline: Lazy[AnswerPipeline]
    summarizer: Lazy[Summarizer]
    tabulator: Lazy[Tabulator]


class Session:
    """Opens the library and the models on first use, from any thread, and closes them.

    Args:
        settings: the user's settings.
        notify: receives one-line messages for the user.
        embedding: False disables the embedding model, for work that neither imports nor searches.

    """

    def __init__(
        self,
        settings: Settings,
        notify: Callable[[str], None] = lambda message: None,
        *,
        embedding: bool = True,
    ) -> None:
        """Open nothing yet."""
        self.notify = notify
        self._embedding = embedding
        self._embedder: Lazy[Embedder | None] = Lazy(self._open_embedder)
        self._library: Lazy[Library] = Lazy(self._open_library)
        self._tldr_cache: Lazy[TldrCache] = Lazy(self._open_tldr_cache)
        self._configuration = self._configure(settings, Lazy(lambda: self._open_model(settings)))
        self._change_lock = threading.Lock()
        self._retired: list[weakref.ref[SharedModel]] = []
        self._former_embedders: list[Embedder] = []

    @property
    def settings(self) -> Settings:
        """The current settings."""
        return self._configuration.settings

    @property
    def prompts(self) -> Path:
        """Folder for the user's own versions of the prompt templates."""
        return self.settings.library / "prompts"

    @property
    def library(self) -> Library:
        """The user's library, opened with the embedder if there is one."""
        return self._library.get()

    @property
    def embedder(self) -> Embedder | None:
        """The embedding model; None if it is not usable, which `notify` reports once."""
        return self._embedder.get()

    @property
    def model(self) -> SharedModel:
        """The language model. The very first use re-encodes it, which takes a few seconds."""
        return self._configuration.model.get()

    @property
    def loaded_model(self) -> SharedModel | None:
        """The language model if it is loaded; never waits."""
        return self._configuration.model.get_if_created()

    @property
    def retired_models(self) -> list[str]:
        """Names of the models that were replaced but are still in use."""
        models = self._live_retired_models()
        if models and not any(model.busy for model in models):
            # Then only a reference cycle, such as the traceback of a failed answer, keeps one.
            del models
            gc.collect()
            models = self._live_retired_models()
        return [model.name for model in models]

    @property
    def answer_pipeline(self) -> AnswerPipeline:
        """Answers questions from the library, with the current prompts."""
        return self._configuration.answer_pipeline.get(self._prompts_version())

    @property
    def summarizer(self) -> Summarizer:
        """Writes the TL;DRs of the library, with the current prompts."""
        return self._configuration.summarizer.get(self._prompts_version())

    @property
    def tabulator(self) -> Tabulator:
        """Fills tables with the answers of papers, with the current prompts."""
        return self._configuration.tabulator.get(self._prompts_version())

    @property
    def tldr_cache(self) -> TldrCache:
        """TL;DRs of papers that are in no library."""
        return self._tldr_cache.get()

    def change(self, **changes: Any) -> None:
        """Change settings and save them in the library's folder; None restores a default.

        If the model has to be opened again, it is checked and opened first, which takes time. On
        an error nothing changes. Answers and TL;DRs in progress finish with the old model and
        settings; the old model is closed after the last of them.

        Raises:
            SettingsError: a value is out of bounds, or the setting was given at the start.
            ModelError: the model or the embedder cannot be used, or the model does not fit into
                the memory.
            LibraryError: the library's folder cannot be written.
        """
        from assistant.embedder import RemoteEmbedder

        with self._change_lock:
            old = self._configuration
            settings = with_changes(old.settings, **changes)
            model, opened = old.model, None
            embedder = self._changed_embedder(old.settings, settings)
            try:
                if any(getattr(settings, x) != getattr(old.settings, x) for x in _MODEL_SETTINGS):
                    opened = self._load_model(settings, check=True)
                    model = Lazy(lambda: self._open_model(settings), opened)
                elif model.get_if_created() is None:
                    model = Lazy(lambda: self._open_model(settings))
                _save(settings, changes, {name for name in changes if changes[name] is not None})
                self._configuration = self._configure(settings, model)
                if embedder:
                    self._use_embedder(embedder)
            except BaseException:
                if opened:
                    opened.close()
                if isinstance(embedder, RemoteEmbedder):
                    embedder.close()
                if self._configuration is not old:
                    self._configuration = old
                    _save(old.settings, changes, old.settings.saved)
                raise
            if opened and (retired := old.model.get_if_created()):
                self._retired = [reference for reference in self._retired if reference()]
                self._retired.append(weakref.ref(retired))

    def close(self) -> None:
        """Close what is open. The session can be used again and then reopens it."""
        configuration = self._configuration
        configuration.answer_pipeline.pop()
        configuration.summarizer.pop()
        configuration.tabulator.pop()
        if loaded := configuration.model.get_if_created():
            _remember_speed(loaded, configuration.settings)
        retired, self._retired = self._live_retired_models(), []
        for part in (
            self._tldr_cache.pop(),
            configuration.model.pop(),
            *retired,
            self._library.pop(),
        ):
            if part is not None:
                part.close()
        from assistant.embedder import RemoteEmbedder

        former, self._former_embedders = self._former_embedders, []
        for embedder in (self._embedder.pop(), *former):
            if isinstance(embedder, RemoteEmbedder):
                embedder.close()

    def __enter__(self) -> Session:
        """Use the session in a `with` block, which closes it."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close what is open."""
        self.close()

    def _live_retired_models(self) -> list[SharedModel]:
        return [model for reference in self._retired if (model := reference())]

    def _changed_embedder(self, old: Settings, new: Settings) -> Embedder | None:
        """The embedder of the settings `new`, opened, if another one is in use with `old`.

        The user may also just have agreed to use it.
        """
        from assistant import models
        from assistant.destinations import is_confirmed

        changed = old.embedder != new.embedder
        address = new.embedder
        agreed = address and is_confirmed(new, address) and not is_confirmed(old, address)
        return models.open_embedder(new, self.notify) if changed or agreed else None

    def _use_embedder(self, embedder: Embedder) -> None:
        """Replace the embedder, in the library too; the one so far may still be at work."""
        if library := self._library.get_if_created():
            library.use_embedder(embedder, self._sentence_embedder())
        if former := self._embedder.pop():
            self._former_embedders.append(former)
        self._embedder = Lazy(self._open_embedder, embedder)

    def _open_embedder(self) -> Embedder | None:
        from assistant import models

        if not self._embedding:
            return None
        try:
            return models.open_embedder(self.settings, self.notify)
        except EmbedderUnavailable as error:
            self.notify(f"{error} Until then, search uses full text only.")
            return None

    def _open_library(self) -> Library:
        from assistant.library import Library

        chroma = self.settings.chroma
        return Library.open(
            self.settings.library,
            self.embedder,
            self.notify,
            self._sentence_embedder(),
            partial(self._chroma_server, chroma) if chroma else None,
        )

    def _chroma_server(self, address: ServerAddress) -> ChromaServer:
        """The Chroma server, if the user has agreed to use it."""
        from assistant.destinations import require_confirmed
        from assistant.library.chroma_server import ChromaServer
        from assistant.models.server_keys import find_key

        settings = self.settings
        require_confirmed(settings, address)
        key = find_key(settings, address)
        if key.secret and not (address.is_encrypted or address.is_local):
            self.notify(f"The token is sent to {address.base} without encryption. Use https.")
        return ChromaServer(address, key.secret, key.origin, settings.chroma_timeout)

    def _sentence_embedder(self) -> Embedder | None:
        """The bundled embedder, which reranking is trained for, if search uses another one."""
        from assistant import models

        if self.settings.embedder is None or not self._embedding:
            return None
        try:
            return models.open_bundled_embedder(self.settings, self.notify)
        except EmbedderUnavailable as error:
            self.notify(f"{error} Until then, sentences are ranked by their words only.")
            return None

    def _open_model(self, settings: Settings) -> SharedModel:
        try:
            return self._load_model(settings)
        except ModelError as error:
            if "model" not in settings.saved:
                raise
            raise type(error)(
                f"{error} This model is set in {settings.library / FILE}. Delete that file to use "
                "the bundled model."
            ) from error

    def _load_model(self, settings: Settings, *, check: bool = False) -> SharedModel:
        from assistant import models
        from assistant.models.model_check import check_model
        from assistant.models.shared_model import SharedModel

        if check:
            check_model(settings)
        return SharedModel(models.open_language_model(settings, self.notify))

    def _configure(self, settings: Settings, model: Lazy[SharedModel]) -> _Configuration:
        """Build the configuration of `settings` with `model`.

        Its parts do not refer to the whole, so that a model is freed together with its users.
        """

        def create_answer_pipeline() -> AnswerPipeline:
            from assistant.answering import AnswerPipeline

            return AnswerPipeline(self.library, model.get(), settings, self.prompts)

        def create_summarizer() -> Summarizer:
            from assistant.summarizing import Summarizer

            return Summarizer(self.library, model.get(), self.prompts)

        def create_tabulator() -> Tabulator:
            from assistant.tabulating import Tabulator

            return Tabulator(self.library, model.get(), settings, self.prompts)

        return _Configuration(
            settings,
            model,
            Lazy(create_answer_pipeline),
            Lazy(create_summarizer),
            Lazy(create_tabulator),
        )

    def _prompts_version(self) -> object:
        from assistant.prompt import override_version

        return override_version(self.prompts)

    def _open_tldr_cache(self) -> TldrCache:
        from assistant.library import TldrCache

        return TldrCache(self.settings.cache, self.notify)


def _save(settings: Settings, names: Iterable[str], kept: Container[str]) -> None:
    """Save the settings `names` that are `kept`; delete the others from the file."""
    values = {name: getattr(settings, name) if name in kept else None for name in names}
    save_settings(settings.library, values)


def _remember_speed(model: SharedModel, settings: Settings) -> None:
    """Save how fast `model` wrote, for the list of models."""
    from assistant.models import ModelFile, describe_language_model
    from assistant.models.speed import remember_speed

    rate = model.throughput.generation_rate()
    with suppress(ModelError):  # the file may be gone by now
        described = describe_language_model(settings)
        if not isinstance(described, ModelFile):
            return
        if rate and described.bytes and described.name == model.name:
            remember_speed(settings.cache, model.name, described.bytes, rate)
