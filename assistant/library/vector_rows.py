"""The chunks and their vectors: rows of the catalogue, from which every index is built."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from assistant.embedder import Vector, Vectors
from assistant.errors import LibraryDamaged
from assistant.library.chunks import Chunk
from assistant.library.database import Database
from assistant.library.metadata import Metadata
from assistant.library.records import StoredPaper

Numbers = npt.NDArray[np.int64]
# Limits the memory of a comparison with many papers.
_PAPERS_AT_ONCE = 5_000
# The format on disk is the same on every machine.
_STORED = np.dtype("<f4")
# Begins the name of a value that says that a generation was one of this library.
_FORMER = "former_generation "


@dataclass(frozen=True)
class VectorState:
    """A state in the history of the chunks, which an index or a map has reached.

    `chunk` is the highest number ever given to a chunk, `entry` the last entry of the chunk log.
    The random `mark` of that entry distinguishes this history from those of other catalogues,
    including earlier copies of the same catalogue. With a new `generation`, indexes are rebuilt.
    Chunks removed up to the entry `purge` have to leave the files of every index.
    """

    generation: str
    fingerprint: str | None
    chunk: int
    entry: int
    mark: int
    purge: int = field(default=0, compare=False)


@dataclass(frozen=True)
class VectorBatch:
    """Rows of chunks: `vectors[i]` belongs to the chunk `chunks[i]` of the paper `papers[i]`."""

    chunks: Numbers
    papers: Numbers
    vectors: Vectors

    def up_to(self, chunk: int) -> VectorBatch:
        """The rows up to this chunk; the rows must be in the order of their chunks."""
        count = int(np.searchsorted(self.chunks, chunk, side="right"))
        return VectorBatch(self.chunks[:count], self.papers[:count], self.vectors[:count])


def best_cosines(batch: VectorBatch, vector: Vector) -> dict[int, float]:
    """The cosine of `vector` (length 1) and the best chunk of each paper of `batch`.

    None if the vectors of `batch` are of another dimension: the embedder was just replaced.
    """
    best: dict[int, float] = {}
    if not len(batch.papers) or batch.vectors.shape[1] != len(vector):
        return best
    cosines = (batch.vectors @ vector).tolist()
    for paper, cosine in zip(batch.papers.tolist(), cosines, strict=True):
        best[paper] = max(cosine, best.get(paper, -1.0))
    return best


def means(batch: VectorBatch) -> dict[int, Vector]:
    """The mean of the chunks of each paper of `batch`, of length 1."""
    sums: dict[int, Vector] = {}
    for paper, vector in zip(batch.papers.tolist(), batch.vectors, strict=True):
        sums[paper] = sums[paper] + vector if paper in sums else vector
    # The mean of opposite vectors has no direction.
    return {
        paper: total / length
        for paper, total in sums.items()
        if (length := float(np.linalg.norm(total))) > 0
    }


class VectorRows:
    """The chunks and their vectors in a database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.catalog = database.path
        self.metadata = Metadata(database)

    def state(self) -> VectorState:
        """The current state."""
        with self._database.read() as connection:
            return _state(connection)

    def has_been(self, state: VectorState) -> bool:
        """Whether `state` is the current state of these rows or an earlier one."""
        query = "SELECT 1 FROM chunk_log WHERE entry = ? AND mark = ?"
        return self._database.value(query, (state.entry, state.mark)) is not None

    def can_follow(self, state: VectorState) -> bool:
        """Whether an index in `state` can apply the changes since then instead of a rebuild."""
        return self.state().generation == state.generation and self.has_been(state)

    def count(self) -> int:
        """The number of chunks."""
        return int(self._database.value("SELECT count(*) FROM chunks"))

    def are_comparable(self, vector: Vector) -> bool:
        """Whether the vectors have the dimension of `vector`; also if there are none."""
        length = self._database.value("SELECT (SELECT length(vector) FROM chunks LIMIT 1)")
        return length is None or length == len(vector) * _STORED.itemsize

    def was_generation(self, generation: str) -> bool:
        """Whether `generation` was an earlier one of these rows."""
        return self.metadata.get(_FORMER + generation) is not None

    def more_than(self, count: int) -> bool:
        """Whether there are more than `count` chunks; faster than counting them all."""
        query = "SELECT 1 FROM chunks LIMIT 1 OFFSET ?"
        return self._database.value(query, (count,)) is not None

    def missing(self) -> int:
        """The number of papers without chunks."""
        return int(
            self._database.value(
                "SELECT count(*) FROM papers "
                "WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE paper = number)"
            )
        )

    def claim(self, fingerprint: str, *, again: bool = False) -> int:
        """Register `fingerprint` as the source of the vectors; delete those of another source.

        With `again`, those of this source are deleted too, because it has changed. Returns how many
        chunks were deleted.
        """
        if self.state().fingerprint == fingerprint and not again:
            return 0
        with self._database.write() as connection:
            if _state(connection).fingerprint == fingerprint and not again:
                return 0
            dropped = connection.execute("DELETE FROM chunks").rowcount
            connection.execute(
                "INSERT OR REPLACE INTO metadata VALUES ('fingerprint', ?)", (fingerprint,)
            )
            begin_generation(connection)
        return dropped

    def request_purge(self) -> None:
        """Ask the indexes of every process to delete removed chunks from their files."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO metadata SELECT 'purge', coalesce(max(entry), 0) "
                "FROM chunk_log WHERE removed IS NOT NULL"
            )

    def add(
        self,
        fingerprint: str,
        papers: Iterable[tuple[StoredPaper, Sequence[Chunk]]],
        vectors: Vectors,
        patience_s: float | None = None,
    ) -> int:
        """Store the chunks of `papers`; `vectors` has one row per chunk, in the same order.

        A paper that was removed, changed or embedded meanwhile is skipped, and all are if the rows
        now belong to another fingerprint. Returns how many papers were stored. For `patience_s`
        see `Database.write`.
        """
        stored = 0
        position = 0
        with self._database.write(patience_s) as connection:
            if _state(connection).fingerprint != fingerprint:
                return 0
            for paper, chunks in papers:
                rows = vectors[position : position + len(chunks)].astype(_STORED, copy=False)
                position += len(chunks)
                wanted = connection.execute(
                    "SELECT 1 FROM papers WHERE number = ? AND title = ? AND abstract = ? "
                    "AND NOT EXISTS (SELECT 1 FROM chunks WHERE paper = number)",
                    (paper.number, paper.title, paper.abstract),
                ).fetchone()
                if wanted:
                    connection.executemany(
                        "INSERT INTO chunks (paper, start_at, end_at, vector) VALUES (?, ?, ?, ?)",
                        [
                            (paper.number, chunk.start, chunk.end, row.tobytes())
                            for chunk, row in zip(chunks, rows, strict=True)
                        ],
                    )
                    stored += 1
            if stored:
                connection.execute("INSERT INTO chunk_log DEFAULT VALUES")
        return stored

    def added_after(self, chunk: int, limit: int) -> VectorBatch:
        """The first `limit` rows after the chunk number `chunk`."""
        return self._batch("chunk > ? ORDER BY chunk LIMIT ?", (chunk, limit))

    def between(self, chunk: int, last: int, size: int) -> Iterator[VectorBatch]:
        """The rows after the chunk number `chunk` up to `last`, in batches of `size`."""
        while chunk < last and len((batch := self.added_after(chunk, size).up_to(last)).chunks):
            yield batch
            chunk = int(batch.chunks[-1])

    def removed_after(self, entry: int) -> list[int]:
        """The chunks that were removed after the entry `entry` of the log."""
        rows = self._database.rows(
            "SELECT removed FROM chunk_log WHERE entry > ? AND removed IS NOT NULL", (entry,)
        )
        return [row[0] for row in rows]

    def of_papers(self, numbers: Iterable[int]) -> VectorBatch:
        """The rows of these papers."""
        wanted = json.dumps(list(numbers))
        return self._batch("paper IN (SELECT value FROM json_each(?))", (wanted,))

    def of_chunks(self, chunks: Numbers) -> VectorBatch:
        """The rows of these chunks, without removed ones, in any order."""
        wanted = json.dumps(chunks.tolist())
        return self._batch("chunk IN (SELECT value FROM json_each(?))", (wanted,))

    def without_chunks(self, numbers: Iterable[int]) -> set[int]:
        """The papers of `numbers` without chunks."""
        rows = self._database.rows(
            "SELECT value FROM json_each(?) "
            "WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE paper = value)",
            (json.dumps(list(numbers)),),
        )
        return {row[0] for row in rows}

    def cosines(self, vector: Vector, numbers: Sequence[int]) -> dict[int, float]:
        """The cosine of `vector` (length 1) and the best chunk of each of these papers.

        Papers without chunks are omitted.
        """
        best: dict[int, float] = {}
        for start in range(0, len(numbers), _PAPERS_AT_ONCE):
            best |= best_cosines(self.of_papers(numbers[start : start + _PAPERS_AT_ONCE]), vector)
        return best

    def _batch(self, condition: str, values: Sequence[object]) -> VectorBatch:
        query = f"SELECT chunk, paper, vector FROM chunks WHERE {condition}"  # noqa: S608
        rows = self._database.rows(query, values)
        lengths = {len(row[2]) for row in rows}
        if len(lengths) > 1 or any(length % _STORED.itemsize for length in lengths):
            raise LibraryDamaged(
                "Some vectors of the library are damaged. Run `assistant check --repair`, then "
                "`assistant embed`."
            )
        vectors = np.frombuffer(b"".join(row[2] for row in rows), dtype=_STORED)
        return VectorBatch(
            chunks=np.array([row[0] for row in rows], dtype=np.int64),
            papers=np.array([row[1] for row in rows], dtype=np.int64),
            vectors=vectors.reshape(len(rows), -1) if rows else vectors.reshape(0, 0),
        )


def begin_generation(connection: sqlite3.Connection) -> None:
    """Make every index start over; for that it needs no earlier removals."""
    connection.execute("DELETE FROM chunk_log WHERE removed IS NOT NULL")
    connection.execute("INSERT INTO chunk_log DEFAULT VALUES")
    connection.execute(
        "INSERT OR REPLACE INTO metadata "
        "SELECT ? || value, '' FROM metadata WHERE name = 'generation'",
        (_FORMER,),
    )
    connection.execute(
        "INSERT OR REPLACE INTO metadata VALUES ('generation', lower(hex(randomblob(8))))"
    )


def _state(connection: sqlite3.Connection) -> VectorState:
    row = connection.execute(
        "SELECT (SELECT value FROM metadata WHERE name = 'generation'), "
        "(SELECT value FROM metadata WHERE name = 'fingerprint'), "
        "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'chunks'), 0), "
        "coalesce((SELECT max(entry) FROM chunk_log), 0), "
        "coalesce((SELECT mark FROM chunk_log ORDER BY entry DESC LIMIT 1), 0), "
        "CAST(coalesce((SELECT value FROM metadata WHERE name = 'purge'), 0) AS INTEGER)"
    ).fetchone()
    return VectorState(*row)
