"""An embedder on a server with OpenAI's function `/embeddings`."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.embedder import Vectors, WordVectors
from assistant.models.server_connection import ServerConnection
from assistant.models.server_failures import ServerFailure, invalid_reply
from assistant.models.server_keys import ServerKey
from assistant.models.server_properties import display_name, model_entry
from assistant.models.server_tokens import estimated_tokens
from assistant.server_address import ServerAddress

# What most embedding models can read. It is not asked of the server: another value would mean other
# chunks, and so other vectors.
MAX_TOKENS = 512
# Texts of one request, and requests at the same time.
_BATCH = 32
_AT_ONCE = 4
_PROBE = "A text of which only the length of its vector is used."


class ServerEmbedder:
    """A `RemoteEmbedder`. Thread-safe. Lengths in tokens are estimated, rather too high."""

    def __init__(self, address: ServerAddress, *, key: ServerKey, timeout_s: float) -> None:
        """Embed a made-up text, to learn the length of a vector.

        Raises:
            ModelServerError: the server cannot be used, or its model does not embed.

        """
        self._connection = ServerConnection(address, key, timeout_s)
        self._address = address
        self._dimension = 0
        # What the first reply calls the model: some servers say more than was asked for.
        self._said = ""
        try:
            self._model = str(self._connection.run(model_entry(self._connection))["id"])
            probe = self._connection.run(self._embedded([_PROBE]))
        except BaseException:
            self._connection.close()
            raise
        self._dimension = probe.shape[1]

    @property
    def name(self) -> str:
        """The model and its server."""
        return f"{display_name(self._model)} on {self._address.base}"

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that identify the model's name and the length of its vectors.

        The address is not part of it, so a server can move.
        """
        parts = f"server {self._model} {self._dimension} {MAX_TOKENS}"
        return hashlib.sha256(parts.encode()).hexdigest()[:16]

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    @property
    def max_tokens(self) -> int:
        """The longest text of one chunk in tokens."""
        return MAX_TOKENS

    def count_tokens(self, text: str) -> int:
        """Length of `text` in tokens, estimated."""
        return estimated_tokens(text)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts` into an array of shape (len(texts), dimension), rows of length 1.

        Raises:
            ModelServerError: the server failed, or sent something else than vectors.
        """
        if not texts:
            return np.empty((0, self._dimension), dtype=np.float32)
        return self._connection.run(self._in_batches(texts))

    def embed_words(self, texts: Sequence[str]) -> list[WordVectors]:
        """Embed `texts` like `embed`; a server gives no vectors of tokens, so there are none."""
        none = np.empty((0, self._dimension), dtype=np.float32)
        return [WordVectors((), none, mean) for mean in self.embed(texts)]

    def close(self) -> None:
        """End the connection; no effect when repeated."""
        self._connection.close()

    async def _in_batches(self, texts: Sequence[str]) -> Vectors:
        slots = asyncio.Semaphore(_AT_ONCE)

        async def embedded(start: int) -> Vectors:
            async with slots:
                return await self._embedded(texts[start : start + _BATCH])

        starts = range(0, len(texts), _BATCH)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(embedded(start)) for start in starts]
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return np.concatenate([task.result() for task in tasks])

    async def _embedded(self, texts: Sequence[str]) -> Vectors:
        # An empty text is an error for some servers.
        inputs = [text if text.strip() else "-" for text in texts]
        body = {"model": self._model, "input": inputs, "encoding_format": "float"}
        url = f"{self._address.base}/embeddings"
        reply = await self._connection.json("POST", url, body)
        vectors = self._vectors(reply, len(texts))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not (lengths > 0).all():
            raise self._invalid("vectors without a direction")
        unit: Vectors = (vectors / lengths).astype(np.float32)
        return unit

    def _vectors(self, reply: Any, count: int) -> Vectors:
        data = reply.get("data") if isinstance(reply, dict) else None
        if not isinstance(data, list) or len(data) != count:
            raise self._invalid("something else than a vector for each text")
        said = reply.get("model")
        said = said if isinstance(said, str) else ""
        if not self._dimension:
            self._said = said
        elif said and said not in (self._model, self._said):
            raise self._invalid(f"vectors of the model {said!r} instead of {self._model!r}")
        try:
            ordered = sorted(data, key=lambda one: one["index"])
            vectors = np.array([one["embedding"] for one in ordered], dtype=np.float64)
        except (KeyError, TypeError, ValueError):
            raise self._invalid("something else than vectors") from None
        if vectors.ndim != 2 or vectors.shape[1] != (self._dimension or vectors.shape[1]):
            raise self._invalid("vectors of another length")
        if not vectors.shape[1]:
            raise self._invalid("empty vectors")
        return vectors.astype(np.float32)

    def _invalid(self, what: str) -> ServerFailure:
        return invalid_reply(self._address, what)
