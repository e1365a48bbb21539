"""The positions and topics of papers on a map, which are kept with the library.

What is kept are numbers, positions and topic names, but no titles or abstracts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from assistant.errors import LibraryError
from assistant.library import Library, VectorState
from assistant.mapping.layout import Points, golden_angle_directions
from assistant.topics.clustering import Floats

# Increase this when the same papers get another layout, or when the file format changes.
MAP_VERSION = 3
# The name of the map in the metadata of the library.
_NAME = "map"
# Distance of an added paper from its place among similar ones; the map has a width of 1.
_OFFSET = 0.006
# An added paper is placed among so many similar ones, of which those further away than this from
# the most similar one do not count. A cosine that is lower by 0.1 counts half.
_NEIGHBOURS, _REACH, _SHARPNESS = 5, 0.12, 7.0
# So many papers of a topic are less similar to it than an added paper of this topic has to be.
_OUTLIERS = 0.1


class PaperMap(BaseModel):
    """Papers by their `numbers`, with coordinates `x` and `y` from 0 to 1 and a `topic`.

    A `topic` is an index into `names`, or -1 for none. `version` identifies the library and `state`
    its vectors at the time of the last update. The last `later` papers were added after the layout.
    `way` is the MAP_VERSION of what is stored.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    way: int = MAP_VERSION
    version: str
    state: VectorState
    numbers: tuple[int, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    topic: tuple[int, ...]
    names: tuple[str, ...]
    later: int = 0

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        if {len(self.numbers)} != {len(self.x), len(self.y), len(self.topic)}:
            raise ValueError("a paper has no position or no topic")
        if any(not -1 <= topic < len(self.names) for topic in self.topic):
            raise ValueError("a topic has no name")
        return self

    def without(self, numbers: Collection[int]) -> PaperMap:
        """The map without these papers."""
        kept = [index for index, number in enumerate(self.numbers) if number not in numbers]
        return self._select(kept)

    def with_added(self, added: Sequence[int], vectors: Mapping[int, Floats]) -> PaperMap:
        """The map with the papers `added`, each among the most similar papers of the map.

        `vectors` contains a vector of length 1 for every paper, old and added. A paper gets the
        topic whose papers are as similar to it as to each other, or none.
        """
        if not added or not self.numbers:
            return self
        known = np.array([vectors[number] for number in self.numbers])
        new = np.array([vectors[number] for number in added])
        positions = self._places_among(known, new)
        # Several in one place are spread around it; their numbers tell them apart for good.
        positions += _OFFSET * golden_angle_directions(np.array(added))
        positions = np.clip(positions, 0.0, 1.0)
        return self.model_copy(
            update={
                "numbers": (*self.numbers, *added),
                "x": (*self.x, *(round(x, 5) for x in positions[:, 0].tolist())),
                "y": (*self.y, *(round(y, 5) for y in positions[:, 1].tolist())),
                "topic": (*self.topic, *self._topics_of(known, new)),
                "later": self.later + len(added),
            }
        )

    def _places_among(self, known: Floats, new: Floats) -> Points:
        """The mean place of the papers most similar to each of `new`, the nearest counting most.

        Papers far from the most similar one do not count: between two groups there is nothing.
        """
        places: Points = np.column_stack([self.x, self.y])
        cosines = known @ new.T
        count = min(_NEIGHBOURS, len(known))
        nearest = np.argsort(-cosines, axis=0, kind="stable")[:count]
        near = np.take_along_axis(cosines, nearest, axis=0)
        weights = np.exp(_SHARPNESS * (near - near[0]))
        around = places[nearest]
        distances = np.linalg.norm(around - around[:1], axis=2)
        weights = np.where(distances <= _REACH, weights, 0.0)
        means = (around * weights[:, :, None]).sum(axis=0) / weights.sum(axis=0)[:, None]
        return np.asarray(means, np.float64)

    def _topics_of(self, known: Floats, new: Floats) -> list[int]:
        """The topic of each of `new`, -1 for none."""
        topics = np.array(self.topic)
        best, similarity = np.full(len(new), -1), np.full(len(new), -np.inf)
        for topic in range(len(self.names)):
            members = known[topics == topic]
            if not len(members):
                continue
            mean = members.mean(axis=0)
            least = np.quantile(members @ mean, _OUTLIERS)
            cosines = new @ mean
            better = (cosines >= least) & (cosines > similarity)
            best[better], similarity[better] = topic, cosines[better]
        return [int(topic) for topic in best]

    def _select(self, indices: Sequence[int]) -> PaperMap:
        """The map with the papers at `indices` of this one, in that order."""
        columns = {
            name: tuple(getattr(self, name)[index] for index in indices)
            for name in ("numbers", "x", "y", "topic")
        }
        return self.model_copy(update=columns)


class MapStore:
    """The latest map of a library, kept with it, so that papers keep their places.

    A map that cannot be read is ignored: it is then built again.
    """

    def __init__(self, library: Library) -> None:
        """Keep the map of `library`."""
        self._library = library

    def read(self) -> PaperMap | None:
        """The stored map, or None if it is missing, damaged or of another MAP_VERSION."""
        try:
            known = PaperMap.model_validate_json(self._library.metadata.get(_NAME) or "")
        except ValidationError:
            return None
        return known if known.way == MAP_VERSION else None

    def write(self, paper_map: PaperMap) -> bool:
        """Replace the stored map, and return whether that succeeded."""
        try:
            self._library.metadata.set(_NAME, paper_map.model_dump_json())
        except LibraryError:
            return False
        return True
