"""What the tasks of the bundled model's adapters share: a prompt, and whether the model has it."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING, ClassVar

from assistant.prompt import Prompt
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.models.protocols import LanguageModel


class AdapterTask:
    """One task of one model, with the prompt that its adapter is trained for."""

    prompt_name: ClassVar[str]
    adapter: ClassVar[str]

    def __init__(self, model: LanguageModel, prompts: Path | None = None) -> None:
        """Load the prompt; `prompts` is the folder of the user's own versions.

        Raises:
            PromptTemplateError: the prompt is invalid.
        """
        self._model = model
        self._prompt = Prompt.load(self.prompt_name, prompts)

    @property
    def available(self) -> bool:
        """Whether the model has the adapter. Without it, the task has not been measured."""
        return self.adapter in self._model.adapters

    @property
    def fingerprint(self) -> str:
        """A hash of the prompt."""
        return self._prompt.fingerprint


def clipped(text: str, limit: int) -> str:
    """`text` on one line, without control characters and with at most `limit` characters."""
    return shorten(sanitized(text), limit, placeholder=" …")
