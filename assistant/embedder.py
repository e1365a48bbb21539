"""The embedder protocol, which the models implement and the library uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""One vector, of shape (dimension,)."""

Vectors = npt.NDArray[np.float32]
"""One vector a row, of shape (rows, dimension)."""


@dataclass(frozen=True)
class WordVectors:
    """A text embedded token by token, each token in its context.

    `ids` are the token ids without the special tokens; `tokens` has one row of length 1 for each,
    of shape (len(ids), dimension); `mean` is the vector of the whole text.
    """

    ids: tuple[int, ...]
    tokens: Vectors
    mean: Vector


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into unit vectors. Thread-safe."""

    @property
    def name(self) -> str:
        """Short name for people."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text would get another vector (model, pooling, prefix)."""
        ...

    @property
    def dimension(self) -> int:
        """Length of one vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """The longest text in tokens, special tokens included; longer texts are cut."""
        ...

    def count_tokens(self, text: str) -> int:
        """Length of `text` in tokens, special tokens not included."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts` into an array of shape (len(texts), dimension), rows of length 1."""
        ...

    def embed_words(self, texts: Sequence[str]) -> list[WordVectors]:
        """Embed `texts` like `embed`, and return the vectors of their tokens too."""
        ...


@runtime_checkable
class RemoteEmbedder(Embedder, Protocol):
    """An embedder on a server, which can get another model under the same name."""

    def close(self) -> None:
        """End the connection; no effect when repeated."""
        ...
