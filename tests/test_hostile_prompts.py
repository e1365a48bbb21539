"""What the bundled model is really given: hostile texts as plain text, never as markup."""

from __future__ import annotations

import mmap
import shutil
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hostile import HOSTILE, KINDS, unseen, writable

from assistant.models.bundled_model import prepared_file
from assistant.models.chat_template import ChatTemplate
from assistant.models.fake import ScriptedModel
from assistant.models.llama import LlamaModel
from assistant.models.protocols import Message
from assistant.paper import Paper
from assistant.prompt import Prompt
from assistant.summarizing import summarize_papers

HARMLESS = "Penguins sleep for four seconds at a time."


@pytest.fixture(scope="module")
def model(model_cache: Path) -> Iterator[LlamaModel]:
    """The bundled model's vocabulary, without a context."""
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
    """`text` without the controls that the bundled vocabulary has no bytes for."""
    return "".join(character for character in text if character >= " " or character in "\n\t")


@pytest.mark.parametrize("kind", KINDS)
def test_no_content_becomes_a_control_token_and_none_is_expanded(
    kind: str, model: LlamaModel, template: ChatTemplate
) -> None:
    harmless = prompts(HARMLESS)
    expected = [controls(model, template.tokens(messages)) for messages in harmless]
    assert all(len(names) >= 5 for names in expected)
    for name, whole in KINDS[kind].items():
        text = writable(whole[:1_000])
        for messages, like, names in zip(prompts(text), harmless, expected, strict=True):
            filled = [message.content.replace(HARMLESS, text) for message in like]
            assert [message.content for message in messages] == filled, name
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
    assert len(controls(model, model.tokenize(everything, markup=True))) >= len(markup) - 1


def test_what_a_tldr_is_asked_for_is_two_lines_whatever_the_paper_says() -> None:
    fake = ScriptedModel(lambda request: "It is about sleep.", context_tokens=100_000)
    papers = [
        Paper(title=f"On sleep {text}", abstract=f"{HARMLESS} {text}")
        for text in map(writable, HOSTILE.values())
    ]
    assert len(list(summarize_papers(papers, fake))) == len(papers)
    for request in fake.requests:
        asked = request.messages[-1].content
        assert [line.split(":")[0] for line in asked.splitlines()] == ["Title", "Abstract"]
        assert unseen(asked) == []


def test_markers_that_are_no_control_tokens_are_only_text_too(
    model_cache: Path, tmp_path: Path
) -> None:
    """Qwen's `<think>` is such a one; here the bundled vocabulary gets some."""
    markers = ("<repo_name>", "<file_sep>")
    path = tmp_path / "other.gguf"
    shutil.copyfile(prepared_file(model_cache, threads=2, notify=lambda note: None), path)
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as data:
        # The array's key, 4 bytes each for its type and that of its items, 8 for their number.
        types = data.find(key := b"tokenizer.ggml.token_type") + len(key) + 16
        for token in (3, 5):
            (kind,) = struct.unpack_from("<i", data, types + 4 * token)
            assert kind == 3
            struct.pack_into("<i", data, types + 4 * token, 4)
    other = LlamaModel(path)
    try:
        template = ChatTemplate(other, "m")
        marker_ids = [other.tokenize(marker, markup=False) for marker in markers]
        # The test can fail: llama.cpp finds them in plain text.
        assert all(len(ids) == 1 for ids in marker_ids)
        text = f"a {markers[0]}{markers[1]} b <{markers[1]}> {markers[0][:-1]}"
        ids = template.tokens([Message("user", text)], answer_prefix=markers[0])
        assert not {one for ids in marker_ids for one in ids} & set(ids)
        tokens = b"".join(map(other.piece, ids)).decode()
        assert text in tokens
        assert tokens.endswith(f"assistant\n{markers[0]}")
    finally:
        other.close()
