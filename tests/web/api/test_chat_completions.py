"""Chat clients: OpenAI's own, and what they send."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest
from api_support import CATS, QUESTION, SENTENCE
from openai.types.chat import ChatCompletionMessageParam
from starlette.testclient import TestClient

from assistant import PaperLibrary
from assistant.api import Answer
from assistant.web.api.chat_completions import MODEL, answer_text

SOURCE = (
    f"[1] On the sleep of cats (2020) `{CATS}`: “We show that cats sleep fourteen hours a day.”"
)


@pytest.fixture
def chat(client: TestClient) -> Iterator[openai.OpenAI]:
    """OpenAI's client, pointed at the library."""
    with openai.OpenAI(
        base_url="http://127.0.0.1:7860/v1", api_key="any", http_client=client, max_retries=0
    ) as opened:
        yield opened


def ask(chat: openai.OpenAI, *contents: str) -> str:
    """The answer to the last of the messages, which are the user's and the assistant's in turn."""
    messages: list[Any] = [
        {"role": ("user", "assistant")[n % 2], "content": content}
        for n, content in enumerate(contents)
    ]
    completion = chat.chat.completions.create(model=MODEL, messages=messages)
    assert completion.choices[0].finish_reason == "stop"
    return completion.choices[0].message.content or ""


def test_the_library_is_the_only_model(chat: openai.OpenAI) -> None:
    assert [model.id for model in chat.models.list()] == [MODEL]


def test_an_answer_has_its_sources_below(chat: openai.OpenAI) -> None:
    assert ask(chat, QUESTION) == f"{SENTENCE} [1]\n\nSources:\n\n{SOURCE}"


def test_a_stream_has_the_same_text_in_pieces(chat: openai.OpenAI) -> None:
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": "Answer in verse."},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
    ]
    chunks = list(
        chat.chat.completions.create(model="any", messages=messages, stream=True, temperature=2)
    )
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks]
    assert "".join(pieces) == ask(chat, QUESTION)
    assert pieces[1] == f"{SENTENCE} [1]"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert {chunk.model for chunk in chunks} == {"any"}


def test_without_an_answer_it_says_so(chat: openai.OpenAI) -> None:
    for question in ("What is the capital of France?",):
        said = ask(chat, question)
        assert said.startswith("The library has no papers about this.")
        streamed = chat.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": question}], stream=True
        )
        assert "".join(chunk.choices[0].delta.content or "" for chunk in streamed) == said


def test_a_question_can_refer_to_the_answer_before(chat: openai.OpenAI) -> None:
    first = ask(chat, QUESTION)
    assert "Ann Lee" in ask(chat, QUESTION, first, "Who wrote it?")


def test_texts_of_papers_are_no_markup(library: PaperLibrary) -> None:
    shape = library.ask(QUESTION).as_json()
    shape["claims"][0]["text"] = "See ![x](http://evil.test/x.png)"
    shape["sources"][0]["paper"]["title"] = "<img src=http://evil.test>"
    text = answer_text(Answer.model_validate(shape))
    assert "![x](http" not in text
    assert "\\<img" in text


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "assistant", "content": "Hello"}],
        [{"role": "system", "content": "Hello"}],
        [{"role": "user", "content": ""}],
        [{"role": "user", "content": None}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}],
        [],
    ],
)
def test_what_is_no_question_is_an_error(chat: openai.OpenAI, messages: list[Any]) -> None:
    with pytest.raises(openai.APIStatusError) as raised:
        chat.chat.completions.create(model=MODEL, messages=messages)
    assert raised.value.status_code in (400, 422)
    assert "\n" not in str(raised.value)


def test_an_error_within_a_stream_is_an_error_of_the_client(
    chat: openai.OpenAI, library: PaperLibrary
) -> None:
    with pytest.raises(openai.APIError):
        list(
            chat.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": "since:soon"}], stream=True
            )
        )
