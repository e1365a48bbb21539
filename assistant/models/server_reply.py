"""One request to a model server, and what has arrived of its reply."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from assistant.errors import AssistantError
from assistant.models.protocols import FinishReason, GenerationRequest, Priority
from assistant.models.server_tokens import estimated_prompt
from assistant.models.stream import Detokenizer, EngineStream


class ServerReply:
    """Passes a streamed reply on to `stream`.

    The reply of a batch request is released when it is complete, so that the request can be
    repeated until then.

    Attributes:
        request: the request.
        stream: what the reader has.
        future: the work in the connection's thread.
        released: whether a part of the reply has been passed on.
        reason: why the server ended the reply, None while it is incomplete.

    """

    def __init__(self, request: GenerationRequest) -> None:
        self.request = request
        self.stream = EngineStream(on_cancel=self._cancel)
        self.future: Future[None] | None = None
        self.released = False
        self._whole = request.priority is Priority.BATCH
        self._queued = time.monotonic()
        self.begin()

    def begin(self) -> None:
        """Forget what has arrived: the request is sent, perhaps again."""
        self.reason: FinishReason | None = None
        self._detokenizer = Detokenizer(self.request.stop)
        self._held: list[str] = []
        stats = self.stream.stats
        stats.prompt_tokens = estimated_prompt(self.request.messages)
        stats.generated_tokens = 0
        stats.choices = {}
        self._has_usage = False

    def add(self, event: Mapping[str, Any]) -> bool:
        """Add one event; whether no more of the reply is needed."""
        self._add_usage(event.get("usage"))
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if isinstance(choice, dict):
            self._add_probabilities(choice.get("logprobs"))
            delta = choice.get("delta")
            text = delta.get("content") if isinstance(delta, dict) else None
            if isinstance(text, str) and text and self.reason is None:
                self._add_text(text)
            if choice.get("finish_reason"):
                self.reason = "length" if choice["finish_reason"] == "length" else "stop"
        if self._detokenizer.stopped:
            self.reason = "stop"
            return True
        return self.reason is not None and self._has_usage

    def finish(self, reason: FinishReason) -> None:
        """Release the rest of the reply and end it."""
        self._release(self._detokenizer.end())
        if self._whole:
            self.stream.put("".join(self._held))
        self._set_time()
        self.stream.finish(reason)

    def fail(self, error: AssistantError) -> None:
        """End the reply with `error`."""
        self._set_time()
        self.stream.fail(error)

    def _cancel(self) -> None:
        if self.future is not None:
            self.future.cancel()
        self._set_time()
        # A request that has not begun has nobody else to end it.
        self.stream.finish("cancelled")

    def _set_time(self) -> None:
        self.stream.stats.total_seconds = time.monotonic() - self._queued

    def _add_text(self, text: str) -> None:
        stats = self.stream.stats
        if not stats.generated_tokens:
            stats.prompt_seconds = time.monotonic() - self._queued
        stats.generated_tokens += 1  # servers send a token at a time
        self._release(self._detokenizer.add(text.encode("utf-8", "replace")))

    def _release(self, text: str) -> None:
        if not text:
            return
        if self._whole:
            self._held.append(text)
        else:
            self.released = True
            self.stream.put(text)

    def _add_usage(self, usage: object) -> None:
        if not isinstance(usage, dict):
            return
        stats, self._has_usage = self.stream.stats, True
        stats.prompt_tokens = _count(usage.get("prompt_tokens"), stats.prompt_tokens)
        stats.generated_tokens = _count(usage.get("completion_tokens"), stats.generated_tokens)
        details = usage.get("prompt_tokens_details")
        if isinstance(details, dict):
            stats.reused_tokens = _count(details.get("cached_tokens"), 0)

    def _add_probabilities(self, logprobs: object) -> None:
        """Take the probabilities of the request's choices from the first token."""
        stats = self.stream.stats
        if not self.request.choices or stats.choices or stats.generated_tokens:
            return
        content = logprobs.get("content") if isinstance(logprobs, dict) else None
        first = content[0] if isinstance(content, list) and content else None
        if isinstance(first, dict) and isinstance(first.get("top_logprobs"), list):
            stats.choices = choice_probabilities(self.request.choices, first["top_logprobs"])


def choice_probabilities(
    choices: Sequence[str], alternatives: Sequence[object]
) -> dict[str, float]:
    """The probabilities of `choices`, relative to each other; empty if none is an alternative.

    `alternatives` are objects with `token` and `logprob`. Upper and lower case and spaces around a
    token make no difference.
    """
    found = dict.fromkeys(choices, 0.0)
    for one in alternatives:
        if not isinstance(one, dict):
            continue
        token, logprob = one.get("token"), one.get("logprob")
        if not isinstance(token, str) or not isinstance(logprob, int | float):
            continue
        for choice in choices:
            if token.strip().casefold() == choice.strip().casefold():
                found[choice] += math.exp(min(float(logprob), 0.0))
    total = sum(found.values())
    return {choice: share / total for choice, share in found.items()} if total > 0 else {}


def _count(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default
