"""Prompts and their replies -> examples of `training.lora.train`, as token ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from assistant.models.bundled_model import packaged_file
from assistant.models.chat_template import ChatTemplate
from assistant.models.llama import LlamaModel
from assistant.models.protocols import Message
from assistant.prompt import Prompt


@dataclass(frozen=True)
class Branch:
    """A prompt and whether the reply is yes; `kind` is for reports only."""

    messages: tuple[Message, ...]
    yes: bool
    kind: str = ""


class Tokenizer:
    """Tokenizes the prompts of one template as the engine does."""

    def __init__(self, prompt: str) -> None:
        """Load the template `prompt` and the vocabulary of the bundled model."""
        self._model = model = LlamaModel(packaged_file())
        self._template = ChatTemplate(model, "bundled model")
        (self._end,) = model.tokenize("<|im_end|>", markup=True)
        self.prompt = Prompt.load(prompt)
        (self.yes,), (self.no,) = (model.tokenize(word, markup=False) for word in ("yes", "no"))

    def example(self, branches: Iterable[Branch]) -> dict[str, Any]:
        """The example whose branches share the longest common start of the prompts."""
        chosen = list(branches)
        prompts = [self._template.tokens(one.messages) for one in chosen]
        shared = min(map(len, prompts))
        while any(one[:shared] != prompts[0][:shared] for one in prompts):
            shared -= 1
        # A single branch shares nothing, and each branch needs tokens of its own.
        shared = min(shared, min(map(len, prompts)) - 1)
        return {
            "prefix": prompts[0][:shared],
            "branches": [
                {"ids": ids[shared:], "target": [self.yes if one.yes else self.no]}
                | ({"kind": one.kind} if one.kind else {})
                for ids, one in zip(prompts, chosen, strict=True)
            ],
        }

    def reply(self, messages: tuple[Message, ...], text: str, first: float = 1.0) -> dict[str, Any]:
        """The example that teaches to reply `text`; its first token has the weight `first`."""
        ids = self._template.tokens(messages)
        target = [*self._model.tokenize(text, markup=False), self._end]
        weights = [first, *[1.0] * (len(target) - 1)]
        branch = {"ids": ids[-1:], "target": target, "weights": weights}
        return {"prefix": ids[:-1], "branches": [branch]}
