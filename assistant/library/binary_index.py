"""The vector index of a very large library: signs in memory, vectors in the catalogue.

Only the signs of each vector's components are held: 48 bytes instead of 1,536. The vectors whose
signs differ least from those of the query are read from the catalogue and compared exactly. So the
choice of candidates is approximate, their cosines are exact.
"""

from __future__ import annotations

import contextlib
import json
import logging
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from assistant.embedder import Vector, Vectors
from assistant.files import replacing
from assistant.library.vector_index import Codes, Content, MemoryIndex, Neighbour, neighbours
from assistant.library.vector_rows import Numbers, VectorRows, VectorState
from assistant.progress import Progress

_log = logging.getLogger(__name__)

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
        # How many vectors the file has, and the log entry that it has reached.
        self._saved_count = self._saved_entry = 0
        self._load()

    def update(self, progress: Progress) -> None:
        """See `VectorIndex.update`; the file is rewritten if it is outdated or not purged."""
        with self._updating:
            super().update(progress)
            count = len(self._content.chunks)
            outdated = count - self._saved_count > _MAX_MISSING * count
            if not progress.stop_requested and (outdated or not self.is_purged(self._rows.state())):
                self._save()

    def is_purged(self, state: VectorState) -> bool:
        """See `VectorIndex.is_purged`."""
        return self._file is None or self._saved_entry >= state.purge

    def check(self) -> bool:
        """See `VectorIndex.check`."""
        with self._updating:
            rebuilt = super().check()
            if rebuilt:
                self._save()
            return rebuilt

    def nearest(self, vector: Vector, count: int) -> list[Neighbour]:
        """See `VectorIndex.nearest`."""
        content = self._content
        if not len(content.chunks) or count < 1:
            return []
        candidates = max(_CANDIDATES * count, _MIN_CANDIDATES)
        likely = _fewest_differences(content.encoded, vector, candidates)
        batch = self._rows.of_chunks(content.chunks[likely])
        if not len(batch.papers):  # all were removed meanwhile
            return []
        cosines = batch.vectors @ vector
        best = np.argsort(-cosines, kind="stable")[:count]
        return neighbours(batch.chunks[best], batch.papers[best], cosines[best])

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
                self._content = Content(state, chunks, papers, signs)
                self._saved_count, self._saved_entry = len(chunks), state.entry

    def _save(self) -> None:
        """Write the file; if that fails, there is none, and the next start reads the catalogue."""
        content = self._content
        if self._file is None or content.state is None:
            return
        try:
            with replacing(self._file) as part, part.open("wb") as file:
                np.savez(
                    file,
                    state=np.array(json.dumps(asdict(content.state))),
                    chunks=content.chunks,
                    papers=content.papers,
                    codes=content.encoded,
                )
            self._saved_count, self._saved_entry = len(content.chunks), content.state.entry
        except OSError as error:
            # What is there may be outdated, or contain vectors that have to leave it.
            _log.warning("%s cannot be written: %s", self._file, error)
            with contextlib.suppress(OSError):
                self._file.unlink(missing_ok=True)
                self._saved_count, self._saved_entry = 0, content.state.entry


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
