"""Vectors of texts from their words alone: tf-idf with latent semantic analysis.

The tf-idf vectors are projected onto their first singular vectors, so that texts about the same
topic in different words come close. Used if the texts have no vectors of an embedding model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import log

import numpy as np

from assistant.topics.clustering import Floats, Rows, normalized
from assistant.topics.terms import WORD, topic_stem

# A word in the title counts this many times.
TITLE_WEIGHT = 3
_MOST_STEMS = 5_000
_POWER_ITERATIONS = 4
_SEED = 0


@dataclass(frozen=True)
class _SparseRows:
    """A sparse matrix with a row of length 1 per text: `columns` and `weights` of its entries."""

    width: int
    columns: list[Rows]
    weights: list[Floats]

    def dot(self, matrix: Floats) -> Floats:
        """These rows times `matrix` of shape (width, k); shape (texts, k)."""
        rows = zip(self.columns, self.weights, strict=True)
        return np.array([weights @ matrix[columns] for columns, weights in rows])

    def transposed_dot(self, matrix: Floats) -> Floats:
        """These rows, transposed, times `matrix` of shape (texts, k); shape (width, k)."""
        product = np.zeros((self.width, matrix.shape[1]), np.float32)
        for columns, weights, row in zip(self.columns, self.weights, matrix, strict=True):
            product[columns] += np.outer(weights, row)
        return product


def text_vectors(texts: Sequence[str], dimension: int) -> tuple[list[int], Floats]:
    """The places of the texts that share a word with another, and the vectors of those texts.

    The first line of a text is its title. The vectors have shape (places, at most `dimension`) and
    rows of length 1.
    """
    places, rows = _tf_idf([_stem_counts(text) for text in texts])
    return places, _projected(rows, dimension) if places else np.zeros((0, dimension), np.float32)


def _stem_counts(text: str) -> Counter[str]:
    title, _, rest = text.partition("\n")
    counts: Counter[str] = Counter()
    for part, weight in ((title, TITLE_WEIGHT), (rest, 1)):
        for word in WORD.findall(part):
            if stem := topic_stem(word):
                counts[stem] += weight
    return counts


def _tf_idf(counts: Sequence[Counter[str]]) -> tuple[list[int], _SparseRows]:
    texts_with = Counter(chain.from_iterable(counts))
    idf = {stem: log((1 + len(counts)) / texts) for stem, texts in texts_with.items() if texts > 1}
    # Very frequent and very rare stems do not distinguish topics.
    stems = sorted(idf, key=lambda stem: (-texts_with[stem] * idf[stem], stem))[:_MOST_STEMS]
    column_of = {stem: column for column, stem in enumerate(stems)}
    places, columns, weights = [], [], []
    for place, found in enumerate(counts):
        shared = [stem for stem in found if stem in column_of]
        if shared:
            # The square root keeps a single rare word in two texts from outweighing their topic.
            row = np.sqrt([found[stem] * idf[stem] for stem in shared])
            places.append(place)
            columns.append(np.array([column_of[stem] for stem in shared], np.intp))
            weights.append((row / np.linalg.norm(row)).astype(np.float32))
    return places, _SparseRows(len(stems), columns, weights)


def _projected(rows: _SparseRows, dimension: int) -> Floats:
    """The rows projected onto their first singular vectors, scaled to length 1.

    The singular vectors come from randomized subspace iteration (N. Halko, P. G. Martinsson and
    J. A. Tropp, "Finding structure with randomness", SIAM Review 53, 2011).
    """
    width = min(3 * dimension + 8, len(rows.columns), rows.width)
    random = np.random.default_rng(_SEED)
    basis = random.standard_normal((rows.width, width)).astype(np.float32)
    for _ in range(_POWER_ITERATIONS):
        images = rows.dot(basis)
        basis = rows.transposed_dot(images @ _orthogonalizer(images))
        basis = basis @ _orthogonalizer(basis)
    images = rows.dot(basis)
    return normalized(images @ _orthogonalizer(images, scaled=False)[:, :dimension])


def _orthogonalizer(matrix: Floats, *, scaled: bool = True) -> Floats:
    """A matrix that makes the columns of `matrix` orthogonal, the longest first.

    With `scaled` they get length 1. Dependent columns are dropped. This decomposes the small matrix
    of the columns' products, which is ten times as fast as QR or SVD of the columns.
    """
    columns = matrix.astype(np.float64)
    values, axes = np.linalg.eigh(columns.T @ columns)
    kept = np.flatnonzero(values > 1e-9 * values[-1])[::-1]
    axes = axes[:, kept]
    return (axes / np.sqrt(values[kept]) if scaled else axes).astype(np.float32)
