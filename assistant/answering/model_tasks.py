"""What is asked of the language model only when it is able: small ones do worse than the rules.

Such a model resolves what a question leaves out, and has a say in whether a claim is supported.
The rules check what it gives: a rewritten question may bring in nothing that was not said, and
what the check of claims drops stays dropped whatever the model thinks of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answering.follow_ups import standalone
from assistant.errors import ModelError
from assistant.models.protocols import GenerationRequest, Priority, is_capable
from assistant.models.stream import cancelled_when
from assistant.prompt import Prompt
from assistant.text.sanitizing import sanitized
from assistant.text.words import content_words, vocabulary

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.answering.follow_ups import Turn
    from assistant.models.protocols import LanguageModel

_TURNS = 3
_REWRITTEN_TOKENS = 80
_YES, _NO = "yes", "no"


class ModelTasks:
    """The two tasks, done with `model` if it is able."""

    def __init__(self, model: LanguageModel, prompts: Path | None) -> None:
        """`prompts` is a folder in which the user may keep own versions of the prompts.

        Raises:
            PromptTemplateError: one of them cannot be used.
        """
        self._model = model
        self._followup = Prompt.load("followup", prompts)
        self._judge = Prompt.load("judge", prompts)

    @property
    def is_capable(self) -> bool:
        """Whether the model is able."""
        return is_capable(self._model)

    def standalone(self, question: str, history: Sequence[Turn], stop: threading.Event) -> str:
        """`question` with what it leaves out, by the model if it is able, else by rule."""
        by_rule = standalone(question, history)
        if not self.is_capable or by_rule == question:
            return by_rule
        said = "\n".join(
            f"Question: {sanitized(turn.question)}\nAnswer: {sanitized(turn.answer)}"
            for turn in history[-_TURNS:]
        )
        request = GenerationRequest(
            self._followup.messages(conversation=said, question=question),
            max_tokens=_REWRITTEN_TOKENS,
            priority=Priority.INTERACTIVE,
        )
        try:
            rewritten = self._written(request, stop)
        except ModelError:
            return by_rule  # the answer says what is wrong with the model
        known = vocabulary(f"{said} {question}")
        words = content_words(rewritten)
        return rewritten if words and all(word in known for word in words) else by_rule

    def agrees(self, claim: str, evidence: str, stop: threading.Event) -> bool:
        """Whether the model finds `claim` in `evidence`; one that is not able has no say."""
        if not self.is_capable:
            return True
        request = GenerationRequest(
            self._judge.messages(evidence=evidence, statement=claim),
            max_tokens=2,
            choices=(_YES, _NO),
            priority=Priority.INTERACTIVE,
        )
        stream = self._model.generate(request)
        with cancelled_when(stop.is_set, stream.cancel):
            reply = "".join(stream)
        if stream.stats.choices:
            return stream.stats.choices[_YES] >= stream.stats.choices[_NO]
        return not reply.strip().lower().startswith(_NO)

    def _written(self, request: GenerationRequest, stop: threading.Event) -> str:
        stream = self._model.generate(request)
        with cancelled_when(stop.is_set, stream.cancel):
            return sanitized("".join(stream))
