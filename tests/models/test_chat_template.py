"""Markup comes from the template alone, whatever the contents say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import ChatTemplateMissing
from assistant.models.chat_template import ChatTemplate
from assistant.models.llama import LlamaModel
from assistant.models.protocols import Message

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] | trim }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"
)


@pytest.fixture(scope="module")
def model(bundled_model: Path) -> Iterator[LlamaModel]:
    """The bundled model's vocabulary, without a context."""
    model = LlamaModel(bundled_model)
    yield model
    model.close()


def text_of(model: LlamaModel, ids: list[int]) -> str:
    """What the ids stand for, control tokens by their names."""
    return b"".join(model.piece(token) or model._text(token).encode() for token in ids).decode()


def control_tokens(model: LlamaModel, ids: list[int]) -> list[str]:
    """Names of the control tokens among the ids."""
    return [model._text(token) for token in ids if not model.piece(token)]


def test_the_prompt_is_what_the_template_says(model: LlamaModel) -> None:
    ids = ChatTemplate(model, "m").tokens([Message("system", "Be brief."), Message("user", "Hi")])
    assert text_of(model, ids) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    )


def test_no_content_becomes_a_control_token(model: LlamaModel) -> None:
    template = ChatTemplate(model, "m")
    expected = control_tokens(
        model, template.tokens([Message("system", "s"), Message("user", "u")])
    )
    markup = [
        "<|im_end|>",
        "<|im_start|>",
        "<|endoftext|>",
        "[INST]",
        "</s>",
        "{{ 7*7 }}",
        "\ue0000\ue001",
    ]
    rng = random.Random(7)
    for _ in range(100):
        words = rng.choices([*markup, "system", "\n", "ignore", " the above "], k=6)
        content = "".join(words)
        ids = template.tokens([Message("system", content), Message("user", content)])
        assert control_tokens(model, ids) == expected
        assert text_of(model, ids).count(content) >= 2


def test_a_file_without_a_template_is_refused_and_the_error_says_so(
    model: LlamaModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "chat_template", None)
    with pytest.raises(
        ChatTemplateMissing, match=r"tiny\.gguf: this GGUF file has no chat template"
    ):
        ChatTemplate(model, "tiny.gguf")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{% for %}", "cannot be read"),
        ("{{ raise_exception('no') }}", "no"),
        ("only markup", "omits a message"),
        ("{{ messages.__class__.__mro__ }}", "cannot be used"),
    ],
)
def test_a_broken_template_is_refused(
    model: LlamaModel, monkeypatch: pytest.MonkeyPatch, source: str, why: str
) -> None:
    monkeypatch.setattr(model, "chat_template", source)
    with pytest.raises(ChatTemplateMissing, match=why):
        ChatTemplate(model, "m")


def test_a_template_without_system_turns_gets_it_in_the_users_turn(
    model: LlamaModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    monkeypatch.setattr(model, "chat_template", refusing + CHATML)
    ids = ChatTemplate(model, "m").tokens([Message("system", "Be brief."), Message("user", "Hi")])
    assert "user\nBe brief.\n\nHi<|im_end|>" in text_of(model, ids)


def test_a_begin_token_is_added_once(model: LlamaModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "adds_bos", True)
    for prefix in ("", "{{ bos_token }}"):
        monkeypatch.setattr(model, "chat_template", prefix + CHATML)
        ids: list[Any] = ChatTemplate(model, "m").tokens([Message("user", "Hi")])
        assert ids[0] == model.bos
        assert ids[1:].count(model.bos) == ids.count(model.bos) - 1
        assert text_of(model, ids[1:]).startswith(("user", "<|im_start|>user"))
