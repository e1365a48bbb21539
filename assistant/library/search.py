"""Hybrid search: full-text search and nearest vectors, fused into one ranking.

Vectors may be missing: the best papers by words are embedded during the search, so that the first
question after an import is answered as well as later ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.embedder import Vector
from assistant.library.catalog import Catalog
from assistant.library.filters import EVERYTHING, Filters
from assistant.library.fusion import fuse
from assistant.library.paper_vectors import PaperVectors
from assistant.library.records import Hit
from assistant.library.vector_rows import VectorBatch, best_cosines, means

# Seconds from the start of a search during which missing vectors are computed.
ASKING_S = 0.25
# Candidates from each ranking: 50 are as good for the first 10 results, worse for the first 100.
_DEPTH = 100
# How many of the best papers by words are embedded during a search.
_EMBEDDED = 50
# Up to this many papers that meet the filters are all compared.
_FEW = 3_000
# Otherwise the index returns this many times more papers, and if too few match, all are compared.
_WIDER = (8, 40)


@dataclass
class _Candidates:
    """Scores and vectors of candidates; each may lack some of them."""

    bm25: dict[int, float] = field(default_factory=dict)
    cosine: dict[int, float] = field(default_factory=dict)
    vectors: dict[int, Vector] = field(default_factory=dict)
    # The best by words and by vectors, in order.
    by_words: list[int] = field(default_factory=list)
    nearest: list[int] = field(default_factory=list)


class Search:
    """Finds papers by words and meaning. Thread-safe."""

    def __init__(self, catalog: Catalog, vectors: PaperVectors) -> None:
        """Search `catalog` by words and, with an embedder, by `vectors`."""
        self._catalog = catalog
        self._vectors = vectors

    def __call__(
        self,
        query: str,
        limit: int = 10,
        filters: Filters = EVERYTHING,
        *,
        budget_s: float = ASKING_S,
        embed_rest: bool = False,
    ) -> list[Hit]:
        """The best papers for `query` that meet `filters`, best first.

        The best papers by words that have no vectors are embedded until `budget_s` seconds have
        passed, but at least a few; the vectors are stored if the library can be written at once.
        With `embed_rest`, the other candidates are embedded in the background until the library is
        closed. Without an embedder, only words count.

        A `query` without text returns the newest papers that meet `filters`, if there are filters.
        """
        if limit < 1:
            return []
        if not query.strip():
            newest = self._catalog.sorted_by("published", filters, limit) if filters.given else ()
            return [Hit(stored, 0.0, None, None, None) for stored in newest]
        deadline = time.monotonic() + budget_s
        found = self._candidates(
            query,
            lambda: self._vectors.of_query(query),
            max(_DEPTH, limit),
            filters,
            deadline,
            embed_rest,
        )
        return self._hits(found, fuse(found.bm25, found.cosine, found.vectors), limit)

    def similar(
        self,
        key: str,
        limit: int = 10,
        filters: Filters = EVERYTHING,
        *,
        budget_s: float = ASKING_S,
    ) -> list[Hit]:
        """The papers nearest to the paper that `key` names (see `Catalog.get`), without that paper.

        They are compared by their vectors; those without, and all without an embedder, come last,
        by the words of the paper's title. `filters` and `budget_s` are those of a search.

        Raises:
            PaperNotFound: no paper or several have this key; the message names similar ones.
        """
        stored = self._catalog.get(key)
        if limit < 1:
            return []
        deadline = time.monotonic() + budget_s
        depth = max(_DEPTH, limit) + 1  # the paper itself is the nearest
        found = self._candidates(
            stored.title, lambda: self._vectors.of_paper(stored), depth, filters, deadline, False
        )
        # Cosines are at least -1, so papers without vectors come last.
        scores = dict.fromkeys(found.bm25, -1.0) | found.cosine
        scores.pop(stored.number, None)
        return self._hits(found, scores, limit)

    def _candidates(
        self,
        query: str,
        embed: Callable[[], Vector | None],
        depth: int,
        filters: Filters,
        deadline: float,
        embed_rest: bool,
    ) -> _Candidates:
        """The candidates for `query` and the vector that `embed` returns."""
        while True:
            fingerprint = self._vectors.fingerprint
            found = self._candidates_near(query, embed(), depth, filters, deadline, embed_rest)
            # Otherwise the embedder was replaced, and the two may not be comparable.
            if self._vectors.fingerprint == fingerprint:
                return found

    def _candidates_near(
        self,
        query: str,
        vector: Vector | None,
        depth: int,
        filters: Filters,
        deadline: float,
        embed_rest: bool,
    ) -> _Candidates:
        found = _Candidates()
        full_text = self._catalog.full_text
        words = full_text.plan(query)
        if words is not None:
            found.bm25 = dict(full_text.best(words, depth, filters))
            found.by_words = list(found.bm25)
        if vector is None:
            return found
        made = self._embed(found.by_words[:_EMBEDDED], deadline, embed_rest)
        nearest = self._nearest(vector, depth, filters)
        found.nearest = [number for number, _ in nearest]
        for batch in (*made, self._vectors.stored({*found.by_words, *found.nearest})):
            if cosines := best_cosines(batch, vector):
                found.cosine |= cosines
                found.vectors |= means(batch)
        others = [number for number in found.nearest if number not in found.bm25]
        if words is not None:
            found.bm25 |= full_text.scores(words, others)
        return found

    def _embed(self, numbers: list[int], deadline: float, embed_rest: bool) -> list[VectorBatch]:
        """Embed the candidates without vectors until the deadline, and store them if possible."""
        missing = set(numbers)
        if self._vectors.usable:
            missing = self._vectors.rows.without_chunks(numbers)
        wanted = [number for number in numbers if number in missing]
        made = self._vectors.embed_now(wanted, deadline)
        if embed_rest:
            self._vectors.embed_later(wanted[sum(len(one.papers) for one in made) :])
        return [one.batch() for one in made]

    def _nearest(self, vector: Vector, count: int, filters: Filters) -> list[tuple[int, float]]:
        """Number and cosine of the nearest papers that meet `filters`, the nearest first."""
        if not self._vectors.usable or not self._vectors.rows.more_than(0):
            return []
        if not filters.given:
            return self._vectors.index.nearest_papers(vector, count)
        fitting = self._catalog.numbers(filters, _FEW + 1)
        if len(fitting) > _FEW:
            for times in _WIDER:
                near = self._vectors.index.nearest_papers(vector, count * times)
                fits = self._catalog.filter_numbers([number for number, _ in near], filters)
                kept = [(number, cosine) for number, cosine in near if number in fits][:count]
                if len(kept) == count:
                    return kept
            fitting = self._catalog.numbers(filters)
        cosines = self._vectors.rows.cosines(vector, fitting)
        return sorted(cosines.items(), key=lambda item: (-round(item[1], 5), item[0]))[:count]

    def _hits(self, found: _Candidates, scores: dict[int, float], limit: int) -> list[Hit]:
        best = sorted(
            scores, key=lambda number: (-scores[number], -found.bm25.get(number, 0.0), number)
        )[:limit]
        bm25_rank = {number: rank for rank, number in enumerate(found.by_words, start=1)}
        vector_rank = {number: rank for rank, number in enumerate(found.nearest, start=1)}
        papers = self._catalog.by_number(best)
        return [
            Hit(
                stored=papers[number],
                score=scores[number],
                bm25_rank=bm25_rank.get(number),
                vector_rank=vector_rank.get(number),
                similarity=found.cosine.get(number),
            )
            for number in best
            if number in papers  # otherwise it was just merged into another paper
        ]
