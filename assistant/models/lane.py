"""A lane: sequences of one kind (interactive or batch) that are computed together, step by step.

All of it runs on the engine's thread. A step takes one token of every sequence that is writing and
fills the rest of the batch with parts of prompts that are still to be read (continuous batching).
A sequence keeps its tokens after its reply, so the next prompt with the same beginning reuses it;
a beginning that another sequence has is copied instead of computed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from assistant.errors import AssistantError
from assistant.models.detokenizer import Detokenizer
from assistant.models.llama import BatchEntry, LlamaContext, LlamaModel
from assistant.models.protocols import FinishReason, GenerationRequest
from assistant.models.stream import EngineStream

# A shared beginning shorter than this is computed faster than it is copied or waited for.
_WORTH_SHARING = 32
# Memory of a sequence grows in such steps (llama.cpp rounds to them anyway).
_MEMORY_STEP = 256


@dataclass
class PendingRequest:
    """One request on its way: its prompt in tokens and the stream its reply goes to."""

    request: GenerationRequest
    prompt: list[int]
    stream: EngineStream

    @property
    def needed(self) -> int:
        """Tokens of memory that prompt and reply take at most."""
        return len(self.prompt) + self.request.max_tokens


@dataclass
class Slot:
    """One sequence: the tokens its memory holds, and the job it works on."""

    sequence: int
    tokens: list[int] = field(default_factory=list)
    adapter: str | None = None
    job: PendingRequest | None = None
    pending: list[int] = field(default_factory=list)
    reply: Detokenizer = field(default_factory=Detokenizer)
    sampler: Any = None
    begun: float = 0.0

    def shared_with(self, prompt: list[int], adapter: str | None) -> int:
        """How many tokens at the beginning of `prompt` this sequence's memory holds."""
        if self.adapter != adapter:
            return 0
        return _common(self.tokens, prompt)


def _common(left: list[int], right: list[int]) -> int:
    length = min(len(left), len(right))
    return next((i for i in range(length) if left[i] != right[i]), length)


class Lane:
    """Some slots over one context, allocated on first use and grown when a job needs more."""

    def __init__(
        self,
        model: LlamaModel,
        *,
        sequences: int,
        limit: int,
        batch: int,
        threads: int,
        flash_attention: bool,
    ) -> None:
        """`limit` is the most tokens a sequence may ever have, `batch` the most of one step.

        `flash_attention` reads prompts a little faster and writes many replies at once slower.
        """
        self._flash_attention = flash_attention
        self._model = model
        self._sequences = sequences
        self._limit = limit
        self._batch = batch
        self._threads = threads
        self._context: LlamaContext | None = None
        self._slots: list[Slot] = []
        self._adapter: str | None = None
        self.waiting: deque[PendingRequest] = deque()

    @property
    def busy(self) -> bool:
        """Whether a step would do anything."""
        return bool(self.waiting) or any(slot.job for slot in self._slots)

    def interrupt(self) -> None:
        """Cut the step that is running short; what it did not finish is done again. Any thread."""
        context = self._context
        if context:
            context.abort.raise_()

    def step(self) -> None:
        """Admit what waits, compute one step, hand out the text it gave.

        Raises:
            AssistantError: llama.cpp failed; every job of the lane is to be failed by the caller.
        """
        self._admit()
        active = [slot for slot in self._slots if slot.job]
        if not active or self._context is None:
            return
        if all(slot.adapter != self._adapter for slot in active):
            self._adapter = active[0].adapter
            self._context.use_adapter(self._adapter)
        taken = self._plan([slot for slot in active if slot.adapter == self._adapter])
        entries = list(self._entries(taken))
        if not self._context.decode(entries):
            self._context.abort.lower()
            for slot, _ in taken:
                self._truncate(slot, len(slot.tokens))
            return
        end = 0
        for slot, count in taken:
            end += count
            slot.tokens += slot.pending[:count]
            del slot.pending[:count]
            if not slot.pending:
                self._weigh_choices(slot, end - 1)
                self._take_token(slot, self._context.sample(slot.sampler, end - 1))

    def _plan(self, slots: list[Slot]) -> list[tuple[Slot, int]]:
        """How many tokens of each slot go into the next step: writers first, then prompts."""
        room = self._batch
        taken = []
        for slot in sorted(slots, key=lambda slot: len(slot.pending)):
            count = min(len(slot.pending), room)
            if count:
                taken.append((slot, count))
                room -= count
        return taken

    def _entries(self, taken: list[tuple[Slot, int]]) -> Iterable[BatchEntry]:
        for slot, count in taken:
            position, last = len(slot.tokens), len(slot.pending) - 1
            for offset, token in enumerate(slot.pending[:count]):
                yield token, position + offset, slot.sequence, offset == last

    def _weigh_choices(self, slot: Slot, index: int) -> None:
        """Before the first token of a reply: how likely is each that the request asks about."""
        job = slot.job
        if job is None or self._context is None or job.stream.stats.generated_tokens:
            return
        tokens = {text: self._model.tokenise(text, markup=False) for text in job.request.choices}
        single = {text: found[0] for text, found in tokens.items() if len(found) == 1}
        if single and len(single) == len(tokens):
            shares = self._context.shares(list(single.values()), index)
            job.stream.stats.choices = dict(zip(single, shares, strict=True))

    def _take_token(self, slot: Slot, token: int) -> None:
        job = slot.job
        assert job is not None  # noqa: S101 - only slots with a job are planned
        stats = job.stream.stats
        now = time.monotonic()
        if not stats.generated_tokens:
            stats.prompt_seconds = now - slot.begun
        stats.total_seconds = now - slot.begun
        if self._model.ends_reply(token):
            self._finish(slot, "stop")
            return
        stats.generated_tokens += 1
        job.stream.put(slot.reply.add(self._model.piece(token)))
        if slot.reply.stopped:
            self._finish(slot, "stop")
        elif stats.generated_tokens >= job.request.max_tokens:
            self._finish(slot, "length")
        else:
            slot.pending.append(token)

    def _finish(self, slot: Slot, reason: FinishReason) -> None:
        job, slot.job = slot.job, None
        slot.pending.clear()
        if slot.sampler is not None and self._context:
            self._context.free_sampler(slot.sampler)
            slot.sampler = None
        if job:
            if reason != "cancelled":
                job.stream.put(slot.reply.end())
            job.stream.finish(reason)

    def drop_cancelled(self) -> None:
        """End the jobs whose readers want no more."""
        for slot in self._slots:
            if slot.job and slot.job.stream.cancelled:
                self._finish(slot, "cancelled")
        for job in [job for job in self.waiting if job.stream.cancelled]:
            self.waiting.remove(job)
            job.stream.finish("cancelled")

    def _admit(self) -> None:
        """Give waiting jobs, in their order, to idle slots."""
        while self.waiting and self._make_room(self.waiting[0].needed):
            job = self.waiting[0]
            idle = [slot for slot in self._slots if not slot.job]
            if not idle:
                return
            adapter = job.request.adapter
            # The slot that has most of the prompt; among equals the one that loses least.
            slot = max(idle, key=lambda s: (s.shared_with(job.prompt, adapter), -len(s.tokens)))
            donor = max(self._slots, key=lambda s: s.shared_with(job.prompt, adapter))
            own, best = (s.shared_with(job.prompt, adapter) for s in (slot, donor))
            if self._worth_waiting(job, best):
                return
            self.waiting.popleft()
            self._start(slot, job, donor if best >= own + _WORTH_SHARING else slot)

    def _worth_waiting(self, job: PendingRequest, have: int) -> bool:
        """Whether a slot is just reading a beginning that this job could copy afterwards."""
        return any(
            _common(slot.tokens + slot.pending, job.prompt) >= have + _WORTH_SHARING
            for slot in self._slots
            if slot.job and slot.adapter == job.request.adapter and len(slot.pending) > 1
        )

    def _make_room(self, needed: int) -> bool:
        """Have a context whose sequences hold `needed` tokens; False while it is in use."""
        if self._context and self._context.tokens >= needed:
            return True
        if any(slot.job for slot in self._slots):
            return False
        self._release()
        tokens = min(-(-max(needed, 2 * _MEMORY_STEP) // _MEMORY_STEP) * _MEMORY_STEP, self._limit)
        self._context = LlamaContext(
            self._model,
            sequences=self._sequences,
            tokens=tokens,
            batch=self._batch,
            threads=self._threads,
            flash_attention=self._flash_attention,
        )
        self._slots = [Slot(sequence) for sequence in range(self._sequences)]
        return True

    def _start(self, slot: Slot, job: PendingRequest, donor: Slot) -> None:
        assert self._context is not None  # noqa: S101 - _make_room came before
        request = job.request
        # At least one token has to be computed anew, for its logits.
        reused = min(donor.shared_with(job.prompt, request.adapter), len(job.prompt) - 1)
        if donor is not slot:
            self._context.copy(donor.sequence, slot.sequence)
            slot.tokens = list(donor.tokens)
        slot.adapter = request.adapter
        self._truncate(slot, reused)
        slot.job = job
        slot.pending = job.prompt[len(slot.tokens) :]
        slot.reply = Detokenizer(request.stop)
        slot.sampler = self._context.sampler(
            temperature=request.temperature,
            repeat_penalty=request.repeat_penalty,
            seed=request.seed,
        )
        slot.begun = time.monotonic()
        job.stream.stats.prompt_tokens = len(job.prompt)
        job.stream.stats.reused_tokens = len(slot.tokens)

    def _truncate(self, slot: Slot, length: int) -> None:
        """Keep `length` tokens of the slot; a model that cannot forget a part reads all again."""
        if self._context and not self._context.keep(slot.sequence, length):
            slot.pending = slot.tokens[:length] + slot.pending
            length = 0
        del slot.tokens[length:]

    def fail(self, error: AssistantError) -> None:
        """End every job of the lane with `error` and start afresh with the next."""
        for slot in self._slots:
            if slot.job:
                slot.job.stream.fail(error)
                self._finish(slot, "cancelled")
        while self.waiting:
            self.waiting.popleft().stream.fail(error)
        self._release()

    def _release(self) -> None:
        if self._context:
            self._context.close()
        self._context, self._adapter, self._slots = None, None, []
