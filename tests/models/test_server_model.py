"""A model on a server: replies, limits, failures of every kind, repetition, cancelling."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from model_server_support import (
    CHAT,
    MODELS,
    Exchange,
    Reply,
    ScriptedServer,
    fails,
    is_silent,
    models,
    says,
    scripted_server,
    sends,
)

from assistant.errors import ModelError, ModelServerError, PromptTooLong
from assistant.models import GenerationRequest, LanguageModel, Message, Priority, server_failures
from assistant.models.server_keys import ServerKey
from assistant.models.server_model import ServerModel
from assistant.models.stream import EngineStream
from assistant.server_address import ServerAddress

SECRET = "sk-very-secret"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry at once."""
    monkeypatch.setattr(server_failures, "_FIRST_RETRY_S", 0.001)


@pytest.fixture
def opened() -> Iterator[list[ServerModel]]:
    models: list[ServerModel] = []
    yield models
    for model in models:
        model.close()


def connect(
    server: ScriptedServer,
    opened: list[ServerModel],
    name: str = "",
    *,
    key: str = "",
    context: int = 2048,
    slots: int = 4,
    timeout_s: float = 20,
) -> ServerModel:
    model = ServerModel(
        ServerAddress(server.address, name),
        key=ServerKey(key, "the test"),
        context=context,
        slots=slots,
        timeout_s=timeout_s,
    )
    opened.append(model)
    return model


def request(
    text: str = "Hi",
    *,
    batch: bool = False,
    choices: tuple[str, ...] = (),
    stop: tuple[str, ...] = (),
) -> GenerationRequest:
    return GenerationRequest(
        (Message("user", text),),
        max_tokens=20,
        stop=stop,
        choices=choices,
        priority=Priority.BATCH if batch else Priority.INTERACTIVE,
    )


def test_a_reply_is_streamed_and_counted(server: ScriptedServer, opened: list[ServerModel]) -> None:
    server.replies = [says("Cats ", "sleep", ".", usage=(12, 3))]
    model = connect(server, opened, key=SECRET)
    assert isinstance(model, LanguageModel)
    assert (model.name, model.parameters, model.adapters) == ("tiny-135M", 135_000_000, frozenset())
    stream = model.generate(request())
    assert list(stream) == ["Cats ", "sleep", "."]
    stats = stream.stats
    assert (stats.prompt_tokens, stats.generated_tokens, stats.finish) == (12, 3, "stop")
    assert 0 < stats.prompt_seconds <= stats.total_seconds
    (body,) = server.chats()
    assert body["messages"] == [{"role": "user", "content": "Hi"}]
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("tiny-135M", 20, 0)
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    assert {seen.headers["Authorization"] for seen in server.requests} == {f"Bearer {SECRET}"}


def test_thinking_and_text_after_a_stop_string_are_not_shown(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    server.replies = [says("<thi", "nk>Hm", "m</think>\n\nFour", ". EN", "D more", finish=None)]
    stream = connect(server, opened).generate(request(stop=("END",)))
    assert "".join(stream) == "Four. "
    assert stream.stats.finish == "stop"


def test_the_reply_was_as_long_as_permitted(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    server.replies = [says("one two", finish="length")]
    stream = connect(server, opened).generate(request())
    assert ("".join(stream), stream.stats.finish) == ("one two", "length")


def test_several_models_need_a_name(server: ScriptedServer, opened: list[ServerModel]) -> None:
    server.functions[MODELS] = models("a-7B", "b-1.5B")
    with pytest.raises(ModelServerError, match=r"several models: a-7B, b-1.5B\. .*#a-7B"):
        connect(server, opened)
    with pytest.raises(ModelServerError, match=r"has no model 'c'\. It has: a-7B"):
        connect(server, opened, "c")
    assert connect(server, opened, "b-1.5B").parameters == 1_500_000_000
    server.functions[MODELS] = models()
    with pytest.raises(ModelServerError, match="has no model"):
        connect(server, opened)
    del server.functions[MODELS]
    assert connect(server, opened, "anything").name == "anything"


def test_llama_server_says_context_size_and_slots(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    server.functions |= {
        MODELS: models("/data/Some-Model.gguf", meta={"n_params": 7_000_000_000}),
        "/props": lambda exchange: exchange.value(
            {"total_slots": 2, "default_generation_settings": {"n_ctx": 1024}}
        ),
        "/tokenize": lambda exchange: exchange.value(
            {"tokens": list(range(len(exchange.seen.body["content"].split())))}
        ),
    }
    model = connect(server, opened, slots=16, context=8192)
    assert (model.name, model.parameters) == ("Some-Model", 7_000_000_000)
    assert (model.slots, model.context_tokens) == (2, 1024)
    short = model.count_tokens([Message("user", "two words")])
    assert model.count_tokens([Message("user", "now these are five words")]) == short + 3


def test_vllm_counts_whole_chats(server: ScriptedServer, opened: list[ServerModel]) -> None:
    server.functions |= {
        MODELS: models("org/Model-8B", max_model_len=1500),
        "/tokenize": lambda exchange: exchange.value(
            {"count": 100 + len(exchange.seen.body["messages"]), "max_model_len": 1500}
        ),
    }
    model = connect(server, opened)
    assert model.context_tokens == 1500
    messages = [Message("system", "a"), Message("user", "b")]
    before = len(server.requests)
    assert [model.count_tokens(messages) for _ in range(3)] == [102] * 3
    assert len(server.requests) == before + 1


def test_a_prompt_that_does_not_fit_is_not_sent(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    model = connect(server, opened, context=600)
    with pytest.raises(PromptTooLong, match="context of 600 tokens"):
        model.generate(request("long words " * 200))
    assert not server.chats()


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (fails(401, {"error": {"message": "Invalid token"}}), r"rejects the key .*Invalid token"),
        (fails(403), "rejects the key"),
        (fails(404, {"error": {"message": "model 'x' not found"}}), r"not found.*'x' not found"),
        (fails(413), r"refuses the request \(413\)"),
        (fails(429, Retry_After="7"), r"more requests \(429\)\. Wait for 7 s"),
        (fails(500, {"detail": "out\nof\x1b[31m memory"}), r"failed \(500: out of\[31m memory\)"),
        (fails(503, {"error": {"message": "Loading model", "code": 503}}), "Loading model"),
        (fails(302, Location="http://evil.example/v1"), "redirects to http://evil.example"),
        (sends(b"<html><h1>Hi</h1>", "text/html"), r"a web page instead of a stream.*/v1"),
        (sends(b'{"choices": []}', "application/json"), "instead of a stream"),
        (sends(b"data: {broken\n\n"), "not valid JSON"),
        (sends(b"data: [1]\n\n"), "unknown kind"),
        (sends(b'data: {"error": {"message": "out of memory"}}\n\n'), "out of memory"),
        (sends(b"data: " + b"x" * 1_200_000), "a line of more than"),
        (sends(b""), "cut off"),
        (says("Half a sen", finish=None), "cut off"),
        (sends(b'data: {"choices": [{"delta": {"content": "Hal'), "cut off"),
    ],
)
def test_every_failure_is_one_line_that_says_what_to_do(
    server: ScriptedServer, opened: list[ServerModel], reply: Reply, said: str
) -> None:
    model = connect(server, opened, key=SECRET, timeout_s=5)
    server.replies = [reply]
    with pytest.raises(ModelServerError, match=said) as caught:
        "".join(model.generate(request()))
    message = str(caught.value)
    assert message.startswith(server.address) and "\n" not in message
    assert SECRET not in message and len(message) < 700


def test_a_missing_key_is_asked_for(server: ScriptedServer, opened: list[ServerModel]) -> None:
    server.functions[MODELS] = fails(401)
    with pytest.raises(ModelServerError, match=r"asks for a key .*ASSISTANT_SERVER_KEY"):
        connect(server, opened)


def test_nothing_is_asked_of_a_server_that_redirects(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    server.functions[MODELS] = fails(307, Location=f"{server.address}/elsewhere")
    with pytest.raises(ModelServerError, match="redirects"):
        connect(server, opened)
    assert server.paths() == [MODELS]


def test_a_server_that_is_not_there(opened: list[ServerModel]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(ModelServerError, match=r"cannot connect \(.*refused.*Start the server"):
        connect(ScriptedServer(address), opened)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_temporary_failures_are_repeated(
    server: ScriptedServer, opened: list[ServerModel], status: int
) -> None:
    server.replies = [fails(status, Retry_After="0"), fails(status), says("Now.")]
    assert "".join(connect(server, opened).generate(request())) == "Now."
    assert len(server.chats()) == 3


def test_the_wait_that_a_server_asks_for_is_kept_or_refused(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    server.replies = [fails(429, Retry_After="0.3"), says("Now.")]
    began = time.monotonic()
    assert "".join(connect(server, opened).generate(request())) == "Now."
    assert time.monotonic() - began >= 0.3
    server.replies = [fails(429, Retry_After="3600"), says("Never.")]
    with pytest.raises(ModelServerError, match="Wait for 3,600 s"):
        "".join(connect(server, opened).generate(request()))


def test_a_wrong_request_is_not_repeated(server: ScriptedServer, opened: list[ServerModel]) -> None:
    model = connect(server, opened)
    server.replies = [fails(401)]
    with pytest.raises(ModelServerError):
        "".join(model.generate(request()))
    assert len(server.chats()) == 1


def test_fields_that_a_server_refuses_are_left_out_from_then_on(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    def strict(exchange: Exchange) -> None:
        known = {"model", "messages", "max_tokens", "temperature", "stream"}
        if unknown := set(exchange.seen.body) - known:
            exchange.value({"error": f"Unknown {sorted(unknown)}"}, 400)
        else:
            says("Fine.")(exchange)

    server.replies = [strict]
    model = connect(server, opened)
    assert "".join(model.generate(request(choices=("yes", "no")))) == "Fine."
    assert "".join(model.generate(request())) == "Fine."
    assert len(server.chats()) == 3


def test_a_refused_request_stays_refused(server: ScriptedServer, opened: list[ServerModel]) -> None:
    server.replies = [
        fails(400, {"error": "too long"}),
        fails(400, {"error": "too long"}),
        says(""),
    ]
    model = connect(server, opened)
    with pytest.raises(ModelServerError, match="too long"):
        "".join(model.generate(request()))
    "".join(model.generate(request()))
    assert "stream_options" in server.chats()[-1]


def test_what_has_been_read_is_not_repeated(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    server.replies = [says("One ", "two", finish=None), says("Another.")]
    stream = iter(connect(server, opened).generate(request()))
    assert next(stream) == "One "
    with pytest.raises(ModelServerError, match="cut off"):
        list(stream)
    assert len(server.chats()) == 1


def test_a_batch_repeats_a_reply_that_was_cut_off(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    server.replies = [says("One ", "two", finish=None), says("One ", "two ", "three.")]
    stream = connect(server, opened).generate(request(batch=True))
    assert "".join(stream) == "One two three."
    assert stream.stats.generated_tokens == 3


def test_a_silent_server_is_given_up_after_the_stated_time(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    server.replies = [is_silent]
    model = connect(server, opened, timeout_s=0.3)
    with pytest.raises(ModelServerError, match=r"no reply within 0\.3 s.*ASSISTANT_SERVER_TIMEOUT"):
        "".join(model.generate(request()))
    assert len(server.chats()) == 1


def test_signs_of_life_without_text_are_no_reply(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    def pings(exchange: Exchange) -> None:
        exchange.head(200, "text/event-stream")
        while not exchange.stopping.is_set() and not exchange.gone():
            exchange.write(b": ping\n\n")

    server.replies = [pings]
    model = connect(server, opened, timeout_s=0.3)
    with pytest.raises(ModelServerError, match="no reply within"):
        "".join(model.generate(request()))


def test_the_end_is_not_waited_for(server: ScriptedServer, opened: list[ServerModel]) -> None:
    def never_ends(exchange: Exchange) -> None:
        exchange.head(200, "text/event-stream")
        exchange.pieces("All.")
        exchange.event({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {}})
        is_silent(exchange)

    server.replies = [never_ends]
    assert "".join(connect(server, opened).generate(request())) == "All."


@pytest.mark.parametrize("after_text", [True, False])
def test_cancelling_ends_the_request_at_once(
    server: ScriptedServer, opened: list[ServerModel], after_text: bool
) -> None:
    left = threading.Event()

    def slow(exchange: Exchange) -> None:
        if after_text:
            exchange.head(200, "text/event-stream")
            exchange.pieces("One ")
        is_silent(exchange)
        left.set()

    server.replies = [slow]
    stream = connect(server, opened).generate(request())
    if after_text:
        assert next(iter(stream)) == "One "
    else:
        while not server.chats():
            time.sleep(0.005)
    stream.cancel()
    assert list(stream) == []
    assert stream.stats.finish == "cancelled"
    assert left.wait(10)


def test_a_waiting_request_can_be_cancelled(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    server.replies = [is_silent]
    model = connect(server, opened, slots=1)
    streams = [model.generate(request(batch=True)) for _ in range(3)]
    for stream in streams:
        stream.cancel()
    assert [list(stream) for stream in streams] == [[], [], []]


def test_a_batch_uses_all_slots_and_no_more(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    lock, state = threading.Lock(), {"now": 0, "most": 0}
    together = threading.Barrier(3, timeout=20)

    def counted(exchange: Exchange) -> None:
        with lock:
            state["now"] += 1
            state["most"] = max(state["most"], state["now"])
        together.wait()
        with lock:
            state["now"] -= 1
        says(exchange.seen.body["messages"][0]["content"])(exchange)

    server.replies = [counted]
    model = connect(server, opened, slots=3)
    streams = [model.generate(request(f"number {n}", batch=True)) for n in range(9)]
    assert ["".join(stream) for stream in streams] == [f"number {n}" for n in range(9)]
    assert state["most"] == 3


def test_a_question_does_not_wait_for_a_batch(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    def reply(exchange: Exchange) -> None:
        batch = exchange.seen.body["messages"][0]["content"] == "batch"
        (is_silent if batch else says("Answer."))(exchange)

    server.replies = [reply]
    model = connect(server, opened, slots=1)
    waiting: list[EngineStream] = [model.generate(request("batch", batch=True)) for _ in range(2)]
    assert "".join(model.generate(request("question"))) == "Answer."
    for stream in waiting:
        stream.cancel()


def test_closing_ends_every_stream(server: ScriptedServer, opened: list[ServerModel]) -> None:
    server.replies = [is_silent]
    model = connect(server, opened, slots=1)
    streams = [model.generate(request(batch=True)) for _ in range(2)]
    model.close()
    model.close()
    for stream in streams:
        with pytest.raises(ModelError, match="closed while it was writing"):
            list(stream)
    with pytest.raises(ModelError, match="is closed"):
        model.generate(request())


def test_probabilities_of_choices(server: ScriptedServer, opened: list[ServerModel]) -> None:
    def reply(exchange: Exchange) -> None:
        alternatives = [
            {"token": " Yes", "logprob": -0.5},
            {"token": "yes", "logprob": -2.0},
            {"token": "No", "logprob": -3.0},
            {"token": "maybe", "logprob": -4.0},
        ]
        exchange.head(200, "text/event-stream")
        exchange.event(
            {
                "choices": [
                    {
                        "delta": {"content": " Yes"},
                        "logprobs": {"content": [{"token": " Yes", "top_logprobs": alternatives}]},
                    }
                ]
            }
        )
        exchange.event({"choices": [{"delta": {}, "finish_reason": "length"}]})
        exchange.event("[DONE]")

    server.replies = [reply]
    stream = connect(server, opened).generate(request(choices=("yes", "no")))
    assert next(iter(stream)) == " Yes"
    chosen = stream.stats.choices
    assert chosen["yes"] == pytest.approx(0.937, abs=0.001)
    assert sum(chosen.values()) == pytest.approx(1)
    (body,) = server.chats()
    assert (body["logprobs"], body["top_logprobs"]) == (True, 20)


def test_a_server_that_fails_on_probabilities_is_asked_without(
    server: ScriptedServer, opened: list[ServerModel]
) -> None:
    def reply(exchange: Exchange) -> None:
        if "logprobs" in exchange.seen.body:
            exchange.value({"error": "logits_all=False"}, 500)
        else:
            says("Yes")(exchange)

    server.replies = [reply]
    model = connect(server, opened)
    for _ in range(2):
        stream = model.generate(request(choices=("yes", "no")))
        assert ("".join(stream), stream.stats.choices) == ("Yes", {})
    assert ["logprobs" in body for body in server.chats()] == [True, False, False]
    assert "stream_options" in server.chats()[-1]


def test_adapters_are_refused(server: ScriptedServer, opened: list[ServerModel]) -> None:
    model = connect(server, opened)
    with pytest.raises(ModelError, match="no adapter 'tldr'"):
        model.generate(GenerationRequest((), 1, adapter="tldr"))
    assert CHAT not in server.paths()
