"""What is known of a language model without loading it, for work that other computers do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from assistant.errors import ModelError
from assistant.server_address import ServerAddress

if TYPE_CHECKING:
    from assistant.models.protocols import GenerationRequest, LanguageModel, Message
    from assistant.settings import Settings


class DescribedModel:
    """A LanguageModel that names itself and generates nothing."""

    def __init__(
        self,
        name: str,
        *,
        context_tokens: int,
        parameters: int,
        slots: int,
        adapters: frozenset[str] = frozenset(),
    ) -> None:
        """Describe the model with these attributes."""
        self.name = name
        self.context_tokens = context_tokens
        self.parameters = parameters
        self.slots = slots
        self.adapters = adapters

    def count_tokens(self, messages: Sequence[Message]) -> NoReturn:
        """Not possible.

        Raises:
            ModelError: always.
        """
        raise self._not_loaded()

    def generate(self, request: GenerationRequest) -> NoReturn:
        """Not possible.

        Raises:
            ModelError: always.
        """
        raise self._not_loaded()

    def close(self) -> None:
        """Do nothing."""

    def _not_loaded(self) -> ModelError:
        return ModelError(f"{self.name} is only described here, not loaded.")


def describe_model(settings: Settings, notify: Callable[[str], None]) -> LanguageModel:
    """The model that `settings` select, as `open_language_model` would name and describe it.

    A file is not loaded. A model on a server is asked for its name.

    Raises:
        ModelFileInvalid: the file is not a valid GGUF file.
        ServerNotConfirmed: it is on another computer, and the user has not confirmed that.
        ModelServerError: its server cannot be used.
        ModelError: no model has the selected name.
    """
    from assistant.models import open_server_model
    from assistant.models.bundled_model import ADAPTERS, NAME, packaged_file
    from assistant.models.local.selection import selected_file
    from assistant.models.model_files import inspect_language_model, model_name

    if isinstance(settings.model, ServerAddress):
        return open_server_model(settings, settings.model, notify)
    file = selected_file(settings)
    info = inspect_language_model(packaged_file() if file is None else file)
    return DescribedModel(
        NAME if file is None else model_name(file),
        context_tokens=min(settings.context, info.context_length or settings.context),
        parameters=info.values,
        slots=settings.slots,
        adapters=frozenset(ADAPTERS if file is None else ()),
    )
