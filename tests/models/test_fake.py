"""The shipped fakes keep the promises of the protocols."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from patience import PATIENCE_S

from assistant.embedder import Embedder
from assistant.errors import ModelError, PromptTooLong
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.models.protocols import (
    GenerationRequest,
    LanguageModel,
    Message,
    TextStream,
)


def request(text: str = "Say it.", max_tokens: int = 50, **more: object) -> GenerationRequest:
    return GenerationRequest((Message("user", text),), max_tokens, **more)  # type: ignore[arg-type]


def test_fakes_are_what_the_protocols_ask_for() -> None:
    model: LanguageModel = ScriptedModel(["x"])
    embedder: Embedder = HashingEmbedder()
    assert isinstance(model, LanguageModel)
    assert isinstance(embedder, Embedder)
    assert isinstance(model.generate(request()), TextStream)


def test_replies_come_in_the_order_of_the_requests_in_pieces_that_join_to_the_text() -> None:
    model = ScriptedModel(["  One two\nthree. ", "Four"])
    first, second = model.generate(request("a")), model.generate(request("b"))
    assert list(second) == ["Four"]
    assert list(first) == ["  One", " two", "\nthree.", " "]
    assert [asked.messages[0].content for asked in model.requests] == ["a", "b"]
    assert first.stats.finish == "stop"
    assert first.stats.generated_tokens == 4
    assert first.stats.prompt_tokens == 1
    assert first.stats.total_seconds >= first.stats.prompt_seconds


def test_a_function_is_asked_for_each_reply() -> None:
    model = ScriptedModel(lambda asked: asked.messages[-1].content.upper())
    assert "".join(model.generate(request("quiet words"))) == "QUIET WORDS"


@pytest.mark.parametrize(
    ("stop", "max_tokens", "expected", "finish"),
    [
        ((), 50, "a b. c d", "stop"),
        (("zz", "d", ". "), 50, "a b", "stop"),
        ((), 3, "a b. c", "length"),
        (("c",), 2, "a b.", "length"),
        ((), 4, "a b. c d", "stop"),
    ],
)
def test_stop_strings_and_length_end_a_reply(
    stop: Sequence[str], max_tokens: int, expected: str, finish: str
) -> None:
    stream = ScriptedModel(["a b. c d"]).generate(request(max_tokens=max_tokens, stop=tuple(stop)))
    assert "".join(stream) == expected
    assert stream.stats.finish == finish


def test_an_exception_in_the_script_is_raised_to_whoever_iterates() -> None:
    model = ScriptedModel([ModelError("broken"), "fine"])
    broken, fine = model.generate(request()), model.generate(request())
    with pytest.raises(ModelError, match="broken"):
        list(broken)
    assert list(fine) == ["fine"]


def test_the_end_of_the_script_is_an_error_that_says_so() -> None:
    model = ScriptedModel(["only"])
    list(model.generate(request()))
    with pytest.raises(ModelError, match="ended before request 2"):
        list(model.generate(request()))


def test_replies_are_taken_lazily_from_an_endless_script() -> None:
    stream = ScriptedModel(itertools.repeat("a b")).generate(request())
    assert next(iter(stream)) == "a"
    assert list(stream) == [" b"]


def test_cancel_interrupts_the_wait_for_a_piece() -> None:
    stream = ScriptedModel(["a b"], seconds_per_piece=3600).generate(request())
    pieces: list[str] = []
    reader = threading.Thread(target=lambda: pieces.extend(stream), daemon=True)
    reader.start()
    stream.cancel()
    reader.join(PATIENCE_S)
    assert not reader.is_alive()
    assert pieces == []
    assert stream.stats.finish == "cancelled"


def test_cancel_after_the_end_changes_nothing() -> None:
    stream = ScriptedModel(["a"]).generate(request())
    list(stream)
    stream.cancel()
    assert stream.stats.finish == "stop"


def test_close_ends_streams_and_refuses_new_requests() -> None:
    model = ScriptedModel(["a b c", "d"])
    stream = model.generate(request())
    pieces = iter(stream)
    assert next(pieces) == "a"
    model.close()
    model.close()
    assert list(pieces) == []
    with pytest.raises(ModelError, match="closed"):
        model.generate(request())


def test_what_does_not_fit_the_context_is_refused_and_not_noted() -> None:
    model = ScriptedModel(["x"], context_tokens=10)
    assert model.count_tokens([Message("system", "a b"), Message("user", "c")]) == 3
    with pytest.raises(PromptTooLong, match="has 10"):
        model.generate(request("a b c", max_tokens=8))
    assert model.requests == []
    assert list(model.generate(request("a b c", max_tokens=7))) == ["x"]


def test_adapters_are_the_ones_given() -> None:
    model = ScriptedModel(["x"], adapters=["tldr"])
    assert model.adapters == {"tldr"}
    assert list(model.generate(request(adapter="tldr"))) == ["x"]
    with pytest.raises(ModelError, match="no adapter 'other'"):
        model.generate(request(adapter="other"))


def test_many_threads_get_every_reply_once() -> None:
    model = ScriptedModel(str(number) for number in range(200))
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: "".join(model.generate(request())), range(200)))
    assert sorted(map(int, replies)) == list(range(200))
    assert len(model.requests) == 200


def test_texts_that_share_words_have_similar_vectors() -> None:
    embedder = HashingEmbedder()
    vectors = embedder.embed(["Graph networks learn.", "networks LEARN a graph", "Protein folding"])
    assert vectors.shape == (3, 64)
    assert vectors.dtype == np.float32
    assert vectors[0] @ vectors[1] > 0.8 > 0.3 > vectors[0] @ vectors[2]
    assert np.array_equal(vectors, HashingEmbedder().embed(embedder.texts))


def test_every_row_has_length_one_also_without_words() -> None:
    vectors = HashingEmbedder(8).embed(["", " \0", "\ud800", "word " * 1000])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert HashingEmbedder(8).embed([]).shape == (0, 8)
    assert HashingEmbedder().count_tokens("one two-three") == 3
