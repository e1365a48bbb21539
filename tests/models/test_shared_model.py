"""A model that several hold: it serves until the last one lets go, and tells how fast it is."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from patience import PATIENCE_S

from assistant.errors import ModelError
from assistant.models.fake import ScriptedModel
from assistant.models.protocols import (
    GenerationRequest,
    GenerationStats,
    LanguageModel,
    Message,
    Priority,
)
from assistant.models.shared_model import SharedModel, Throughput

ASK = GenerationRequest((Message("user", "Say something."),), 20)


class ClosingModel(ScriptedModel):
    """Notes when it is closed."""

    def __init__(self, seconds_per_piece: float = 0.0) -> None:
        super().__init__(lambda request: "one two three four", seconds_per_piece=seconds_per_piece)
        self.closed = threading.Event()

    def close(self) -> None:
        super().close()
        self.closed.set()


def test_it_is_the_model_that_it_stands_before() -> None:
    model = ScriptedModel(["Yes."], name="tiny", slots=7, adapters=("tldr",), parameters=5)
    shared = SharedModel(model)
    assert isinstance(shared, LanguageModel)
    assert (shared.name, shared.slots, shared.parameters) == ("tiny", 7, 5)
    assert shared.adapters == {"tldr"}
    assert shared.context_tokens == model.context_tokens
    assert shared.count_tokens(ASK.messages) == 2
    assert "".join(shared.generate(ASK)) == "Yes."


def test_it_is_closed_when_nobody_holds_it_and_not_before() -> None:
    model = ClosingModel()
    shared = SharedModel(model)
    stream = shared.generate(ASK)
    pieces = iter(stream)
    assert next(pieces) == "one"
    del shared
    assert not model.closed.wait(0.05)
    assert "".join(pieces) == " two three four"
    del pieces, stream
    assert model.closed.wait(PATIENCE_S)


def test_closing_waits_for_a_call_that_is_running() -> None:
    in_call, go_on = threading.Event(), threading.Event()

    class Slow(ClosingModel):
        def count_tokens(self, messages: object) -> int:
            in_call.set()
            go_on.wait()
            assert not self.closed.is_set()
            return 3

    model = Slow()
    shared = SharedModel(model)
    counted: list[int] = []
    caller = threading.Thread(target=lambda: counted.append(shared.count_tokens(ASK.messages)))
    closer = threading.Thread(target=shared.close)
    caller.start()
    in_call.wait()
    closer.start()
    assert not model.closed.wait(0.05)
    with pytest.raises(ModelError, match="closed"):
        shared.generate(ASK)
    go_on.set()
    closer.join()
    caller.join()
    assert counted == [3]
    assert model.closed.is_set()
    shared.close()


def test_it_says_whether_somebody_reads() -> None:
    shared = SharedModel(ClosingModel())
    pieces = iter(shared.generate(ASK))
    seen = [shared.busy]
    next(pieces)
    seen.append(shared.busy)
    assert "".join(pieces) == " two three four"
    seen.append(shared.busy)
    assert seen == [False, True, False]


def reply(
    priority: Priority = Priority.INTERACTIVE, **figures: float
) -> Callable[[Throughput], None]:
    stats = GenerationStats(**figures)  # type: ignore[arg-type]
    return lambda throughput: throughput.add(priority, stats)


def test_speed_is_the_mean_of_the_last_answers() -> None:
    throughput = Throughput()
    assert (
        throughput.generation_rate(),
        throughput.prompt_rate(),
        throughput.replies_per_minute(),
    ) == (
        None,
        None,
        None,
    )
    reply(prompt_tokens=10, prompt_seconds=1)(throughput)  # stopped before its first word
    assert throughput.prompt_rate() is None
    reply(
        prompt_tokens=300, reused_tokens=100, prompt_seconds=2, generated_tokens=11, total_seconds=3
    )(throughput)
    assert (throughput.prompt_rate(), throughput.generation_rate()) == (100, 10)
    # A prompt that was known all but a word says nothing of reading.
    reply(
        prompt_tokens=300, reused_tokens=299, prompt_seconds=1, generated_tokens=31, total_seconds=2
    )(throughput)
    assert (throughput.prompt_rate(), throughput.generation_rate()) == (100, 20)
    assert throughput.replies_per_minute() is None


def test_speed_of_lines_is_that_of_the_last_run(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("assistant.models.shared_model.time.monotonic", lambda: now[0])
    throughput = Throughput()
    line = reply(Priority.BATCH, generated_tokens=20, total_seconds=2)
    line(throughput)  # a run an hour before
    now[0] = 4600.0
    for _ in range(6):
        now[0] += 1
        line(throughput)
    # Six lines from 4599 to 4606.
    assert throughput.replies_per_minute() == pytest.approx(6 * 60 / 7)
    assert throughput.generation_rate() is None
