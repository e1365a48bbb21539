"""The engine over the real bundled model: streams, many at once, cancelling, shared prefixes."""

from __future__ import annotations

import difflib
import threading
import time
from pathlib import Path

import pytest

from assistant.errors import ModelError, PromptTooLong
from assistant.models.engine import Engine
from assistant.models.protocols import (
    GenerationRequest,
    LanguageModel,
    Message,
    Priority,
    TextStream,
)
from assistant.models.stream import EngineStream

LONG = "A lake is a body of water that is surrounded by land. " * 40


def request(
    text: str, max_tokens: int = 12, *, batch: bool = False, adapter: str | None = None
) -> GenerationRequest:
    """A greedy request with one user turn."""
    return GenerationRequest(
        (Message("user", text),),
        max_tokens,
        priority=Priority.BATCH if batch else Priority.INTERACTIVE,
        adapter=adapter,
    )


def alike(one: str, other: str) -> float:
    """How much two replies have in common, 0 to 1.

    The same request computed in another batch shape rounds differently in the last bits, and a
    near tie between two words then goes the other way: equal beginnings, not equal texts.
    """
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def test_the_engine_is_a_language_model(engine: Engine) -> None:
    assert isinstance(engine, LanguageModel)
    assert isinstance(engine.generate(request("Hello")), TextStream)


def test_a_reply_comes_in_pieces_and_with_figures(engine: Engine) -> None:
    stream = engine.generate(request("Count from one to five."))
    pieces = list(stream)
    assert len(pieces) > 3
    assert stream.stats.finish in ("stop", "length")
    assert stream.stats.generated_tokens >= len(pieces)
    assert stream.stats.prompt_tokens == engine.count_tokens(
        [Message("user", "Count from one to five.")]
    )
    assert 0 < stream.stats.prompt_seconds <= stream.stats.total_seconds


def test_the_same_request_gives_the_same_reply_also_from_a_reused_prompt(engine: Engine) -> None:
    streams, replies = [], []
    for _ in range(4):
        streams.append(engine.generate(request("Name three colours.", 24)))
        replies.append("".join(streams[-1]))
    assert replies[1] == replies[2] == replies[3] != ""
    assert alike(replies[0], replies[1]) > 0.4
    assert streams[3].stats.reused_tokens == streams[3].stats.prompt_tokens - 1


def test_many_at_once_give_what_each_gives_alone(engine: Engine) -> None:
    questions = [f"Write one short sentence about the number {n}." for n in range(7)]
    alone = ["".join(engine.generate(request(text, batch=True))) for text in questions]
    streams = [engine.generate(request(text, batch=True)) for text in questions]
    together = ["".join(stream) for stream in streams]
    # Other batch shapes round differently in the last bits, which may turn a near tie.
    assert sum(a == b for a, b in zip(alone, together, strict=True)) >= 5
    assert all(together)


def test_max_tokens_ends_a_reply_and_says_so(engine: Engine) -> None:
    stream = engine.generate(request("Tell me a long story.", 5))
    list(stream)
    assert (stream.stats.finish, stream.stats.generated_tokens) == ("length", 5)


def test_stop_strings_are_not_part_of_the_reply(engine: Engine) -> None:
    whole = "".join(engine.generate(request("Count: one, two, three.", 20)))
    word = whole.split()[2]
    stream = engine.generate(
        GenerationRequest((Message("user", "Count: one, two, three."),), 20, stop=(word,))
    )
    assert "".join(stream) == whole[: whole.index(word)]
    assert stream.stats.finish == "stop"


def test_a_cancelled_stream_ends_within_a_step_while_writing(engine: Engine) -> None:
    stream = engine.generate(request("Tell me a long story.", 400))
    pieces = iter(stream)
    next(pieces)
    stream.cancel()
    stream.cancel()
    rest = list(pieces)
    assert stream.stats.finish == "cancelled"
    assert stream.stats.generated_tokens < 100
    assert len(rest) < 100


def test_a_stream_is_cancelled_while_its_prompt_is_read(engine: Engine) -> None:
    stream = engine.generate(request(f"{LONG} Sum it up.", 400))
    stream.cancel()
    assert list(stream) == []
    assert stream.stats.generated_tokens == 0
    # The slot is usable, and undamaged, afterwards.
    assert "".join(engine.generate(request("Name three colours.", 24)))


def test_a_reader_that_goes_away_stops_the_writing(engine: Engine) -> None:
    stream = engine.generate(request("Tell me a long story.", 400))
    for _ in stream:
        break
    for _ in range(500):
        if stream.stats.finish:
            break
        time.sleep(0.01)
    assert stream.stats.finish == "cancelled"


def test_a_cancelled_neighbour_does_not_change_a_reply(engine: Engine) -> None:
    expected = "".join(engine.generate(request("Name three colours.", 24, batch=True)))
    neighbour = engine.generate(request(f"{LONG} Sum it up.", 100, batch=True))
    stream = engine.generate(request("Name three colours.", 24, batch=True))
    neighbour.cancel()
    assert alike("".join(stream), expected) > 0.4


def test_a_question_is_answered_while_a_batch_is_running(engine: Engine) -> None:
    batch = [engine.generate(request(f"{LONG} Part {n}.", 60, batch=True)) for n in range(6)]
    assert "".join(engine.generate(request("Say hello.", 8)))
    assert sum(stream.stats.finish is None for stream in batch) >= 3
    for stream in batch:
        stream.cancel()


def test_a_long_beginning_is_computed_once_for_many(engine: Engine) -> None:
    system = Message("system", LONG)
    streams = [
        engine.generate(
            GenerationRequest(
                (system, Message("user", f"Question {n}?")), 4, priority=Priority.BATCH
            )
        )
        for n in range(5)
    ]
    for stream in streams:
        list(stream)
    computed = [stream.stats.prompt_tokens - stream.stats.reused_tokens for stream in streams]
    assert sum(count > 100 for count in computed) <= 1


def test_the_adapter_changes_what_is_written_and_leaves_other_requests_alone(
    engine: Engine,
) -> None:
    text = (
        "Title: Sorting by counting\nAbstract: Sorting is a basic task of computing. Most methods "
        "compare items with one another. We present a method that counts how often each key "
        "occurs and needs no comparison at all. It is twice as fast on small keys."
    )
    plain = "".join(engine.generate(request(text, 30, batch=True)))
    adapted = "".join(engine.generate(request(text, 30, batch=True, adapter="tldr")))
    assert plain != adapted
    mixed = [
        engine.generate(request(text, 30, batch=True, adapter=adapter))
        for adapter in ("tldr", None, "tldr", None)
    ]
    replies = ["".join(stream) for stream in mixed]
    for reply, own, other in zip(replies, (adapted, plain) * 2, (plain, adapted) * 2, strict=True):
        assert alike(reply, own) > alike(reply, other)


def test_judgements_at_once_are_those_of_each_alone(engine: Engine) -> None:
    def judge(facts: list[str]) -> list[float]:
        streams = [
            engine.generate(
                GenerationRequest(
                    (Message("user", f"Is this about lakes? Reply yes or no. {LONG} {fact}"),),
                    max_tokens=1,
                    choices=("yes", "no"),
                    adapter="relevance",
                    priority=Priority.READING,
                )
            )
            for fact in facts
        ]
        for stream in streams:
            list(stream)
        assert all(stream.stats.reused_tokens > 100 for stream in streams[1:])
        return [stream.stats.choices["yes"] for stream in streams]

    facts = ["Trains run on rails.", "Lake Garda is deep.", "Ducks swim.", "Tea is hot."] * 3
    together = judge(facts)
    # Other batch shapes round differently, as in `alike`.
    assert together == pytest.approx([judge([fact])[0] for fact in facts], abs=0.1)


def test_an_unknown_adapter_is_refused(engine: Engine) -> None:
    with pytest.raises(ModelError, match="no adapter 'x'"):
        engine.generate(request("Hello", adapter="x"))


def test_a_prompt_that_does_not_fit_is_refused_with_its_size(engine: Engine) -> None:
    with pytest.raises(PromptTooLong, match=r"context of 1024 tokens"):
        engine.generate(request(LONG * 3))


def test_the_reply_can_be_made_to_begin_with_given_words(engine: Engine) -> None:
    plain = request("What colour is the sky?")
    led = GenerationRequest(plain.messages, 12, answer_prefix="The sky is not green, it is")
    stream = engine.generate(led)
    assert "".join(stream) != "".join(engine.generate(plain))
    assert stream.stats.prompt_tokens > engine.count_tokens(plain.messages)


def test_many_threads_may_ask_at_once(engine: Engine) -> None:
    replies: dict[int, str] = {}

    def ask(number: int) -> None:
        replies[number] = "".join(engine.generate(request(f"Say the number {number}.", 6)))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(replies) == 8
    assert all(replies.values())


def test_closing_ends_running_streams_with_an_error(bundled_model: Path) -> None:
    engine = Engine(bundled_model, name="closing", context=512, slots=1, threads=1)
    stream = engine.generate(request("Tell me a long story.", 300))
    next(iter(stream))
    other = engine.generate(request("Tell me another.", 300))
    engine.close()
    engine.close()
    with pytest.raises(ModelError, match="closed"):
        list(other)
    with pytest.raises(ModelError, match="closed"):
        engine.generate(request("Hello"))


def test_a_request_made_while_the_engine_closes_is_refused(
    bundled_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(bundled_model, name="closing", context=512, slots=1, threads=1)
    tokens = engine._template.tokens([Message("user", "Hello")])

    def close_meanwhile(*_: object) -> list[int]:
        engine.close()
        return tokens

    monkeypatch.setattr(engine._template, "tokens", close_meanwhile)
    # Its thread has ended: a queued request would never be answered.
    with pytest.raises(ModelError, match="closed"):
        engine.generate(request("Hello"))


def test_a_failed_thread_ends_all_streams_and_refuses_requests(
    bundled_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(bundled_model, name="failing", context=512, slots=1, threads=1)
    streams = [
        engine.generate(request("Tell me a story.", 300, batch=batch)) for batch in (False, True)
    ]
    reader = iter(streams[0])
    next(reader)
    monkeypatch.setattr(engine._lanes[Priority.BATCH], "drop_cancelled", lambda: 1 / 0)
    for waiting in (reader, streams[1]):
        with pytest.raises(ModelError, match="failed unexpectedly"):
            list(waiting)
    engine._thread.join()
    with pytest.raises(ModelError, match="failed unexpectedly"):
        engine.generate(request("Hello"))
    engine.close()
    engine.close()
    assert engine._model.pointer is None


def test_a_failing_step_reaches_the_reader_and_the_next_request_works(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(engine.generate(request("Hello", 2)))
    lane = engine._lanes[Priority.INTERACTIVE]

    def broken(entries: object) -> bool:
        raise ModelError("llama.cpp failed on a step")

    assert lane._context is not None
    monkeypatch.setattr(lane._context, "decode", broken)
    with pytest.raises(ModelError, match="failed on a step"):
        list(engine.generate(request("Hello", 2)))
    assert list(engine.generate(request("Hello", 2)))


def test_an_error_of_ours_is_not_lost_in_the_thread(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = engine._lanes[Priority.INTERACTIVE]
    with monkeypatch.context() as patch:
        patch.setattr(lane, "step", lambda: 1 / 0)
        with pytest.raises(ModelError, match="failed unexpectedly"):
            list(engine.generate(request("Hello", 2)))
    assert list(engine.generate(request("Hello", 2)))


def test_reading_an_ended_stream_again_gives_nothing() -> None:
    stream = EngineStream(on_cancel=lambda: None)
    stream.put("text")
    stream.finish("stop")
    assert (list(stream), list(stream), list(stream)) == (["text"], [], [])


def test_choices_tell_how_likely_each_first_token_is(engine: Engine) -> None:
    asked = Message("user", "Is the sky on Earth green on a clear day? Answer with yes or no.")
    stream = engine.generate(GenerationRequest((asked,), 4, choices=("Yes", "No")))
    reply = "".join(stream)
    choices = stream.stats.choices
    assert sum(choices.values()) == pytest.approx(1.0)
    likelier = max(choices, key=lambda text: choices[text])
    assert not reply.startswith(("Yes", "No")) or reply.startswith(likelier)


def test_choices_of_several_tokens_are_not_told(engine: Engine) -> None:
    asked = (Message("user", "Hello"),)
    stream = engine.generate(GenerationRequest(asked, 2, choices=("Yes", "incomprehensibilities")))
    "".join(stream)
    assert stream.stats.choices == {}


def test_the_size_of_the_model_is_known(engine: Engine) -> None:
    assert 130_000_000 < engine.parameters < 140_000_000
