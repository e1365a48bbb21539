"""The engine: one thread owns llama.cpp; other threads send it requests and read streams.

Four lanes share one loaded model: judgements of evidence, replies to questions, judgements of a
batch, and replies of a batch, in this order. A batch step that is running when a question's request
arrives is aborted and repeated later.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from assistant.errors import AssistantError, ModelError, PromptTooLong
from assistant.models.chat_template import ChatTemplate
from assistant.models.gpu import open_model
from assistant.models.lane import Lane, PendingRequest
from assistant.models.protocols import GenerationRequest, Message, Priority
from assistant.models.stream import EngineStream

_log = logging.getLogger(__name__)

# Questions answered at the same time; others wait.
_INTERACTIVE_SEQUENCES = 2
# Judgements at the same time: those of one question, which are computed in two steps. Their prompts
# are short.
_READING_SEQUENCES = 8
_READING_TOKENS = 256
# Prefixes of at least this many tokens are shared. In a common cache a copy costs nothing, so the
# title of a paper is shared too.
_MIN_SHARED = 32
_READING_SHARED = 8
# Tokens in one step: enough to use the processor fully (measured in docs/architecture.md).
_STEP_TOKENS = 512
# Tokens of a sequence before a request needs more.
_INITIAL_TOKENS = 512


class Engine:
    """A `LanguageModel` that runs in this process. Thread-safe."""

    def __init__(
        self,
        path: Path,
        *,
        name: str,
        context: int,
        slots: int,
        threads: int,
        adapters: Mapping[str, Path] | None = None,
        gpu_layers: int = 0,
        notify: Callable[[str], None] = lambda message: None,
    ) -> None:
        """Load the GGUF file `path`, which the caller has checked, and start the engine's thread.

        Args:
            path: the model's file.
            name: display name.
            context: maximum tokens of a sequence.
            slots: batch requests at the same time.
            threads: compute threads.
            adapters: LoRA files by name.
            gpu_layers: layers on the GPU; if it fails, the processor is used.
            notify: receives one-line messages for the user.

        Raises:
            ModelError: llama.cpp cannot load the file or an adapter.
            ChatTemplateMissing: the file has no usable chat template.
        """
        self.name = name
        self.slots = slots
        self.adapters = frozenset(adapters or ())
        self._model = open_model(path, gpu_layers, notify)
        self.parameters = self._model.parameters
        self.context_tokens = min(context, self._model.trained_context)
        try:
            self._template = ChatTemplate(self._model, name)
            for adapter, file in (adapters or {}).items():
                self._model.load_adapter(adapter, file)
        except BaseException:
            self._model.close()
            raise
        self._lanes = {
            priority: Lane(
                self._model,
                sequences=sequences,
                limit=self.context_tokens,
                batch=_STEP_TOKENS,
                threads=threads,
                flash_attention=priority is not Priority.BATCH,
                unified=priority in (Priority.READING, Priority.BATCH_READING),
                initial=initial,
                shared=shared,
            )
            for priority, sequences, initial, shared in (
                (Priority.READING, _READING_SEQUENCES, _READING_TOKENS, _READING_SHARED),
                (Priority.INTERACTIVE, _INTERACTIVE_SEQUENCES, _INITIAL_TOKENS, _MIN_SHARED),
                (
                    Priority.BATCH_READING,
                    _READING_SEQUENCES,
                    _READING_TOKENS,
                    _READING_SHARED,
                ),
                (Priority.BATCH, slots, _INITIAL_TOKENS, _MIN_SHARED),
            )
        }
        self._wake = threading.Condition()
        self._incoming: list[PendingRequest] = []
        # Why no more requests are accepted, once the engine is closed or its thread has failed.
        self._closed = ""
        self._thread = threading.Thread(target=self._run, name="llama.cpp", daemon=True)
        self._thread.start()

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Number of tokens of the rendered prompt, including the template's markup.

        Raises:
            ModelError: the engine is closed.
        """
        self._check_open()
        return len(self._template.tokens(messages))

    def generate(self, request: GenerationRequest) -> EngineStream:
        """Queue a request and return its stream at once.

        Raises:
            PromptTooLong: prompt and reply do not fit `context_tokens`.
            ModelError: the engine is closed, or the adapter is unknown.
        """
        self._check_open()
        if request.adapter is not None and request.adapter not in self.adapters:
            raise ModelError(f"{self.name} has no adapter {request.adapter!r}.")
        prompt = self._template.tokens(request.messages, request.answer_prefix)
        pending = PendingRequest(request, prompt, EngineStream(on_cancel=self._interrupt))
        if pending.needed > self.context_tokens:
            raise PromptTooLong(
                f"A prompt of {len(prompt)} tokens and a reply of up to {request.max_tokens} do "
                f"not fit {self.name}'s context of {self.context_tokens} tokens. "
                "Shorten the text, or raise ASSISTANT_CONTEXT if the model allows it."
            )
        with self._wake:
            # Again: it can have been closed meanwhile, and nothing reads the queue then.
            self._check_open()
            self._incoming.append(pending)
            self._wake.notify()
        if not request.priority.is_batch:
            for priority, lane in self._lanes.items():
                if priority.is_batch:
                    lane.interrupt()
        return pending.stream

    def close(self) -> None:
        """End all streams and free the memory; a second call does nothing."""
        with self._wake:
            self._closed = self._closed or f"{self.name} is closed. Open it again to continue."
            self._wake.notify()
        self._interrupt()
        if self._thread is not threading.current_thread():
            self._thread.join()
            with self._wake:
                self._model.close()

    def _check_open(self) -> None:
        if self._closed:
            raise ModelError(self._closed)

    def _interrupt(self) -> None:
        for lane in self._lanes.values():
            lane.interrupt()
        with self._wake:
            self._wake.notify()

    def _run(self) -> None:
        """Process requests until the engine is closed; no stream is left open at the end."""
        error = ModelError(f"{self.name} was closed while it was writing.")
        try:
            self._process()
        except Exception as fault:
            _log.exception("The engine's thread failed")
            error = ModelError(
                f"{self.name} failed unexpectedly ({fault!r}). Open it again to continue."
            )
        with self._wake:
            self._closed = self._closed or str(error)
            waiting, self._incoming = self._incoming, []
        for pending in waiting:
            pending.stream.fail(error)
        for lane in self._lanes.values():
            try:
                lane.fail(error)
            except Exception:
                _log.exception("A lane could not be closed")

    def _process(self) -> None:
        while self._collect():
            for lane in self._lanes.values():
                lane.drop_cancelled()
            busy = [lane for lane in self._lanes.values() if lane.busy]
            if not busy:
                continue
            lane = busy[0]
            try:
                lane.step()
            except AssistantError as error:
                lane.fail(error)
            except Exception as error:
                failure = ModelError(f"{self.name} failed unexpectedly ({error!r}). Ask again.")
                failure.__cause__ = error
                lane.fail(failure)

    def _collect(self) -> bool:
        """Wait for requests and put them into their lanes; False when the engine is closed."""
        with self._wake:
            while not (self._closed or self._incoming or any(x.busy for x in self._lanes.values())):
                self._wake.wait()
            for pending in self._incoming:
                self._lanes[pending.request.priority].waiting.append(pending)
            self._incoming.clear()
            return not self._closed
