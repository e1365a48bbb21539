"""Chroma collections: vectors of any, and the one in a folder, opened with our settings."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from assistant.embedder import Vector
from assistant.library.vector_rows import VectorBatch

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateCollectionConfiguration
    from chromadb.api.models.Collection import Collection

_NAME = "chunks"
# Wide enough that a hundred neighbours asked for are true neighbours.
_SEARCH_WIDTH = 200
CONFIGURATION: CreateCollectionConfiguration = {
    "hnsw": {"space": "cosine", "ef_search": _SEARCH_WIDTH}
}
_REASON_CHARACTERS = 120
# How far the numbers of a vector may be off by rounding.
_ROUNDING = 1e-4


class ChromaUnusable(Exception):
    """Chroma, or its folder, does not do what it should."""


@contextlib.contextmanager
def chroma_failures() -> Iterator[None]:
    """Turn whatever Chroma and its folder raise into ChromaUnusable."""
    try:
        yield
    except Exception as error:
        raise ChromaUnusable(_in_short(error)) from error
    except BaseException as error:
        # What a panic in Chroma's Rust part raises; it cannot be imported, and is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise ChromaUnusable(_in_short(error)) from error


def _in_short(error: BaseException) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0][:_REASON_CHARACTERS]


class ChromaVectors:
    """Vectors of chunks with the number of their paper in a collection, nearest by cosine.

    `failures` turns what Chroma raises into an error of ours, in every method.
    """

    def __init__(
        self, chroma: Collection, failures: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._chroma = chroma
        self._failures = failures

    def count(self) -> int:
        """How many vectors there are."""
        with self._failures():
            return self._chroma.count()

    def upsert(self, batch: VectorBatch) -> None:
        """Add the vectors of `batch`, replacing those of the same chunks; some hundreds at most."""
        with self._failures():
            self._chroma.upsert(
                ids=[str(chunk) for chunk in batch.chunks],
                embeddings=batch.vectors,
                metadatas=[{"paper": int(paper)} for paper in batch.papers],
            )

    def delete(self, chunks: Sequence[int]) -> None:
        """Remove the vectors of `chunks`, as far as there are any; some hundreds at most."""
        with self._failures():
            self._chroma.delete(ids=[str(chunk) for chunk in chunks])

    def nearest(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """Paper number and cosine of the `count` nearest chunks, the nearest first."""
        with self._failures():
            count = min(count, self._chroma.count())
            if count < 1:
                return []
            found: Any = self._chroma.query(
                query_embeddings=vector.reshape(1, -1),
                n_results=count,
                include=["metadatas", "distances"],
            )
            pairs = zip(found["metadatas"][0], found["distances"][0], strict=True)
            return [(int(about["paper"]), 1.0 - float(distance)) for about, distance in pairs]

    def differs(self, batch: VectorBatch) -> bool:
        """Whether any vector of `batch` is missing here, or is another one or another paper's."""
        with self._failures():
            found: Any = self._chroma.get(
                ids=[str(chunk) for chunk in batch.chunks], include=["metadatas", "embeddings"]
            )
        known = {
            int(chunk): (int(about["paper"]), vector)
            for chunk, about, vector in zip(
                found["ids"], found["metadatas"], found["embeddings"], strict=True
            )
        }
        for chunk, paper, vector in zip(
            batch.chunks.tolist(), batch.papers.tolist(), batch.vectors, strict=True
        ):
            if chunk not in known or known[chunk][0] != paper:
                return True
            if not np.allclose(known[chunk][1], vector, atol=_ROUNDING):
                return True
        return False


class ChromaCollection(ChromaVectors):
    """The collection in a folder.

    Only one process, and only one object in it, may have a folder open.

    Raises:
        ChromaUnusable: here and in every method.
    """

    def __init__(self, folder: Path, *, create: bool) -> None:
        """Open the collection in `folder`, or make folder and collection."""
        with chroma_failures():
            import chromadb
            from chromadb.config import Settings

            # Given by name, so that neither ./.env nor the environment can say otherwise.
            settings = Settings(
                _env_file=None,  # type: ignore[call-arg]  # a pydantic-settings argument
                anonymized_telemetry=False,
                chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
                chroma_otel_collection_endpoint="",
                migrations="apply",
                allow_reset=False,
            )
            _forget_broken_system(str(folder))
            client = chromadb.PersistentClient(path=str(folder), settings=settings)
            self._client = cast("Client", client)
            try:
                if create:
                    chroma = client.create_collection(
                        _NAME, configuration=CONFIGURATION, embedding_function=None
                    )
                else:
                    chroma = client.get_collection(_NAME, embedding_function=None)
            except BaseException:
                self.close()
                raise
        super().__init__(chroma, chroma_failures)

    def close(self) -> None:
        """Let go of the folder."""
        with contextlib.suppress(ChromaUnusable), chroma_failures():
            self._client.close()


def _forget_broken_system(path: str) -> None:
    """Make Chroma open `path` afresh: it keeps a client whose start panicked for ever."""
    from chromadb.api.shared_system_client import SharedSystemClient

    for registry in ("_identifier_to_system", "_identifier_to_refcount"):
        getattr(SharedSystemClient, registry, {}).pop(path, None)
