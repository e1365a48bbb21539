"""A lane schedules the requests of one priority over the sequences of one KV cache.

Everything but `interrupt` runs on the engine's thread. Each step decodes one token for every
sequence that is generating and fills the rest of the batch with prompt tokens (continuous
batching). The KV cache of a sequence stays after its reply, so that the next prompt with the same
prefix reuses it; a prefix that is cached in another sequence is copied instead of computed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from assistant.errors import AssistantError
from assistant.models.llama import BatchEntry, LlamaContext, LlamaModel
from assistant.models.protocols import FinishReason, GenerationRequest
from assistant.models.stream import EMPTY_THOUGHT, Detokenizer, EngineStream

# The KV cache of a sequence grows in steps of this many tokens; llama.cpp rounds to them anyway.
_CACHE_STEP = 256


@dataclass
class PendingRequest:
    """A request with its tokenized prompt and the stream for its reply."""

    request: GenerationRequest
    prompt: list[int]
    stream: EngineStream

    @property
    def needed(self) -> int:
        """Maximum tokens of KV cache for prompt and reply."""
        return len(self.prompt) + self.request.max_tokens


@dataclass
class Slot:
    """One sequence of the KV cache and the request that it works on.

    `cached` are the tokens in the KV cache, `queued` those to decode next.
    """

    sequence: int
    cached: list[int] = field(default_factory=list)
    adapter: str | None = None
    active: PendingRequest | None = None
    queued: list[int] = field(default_factory=list)
    reply: Detokenizer = field(default_factory=Detokenizer)
    sampler: Any = None
    started: float = 0.0

    def shared_prefix(self, pending: PendingRequest) -> int:
        """Number of prompt tokens of `pending` that this sequence has cached."""
        if self.adapter != pending.request.adapter:
            return 0
        return _common_prefix(self.cached, pending.prompt)


def _common_prefix(left: list[int], right: list[int]) -> int:
    length = min(len(left), len(right))
    return next((i for i in range(length) if left[i] != right[i]), length)


class Lane:
    """Slots over one llama.cpp context, allocated on first use and grown on demand."""

    def __init__(
        self,
        model: LlamaModel,
        *,
        sequences: int,
        limit: int,
        batch: int,
        threads: int,
        flash_attention: bool,
        unified: bool,
        initial: int,
        shared: int,
    ) -> None:
        """Set the bounds; nothing is allocated yet.

        Args:
            model: the loaded model.
            sequences: number of slots.
            limit: maximum tokens per sequence.
            batch: maximum tokens per step.
            threads: compute threads.
            flash_attention: slightly faster for prompts, slower for many replies at once.
            unified: faster for many short prompts, slower for many replies at once.
            initial: tokens per sequence before a request needs more.
            shared: computing a shorter prefix (in tokens) is faster than copying or waiting for it.

        """
        self._model = model
        self._sequences = sequences
        self._limit = limit
        self._batch = batch
        self._initial = initial
        self._min_shared = shared
        self._create_context = partial(
            LlamaContext,
            model,
            sequences=sequences,
            batch=batch,
            threads=threads,
            flash_attention=flash_attention,
            unified=unified,
        )
        self._context: LlamaContext | None = None
        self._slots: list[Slot] = []
        self._adapter: str | None = None
        self.waiting: deque[PendingRequest] = deque()

    @property
    def busy(self) -> bool:
        """Whether there is work to do."""
        return bool(self.waiting) or any(slot.active for slot in self._slots)

    def interrupt(self) -> None:
        """Abort the running step, which is repeated later. Callable from any thread."""
        context = self._context
        if context:
            context.abort.set()

    def step(self) -> None:
        """Admit waiting requests, decode one step and emit its text.

        Raises:
            AssistantError: llama.cpp failed; the caller must call `fail`.
        """
        self._admit()
        active = [slot for slot in self._slots if slot.active]
        if not active or self._context is None:
            return
        if all(slot.adapter != self._adapter for slot in active):
            self._adapter = active[0].adapter
            self._context.use_adapter(self._adapter)
        plan = self._plan([slot for slot in active if slot.adapter == self._adapter])
        if not self._context.decode(list(self._batch_entries(plan))):
            self._context.abort.clear()
            for slot, _ in plan:
                self._truncate(slot, len(slot.cached))
            return
        end = 0
        for slot, count in plan:
            end += count
            slot.cached += slot.queued[:count]
            del slot.queued[:count]
            if not slot.queued:
                self._score_choices(slot, end - 1)
                self._emit_token(slot, self._context.sample(slot.sampler, end - 1))

    def _plan(self, slots: list[Slot]) -> list[tuple[Slot, int]]:
        """Token counts of the next step: generating slots first, then prompts."""
        room = self._batch
        plan = []
        for slot in sorted(slots, key=lambda slot: len(slot.queued)):
            count = min(len(slot.queued), room)
            if count:
                plan.append((slot, count))
                room -= count
        return plan

    def _batch_entries(self, plan: list[tuple[Slot, int]]) -> Iterable[BatchEntry]:
        for slot, count in plan:
            position, last = len(slot.cached), len(slot.queued) - 1
            for offset, token in enumerate(slot.queued[:count]):
                yield token, position + offset, slot.sequence, offset == last

    def _score_choices(self, slot: Slot, index: int) -> None:
        """Before the first token of a reply, compute the probabilities of the request's choices."""
        active = slot.active
        if active is None or self._context is None or active.stream.stats.generated_tokens:
            return
        choices = active.request.choices
        ids = [self._model.tokenize(text, markup=False) for text in choices]
        if choices and all(len(tokens) == 1 for tokens in ids):
            probabilities = self._context.probabilities([token for (token,) in ids], index)
            active.stream.stats.choices = dict(zip(choices, probabilities, strict=True))

    def _emit_token(self, slot: Slot, token: int) -> None:
        active = slot.active
        assert active is not None  # noqa: S101 - only active slots are planned
        stats = active.stream.stats
        now = time.monotonic()
        if not stats.generated_tokens:
            stats.prompt_seconds = now - slot.started
        stats.total_seconds = now - slot.started
        if self._model.ends_reply(token):
            self._finish(slot, "stop")
            return
        stats.generated_tokens += 1
        active.stream.put(slot.reply.add(self._model.piece(token)))
        if slot.reply.thought_can_be_cut and self._cut_thought(slot, active, token):
            return
        if slot.reply.stopped:
            self._finish(slot, "stop")
        elif stats.generated_tokens >= active.request.max_tokens:
            self._finish(slot, "length")
        else:
            slot.queued.append(token)

    def _cut_thought(self, slot: Slot, active: PendingRequest, token: int) -> bool:
        """End the thought that `token` begins before it takes the place of the reply.

        The model reads an empty thought, and the reply counts from there. False if its sequence has
        no room for that; then the thought is left out of the reply when it is complete.
        """
        ending = self._model.tokenize(EMPTY_THOUGHT, markup=True)
        room = self._context.tokens - len(slot.cached) if self._context else 0
        if room < 1 + len(ending) + active.request.max_tokens:
            return False
        slot.queued += [token, *ending]
        slot.reply.cut_thought()
        active.stream.stats.generated_tokens = 0
        return True

    def _finish(self, slot: Slot, reason: FinishReason) -> None:
        active, slot.active = slot.active, None
        slot.queued.clear()
        if slot.sampler is not None and self._context:
            self._context.free_sampler(slot.sampler)
            slot.sampler = None
        if active:
            if reason != "cancelled":
                active.stream.put(slot.reply.end())
            active.stream.finish(reason)

    def drop_cancelled(self) -> None:
        """End the requests that their readers cancelled."""
        for slot in self._slots:
            if slot.active and slot.active.stream.cancelled:
                self._finish(slot, "cancelled")
        for pending in [pending for pending in self.waiting if pending.stream.cancelled]:
            self.waiting.remove(pending)
            pending.stream.finish("cancelled")

    def _admit(self) -> None:
        """Assign waiting requests to idle slots, first come, first served."""
        while self.waiting and self._ensure_context(self.waiting[0].needed):
            pending = self.waiting[0]
            idle = [slot for slot in self._slots if not slot.active]
            if not idle:
                return
            # The slot with the longest shared prefix; among equals the one with the least to lose.
            slot = max(idle, key=lambda s: (s.shared_prefix(pending), -len(s.cached)))
            donor = max(self._slots, key=lambda s: s.shared_prefix(pending))
            own, best = slot.shared_prefix(pending), donor.shared_prefix(pending)
            if self._prefix_in_progress(pending, best):
                return
            self.waiting.popleft()
            self._start(slot, pending, donor if best >= own + self._min_shared else slot)

    def _prefix_in_progress(self, pending: PendingRequest, available: int) -> bool:
        """Whether an active slot is computing a longer prefix that `pending` can copy later."""
        return any(
            _common_prefix(slot.cached + slot.queued, pending.prompt)
            >= available + self._min_shared
            for slot in self._slots
            if slot.active and slot.adapter == pending.request.adapter and len(slot.queued) > 1
        )

    def _ensure_context(self, needed: int) -> bool:
        """Allocate a context with `needed` tokens per sequence; False while the old one is used."""
        if self._context and self._context.tokens >= needed:
            return True
        if any(slot.active for slot in self._slots):
            return False
        self._release()
        tokens = min(-(-max(needed, self._initial) // _CACHE_STEP) * _CACHE_STEP, self._limit)
        self._context = self._create_context(tokens=tokens)
        self._slots = [Slot(sequence) for sequence in range(self._sequences)]
        return True

    def _start(self, slot: Slot, pending: PendingRequest, donor: Slot) -> None:
        assert self._context is not None  # noqa: S101 - _ensure_context was called
        request = pending.request
        # At least one token must be computed, for its logits.
        reused = min(donor.shared_prefix(pending), len(pending.prompt) - 1)
        if donor is not slot:
            self._context.copy_sequence(donor.sequence, slot.sequence)
            slot.cached = list(donor.cached)
        slot.adapter = request.adapter
        self._truncate(slot, reused)
        slot.active = pending
        slot.queued = pending.prompt[len(slot.cached) :]
        slot.reply = Detokenizer(request.stop)
        slot.sampler = self._context.sampler(
            temperature=request.temperature,
            repeat_penalty=request.repeat_penalty,
            seed=request.seed,
        )
        slot.started = time.monotonic()
        pending.stream.stats.prompt_tokens = len(pending.prompt)
        pending.stream.stats.reused_tokens = len(slot.cached)

    def _truncate(self, slot: Slot, length: int) -> None:
        """Keep the first `length` cached tokens; a model that cannot forget recomputes them."""
        if self._context and not self._context.truncate_sequence(slot.sequence, length):
            slot.queued = slot.cached[:length] + slot.queued
            length = 0
        del slot.cached[length:]

    def fail(self, error: AssistantError) -> None:
        """End every request of the lane with `error` and free the context."""
        for slot in self._slots:
            if slot.active:
                slot.active.stream.fail(error)
                self._finish(slot, "cancelled")
        while self.waiting:
            self.waiting.popleft().stream.fail(error)
        self._release()

    def _release(self) -> None:
        if self._context:
            self._context.close()
        self._context, self._adapter, self._slots = None, None, []
