"""What the embedded model is really given: hostile texts as plain text, never as markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hostile import HOSTILE, KINDS, unseen, writable

from assistant.models.base import Message
from assistant.models.chat_template import ChatTemplate
from assistant.models.embedded import prepared_file
from assistant.models.fake import ScriptedModel
from assistant.models.llama import LlamaModel
from assistant.paper import Paper
from assistant.prompt import Prompt
from assistant.summarizing import summarise_papers

HARMLESS = "Penguins sleep for four seconds at a time."


@pytest.fixture(scope="module")
def model(model_cache: Path) -> Iterator[LlamaModel]:
    """The embedded model's vocabulary, without a context."""
    model = LlamaModel(prepared_file(model_cache, threads=2, notify=lambda note: None))
    yield model
    model.close()


@pytest.fixture(scope="module")
def template(model: LlamaModel) -> ChatTemplate:
    return ChatTemplate(model, "m")


def controls(model: LlamaModel, ids: Sequence[int]) -> list[str]:
    """Names of the control tokens among the ids, which stand for no bytes."""
    return [model._text(token) for token in ids if not model.piece(token)]


def prompts(text: str) -> list[tuple[Message, ...]]:
    """Every prompt of the program with `text` in each of its places, as it came."""
    return [
        Prompt.load("answer").messages(evidence=f"[1] {text}", question=text),
        Prompt.load("tldr").messages(title=text, abstract=text),
    ]


def spelled(text: str) -> str:
    """`text` without the controls that the embedded vocabulary has no bytes for."""
    return "".join(character for character in text if character >= " " or character in "\n\t")


@pytest.mark.parametrize("kind", KINDS)
def test_no_content_becomes_a_control_token_and_none_is_expanded(
    kind: str, model: LlamaModel, template: ChatTemplate
) -> None:
    expected = [controls(model, template.tokens(messages)) for messages in prompts(HARMLESS)]
    assert all(len(names) >= 5 for names in expected)
    for name, whole in KINDS[kind].items():
        text = writable(whole[:1_000])
        for messages, names in zip(prompts(text), expected, strict=True):
            ids = template.tokens(messages, answer_prefix=text)
            assert controls(model, ids) == names, name
            # Letter for letter: in both of its places, and as the beginning of the reply.
            tokens = b"".join(map(model.piece, ids)).decode()
            assert all(spelled(message.content) in spelled(tokens) for message in messages), name
            assert spelled(tokens).endswith(f"assistant\n{spelled(text)}"), name


def test_the_names_of_all_control_tokens_are_only_text(
    model: LlamaModel, template: ChatTemplate
) -> None:
    texts = (model._text(token) for token in range(model.vocabulary_size))
    markup = [text for text in texts if text.startswith("<") and text.endswith(">")]
    assert {"<|im_start|>", "<|im_end|>", "<|endoftext|>", "<repo_name>"} <= set(markup)
    everything = " ".join(markup)
    expected = controls(model, template.tokens([Message("user", HARMLESS)]))
    assert controls(model, template.tokens([Message("user", everything)])) == expected
    # The test can fail: read as markup, each of them is a control token.
    assert len(controls(model, model.tokenise(everything, markup=True))) >= len(markup) - 1


def test_what_a_tldr_is_asked_for_is_two_lines_whatever_the_paper_says() -> None:
    fake = ScriptedModel(lambda request: "It is about sleep.", context_tokens=100_000)
    papers = [
        Paper(title=f"On sleep {text}", abstract=f"{HARMLESS} {text}")
        for text in map(writable, HOSTILE.values())
    ]
    assert len(list(summarise_papers(papers, fake))) == len(papers)
    for request in fake.requests:
        asked = request.messages[-1].content
        assert [line.split(":")[0] for line in asked.splitlines()] == ["Title", "Abstract"]
        assert unseen(asked) == []
