"""The vector index of a very large library: signs in memory, vectors in the catalogue.

Only the signs of each vector's components are held: 48 bytes instead of 1,536. The vectors whose
signs differ least from those of the query are read from the catalogue and compared exactly. So the
choice of candidates is approximate, their cosines are exact.
"""

from __future__ import annotations

import contextlib
import json
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from assistant.embedder import Vector, Vectors
from assistant.files import replacing
from assistant.library.vector_index import Codes, MemoryIndex
from assistant.library.vector_rows import Numbers, VectorRows, VectorState
from assistant.progress import Progress

FILE = "signs.npz"
# Candidates compared exactly: for each wanted vector, and at least (recall: docs/scale.md).
_CANDIDATES = 20
_MIN_CANDIDATES = 2_000
# Vectors whose differing bits are counted at once, so that intermediate values fit the CPU cache.
_BLOCK = 65_536
# The file is rewritten when more than this share of the vectors is missing in it.
_MAX_MISSING = 0.02


class BinaryIndex(MemoryIndex):
    """Selects candidates by the signs of all vectors, and compares these exactly.

    The signs are saved in the file `FILE` of the library, so that opening it does not read all
    vectors. The file names the state of the catalogue that it was made from; it is used only if
    that state is in the catalogue's history.
    """

    def __init__(self, rows: VectorRows, folder: Path | None) -> None:
        """Load the file in `folder`; None: use no file."""
        super().__init__(rows)
        self._file = folder / FILE if folder else None
        self._load()

    def refresh(self) -> None:
        """See `MemoryIndex.refresh`."""
        super().refresh()
        if len(self._chunks) - self._in_file > _MAX_MISSING * len(self._chunks):
            self._save()

    def settle(self, progress: Progress) -> bool:
        """See `MemoryIndex.settle`."""
        self.refresh()
        if self._saved_entry < self._rows.state().purge:
            self._save()
        return True

    def check(self) -> bool:
        """See `MemoryIndex.check`."""
        rebuilt = super().check()
        if rebuilt:
            self._save()
        return rebuilt

    def nearest(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """See `MemoryIndex.nearest`."""
        with self._lock:
            chunks, signs = self._chunks, self._encoded
        if not len(chunks) or count < 1 or signs.shape[1] != (len(vector) + 7) // 8:
            return []
        candidates = max(_CANDIDATES * count, _MIN_CANDIDATES)
        batch = self._rows.of_chunks(chunks[_fewest_differences(signs, vector, candidates)])
        if not len(batch.papers) or batch.vectors.shape[1] != len(vector):
            return []  # all were removed or replaced meanwhile
        cosines = batch.vectors @ vector
        best = np.argsort(-cosines, kind="stable")[:count]
        return [(int(batch.papers[i]), float(cosines[i])) for i in best]

    def _clear(self) -> None:
        super()._clear()
        # How many vectors the file has, and the log entry that it has reached.
        self._in_file = self._saved_entry = 0

    def _encode(self, vectors: Vectors) -> Codes:
        return np.packbits(vectors > 0, axis=1)

    def _load(self) -> None:
        if self._file is None:
            return
        # Whatever is wrong with the file, the catalogue has the vectors.
        with contextlib.suppress(
            OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile
        ):
            with self._file.open("rb") as file, np.load(file, allow_pickle=False) as saved:
                state = VectorState(**json.loads(str(saved["state"])))
                chunks, papers, signs = saved["chunks"], saved["papers"], saved["codes"]
            complete = len(chunks) == len(papers) == len(signs) and signs.dtype == np.uint8
            if complete and self._rows.can_follow(state):
                self._chunks, self._papers, self._encoded = chunks, papers, signs
                self._seen = state
                self._in_file, self._saved_entry = len(chunks), state.entry

    def _save(self) -> None:
        """Write the file; if that fails, there is none, and the next start reads the catalogue."""
        with self._lock:  # questions do not wait for the writing
            state, chunks, papers, codes = self._seen, self._chunks, self._papers, self._encoded
        if self._file is None or state is None:
            return
        with contextlib.suppress(OSError):
            # What is there may contain vectors that have to leave it.
            self._file.unlink(missing_ok=True)
            with replacing(self._file) as part, part.open("wb") as file:
                saved = np.array(json.dumps(asdict(state)))
                np.savez(file, state=saved, chunks=chunks, papers=papers, codes=codes)
        self._in_file, self._saved_entry = len(chunks), state.entry


def _fewest_differences(signs: Codes, vector: Vector, count: int) -> Numbers:
    """Positions of the `count` rows of `signs` that differ in the fewest bits from `vector`."""
    if count >= len(signs):
        return np.arange(len(signs))
    wanted = np.packbits(vector > 0)
    differences = np.empty(len(signs), dtype=np.uint16)
    for start in range(0, len(signs), _BLOCK):
        block = signs[start : start + _BLOCK] ^ wanted
        if block.shape[1] % 8 == 0:  # counting eight bytes takes as long as counting one
            block = block.view(np.uint64)
        np.sum(
            np.bitwise_count(block),
            axis=1,
            dtype=np.uint16,
            out=differences[start : start + _BLOCK],
        )
    return np.argpartition(differences, count)[:count]
