"""A language model whose requests all wait for the questions that somebody asks meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.models.protocols import (
    GenerationRequest,
    LanguageModel,
    Message,
    Priority,
    TextStream,
)


class BatchModel:
    """A LanguageModel that sends every request to another one with the priority of a batch.

    So a batch can do what an answer does without holding up an answer. It does not own the model.
    """

    def __init__(self, model: LanguageModel) -> None:
        """Send requests to `model`."""
        self.name = model.name
        self.context_tokens = model.context_tokens
        self.parameters = model.parameters
        self.slots = model.slots
        self.adapters = model.adapters
        self._model = model

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Length of the rendered prompt in tokens, template markup included."""
        return self._model.count_tokens(messages)

    def generate(self, request: GenerationRequest) -> TextStream:
        """Queue a request and return its stream at once.

        Raises:
            PromptTooLong: prompt and reply do not fit `context_tokens`.
        """
        reading = request.priority is Priority.READING
        priority = Priority.BATCH_READING if reading else Priority.BATCH
        return self._model.generate(replace(request, priority=priority))

    def close(self) -> None:
        """Do nothing: the model belongs to somebody else."""
