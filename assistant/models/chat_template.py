"""Turns a conversation into token ids, so that content can never act as markup.

The chat template of the GGUF file is rendered with placeholders instead of the contents. The text
around the placeholders is markup and can become control tokens; the contents are tokenized as plain
text. So `<|im_end|>` in an abstract is ordinary text.

Models that think aloud before they answer are told not to: by the template's argument
`enable_thinking`, or by ending the thought that the template has begun.

llama.cpp does not recognize control tokens in plain text, but it does recognize user-defined ones,
such as `<think>` and `<tool_call>` of Qwen. Content is split inside those before it is tokenized.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.errors import ChatTemplateMissing
from assistant.models.protocols import Message
from assistant.models.stream import EMPTY_THOUGHT, THINK_END, THINK_START

if TYPE_CHECKING:
    from assistant.models.llama import LlamaModel

# A number between private-use characters, which have no meaning in templates and tokenizers.
_PLACEHOLDER = re.compile("\ue000(\\d+)\ue001")
# User-defined tokens that are markup; others are runs of spaces and the like.
_MARKUP = re.compile(r"<.+>|\[.+\]", re.DOTALL)


class ChatTemplate:
    """The compiled chat template of a model."""

    def __init__(self, model: LlamaModel, name: str) -> None:
        """Compile the template of `model`; `name` appears in error messages.

        Raises:
            ChatTemplateMissing: there is no template, or it does not compile or render.
        """
        if not model.chat_template:
            raise ChatTemplateMissing(
                f"{name}: this GGUF file has no chat template. "
                "Use an instruction-tuned (chat) version of the model."
            )
        from jinja2 import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        self._model = model
        self._name = name
        self._template_error = TemplateError
        self._markers = _marker_pattern(model)
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        environment.globals["raise_exception"] = self._refuse
        environment.globals["strftime_now"] = lambda form: (
            datetime.datetime.now().astimezone().strftime(form)
        )
        try:
            self._template = environment.from_string(model.chat_template)
        except TemplateError as error:
            raise ChatTemplateMissing(
                f"{name}: the chat template of this GGUF file cannot be read ({error}). "
                "Use another conversion of the model."
            ) from error
        self.tokens([Message("user", "?")])

    def _refuse(self, message: str) -> None:
        raise self._template_error(message)

    def tokens(self, messages: Sequence[Message], answer_prefix: str = "") -> list[int]:
        """Token ids of the prompt for a reply that starts with `answer_prefix`.

        Raises:
            ChatTemplateMissing: the template rejects the messages or omits one.
        """
        try:
            rendered = _without_thought(self._render(messages))
        except self._template_error as error:
            # Some templates reject system messages: merge it into the first user message.
            if not messages or messages[0].role != "system" or len(messages) < 2:
                raise self._unusable(str(error)) from error
            merged = Message("user", f"{messages[0].content}\n\n{messages[1].content}")
            return self.tokens([merged, *messages[2:]], answer_prefix)
        ids = self._tokenize(rendered, messages)
        return ids + self._plain(answer_prefix)

    def _render(self, messages: Sequence[Message]) -> str:
        turns: list[dict[str, Any]] = [
            {"role": message.role, "content": f"\ue000{index}\ue001"}
            for index, message in enumerate(messages)
        ]
        return self._template.render(
            messages=turns,
            add_generation_prompt=True,
            bos_token=self._model.bos_text,
            eos_token=self._model.eos_text,
            enable_thinking=False,
            tools=None,
        )

    def _tokenize(self, rendered: str, messages: Sequence[Message]) -> list[int]:
        # re.split with one group: markup, number, markup, number, ..., markup.
        parts = _PLACEHOLDER.split(rendered)
        rendered_indices = {int(number) for number in parts[1::2]}
        if rendered_indices != set(range(len(messages))):
            raise self._unusable("it omits a message")
        ids: list[int] = []
        for index, part in enumerate(parts):
            is_content = index % 2 == 1
            if is_content:
                ids += self._plain(messages[int(part)].content)
            elif part:
                ids += self._model.tokenize(part, markup=True)
        if self._model.adds_bos and ids[:1] != [self._model.bos]:
            ids.insert(0, self._model.bos)
        return ids

    def _plain(self, text: str) -> list[int]:
        """Token ids of `text` without control tokens and user-defined markup."""
        ids: list[int] = []
        while text:
            marker = self._markers.search(text) if self._markers else None
            end = marker.start() + 1 if marker else len(text)
            ids += self._model.tokenize(text[:end], markup=False)
            text = text[end:]
        return ids

    def _unusable(self, reason: str) -> ChatTemplateMissing:
        return ChatTemplateMissing(
            f"{self._name}: the chat template of this GGUF file cannot be used ({reason}). "
            "Use another conversion of the model."
        )


def _without_thought(rendered: str) -> str:
    """`rendered` with an end to a thought that it begins after the last message."""
    opening = rendered[rendered.rfind("\ue001") + 1 :]
    if opening.rfind(THINK_START) <= opening.rfind(THINK_END):
        return rendered
    return rendered.rstrip() + EMPTY_THOUGHT


def _marker_pattern(model: LlamaModel) -> re.Pattern[str] | None:
    """Pattern of the user-defined markup tokens of `model`; None if it has none."""
    library = model.library
    vocabulary = library.llama_model_get_vocab(model.pointer)
    user_defined = (
        library.llama_vocab_get_text(vocabulary, token).decode("utf-8", "replace")
        for token in range(model.vocabulary_size)
        if library.llama_vocab_get_attr(vocabulary, token) & library.LLAMA_TOKEN_ATTR_USER_DEFINED
    )
    markers = sorted(filter(_MARKUP.fullmatch, user_defined), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, markers))) if markers else None
