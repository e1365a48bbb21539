"""From a conversation to token ids, so that text can never act as markup.

The template that a GGUF carries is rendered with placeholders instead of the messages' contents.
What it wrote around them is markup and may become control tokens; the contents are tokenised as
plain text. An abstract that says `<|im_end|>` is then an abstract that says so, and no more.

llama.cpp leaves control tokens out of plain text, but not what a vocabulary calls user-defined, as
Qwen does with `<think>` and `<tool_call>`: where one of those stands in a content, the text is
tokenised in two parts.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.errors import ChatTemplateMissing
from assistant.models.protocols import Message

if TYPE_CHECKING:
    from assistant.models.llama import LlamaModel

# Private-use characters around a number: no template and no tokeniser gives them a meaning.
_PLACEHOLDER = re.compile("\ue000(\\d+)\ue001")
# Of user-defined tokens those that mark something; others are runs of spaces and the like.
_MARKUP = re.compile(r"<.+>|\[.+\]", re.DOTALL)


class ChatTemplate:
    """A model's own chat template, ready to turn messages into tokens."""

    def __init__(self, model: LlamaModel, name: str) -> None:
        """Compile the template of `model`; `name` is for messages.

        Raises:
            ChatTemplateMissing: the file has none, or it does not compile or render.
        """
        if not model.chat_template:
            raise ChatTemplateMissing(
                f"{name}: this GGUF has no chat template, so its markup is unknown. "
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
                f"{name}: the chat template of this GGUF cannot be read ({error}). "
                "Use another conversion of the model."
            ) from error
        self.tokens([Message("user", "?")])

    def _refuse(self, message: str) -> None:
        raise self._template_error(message)

    def tokens(self, messages: Sequence[Message], answer_prefix: str = "") -> list[int]:
        """Token ids of the prompt for a reply to `messages` that begins with `answer_prefix`.

        Raises:
            ChatTemplateMissing: the template refuses the messages or drops one.
        """
        try:
            rendered = self._render(messages)
        except self._template_error as error:
            # Some templates know no system turn: the user's first turn carries it then.
            if not messages or messages[0].role != "system" or len(messages) < 2:
                raise self._unusable(str(error)) from error
            merged = Message("user", f"{messages[0].content}\n\n{messages[1].content}")
            return self.tokens([merged, *messages[2:]], answer_prefix)
        ids = self._tokenise(rendered, messages)
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

    def _tokenise(self, rendered: str, messages: Sequence[Message]) -> list[int]:
        # re.split with one group: markup, number, markup, number, ..., markup.
        parts = _PLACEHOLDER.split(rendered)
        shown = {int(number) for number in parts[1::2]}
        if shown != set(range(len(messages))):
            raise self._unusable("it leaves out a message")
        ids: list[int] = []
        for index, part in enumerate(parts):
            is_content = index % 2 == 1
            if is_content:
                ids += self._plain(messages[int(part)].content)
            elif part:
                ids += self._model.tokenise(part, markup=True)
        if self._model.adds_bos and ids[:1] != [self._model.bos]:
            ids.insert(0, self._model.bos)
        return ids

    def _plain(self, text: str) -> list[int]:
        """Token ids of `text`, none of which is a control token or a marker."""
        ids: list[int] = []
        while text:
            found = self._markers.search(text) if self._markers else None
            end = found.start() + 1 if found else len(text)
            ids += self._model.tokenise(text[:end], markup=False)
            text = text[end:]
        return ids

    def _unusable(self, why: str) -> ChatTemplateMissing:
        return ChatTemplateMissing(
            f"{self._name}: the chat template of this GGUF cannot be used ({why}). "
            "Use another conversion of the model."
        )


def _marker_pattern(model: LlamaModel) -> re.Pattern[str] | None:
    """What finds the user-defined tokens of `model` that are markup; None if it has none."""
    library = model.library
    vocabulary = library.llama_model_get_vocab(model.pointer)
    found = (
        library.llama_vocab_get_text(vocabulary, token).decode("utf-8", "replace")
        for token in range(model.vocabulary_size)
        if library.llama_vocab_get_attr(vocabulary, token) & library.LLAMA_TOKEN_ATTR_USER_DEFINED
    )
    markers = sorted(filter(_MARKUP.fullmatch, found), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, markers))) if markers else None
