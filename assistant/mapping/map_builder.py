"""Builds the map of a library, and updates it for added and removed papers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple

import numpy as np
import numpy.typing as npt

from assistant.errors import PaperNotFound
from assistant.languages import _
from assistant.library import Library, StoredPaper
from assistant.mapping.layout import tsne_layout
from assistant.mapping.paper_map import PaperMap
from assistant.progress import NO_PROGRESS, Progress
from assistant.text.sanitizing import sanitized
from assistant.topics import group_by_topic
from assistant.topics.clustering import Floats

# More points cannot be told apart, and their layout takes longer (docs/map.md).
MAX_PAPERS = 5_000
# The number of colours that can be told apart, also with a colour vision deficiency (docs/map.md).
MAX_TOPICS = 9
# Maps with fewer papers are always rebuilt: they say little about where another paper belongs.
_MIN_UPDATED = 20
_BATCH = 1_000

READING = _("Reading the papers")
PLACING = _("Placing the papers")
NAMING = _("Naming the topics")


def library_version(library: Library) -> str:
    """Text that changes whenever papers or vectors of `library` are added or removed."""
    last, state = library.version()
    return json.dumps([last, *astuple(state)])


def map_vectors(library: Library, max_papers: int = MAX_PAPERS) -> dict[int, Floats]:
    """The vectors of the papers on the map of `library`, by the papers' numbers.

    These are all papers that have a vector. If there are more than `max_papers`, they are a sample,
    which depends on the paper numbers only and changes little when papers are added.
    """
    last, _ = library.version()
    numbers = np.arange(1, last + 1, dtype=np.uint64)
    if library.papers.count() > max_papers:
        numbers = numbers[np.argsort(_splitmix64(numbers), kind="stable")]
    found: dict[int, Floats] = {}
    for start in range(0, len(numbers), _BATCH):
        batch = numbers[start : start + _BATCH].tolist()
        vectors = library.vectors.means(batch)
        found.update((number, vectors[number]) for number in batch if number in vectors)
        if len(found) >= max_papers:
            break
    return dict(list(found.items())[:max_papers])


def build_map(
    library: Library, vectors: dict[int, Floats], progress: Progress = NO_PROGRESS
) -> PaperMap | None:
    """The map of the papers with `vectors`: by paper number, of length 1. None after a stop.

    The map does not depend on the order in which the papers were imported.
    """
    version, state = library_version(library), library.version()[1]
    progress.report(step=READING)
    papers = sorted(existing_papers(library, vectors), key=lambda stored: stored.id)
    if not papers:
        return PaperMap(version=version, state=state, numbers=(), x=(), y=(), topic=(), names=())
    matrix = np.array([vectors[stored.number] for stored in papers], np.float32)
    progress.report(step=PLACING)
    points = tsne_layout(matrix, progress)
    if progress.stop_requested:
        return None
    progress.report(step=NAMING)
    texts = [f"{sanitized(stored.title)}\n{stored.abstract}" for stored in papers]
    topics = group_by_topic(texts, list(matrix), MAX_TOPICS)
    topic_of = np.full(len(papers), -1)
    for number, topic in enumerate(topics):
        topic_of[list(topic.members)] = number
    return PaperMap(
        version=version,
        state=state,
        numbers=tuple(stored.number for stored in papers),
        x=tuple(points[:, 0].round(5).tolist()),
        y=tuple(points[:, 1].round(5).tolist()),
        topic=tuple(topic_of.tolist()),
        names=tuple(topic.name for topic in topics),
    )


def updated_map(known: PaperMap, library: Library, vectors: dict[int, Floats]) -> PaperMap | None:
    """`known` without removed papers and with added ones; all others keep their places and topics.

    None if a new map is needed: the embedder is another one, `known` belongs to another catalogue,
    for example to the one before a restored backup, or it has so few papers that they say little
    about where others belong.
    """
    version, present = library_version(library), library.version()[1]
    if known.state.fingerprint != present.fingerprint or not library.vectors.rows.has_been(
        known.state
    ):
        return None
    if version == known.version:
        return known
    shown = set(known.numbers)
    added = [number for number in vectors if number not in shown]
    removed = shown - vectors.keys()
    if len(removed) == len(shown) or (added and len(shown) < _MIN_UPDATED):
        return None
    updated = known.without(removed).with_added(added, vectors)
    return updated.model_copy(update={"version": version, "state": present})


def existing_papers(library: Library, numbers: Iterable[int]) -> Iterator[StoredPaper]:
    """The papers with these `numbers`, without those that have been removed."""
    for number in numbers:
        try:
            yield library.papers.get(f"#{number}")
        except PaperNotFound:
            continue


def _splitmix64(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """A hash of each number; the numbers with the lowest hashes are a pseudo-random sample.

    The finalizer of SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom
    number generators", OOPSLA 2014).
    """
    mixed = numbers * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
