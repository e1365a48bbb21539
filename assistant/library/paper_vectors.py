"""The vectors of the papers: embedded for all papers, or for those that a search needs now."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from assistant.embedder import Embedder, RemoteEmbedder, Vector, Vectors, WordVectors
from assistant.errors import (
    AssistantError,
    LibraryBusy,
    LibraryError,
    LibraryFull,
    LibraryReadOnly,
    ModelServerError,
)
from assistant.library.catalog import Catalog
from assistant.library.chunks import Chunk, Chunker
from assistant.library.full_text import MAX_CHARACTERS
from assistant.library.records import StoredPaper
from assistant.library.vector_rows import VectorBatch, VectorRows, means
from assistant.library.vector_search import SERVER_FAILURES, VectorSearch
from assistant.progress import NO_PROGRESS, Progress
from assistant.text.formatting import format_count

_log = logging.getLogger(__name__)

# Papers embedded at once and committed together.
_BATCH = 64
# Batch size during a search, and the initial estimate of the seconds per paper.
_SMALL_BATCH = 4
_SECONDS_A_PAPER = 0.04
# Cosine of two vectors of one text by one model, on any computer.
_SAME = 0.98
# How long a search waits to store the vectors that it has computed.
_PATIENCE_S = 0.05


@dataclass(frozen=True)
class EmbeddedPapers:
    """Papers with their chunks, and a row of `vectors` for each chunk, in order."""

    papers: tuple[tuple[StoredPaper, Sequence[Chunk]], ...]
    vectors: Vectors

    def batch(self) -> VectorBatch:
        """The vectors with the numbers of their papers; the chunks have no numbers yet."""
        numbers = [paper.number for paper, chunks in self.papers for _ in chunks]
        return VectorBatch(
            chunks=np.zeros(len(numbers), dtype=np.int64),
            papers=np.array(numbers, dtype=np.int64),
            vectors=self.vectors,
        )


class PaperEmbedder:
    """Splits papers into chunks and embeds them."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._chunker = Chunker(embedder)
        self.fingerprint = (
            f"{embedder.fingerprint}/{embedder.dimension}/{self._chunker.fingerprint}"
        )

    def embed(self, papers: Sequence[StoredPaper]) -> EmbeddedPapers:
        """The chunks of `papers` and their vectors."""
        chunked = tuple(
            (paper, self._chunker.split(paper.title, paper.abstract)) for paper in papers
        )
        vectors = self._embedder.embed([chunk.text for _, chunks in chunked for chunk in chunks])
        return EmbeddedPapers(chunked, vectors)


EmbedAll = Callable[[Iterable[Sequence[StoredPaper]]], Iterable[EmbeddedPapers]]
"""Embeds batches of papers, in any order. Papers that fail are left out."""


class PaperVectors:
    """The vectors of a library's papers: embedded, stored as `rows`, found by `index`. Thread-safe.

    Without an `embedder` nothing is embedded, and the vectors that are stored stay unused.
    """

    def __init__(
        self,
        embedder: Embedder | None,
        catalog: Catalog,
        rows: VectorRows,
        index: VectorSearch,
        notify: Callable[[str], None],
        sentence_embedder: Embedder | None = None,
    ) -> None:
        """Embed papers of `catalog` into `rows`, which `index` follows.

        `sentence_embedder` embeds sentences for reranking, instead of `embedder`. `notify` gets a
        sentence if the vectors of another embedder are dropped, or if embedding in the background
        fails.
        """
        self.embedder = embedder
        self.sentence_embedder = sentence_embedder or embedder
        self.rows = rows
        self.index = index
        self._catalog = catalog
        self._notify = notify
        self._papers = PaperEmbedder(embedder) if embedder else None
        # The model has changed, and the vectors of the former one cannot be deleted.
        self._outdated = False
        self._all = threading.Lock()
        self._pace = _SECONDS_A_PAPER
        # Papers for the background thread, which ends when there are none.
        self._guard = threading.Lock()
        self._waiting: deque[int] = deque()
        self._worker: threading.Thread | None = None
        self._closed = False

    @property
    def usable(self) -> bool:
        """Whether the stored vectors are this embedder's."""
        return self._papers is not None and self._is_theirs(self._papers) and not self._outdated

    def claim(self, *, read_only: bool) -> None:
        """Delete the vectors of another embedder, and notify the user if there were any."""
        if self._papers is None or (self.usable and self._are_reproduced(self._papers)):
            return
        if read_only:
            self._outdated = True
            if self.rows.more_than(0):
                self._notify(
                    "The vectors of this library are from another embedding model and cannot be "
                    "replaced because the library is read-only. Search uses full text, and vectors "
                    "only for its best results."
                )
        elif self.rows.claim(self._papers.fingerprint, again=self.usable):
            self._notify(
                "The embedding model or the chunk size has changed, so "
                f"{format_count(self.rows.missing(), 'paper')} must be embedded again. Until then, "
                "search finds them by full text."
            )

    def replace_embedder(
        self, embedder: Embedder, sentence_embedder: Embedder | None, *, read_only: bool
    ) -> None:
        """Use `embedder` from now on; the vectors of another one are deleted.

        Work with the embedder so far ends without a result; papers have to be embedded again. On
        an error, the embedder so far stays.
        """
        before = self.embedder, self.sentence_embedder, self._papers, self._outdated
        papers = PaperEmbedder(embedder)
        self.embedder, self._papers, self._outdated = embedder, papers, False
        self.sentence_embedder = sentence_embedder or embedder
        try:
            self.claim(read_only=read_only)
        except BaseException:
            self.embedder, self.sentence_embedder, self._papers, self._outdated = before
            raise

    @property
    def fingerprint(self) -> str | None:
        """The fingerprint of the embedder and its chunks; None without an embedder."""
        return None if self._papers is None else self._papers.fingerprint

    def missing(self) -> int:
        """How many papers have no vectors."""
        return self.rows.missing()

    def of_query(self, text: str) -> Vector | None:
        """The vector of a query; None without an embedder, or if its server fails."""
        if self.embedder is None:
            return None
        try:
            vector: Vector = self.embedder.embed([text[:MAX_CHARACTERS]])[0]
        except ModelServerError as error:
            self._notify(f"{error} This search used full text only.")
            return None
        return vector

    def of_paper(self, stored: StoredPaper) -> Vector | None:
        """The mean of the paper's chunks, stored or computed now, of length 1.

        None without an embedder.
        """
        if self._papers is None:
            return None
        batch = self.stored([stored.number])
        if not len(batch.papers):
            embedded = self._papers.embed([stored])
            self._store_if_possible(self._papers, [embedded])
            batch = embedded.batch()
        first: Vector = batch.vectors[0]
        return means(batch).get(stored.number, first)

    def stored(self, numbers: Iterable[int]) -> VectorBatch:
        """The stored vectors of these papers; none if another embedder made them."""
        return self.rows.of_papers(numbers if self.usable else ())

    def means(self, numbers: Iterable[int]) -> dict[int, Vector]:
        """The mean of the chunks of each of these papers that has any, of length 1."""
        return means(self.stored(numbers))

    def embed_words(self, texts: Sequence[str]) -> Sequence[WordVectors] | None:
        """Contextual embeddings of the tokens of `texts`; None without an embedder."""
        return self.sentence_embedder.embed_words(texts) if self.sentence_embedder else None

    def embed_missing(
        self, progress: Progress = NO_PROGRESS, embed_all: EmbedAll | None = None
    ) -> int:
        """Embed the papers that have no vectors; return how many were embedded.

        Each batch is committed, so a stop or an interrupt loses little, and the next call continues
        from there. Without an embedder it does nothing. `embed_all` embeds in place of this
        process, with the same embedder.
        """
        if self._papers is None:
            return 0
        done = 0
        with self._all:
            if not (total := self.rows.missing()):
                return 0
            missing = self._catalog.pages("NOT EXISTS (SELECT 1 FROM chunks WHERE paper = number)")

            def batches() -> Iterator[list[StoredPaper]]:
                while not progress.stop_requested and (batch := list(islice(missing, _BATCH))):
                    yield batch

            embedder = self._papers
            for stored in (
                (self._save(embedder, embedded) for embedded in embed_all(batches()))
                if embed_all
                else map(self._embed, batches())
            ):
                done += stored
                progress.report(done, max(done, total))
        if done:
            try:
                self.index.settle(progress)  # so that the next process finds a complete index
            except SERVER_FAILURES as error:
                self._notify(
                    "The vectors are saved, but the vector index does not have all of them yet: "
                    f"{error} `assistant embed` or the next search continues."
                )
        return done

    def embed_now(self, numbers: Sequence[int], deadline: float) -> list[EmbeddedPapers]:
        """Embed these papers, in this order, until `deadline`.

        `deadline` is a time of `time.monotonic`. At least one paper is embedded, in batches that
        fit the remaining time. The vectors are stored if the library can be written at once, and
        returned in any case.
        """
        if self._papers is None:
            return []
        papers = self._catalog.by_number(numbers)
        wanted = [papers[number] for number in numbers if number in papers]
        made: list[EmbeddedPapers] = []
        while wanted:
            began = time.monotonic()
            room = int((deadline - began) / self._pace)
            if made and room < 1:
                break
            size = max(1, min(room, _SMALL_BATCH))
            batch, wanted = wanted[:size], wanted[size:]
            try:
                made.append(self._papers.embed(batch))
            except ModelServerError as error:
                self._notify(f"Papers found by a search could not be embedded: {error}")
                break
            # A moving average, so that a short load on the machine has little effect.
            self._pace = (self._pace + (time.monotonic() - began) / len(batch)) / 2
        self._store_if_possible(self._papers, made)
        return made

    def embed_later(self, numbers: Iterable[int]) -> None:
        """Embed these papers in the background, before those that are waiting.

        After a failure none is waiting any more; the next search embeds what it needs.
        """
        with self._guard:
            if self._closed or self._papers is None:
                return
            fresh = list(dict.fromkeys(numbers))
            self._waiting = deque([*fresh, *(n for n in self._waiting if n not in set(fresh))])
            if self._waiting and self._worker is None:
                worker = threading.Thread(target=self._work, name="embed-candidates", daemon=True)
                worker.start()
                self._worker = worker

    def wait(self) -> None:
        """Wait until the work in the background has ended."""
        with self._guard:
            worker = self._worker
        if worker is not None:
            worker.join()

    def close(self) -> None:
        """Stop the work in the background and close the index; a second call does nothing."""
        with self._guard:
            self._closed = True
            self._waiting.clear()
        self.wait()
        self.index.close()

    def _work(self) -> None:
        try:
            while batch := self._next_batch():
                missing = self.rows.without_chunks(batch)
                self._embed(list(self._catalog.by_number(missing).values()))
        except Exception as error:
            try:
                self._report(error)
            finally:
                with self._guard:
                    self._waiting.clear()
                    self._worker = None

    def _report(self, error: Exception) -> None:
        # A library that is busy or read-only embeds at another time, or not at all.
        if isinstance(error, LibraryBusy | LibraryReadOnly):
            return
        if not isinstance(error, AssistantError):
            _log.error("Embedding search results failed", exc_info=error)
        self._notify(f"Papers found by a search could not be embedded: {error}")

    def _next_batch(self) -> list[int]:
        """Some of the waiting papers; after the last ones the worker is done."""
        with self._guard:
            count = min(_SMALL_BATCH, len(self._waiting))
            if not count:
                self._worker = None
            return [self._waiting.popleft() for _ in range(count)]

    def _embed(self, papers: Sequence[StoredPaper]) -> int:
        embedder = self._papers
        if not papers or embedder is None:
            return 0
        return self._save(embedder, embedder.embed(papers))

    def _save(self, embedder: PaperEmbedder, embedded: EmbeddedPapers) -> int:
        stored = self.rows.add(embedder.fingerprint, embedded.papers, embedded.vectors)
        if embedder is not self._papers:
            return 0
        if not self._is_theirs(embedder):
            raise LibraryError(
                "Another program started to use this library with another embedding model. Close "
                "one of the two programs."
            )
        self.index.refresh()
        return stored

    def _store_if_possible(self, embedder: PaperEmbedder, made: Sequence[EmbeddedPapers]) -> None:
        if not made:
            return
        papers = [pair for embedded in made for pair in embedded.papers]
        vectors = np.concatenate([embedded.vectors for embedded in made])
        with contextlib.suppress(LibraryReadOnly, LibraryBusy, LibraryFull):
            # The index follows at the next search.
            self.rows.add(embedder.fingerprint, papers, vectors, _PATIENCE_S)

    def _are_reproduced(self, embedder: PaperEmbedder) -> bool:
        """Whether a stored vector is what the embedder computes now.

        A server can serve another model under the same name. In this process that cannot happen.
        """
        if not isinstance(self.embedder, RemoteEmbedder):
            return True
        embedded = self._catalog.pages("EXISTS (SELECT 1 FROM chunks WHERE paper = number)")
        for paper in islice(embedded, 1):
            stored = self.rows.of_papers([paper.number]).vectors
            made = embedder.embed([paper]).vectors
            return stored.shape == made.shape and bool((stored * made).sum(axis=1).min() >= _SAME)
        return True

    def _is_theirs(self, embedder: PaperEmbedder) -> bool:
        return self.rows.state().fingerprint == embedder.fingerprint
