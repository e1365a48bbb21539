"""A language model on a server that understands OpenAI's chat completions.

Such servers are llama-server and llama_cpp.server, vLLM, Ollama and LM Studio. They have no
adapters, so the assistant works as with any other file that a user chooses.
"""

from __future__ import annotations

import asyncio
import enum
import threading
import time
from collections.abc import Sequence
from concurrent.futures import CancelledError
from typing import Any

from assistant.errors import AssistantError, ModelError, PromptTooLong
from assistant.models.protocols import GenerationRequest, Message, Priority
from assistant.models.server_connection import TRIES, ServerConnection
from assistant.models.server_failures import (
    ServerFailure,
    cut_off,
    error_in_reply,
    invalid_reply,
    timeout_failure,
)
from assistant.models.server_keys import ServerKey
from assistant.models.server_properties import read_properties
from assistant.models.server_reply import ServerReply
from assistant.models.server_tokens import TokenCounter, estimated_prompt
from assistant.models.stream import EngineStream
from assistant.server_address import ServerAddress

# Questions answered at the same time, besides a batch.
_INTERACTIVE = 4
# A batch can wait longer for a server that is restarted.
_BATCH_TRIES = 6
# A whole reply may take this many times the wait for its start.
_WHOLE = 10
# Alternatives of a token that are asked for; the most that all servers permit.
_TOP = 20
# Seconds to wait for the token counts after the end of a reply.
_END_S = 2.0
# What servers reply to fields that they do not know, and to probabilities that they do not compute.
_REFUSED = frozenset({400, 422})
_FAILED = frozenset({500, 501})


class _Fields(enum.Flag):
    """Fields of a request that not every server accepts."""

    NONE = 0
    EXTRAS = enum.auto()
    PROBABILITIES = enum.auto()


class ServerModel:
    """A `LanguageModel` on a server. Thread-safe."""

    adapters: frozenset[str] = frozenset()

    def __init__(
        self,
        address: ServerAddress,
        *,
        key: ServerKey,
        context: int,
        slots: int,
        timeout_s: float,
    ) -> None:
        """Ask the server about the model, which sends no text of the user.

        Args:
            address: the server and the name of the model.
            key: the key for the server.
            context: the most tokens to use; the server may have fewer.
            slots: the most batch requests at the same time; the server may take fewer.
            timeout_s: seconds to wait for the start of a reply, and between two parts of it.

        Raises:
            ModelServerError: the server cannot be used, or does not have the model.

        """
        self.address = address
        self._connection = ServerConnection(address, key, timeout_s)
        try:
            found = self._connection.run(read_properties(self._connection))
        except BaseException:
            self._connection.close()
            raise
        self.name = found.name
        self.parameters = found.parameters
        self.context_tokens = min(context, found.context or context)
        self.slots = min(slots, found.slots or slots)
        self._model = found.model
        self._timeout_s = timeout_s
        self._tokens = TokenCounter(self._connection, found.model, found.counting)
        self._interactive = asyncio.Semaphore(_INTERACTIVE)
        self._batch = asyncio.Semaphore(self.slots)
        self._fields = _Fields.EXTRAS | _Fields.PROBABILITIES
        self._lock = threading.Lock()
        self._streams: set[EngineStream] = set()
        self._closed = False

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Length of the prompt in tokens, counted by the server or estimated."""
        return self._tokens.count(messages)

    def generate(self, request: GenerationRequest) -> EngineStream:
        """Send a request and return its stream at once.

        Raises:
            PromptTooLong: prompt and reply do not fit `context_tokens`.
            ModelError: the model is closed, or an adapter is asked for.
        """
        if request.adapter is not None:
            raise ModelError(f"{self.name} has no adapter {request.adapter!r}.")
        needed = estimated_prompt(request.messages) + request.max_tokens
        if needed > self.context_tokens:  # the estimate is too high for most texts
            needed = self.count_tokens(request.messages) + request.max_tokens
        if needed > self.context_tokens:
            raise PromptTooLong(
                f"A prompt of {needed - request.max_tokens} tokens and a reply of up to "
                f"{request.max_tokens} do not fit {self.name}'s context of {self.context_tokens} "
                "tokens. Shorten the text, or raise ASSISTANT_CONTEXT if the model allows it."
            )
        reply = ServerReply(request)
        with self._lock:
            if self._closed:
                raise ModelError(f"{self.name} is closed. Open it again to continue.")
            self._streams.add(reply.stream)
            reply.future = self._connection.submit(self._serve(reply))
        reply.future.add_done_callback(lambda _: self._ended(reply))
        return reply.stream

    def close(self) -> None:
        """End every stream and the connection; no effect when repeated."""
        with self._lock:
            self._closed = True
            streams = list(self._streams)
        for stream in streams:
            stream.fail(ModelError(f"{self.name} was closed while it was writing."))
        self._connection.close()

    def _ended(self, reply: ServerReply) -> None:
        """Report what ended a request, in the thread of the connection or the one that cancels."""
        with self._lock:
            self._streams.discard(reply.stream)
        try:
            error = None if reply.future is None else reply.future.exception()
        except CancelledError:
            reply.stream.finish("cancelled")
            return
        if error is None:
            return  # finished
        if not isinstance(error, AssistantError):
            failure = ModelError(f"{self.name} failed unexpectedly ({error!r}). Ask again.")
            failure.__cause__ = error
            error = failure
        reply.fail(error)

    async def _serve(self, reply: ServerReply) -> None:
        batch = reply.request.priority is Priority.BATCH
        async with self._batch if batch else self._interactive:
            started, failures, fields = time.monotonic(), 0, self._fields
            while True:
                try:
                    await self._attempt(reply, fields)
                except ServerFailure as failure:
                    if reply.released:  # its beginning has been read
                        raise
                    fewer = _without_refused(fields, failure, reply.request)
                    if fewer != fields:
                        fields = fewer
                        continue
                    failures += 1
                    delay = failure.delay(failures)
                    left = self._timeout_s - (0 if batch else time.monotonic() - started)
                    tries = _BATCH_TRIES if batch else TRIES
                    if not failure.temporary or failures >= tries or delay >= left:
                        raise
                else:
                    self._fields &= fields
                    return
                await asyncio.sleep(delay)

    async def _attempt(self, reply: ServerReply, fields: _Fields) -> None:
        """Send the request once and pass on the reply.

        Raises:
            ServerFailure: the request failed.
        """
        reply.begin()
        loop = asyncio.get_running_loop()
        latest = loop.time() + _WHOLE * self._timeout_s
        url = f"{self.address.base}/chat/completions"
        try:
            async with (
                asyncio.timeout(self._timeout_s) as timeout,
                self._connection.events(url, self._body(reply.request, fields)) as events,
            ):
                async for event in events:
                    if not isinstance(event, dict):
                        raise invalid_reply(self.address, "a reply of an unknown kind")
                    if event.get("error"):
                        raise error_in_reply(event["error"], self.address)
                    if reply.add(event):
                        break
                    wait = _END_S if reply.reason else self._timeout_s
                    timeout.reschedule(min(latest, loop.time() + wait))
        except TimeoutError:
            if reply.reason is None:
                raise timeout_failure(self.address, self._timeout_s) from None
        if reply.reason is None:
            raise cut_off(self.address)
        reply.finish(reply.reason)

    def _body(self, request: GenerationRequest, fields: _Fields) -> dict[str, Any]:
        messages = [{"role": one.role, "content": one.content} for one in request.messages]
        if request.answer_prefix:
            messages.append({"role": "assistant", "content": request.answer_prefix})
        body: dict[str, Any] = {
            "model": self._model,
            "messages": messages,
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "stream": True,
        }
        if request.temperature > 0:
            body["seed"] = request.seed
        if request.stop:
            body["stop"] = list(request.stop)
        if _Fields.EXTRAS in fields:
            body["stream_options"] = {"include_usage": True}
            # Thinking would use up the tokens of a short reply.
            body["chat_template_kwargs"] = {"enable_thinking": False}
            if request.repeat_penalty != 1:
                body["repeat_penalty"] = request.repeat_penalty
        if request.choices and _Fields.PROBABILITIES in fields:
            body |= {"logprobs": True, "top_logprobs": _TOP}
        return body


def _without_refused(
    fields: _Fields, failure: ServerFailure, request: GenerationRequest
) -> _Fields:
    """The fields to try after `failure`: fewer if some server refuses them in this way."""
    if failure.status in _REFUSED:
        return _Fields.NONE
    if failure.status in _FAILED and request.choices:
        return fields & ~_Fields.PROBABILITIES
    return fields
