"""Nearest vectors in a very large library: signs in memory, the vectors in the catalogue.

Of each vector only the signs of its numbers are held: 48 bytes in place of 1,536. The vectors whose
signs differ least from the question's are read from the catalogue and compared in full, so that
only which of them are compared is approximate, and never how near they are.
"""

from __future__ import annotations

import contextlib
import zipfile
from pathlib import Path

import numpy as np

from assistant.embedder import Vector, Vectors
from assistant.files import replacing
from assistant.library.vector_index import Codes, MemoryIndex
from assistant.library.vector_rows import Numbers, VectorRows, VectorState

FILE = "signs.npz"
_VERSION = 1
# Vectors compared in full, for each one wanted, and at least (docs/scale.md has the recall).
_COMPARED = 20
_LEAST_COMPARED = 2_000
# Vectors whose differing bits are counted at once: the numbers in between stay in the cache.
_BLOCK = 65_536
# The file is written again when so much of it would have to be read from the catalogue.
_WORTH_WRITING = 0.02


class BinaryIndex(MemoryIndex):
    """Compares the signs of all vectors, and those vectors in full that seem nearest.

    What it holds is kept in the file `FILE` of the library, so that a start reads that instead of
    all vectors. The file is only as good as the state it names: any other is read past.
    """

    def __init__(self, rows: VectorRows, folder: Path | None) -> None:
        """Start with what `folder` has; None: keep no file."""
        super().__init__(rows)
        self._file = folder / FILE if folder else None
        self._on_disk = 0
        self._load()

    def refresh(self) -> None:
        """See `MemoryIndex.refresh`."""
        super().refresh()
        with self._lock:
            if len(self._chunks) - self._on_disk > _WORTH_WRITING * len(self._chunks):
                self._save()

    def nearest(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """See `VectorIndex.nearest`."""
        with self._lock:
            chunks, codes = self._chunks, self._kept
        if not len(chunks) or count < 1:
            return []
        wanted = max(_COMPARED * count, _LEAST_COMPARED)
        batch = self._rows.of_chunks(chunks[_fewest_differences(codes, vector, wanted)])
        if not len(batch.papers):  # all were dropped meanwhile
            return []
        cosines = batch.vectors @ vector
        best = np.argsort(-cosines, kind="stable")[:count]
        return [(int(batch.papers[i]), float(cosines[i])) for i in best]

    def _forget(self) -> None:
        super()._forget()
        self._on_disk = 0

    def _held(self, vectors: Vectors) -> Codes:
        return np.packbits(vectors > 0, axis=1)

    def _load(self) -> None:
        if self._file is None:
            return
        # Whatever is wrong with the file, the catalogue has all of it.
        with contextlib.suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            with self._file.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                version, generation, fingerprint, chunk, removal = kept["state"].tolist()
                chunks, papers, codes = kept["chunks"], kept["papers"], kept["codes"]
            whole = len(chunks) == len(papers) == len(codes) and codes.dtype == np.uint8
            if int(version) != _VERSION or not whole:
                return
            self._chunks, self._papers, self._kept = chunks, papers, codes
            self._last_chunk, self._last_removal = int(chunk), int(removal)
            self._on_disk = len(chunks)
            self._seen = VectorState(generation, fingerprint or None, int(chunk), int(removal))

    def _save(self) -> None:
        """Write the file; where that is not possible the next start reads the catalogue."""
        if self._file is None or self._seen is None:
            return
        state = self._seen
        with contextlib.suppress(OSError):
            with replacing(self._file) as part, part.open("wb") as file:
                np.savez(
                        file,
                        state=np.array(
                            [
                                str(_VERSION), state.generation, state.fingerprint or "",
                                str(self._last_chunk), str(self._last_removal),
                            ]
                        ),
                        chunks=self._chunks,
                        papers=self._papers,
                        codes=self._kept,
                    )  # fmt: skip
            self._on_disk = len(self._chunks)


def _fewest_differences(codes: Codes, vector: Vector, count: int) -> Numbers:
    """Places of the `count` rows of `codes` that differ in the fewest bits from the signs."""
    if count >= len(codes):
        return np.arange(len(codes))
    signs = np.packbits(vector > 0)
    differences = np.empty(len(codes), dtype=np.uint16)
    for start in range(0, len(codes), _BLOCK):
        block = codes[start : start + _BLOCK] ^ signs
        if block.shape[1] % 8 == 0:  # eight bytes are counted in the time of one
            block = block.view(np.uint64)
        np.sum(
            np.bitwise_count(block),
            axis=1,
            dtype=np.uint16,
            out=differences[start : start + _BLOCK],
        )
    return np.argpartition(differences, count)[:count]
