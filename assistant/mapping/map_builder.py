"""A library -> its map: which papers are on it, drawing it, and whether an older one still does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple

import numpy as np
import numpy.typing as npt

from assistant.errors import PaperNotFound
from assistant.library import Library, StoredPaper
from assistant.mapping.layout import Points, layout
from assistant.mapping.paper_map import PaperMap
from assistant.progress import NO_PROGRESS, Progress
from assistant.text.sanitizing import sanitized
from assistant.topics import group_by_topic
from assistant.topics.clustering import Floats, Rows

# More points than these nobody tells apart; drawing them takes seconds (docs/map.md).
MOST_PAPERS = 5_000
# As many as there are colours that everybody can tell apart (docs/map.md).
MOST_TOPICS = 9
# An older map still does while no more papers came and went: so many, or this share of it.
_FEW, _FEW_SHARE = 10, 0.1
_AT_ONCE = 1_000
# A paper gets the topic of most of so many papers around it on the map; repeated so many times.
_AROUND = 12
_ROUNDS = 3
_BLOCK = 512

READING = "Reading the papers"
PLACING = "Placing the papers"
NAMING = "Naming the topics"


def version_of(library: Library) -> str:
    """Text that changes whenever papers or vectors of `library` came or went."""
    last, state = library.version()
    return json.dumps([last, *astuple(state)])


def vectors_to_show(library: Library, most: int = MOST_PAPERS) -> dict[int, Floats]:
    """The vectors of the papers that a map of `library` shows, by the papers' numbers.

    That is every paper with a vector, or, if there are more than `most`, a sample: the same as long
    as the library is the same, and almost the same when a few came. Nothing is drawn at random.
    """
    last, _ = library.version()
    numbers = np.arange(1, last + 1, dtype=np.uint64)
    if library.papers.count() > most:
        numbers = numbers[np.argsort(_mixed(numbers), kind="stable")]
    found: dict[int, Floats] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        block = numbers[start : start + _AT_ONCE].tolist()
        vectors = library.vectors.means(block)
        found.update((number, vectors[number]) for number in block if number in vectors)
        if len(found) >= most:
            break
    return dict(list(found.items())[:most])


def drawn(
    library: Library, vectors: dict[int, Floats], progress: Progress = NO_PROGRESS
) -> PaperMap | None:
    """The map of those papers of `library` that have `vectors`, by their numbers, of length 1.

    The same papers have the same map, in whatever order they came. None after a stop.
    """
    version, state = version_of(library), library.version()[1]
    progress.report(step=READING)
    papers = sorted(papers_of(library, vectors), key=lambda stored: stored.id)
    if not papers:
        return PaperMap(version=version, state=state, numbers=(), x=(), y=(), topic=(), names=())
    matrix = np.array([vectors[stored.number] for stored in papers], np.float32)
    progress.report(step=PLACING)
    points = layout(matrix, progress)
    if progress.stop_requested:
        return None
    progress.report(step=NAMING)
    topics = group_by_topic([_text(one) for one in papers], list(matrix), MOST_TOPICS)
    topic_of = np.full(len(papers), -1)
    for number, topic in enumerate(topics):
        topic_of[list(topic.members)] = number
    topic_of = _smoothed(topic_of, points)
    return PaperMap(
        version=version,
        state=state,
        numbers=tuple(stored.number for stored in papers),
        x=tuple(points[:, 0].round(5).tolist()),
        y=tuple(points[:, 1].round(5).tolist()),
        topic=tuple(topic_of.tolist()),
        names=tuple(topic.name for topic in topics),
    )


def brought_up(kept: PaperMap, library: Library, vectors: dict[int, Floats]) -> PaperMap | None:
    """`kept` with the papers that came since beside their nearest, and without those that went.

    None if that is too many, if the papers have other vectors now, or if `kept` is not a map of
    this library: another catalogue may have been put in its place.
    """
    present = library.version()[1]
    if kept.state.fingerprint != present.fingerprint or not library.vectors.rows.has_been(
        kept.state
    ):
        return None
    shown = set(kept.numbers)
    new = [number for number in vectors if number not in shown]
    gone = shown - vectors.keys()
    if len(new) + len(gone) > max(_FEW, _FEW_SHARE * len(shown)) or len(gone) == len(shown):
        return None
    # So few papers tell nothing of where another one would lie.
    if new and len(shown) < 2 * _FEW:
        return None
    return kept.without(gone).beside_nearest(new, vectors)


def _smoothed(topics: Rows, points: Points) -> Rows:
    """The topic of each point after points among those of another topic have joined it.

    The layout does not separate topics perfectly: 15% of 1,992 papers of SciTLDR change theirs.
    """
    if len(points) <= 4 * _AROUND or topics.max() < 0:
        return topics
    x, y = points.astype(np.float32).T
    near = np.empty((len(points), _AROUND), np.intp)
    for start in range(0, len(points), _BLOCK):
        rows = slice(start, start + _BLOCK)
        distances = (x[rows, None] - x) ** 2 + (y[rows, None] - y) ** 2
        inside = np.arange(len(distances))
        distances[inside, start + inside] = np.inf
        near[rows] = np.argpartition(distances, _AROUND - 1, axis=1)[:, :_AROUND]
    for _ in range(_ROUNDS):
        votes = (topics[near][:, :, None] == np.arange(topics.max() + 1)).sum(axis=1)
        topics = np.where(votes.max(axis=1) * 2 > _AROUND, votes.argmax(axis=1), topics)
    return topics


def papers_of(library: Library, numbers: Iterable[int]) -> Iterator[StoredPaper]:
    """Those of the papers `numbers` that are still there."""
    for number in numbers:
        try:
            yield library.papers.get(f"#{number}")
        except PaperNotFound:
            continue


def _text(stored: StoredPaper) -> str:
    return f"{sanitized(stored.title)}\n{stored.abstract}"


def _mixed(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """`numbers` scrambled so that any first part of their order is as good as drawn by lot.

    The finaliser of SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom
    number generators", OOPSLA 2014).
    """
    mixed = numbers * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
