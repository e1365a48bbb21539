"""Typed wrapper of the low-level llama.cpp API: model file, vocabulary, context with KV cache.

Only the vocabulary (`tokenize`, `piece`) is thread-safe, because llama.cpp only reads it. The
engine's thread calls everything else.
"""

from __future__ import annotations

import collections
import ctypes
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.errors import ModelError

# Token, position, sequence, and whether its logits are needed.
BatchEntry = tuple[int, int, int, bool]

_ERROR_LEVEL = 4
# Bytes of weights per generation thread: with less work, synchronizing costs more than it saves.
_BYTES_PER_THREAD = 150_000_000
# How often an OpenMP thread polls for the others before it sleeps. The default polls for
# milliseconds, a thousand times per step; beside another busy process that slowed a batch down to a
# hundredth. Figures: docs/architecture.md, Threads.
_SPIN_COUNT = 2000
_last_errors: collections.deque[str] = collections.deque(maxlen=5)
_keep_alive: list[Any] = []


def load_library() -> Any:
    """Import llama.cpp once. Its log messages go into our errors and are not printed.

    Raises:
        ModelError: llama.cpp cannot be loaded.
    """
    # Read by GNU OpenMP when it is loaded; a value set by the user stays.
    os.environ.setdefault("GOMP_SPINCOUNT", str(_SPIN_COUNT))
    try:
        import llama_cpp.llama_cpp as library
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelError(
            f"llama.cpp cannot be loaded ({error}). Reinstall it: "
            "pip install --force-reinstall --no-cache-dir llama-cpp-python"
        ) from error
    if not _keep_alive:
        callback = library.llama_log_callback(_remember)
        library.llama_log_set(callback, ctypes.c_void_p(0))
        library.llama_backend_init()
        _keep_alive.append(callback)
    return library


def model_parameters(library: Any) -> Any:
    """Model parameters of the loaded llama.cpp `library` for this processor.

    Compiled by GCC 12.2 and similar versions, llama.cpp's matrix kernels for AMX crash: the
    compiler drops the stores to the tile configuration (GCC bug 114098). The kernels are one of the
    extra buffer types, so all of these are disabled on AMX processors; AVX-512 is used instead.
    """
    parameters = library.llama_model_default_params()
    # The default is all layers, also where the GPU has no room for them.
    parameters.n_gpu_layers = 0
    parameters.use_extra_bufts = b"AMX_INT8 = 1" not in library.llama_print_system_info()
    return parameters


def _remember(level: int, text: bytes, _data: object) -> None:
    if level == _ERROR_LEVEL:
        _last_errors.append(text.decode("utf-8", "replace").strip())


def _reason() -> str:
    reason = " / ".join(_last_errors)
    _last_errors.clear()
    return reason or "llama.cpp gave no reason"


class AbortFlag:
    """A flag that llama.cpp reads while it computes, so that a step can be aborted.

    llama.cpp calls a C function between the nodes of its graph. A Python callback would take the
    interpreter lock about a thousand times per step, so the function is C's `strlen` on a buffer of
    two bytes: the empty string returns 0 (continue), a string of one byte returns 1 (abort).
    """

    def __init__(self, library: Any) -> None:
        """Create a cleared flag for the loaded llama.cpp `library`."""
        self._bytes = ctypes.create_string_buffer(2)
        libc = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        self.callback = ctypes.cast(libc.strlen, library.ggml_abort_callback)
        self.address = ctypes.cast(self._bytes, ctypes.c_void_p)

    def set(self) -> None:
        """Abort the running step."""
        self._bytes[0] = b"\x01"

    def clear(self) -> None:
        """Allow the next step."""
        self._bytes[0] = b"\x00"


class LlamaModel:
    """A loaded model file and its vocabulary."""

    def __init__(self, path: Path, gpu_layers: int = 0) -> None:
        """Load `path`, which the caller has checked, with `gpu_layers` layers on the GPU.

        Raises:
            ModelError: llama.cpp cannot load the file.
        """
        self.library = load_library()
        self.gpu_layers = gpu_layers
        parameters = model_parameters(self.library)
        parameters.n_gpu_layers = gpu_layers
        _last_errors.clear()
        self.pointer = self.library.llama_model_load_from_file(str(path).encode(), parameters)
        if not self.pointer:
            raise ModelError(
                f"{path}: llama.cpp cannot load this model ({_reason()}). "
                "It may need a newer version of llama-cpp-python, or more memory."
            )
        self._vocab = self.library.llama_model_get_vocab(self.pointer)
        self.bytes: int = self.library.llama_model_size(self.pointer)
        self.parameters: int = self.library.llama_model_n_params(self.pointer)
        self.trained_context: int = self.library.llama_model_n_ctx_train(self.pointer)
        template = self.library.llama_model_chat_template(self.pointer, None)
        self.chat_template: str | None = template.decode() if template else None
        self.vocabulary_size: int = self.library.llama_vocab_n_tokens(self._vocab)
        self.adds_bos: bool = self.library.llama_vocab_get_add_bos(self._vocab)
        self.bos: int = self.library.llama_vocab_bos(self._vocab)
        self.bos_text = self._text(self.bos)
        self.eos_text = self._text(self.library.llama_vocab_eos(self._vocab))
        self.adapters: dict[str, Any] = {}

    def _text(self, token: int) -> str:
        if token < 0:
            return ""
        text: bytes = self.library.llama_vocab_get_text(self._vocab, token)
        return text.decode("utf-8", "replace")

    def tokenize(self, text: str, *, markup: bool) -> list[int]:
        """Token ids of `text`; control tokens are recognized only with `markup`."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        while True:
            ids = (self.library.llama_token * room)()
            count: int = self.library.llama_tokenize(
                self._vocab, data, len(data), ids, room, False, markup
            )
            if count >= 0:
                return list(ids[:count])
            room = -count

    def piece(self, token: int) -> bytes:
        """The bytes of `token`; empty for a control token."""
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            count: int = self.library.llama_token_to_piece(
                self._vocab, token, buffer, room, 0, False
            )
            if count >= 0:
                return buffer.raw[:count]
            room = -count

    def ends_reply(self, token: int) -> bool:
        """Whether `token` ends a turn."""
        ends: bool = self.library.llama_vocab_is_eog(self._vocab, token)
        return ends

    def load_adapter(self, name: str, path: Path) -> None:
        """Load a LoRA file, which contexts can then apply by name.

        Raises:
            ModelError: llama.cpp cannot load the file.
        """
        _last_errors.clear()
        adapter = self.library.llama_adapter_lora_init(self.pointer, str(path).encode())
        if not adapter:
            raise ModelError(f"{path}: llama.cpp cannot load this adapter ({_reason()}).")
        self.adapters[name] = adapter

    def close(self) -> None:
        """Free the model and its adapters; close its contexts first."""
        if self.pointer:
            self.library.llama_model_free(self.pointer)  # frees its adapters too
            self.pointer = None


class LlamaContext:
    """A KV cache for several sequences of `tokens` tokens each, and the steps that fill it."""

    def __init__(
        self,
        model: LlamaModel,
        *,
        sequences: int,
        tokens: int,
        batch: int,
        threads: int,
        flash_attention: bool,
        unified: bool,
    ) -> None:
        """Allocate a KV cache for `sequences` x `tokens`; a step has at most `batch` tokens.

        A unified cache computes attention over the cells of all sequences. With one per sequence,
        a step is split by sequence. The first halves the speed of many replies at once, the second
        that of many short prompts (docs/architecture.md).

        Raises:
            ModelError: there is not enough memory.
        """
        self._library = library = model.library
        self._model = model
        self.tokens = tokens
        self.batch_tokens = batch
        parameters = library.llama_context_default_params()
        parameters.n_ctx = tokens * sequences
        parameters.n_seq_max = sequences
        parameters.n_batch = parameters.n_ubatch = batch
        parameters.n_threads_batch = threads
        # One token of a small model is too little work to share: more threads are not faster, and
        # twenty times slower while another process keeps one of the cores busy.
        parameters.n_threads = max(1, min(threads, model.bytes // _BYTES_PER_THREAD))
        parameters.kv_unified = unified
        parameters.flash_attn_type = (
            library.LLAMA_FLASH_ATTN_TYPE_AUTO
            if flash_attention
            else library.LLAMA_FLASH_ATTN_TYPE_DISABLED
        )
        # Without layers on the GPU nothing is computed there.
        parameters.offload_kqv = parameters.op_offload = model.gpu_layers > 0
        parameters.no_perf = True
        _last_errors.clear()
        self._pointer = library.llama_init_from_model(model.pointer, parameters)
        if not self._pointer:
            raise ModelError(
                f"Not enough memory for {sequences} x {tokens} tokens of context ({_reason()}). "
                "Lower ASSISTANT_CONTEXT or ASSISTANT_SLOTS, or choose a smaller model."
            )
        self._memory = library.llama_get_memory(self._pointer)
        self._batch = library.llama_batch_init(batch, 0, 1)
        self.abort = AbortFlag(library)
        library.llama_set_abort_callback(self._pointer, self.abort.callback, self.abort.address)

    def decode(self, entries: Sequence[BatchEntry]) -> bool:
        """Compute one step over `entries`; False if it was aborted.

        Raises:
            ModelError: llama.cpp failed.
        """
        batch = self._batch
        batch.n_tokens = len(entries)
        for index, (token, position, sequence, logits) in enumerate(entries):
            batch.token[index] = token
            batch.pos[index] = position
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = sequence
            batch.logits[index] = logits
        status: int = self._library.llama_decode(self._pointer, batch)
        if status in (0, 2):
            return status == 0
        raise ModelError(
            f"llama.cpp failed on a step of {len(entries)} tokens (code {status}: {_reason()})."
        )

    def truncate_sequence(self, sequence: int, length: int) -> bool:
        """Keep the first `length` tokens; False (and empty) if the model cannot (recurrent)."""
        truncated: bool = self._library.llama_memory_seq_rm(self._memory, sequence, length, -1)
        if not truncated:
            self._library.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        return truncated

    def copy_sequence(self, source: int, target: int) -> None:
        """Replace the sequence `target` by a copy of `source`."""
        self._library.llama_memory_seq_rm(self._memory, target, -1, -1)
        self._library.llama_memory_seq_cp(self._memory, source, target, -1, -1)

    def use_adapter(self, name: str | None) -> None:
        """Apply the adapter `name`, or none, to the following steps.

        Raises:
            ModelError: llama.cpp cannot apply it.
        """
        adapters = [] if name is None else [self._model.adapters[name]]
        pointers = (self._library.llama_adapter_lora_p_ctypes * 1)(*adapters)
        scales = (ctypes.c_float * 1)(1.0)
        if self._library.llama_set_adapters_lora(self._pointer, pointers, len(adapters), scales):
            raise ModelError(f"llama.cpp cannot apply the adapter {name!r} ({_reason()}).")

    def sampler(self, *, temperature: float, repeat_penalty: float, seed: int) -> Any:
        """Create a sampler chain; free it with `free_sampler`."""
        library = self._library
        chain = library.llama_sampler_chain_init(library.llama_sampler_chain_default_params())
        if repeat_penalty != 1.0:
            library.llama_sampler_chain_add(
                chain,
                library.llama_sampler_init_penalties(
                    self._model.vocabulary_size, 64, repeat_penalty, 0.0, 0.0
                ),
            )
        if temperature > 0:
            library.llama_sampler_chain_add(chain, library.llama_sampler_init_temp(temperature))
            library.llama_sampler_chain_add(chain, library.llama_sampler_init_dist(seed))
        else:
            library.llama_sampler_chain_add(chain, library.llama_sampler_init_greedy())
        return chain

    def sample(self, sampler: Any, index: int) -> int:
        """Sample the next token from the logits of entry `index` of the last step."""
        token: int = self._library.llama_sampler_sample(sampler, self._pointer, index)
        return token

    def probabilities(self, tokens: Sequence[int], index: int) -> list[float]:
        """Softmax over the logits of `tokens` at entry `index` of the last step."""
        logits = self._library.llama_get_logits_ith(self._pointer, index)
        highest = max(logits[token] for token in tokens)
        weights = [math.exp(logits[token] - highest) for token in tokens]
        return [weight / sum(weights) for weight in weights]

    def free_sampler(self, sampler: Any) -> None:
        """Free a sampler chain."""
        self._library.llama_sampler_free(sampler)

    def close(self) -> None:
        """Free the KV cache."""
        if self._pointer:
            self._library.llama_batch_free(self._batch)
            self._library.llama_free(self._pointer)
            self._pointer = None
